"""What goes with articles that are on their way to the road: all that is to be kept of the answers that they are of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.decide import Candidate
from archiver.road.taken import Taken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from archiver.answer import Answer
    from archiver.article import Article
    from archiver.captures import Capture, Evidence


class _Expected(NamedTuple):
    """How many articles of an answer are on their way, and what goes with them."""

    articles: int
    evidence: Evidence | None
    capture: Capture | None
    about: Mapping[str, Any]
    etag: str
    modified: str


class Answers:
    """Answers of which articles are on their way."""

    def __init__(self) -> None:
        self._expected: dict[tuple[str, datetime], _Expected] = {}

    def expect(
        self,
        answer: Answer,
        articles: int,
        *,
        evidence: Evidence | None = None,
        capture: Capture | None = None,
        about: Mapping[str, Any] | None = None,
        validators: tuple[str, str] = ("", ""),
    ) -> None:
        """Remember what goes with so many articles of an answer. validators: its ETag and Last-Modified; for the rest
        see `Taken`."""
        self._expected[answer.url, answer.fetched] = _Expected(articles, evidence, capture, about or {}, *validators)

    def taken(self, article: Article) -> Taken:
        """Return an article that has come, with what goes with it: that is forgotten with the last one of its
        answer."""
        which = article.response_url, article.fetched
        expected = self._expected.pop(which, None)
        if expected is None:
            return Taken(Candidate(article))
        if expected.articles > 1:
            self._expected[which] = expected._replace(articles=expected.articles - 1)
        return Taken(Candidate(article), *expected[1:])
