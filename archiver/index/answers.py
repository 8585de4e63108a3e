"""The last answer for each article of late: what its posts were made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archiver.clock import micros, moment

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.index.database import Database


class Answer(NamedTuple):
    """A response as it came, with the page of the recipe that it is of. No body: it is, or will be, in the capture."""

    page: str
    url: str
    content_type: str
    etag: str
    modified: str
    fetched: datetime
    body: bytes | None
    capture: int | None = None  # its key

    @property
    def lost(self) -> bool:
        """Whether nothing of it but its headers is left: it was to be captured, and was not."""
        return self.body is None and self.capture is None


class Answers:
    """Keeps answers: another form of post can be made of one, and a re-check can ask for changes only."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bodies: dict[int, tuple[str, bytes]] = {}  # by article: type and body of those that are not captured

    def keep(self, recipe: str, article_id: str, answer: Answer) -> None:
        """Keep the answer that an article was made of, in place of an earlier one."""
        row = self._database.row("SELECT key FROM articles WHERE recipe = ? AND id = ?", recipe, article_id)
        if row:
            self._database.write(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)",
                row["key"],
                answer.page,
                answer.url,
                answer.etag,
                answer.modified,
                micros(answer.fetched),
                answer.capture,
            )
            if answer.body is not None:
                self._bodies[row["key"]] = answer.content_type, answer.body

    def captured(self, recipe: str, article_id: str, capture: int) -> None:
        """Note which capture the answer for an article is."""
        self._database.write(
            "UPDATE answers SET capture = ? WHERE article = (SELECT key FROM articles WHERE recipe = ? AND id = ?)",
            capture,
            recipe,
            article_id,
        )

    def get(self, recipe: str, article_id: str) -> Answer | None:
        """Return the last answer for an article, if it is still kept."""
        row = self._database.row(
            "SELECT answers.* FROM answers JOIN articles ON key = article WHERE recipe = ? AND id = ?",
            recipe,
            article_id,
        )
        if row is None:
            return None
        content_type, body = self._bodies.get(row["article"], ("", None))
        return Answer(
            row["page"],
            row["url"],
            content_type,
            row["etag"],
            row["modified"],
            moment(row["fetched"]),
            body,
            row["capture"],
        )

    def drop(self, recipe: str, article_id: str) -> None:
        """Let go of the answer for an article: it is not believed."""
        self._database.write(
            "DELETE FROM answers WHERE article = (SELECT key FROM articles WHERE recipe = ? AND id = ?)",
            recipe,
            article_id,
        )

    def forget(self, before: int) -> None:
        """Let go of the answers that came before that time."""
        self._database.write("DELETE FROM answers WHERE fetched < ?", before)
