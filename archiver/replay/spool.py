"""Candidates that wait on disk until all of them are known, as there may be too many for memory. Each process writes
those that it makes into files of its own; the process that decides about them reads them from there."""

from __future__ import annotations

import errno
import fcntl
import os
import pickle
import socket
from collections import OrderedDict
from contextlib import ExitStack, suppress
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir, mkdtemp
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Self
from uuid import uuid4

from archiver.errors import StoreError, with_advice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from archiver.captures import Capture
    from archiver.decide import Candidate, Place
    from archiver.index import ArticleKey
    from archiver.pictures import Accepted

DIRECTORY_PREFIX = "archiver-replay-"
LOCK_FILE = "lock"
SCRATCH_SETTING = "ARCHIVER_SCRATCH"
MAX_OPEN_FILES = 64  # files that are open at a time


class CandidateOutline(NamedTuple):
    """A candidate without its content: what must be known of all candidates at the same time. file, offset, length:
    where its pickle is in the spool. aliases: the addresses of its article, if it is identified by addresses."""

    place: Place
    key: ArticleKey
    text_digest: str | None  # None also for an article that cannot become a post
    believed: bool
    file: str
    offset: int
    length: int
    aliases: tuple[str, ...] = ()


class PictureOutline(NamedTuple):
    """A picture without its content. address: the one that the picture has in the post. file, offset, length: where its
    pickle is in the spool."""

    address: str
    picture: Accepted
    capture: Capture
    file: str
    offset: int
    length: int


class SpoolWriter:
    """A new file in the directory of a spool, for what one process writes. A context manager. The file is made when
    something is first put there. If the process is killed, the file is never read."""

    def __init__(self, directory: str) -> None:
        self.name = uuid4().hex
        self._directory = directory
        self._file: BinaryIO | None = None
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Raises StoreError."""
        try:
            if self._file:
                self._file.close()
        except OSError as error:
            raise self._error(error) from error

    def put(self, made: Candidate | Accepted) -> tuple[str, int, int]:
        """Write a candidate or a picture, and return the name of the file, the offset, and the length in bytes. Raises
        StoreError."""
        packed = pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL)
        try:
            if self._file is None:
                self._file = Path(self._directory, self.name).open("xb")  # noqa: SIM115 - closed by the context
            self._file.write(packed)
        except OSError as error:
            raise self._error(error) from error
        begin, self._size = self._size, self._size + len(packed)
        return self.name, begin, len(packed)

    def _error(self, error: OSError) -> StoreError:
        return _error(f"{self._directory}, seen from {socket.gethostname()}", error)


class Spool:
    """A temporary directory with candidates and pictures. A context manager: the directory is removed when it ends. If
    the process is killed, the next spool in the same place removes it.

    scratch: where it is made; empty: where temporary files are. Workers on other machines must be able to use it.
    """

    def __init__(self, scratch: str = "") -> None:
        """Raises StoreError."""
        place = scratch or gettempdir()
        self.outlines: list[CandidateOutline] = []
        self.pictures: dict[str, PictureOutline] = {}  # by address: the first that came from it
        self._open: OrderedDict[str, BinaryIO] = OrderedDict()
        self._closing = ExitStack()
        try:
            _sweep(Path(place))
            while not self._made(place):
                self._closing.close()
        except OSError as error:
            self._closing.close()
            raise _error(place, error) from error

    def _made(self, place: str) -> bool:
        """Make the directory and lock it. Return whether it is there: until it is locked, another process that begins
        may take it for one that is in no use any more, and remove it."""
        self.directory = mkdtemp(prefix=DIRECTORY_PREFIX, dir=place)
        self._closing.callback(rmtree, self.directory, ignore_errors=True)
        lock = Path(self.directory, LOCK_FILE).open("w")  # noqa: SIM115 - for as long as the directory is in use
        self._closing.callback(lock.close)
        fcntl.flock(lock, fcntl.LOCK_EX)
        return os.fstat(lock.fileno()).st_nlink > 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._open:
            self._open.popitem()[1].close()
        self._closing.close()

    def add(self, outline: CandidateOutline) -> None:
        """Note a candidate that was written to the spool."""
        self.outlines.append(outline)

    def add_picture(self, outline: PictureOutline) -> None:
        """Note a picture that was written to the spool, for its address in the post and for the one that it came
        from; of several for one address the earliest counts."""
        for address in (outline.address, outline.capture.url):
            known = self.pictures.get(address)
            if known is None or _order(outline.capture) < _order(known.capture):
                self.pictures[address] = outline

    def load_picture(self, outline: PictureOutline) -> Accepted:
        """Return a picture with its content. Raises StoreError."""
        picture: Accepted = self._load(outline)
        return picture

    def groups(self) -> Iterator[list[CandidateOutline]]:
        """Yield the candidates of each article, in the order of their answers. Articles come in the order of their
        first answers."""
        by_key: dict[ArticleKey, list[CandidateOutline]] = {}
        for one in sorted(self.outlines, key=lambda one: (one.place, one.key)):
            by_key.setdefault(one.key, []).append(one)
        yield from by_key.values()

    def load(self, chosen: Iterable[CandidateOutline]) -> list[Candidate]:
        """Return candidates with their content. Raises StoreError."""
        return [self._load(one) for one in chosen]

    def _load(self, outline: CandidateOutline | PictureOutline) -> Any:
        try:
            return pickle.loads(os.pread(self._file(outline.file).fileno(), outline.length, outline.offset))
        except OSError as error:
            raise _error(self.directory, error) from error

    def _file(self, name: str) -> BinaryIO:
        """Return an open file of the spool. Candidates are read in the order of their answers, which is mostly that in
        the files, so it is enough to keep a few files open."""
        if name not in self._open:
            self._open[name] = Path(self.directory, name).open("rb")  # noqa: SIM115 - closed with the spool
            if len(self._open) > MAX_OPEN_FILES:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(name)
        return self._open[name]


def _order(capture: Capture) -> tuple[datetime, str, str]:
    """Return a key by which answers are sorted: by their time; answers of the same time by address and payload."""
    return capture.time, capture.url, capture.payload


def _sweep(place: Path) -> None:
    """Remove spools that no process uses any more. One that cannot be removed stays: it may be another user's."""
    for directory in place.glob(f"{DIRECTORY_PREFIX}*"):
        with suppress(OSError), (directory / LOCK_FILE).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            rmtree(directory, ignore_errors=True)


def _error(place: str, error: OSError) -> StoreError:
    advice = f"; name a directory that all workers see ({SCRATCH_SETTING})" if error.errno == errno.ENOENT else ""
    return StoreError(f"{place} ({SCRATCH_SETTING}): what was read cannot wait there: {with_advice(error)}{advice}")
