"""The result of extracting an answer."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.article import Article


@dataclass(frozen=True, slots=True)
class Unusable:
    """An answer that is not the article that it was asked for.

    gone: it says that there is no such article (any more). blocked: it is a web page where data was expected, mostly
    one that asks whether we are human. needs_scripts: it shows nothing until its scripts have drawn it. refused: it is
    a page of another kind, and will be the next time, too.
    """

    reason: str
    gone: bool = False
    blocked: bool = False
    needs_scripts: bool = False
    refused: bool = False


# One article for each form that was asked for. An article that cannot be a post has the `reason` for that.
Extracted = tuple[Article, ...] | Unusable
