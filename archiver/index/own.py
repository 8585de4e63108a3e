"""Posts that the owner of the archive wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.index.database import Database


class OwnPosts:
    """Notes where they are. Their content is in their files only, and may change at any time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def paths(self) -> list[str]:
        """Return their paths in the archive, sorted."""
        return [path for (path,) in self._database.rows("SELECT path FROM own_posts ORDER BY path")]

    def replace(self, paths: Iterable[str]) -> None:
        """Note that these are all that there are."""
        values = [(path,) for path in paths]
        self._database.transact(lambda: self._replace(values))

    def _replace(self, values: list[tuple[str]]) -> None:
        self._database.write("DELETE FROM own_posts")
        self._database.write_all("INSERT INTO own_posts VALUES (?)", values)
