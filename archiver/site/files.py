"""The files of a site. Those that change are first written aside, into a directory of their own, and moved to their
places when all of them are there. So a build that fails has changed nothing, and one that is killed leaves every page
whole, old or new."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.errors import StoreError, UsageError, os_reason
from archiver.litter import is_litter
from archiver.site.record import RECORD_FILE
from archiver.storage.atomic import fill

if TYPE_CHECKING:
    from archiver.site.record import SiteRecord

ASIDE_DIRECTORY = ".archiver-site.new"
FILES_PER_FOLDER = 1000  # files in a subdirectory of ASIDE_DIRECTORY
MOVE_AWAY_ADVICE = "move it away, and build again; the site is as it was"


class FileChange(NamedTuple):
    """What becomes of the file at `path`. file: the file in ASIDE_DIRECTORY that is to replace it; None: the file at
    `path` is to be removed, or, if `same` is true, stays as it is."""

    path: str
    file: str | None = None
    same: bool = False


class Aside:
    """Writes files that change into ASIDE_DIRECTORY. name: begins the names of the subdirectories that it writes in; no
    two writers may have the same."""

    def __init__(self, directory: Path, name: str) -> None:
        self._directory = directory
        self._aside = f"{directory}/{ASIDE_DIRECTORY}"
        self._name = name
        self._number = 0

    def put(self, path: str, content: str | bytes) -> FileChange:
        """Write aside what is to be at `path`, unless the file there has this content already. Raises StoreError."""
        data = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
        target = f"{self._directory}/{path}"
        try:
            if _content(target, len(data)) == data:
                return FileChange(path, same=True)
            folder, number = divmod(self._number, FILES_PER_FOLDER)
            file = f"{self._name}-{folder}/{number}"
            if number == 0:
                Path(f"{self._aside}/{file}").parent.mkdir()
            self._number += 1
            os.close(fill(f"{self._aside}/{file}", data))
        except OSError as error:
            raise StoreError(f"{target}: cannot be written: {os_reason(error)}; the site is as it was") from error
        return FileChange(path, file)


class SiteFiles:
    """Writes the files of a site. written, unchanged: how many files were written, and how many were the same."""

    def __init__(self, directory: Path, record: SiteRecord) -> None:
        """record: must be open for this build, so that no other build is at work in `directory`."""
        self.directory = directory
        self._aside = directory / ASIDE_DIRECTORY
        self._record = record
        self._put = Aside(directory, "whole").put
        self._made = str(directory)
        self.unchanged = 0
        self.written = 0
        try:
            self.discard()
            self._aside.mkdir()
        except OSError as error:
            raise StoreError(f"{self._aside}: cannot be used: {os_reason(error)}; the site is as it was") from error

    def write(self, path: str, content: str | bytes) -> None:
        """Have `publish` put `content` at `path`. Raises StoreError."""
        self.note(self._put(path, content))

    def note(self, written: FileChange) -> None:
        """Have `publish` carry out a change. Raises StoreError if something is in the way of its file."""
        self._refuse_what_is_in_the_way(written.path)
        if written.same:
            self._record.run("DELETE FROM staged WHERE path = ?", written.path)
            self.unchanged += 1
        else:
            self._record.run("INSERT OR REPLACE INTO staged VALUES (?, ?)", *written[:2])

    def remove(self, path: str) -> None:
        """Have `publish` remove the file at `path`. Raises StoreError."""
        self.note(FileChange(path))

    def publish(self) -> None:
        """Put everything in its place, and make it durable. Raises StoreError."""
        target = str(self.directory)
        try:
            os.sync()
            for path, file in self._record.each("SELECT path, file FROM staged ORDER BY path"):
                target = f"{self.directory}/{path}"
                if file is None:
                    Path(target).unlink(missing_ok=True)
                else:
                    self._make(os.path.dirname(target))  # noqa: PTH120 - a Path takes longer than all else here
                    os.replace(f"{self._aside}/{file}", target)  # noqa: PTH105
                    self.written += 1
            os.sync()
        except OSError as error:
            raise StoreError(
                f"{target}: cannot be written: {os_reason(error)}; each page is whole: build again when that is mended"
            ) from error
        with suppress(OSError):  # the next build sweeps what is left
            self.discard()

    def discard(self) -> None:
        """Remove ASIDE_DIRECTORY with all that is in it. It is renamed first: a worker process of a build that was
        killed may still be writing there. Raises OSError."""
        old = self._aside.with_name(f"{ASIDE_DIRECTORY}.old")
        for moved in (False, True):
            with suppress(FileNotFoundError):
                if moved:
                    self._aside.rename(old)
                if stat.S_ISDIR(old.lstat().st_mode):
                    shutil.rmtree(old)
                else:
                    old.unlink()  # a link to elsewhere, say

    def _refuse_what_is_in_the_way(self, path: str) -> None:
        """Raise StoreError if one of the directories of `path` is a file, or a link (writing would go through it to
        elsewhere), or if `path` itself is a directory. If `path` itself is a link, that is replaced."""
        place, rest = str(self.directory), path
        while rest:
            name, _, rest = rest.partition("/")
            place = f"{place}/{name}"
            try:
                mode = os.lstat(place).st_mode
            except FileNotFoundError:
                return
            except OSError as error:
                raise StoreError(f"{place}: cannot be used: {os_reason(error)}; the site is as it was") from error
            if rest and not stat.S_ISDIR(mode):
                found = "a link" if stat.S_ISLNK(mode) else "a file"
                raise StoreError(f"{place}: is {found} where the site has a directory; {MOVE_AWAY_ADVICE}")
            if not rest and stat.S_ISDIR(mode):
                raise StoreError(f"{place}: is a directory where the site has a file; {MOVE_AWAY_ADVICE}")

    def _make(self, directory: str) -> None:
        if directory != self._made:
            os.makedirs(directory, exist_ok=True)  # noqa: PTH103
            self._made = directory


def claim(directory: Path) -> None:
    """Make sure that a directory can be used for a site: it is made if there is none; it is empty, or has a site of
    ours. Raises UsageError if there is something else in it, StoreError if it cannot be made or read."""
    try:
        if directory.exists() and not directory.is_dir():
            raise UsageError(f"{directory}: is no directory")
        directory.mkdir(parents=True, exist_ok=True)
        names = sorted(name for name in os.listdir(directory) if not is_litter(name))  # noqa: PTH208 - only names
    except OSError as error:
        raise StoreError(f"{directory}: cannot be used: {os_reason(error)}") from error
    if (directory / RECORD_FILE).is_symlink():
        raise UsageError(
            f"{directory / RECORD_FILE}: is a link, and would be written through to elsewhere; name another site"
        )
    if names and RECORD_FILE not in names:
        raise UsageError(f"{directory}: has something in it that is no site of archiver's: {names[0]}; name another")


def _content(file: str, size: int) -> bytes | None:
    """Return what is in a file if it has that size; None if it has not, and for what is no regular file (a link,
    say)."""
    try:
        found = os.lstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_size != size:
            return None
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return os.read(descriptor, size + 1)
    finally:
        os.close(descriptor)
