"""What goes in: an article that was made, with all that is to be kept of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.index.types import ArticleKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.article import Article
    from archiver.captures import Capture, Evidence
    from archiver.decide import Candidate


class Taken(NamedTuple):
    """An article that is taken on the road.

    evidence: of its answer, to be captured if something new is kept of it. capture: of its answer, if it is captured
    already; about: what is to be noted with that when a post is made of it. etag and modified: what the source said of
    the version of its answer.
    """

    candidate: Candidate
    evidence: Evidence | None = None
    capture: Capture | None = None
    about: Mapping[str, Any] = {}
    etag: str = ""
    modified: str = ""


def key_of(article: Article) -> ArticleKey:
    """Return which article it is."""
    return ArticleKey(article.recipe, article.id)
