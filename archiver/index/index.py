"""The index of an archive: one object, from which each part of a run takes what it needs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from archiver.index.answers import Answers
from archiver.index.captures import Captures
from archiver.index.catalogue import Catalogue
from archiver.index.database import Database
from archiver.index.holdings import Holdings
from archiver.index.journal import Journal
from archiver.index.lock import Lock
from archiver.index.manifests import Manifests
from archiver.index.queue import Queue

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.errors import IndexFileError

DIRECTORY = "_index"
FILE = "index.sqlite"
LOCK = "lock"


class Index:
    """What the archive in `output` knows of its articles, in `_index` there.

    `queue` says what is new, `holdings` what is held, `answers` what that was made of of late, `captures` where the
    evidence is, `journal` what earlier runs noted, `manifests` what was put on record; `catalogue` is for looking
    things up. What is written counts after `commit`. All raise IndexFileError.
    """

    def __init__(self, database: Database, lock: Lock | None = None) -> None:
        self._database = database
        self._lock = lock
        self.queue = Queue(database)
        self.holdings = Holdings(database)
        self.answers = Answers(database)
        self.captures = Captures(database)
        self.catalogue = Catalogue(database)
        self.journal = Journal(database)
        self.manifests = Manifests(database)

    @classmethod
    def open(cls, output: Path) -> Index:
        """Return the index of `output` for writing; nobody else can write until it is closed.

        It is made if it is not there, and what a killed run left open is settled. Raises LockedError, IndexFileError.
        """
        lock = Lock(output / DIRECTORY / LOCK)
        lock.take()
        try:
            index = cls(Database(output / DIRECTORY / FILE), lock)
            index.holdings.recover(output)
        except BaseException:
            lock.release()
            raise
        return index

    @classmethod
    def read(cls, output: Path) -> Index:
        """Return the index of `output` for reading; an empty one if there is none."""
        return cls(Database(output / DIRECTORY / FILE if cls.exists(output) else None, read=True))

    @staticmethod
    def exists(output: Path) -> bool:
        """Return whether there is an index of `output`."""
        return (output / DIRECTORY / FILE).exists()

    @property
    def complete(self) -> bool:
        """Whether it knows the posts that were on disk before it was made."""
        return self._database.version > 0

    def completed(self) -> None:
        """Say that it does."""
        self._database.complete()

    @property
    def failure(self) -> IndexFileError | None:
        """The first error that there was, None as long as all is well."""
        return self._database.failure

    @property
    def lock_descriptor(self) -> int:
        """The descriptor of the lock: a process that inherits it holds the lock as well."""
        return self._lock.descriptor if self._lock else -1

    def check(self) -> str:
        """Return what SQLite finds wrong with the file, nothing if all is well."""
        return self._database.check()

    def commit(self) -> None:
        """Make what was written count."""
        self._database.commit()

    def close(self, *, keep: bool = True) -> None:
        """Commit (or, without `keep`, undo what was not committed), and let others write."""
        try:
            if keep:
                self._database.commit()
            self._database.close()
        finally:
            if self._lock:
                self._lock.release()


def seconds() -> int:
    """Return the time as the index has it: whole seconds since 1970."""
    return int(time.time())
