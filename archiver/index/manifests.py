"""Which files of the archive are in a manifest."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from archiver.index.types import ArticleKey
from archiver.index.values import CAPTURE_COLUMNS, as_capture

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archiver.captures import Capture
    from archiver.index.database import Database

VERSIONS_PREFIX = "_versions"
VERSION_ROWS = """SELECT path, revisions.revision, revisions.sha256, revisions.listed
                  FROM revisions JOIN posts USING (article, form)"""


class KnownFile(NamedTuple):
    """A post or an earlier version, as the index knows it."""

    key: ArticleKey
    form: str
    sha256: bytes
    capture: Capture | None


class ArchivedFile(NamedTuple):
    """A post, an earlier version or a picture: where it is, what is in it, and whether a manifest lists it with its
    present content."""

    path: str
    sha256: bytes
    in_manifest: bool


class Manifests:
    """The files that the archive answers for: posts, their earlier versions, pictures, captures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unlisted(self) -> Iterator[tuple[str, bytes]]:
        """Yield path and SHA-256 of the files that no manifest lists with their present content, sorted by path for
        each kind."""
        yield from self._database.rows("SELECT path, sha256 FROM posts WHERE listed = 0 ORDER BY path")
        for path, revision, content, _ in self._database.rows(
            f"{VERSION_ROWS} WHERE revisions.listed = 0 ORDER BY path, revisions.revision"
        ):
            yield version_path(path, revision), content
        yield from self._database.rows("SELECT path, sha256 FROM assets WHERE listed = 0 ORDER BY path")
        yield from self._database.rows("SELECT path, sha256 FROM warcs WHERE listed = 0 ORDER BY path")

    def removed(self) -> list[str]:
        """Return the paths that a manifest lists and that no file of the archive has any more."""
        rows = self._database.rows("SELECT path FROM removed ORDER BY path")
        return [path for (path,) in rows if self.file(path) is None]

    def list_all(self, number: int) -> None:
        """Note that the manifest with that number lists all files that were unlisted, and names those that were
        removed."""
        self._database.transact(lambda: self._list_all(number))

    def _list_all(self, number: int) -> None:
        for table in ("posts", "revisions", "assets", "warcs"):
            self._database.write(f"UPDATE {table} SET listed = ? WHERE listed = 0", number)
        self._database.write("DELETE FROM removed")

    def files(self) -> Iterator[ArchivedFile]:
        """Yield every post, earlier version and picture."""
        for path, content, listed in self._database.each("SELECT path, sha256, listed FROM posts"):
            yield ArchivedFile(path, content, bool(listed))
        for path, revision, content, listed in self._database.each(VERSION_ROWS):
            yield ArchivedFile(version_path(path, revision), content, bool(listed))
        for path, content, listed in self._database.each("SELECT path, sha256, listed FROM assets"):
            yield ArchivedFile(path, content, bool(listed))

    def expected(self) -> Iterator[tuple[str, bytes]]:
        """Yield path and SHA-256 of what else may be on disk: posts that are being written, and the present content of
        each post as its next version, which is written before the post itself is changed."""
        yield from self._database.rows("SELECT path, sha256 FROM intents")
        for path, revision, content in self._database.each("SELECT path, revision, sha256 FROM posts"):
            yield version_path(path, revision), content

    def file(self, path: str) -> KnownFile | None:
        """Return what is known of a post or an earlier version, None if nothing is."""
        for row in self._database.rows(
            f"""SELECT recipe, id, form, sha256, {CAPTURE_COLUMNS} FROM posts JOIN articles ON articles.key = article
                LEFT JOIN captures ON captures.key = capture WHERE path = ?""",
            path,
        ):
            return _known_file(row)
        directory, _, name = path.rpartition("/")
        if directory.startswith(f"{VERSIONS_PREFIX}/") and name.removesuffix(".md").isdecimal():
            revision = int(name.removesuffix(".md"))
            for post, *columns in self._database.rows(
                f"""SELECT path, recipe, id, revisions.form, revisions.sha256, {CAPTURE_COLUMNS}
                    FROM revisions JOIN posts USING (article, form) JOIN articles ON articles.key = article
                    LEFT JOIN captures ON captures.key = revisions.capture
                    WHERE path LIKE ? AND revisions.revision = ?""",
                f"%/{directory.partition('/')[2]}.md",
                revision,
            ):
                if version_path(post, revision) == path:
                    return _known_file(columns)
        return None

    def listed_captures(self) -> dict[str, bool]:
        """Return the sealed WARC files, and whether a manifest has each."""
        return {path: bool(listed) for path, listed in self._database.rows("SELECT path, listed FROM warcs")}


def _known_file(columns: Sequence[Any]) -> KnownFile:
    recipe, id_, form, content, *where = columns
    return KnownFile(ArticleKey(recipe, id_), form, content, as_capture(*where))


def version_path(post: str, revision: int) -> str:
    """Return where an earlier revision of a post is."""
    return f"{VERSIONS_PREFIX}/{PurePosixPath(post).stem}/{revision}.md"
