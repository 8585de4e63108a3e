"""What the ingest must know of the answer that an article was made of (evidence, validators…). Articles travel without
it, so it waits here for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.decide import Candidate
from archiver.ingest.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from archiver.answer import Answer
    from archiver.article import Article
    from archiver.captures import Capture, Evidence


class _Expected(NamedTuple):
    """How many articles of an answer have still to come, and what goes with each (see `Submission`)."""

    articles: int
    evidence: Evidence | None
    capture: Capture | None
    about: Mapping[str, Any]
    etag: str
    modified: str


class PendingAnswers:
    """Answers whose articles have not all been submitted yet."""

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
        """Remember what goes with the articles of an answer. articles: how many of them will come. validators: the
        answer's ETag and Last-Modified. For the rest see `Submission`."""
        self._expected[answer.url, answer.fetched] = _Expected(articles, evidence, capture, about or {}, *validators)

    def submission_of(self, article: Article) -> Submission:
        """Return an article that has come, with what was remembered for its answer. That is forgotten when the last
        article of the answer has come."""
        answer = article.response_url, article.fetched
        expected = self._expected.pop(answer, None)
        if expected is None:
            return Submission(Candidate(article))
        if expected.articles > 1:
            self._expected[answer] = expected._replace(articles=expected.articles - 1)
        return Submission(Candidate(article), *expected[1:])
