"""What the archive is given: an article that was made, with all that is to be kept of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.index.types import ArticleKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.article import Article
    from archiver.captures import Capture, Evidence
    from archiver.decide import Candidate


class Submission(NamedTuple):
    """An article that is given to the archive.

    evidence: the answer's exchange, to be captured if the article changes something. capture: where the answer is
    captured, if it is already. about: what to add to that capture if a post is made of the article. etag, modified: the
    answer's ETag and Last-Modified.
    """

    candidate: Candidate
    evidence: Evidence | None = None
    capture: Capture | None = None
    about: Mapping[str, Any] = {}
    etag: str = ""
    modified: str = ""

    @property
    def article(self) -> Article:
        """The article as it was made, or as it was changed since."""
        return self.candidate.article

    def with_article(self, article: Article) -> Submission:
        """Return the submission with a changed article in the place of its own."""
        return self._replace(candidate=self.candidate._replace(article=article))


def key_of(article: Article) -> ArticleKey:
    """Return the key of an article in the index."""
    return ArticleKey(article.recipe, article.id)
