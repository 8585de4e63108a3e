"""A made article, with what decides its place among others that were made of the same article's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from archiver.article import Article
    from archiver.captures import Capture


class Candidate(NamedTuple):
    """A made article that may become a post.

    capture: of the answer that it was made of, where it was made of a capture; None: the source has just sent it.
    believed: it became a post when that answer came, so its text was believed then, and still is.
    """

    article: Article
    capture: Capture | None = None
    believed: bool = False


Place = tuple["datetime", int, str, str, str]


def place(candidate: Candidate) -> Place:
    """Return the place of a candidate among others of its article: the one with the larger place is the later.

    The time of the answer counts first. Among answers of one moment that of the better page comes first (`rank`), and
    then address, payload and form decide. So the same candidates always have the same order, whatever the chance of
    arrival or the names of files.
    """
    article = candidate.article
    payload = candidate.capture.payload if candidate.capture else ""
    return article.fetched, article.rank, article.response_url, payload, article.form


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates of one article in the order of their answers."""
    return sorted(candidates, key=place)
