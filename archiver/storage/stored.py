"""Files in an object store, with as much of `pathlib.Path` as an archive's files need."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal, NamedTuple

from archiver.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from archiver.storage.bucket import Bucket

STORE_SCHEME = "s3://"
# Bytes of a request: of the first one, and at most when a file is read through.
FIRST_REQUEST_BYTES, MAX_REQUEST_BYTES = 1 << 18, 1 << 23
BUFFER_BYTES = 1 << 16


class Stat(NamedTuple):
    """What is known of a file, as `os.stat_result` has it."""

    st_size: int
    st_mtime_ns: int


class StoredFile:
    """A file in a store, or a directory: a common beginning of keys. Like a `Path`, it need not exist.

    store: the address `s3://BUCKET/PREFIX`. path: the key below that address, with slashes; empty: the whole store.
    Methods that ask the store raise FileNotFoundError if there is nothing at that path, and StoreError if the store
    cannot be asked.
    """

    __slots__ = ("path", "store")

    def __init__(self, store: str, path: str = "") -> None:
        self.store = store
        self.path = path

    def __truediv__(self, path: str) -> StoredFile:
        return StoredFile(self.store, f"{self.path}/{path}" if self.path else path)

    def __str__(self) -> str:
        return f"{self.store}/{self.path}" if self.path else self.store

    def __repr__(self) -> str:
        return f"StoredFile({self.store!r}, {self.path!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredFile) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def stem(self) -> str:
        """Its name without the ending."""
        return self.name.rpartition(".")[0] or self.name

    def absolute(self) -> StoredFile:
        """Return itself: an address of a store is the same everywhere."""
        return self

    def exists(self) -> bool:
        """Return whether there is a file of that name, or a directory."""
        return self.is_file() or self.is_dir()

    def is_file(self) -> bool:
        """Return whether there is a file of that name."""
        if not self.path:
            return False
        try:
            self.stat()
        except FileNotFoundError:
            return False
        return True

    def is_dir(self) -> bool:
        """Return whether there is a file in a directory of that name."""
        return next(self.below(), None) is not None

    def is_symlink(self) -> bool:
        """Return False: stores have no links."""
        return False

    def stat(self) -> Stat:
        """Return its size and time."""
        head = self._bucket.head(self.path)
        return Stat(head.size, head.modified * 1000)

    def read_bytes(self) -> bytes:
        """Return what is in it."""
        return self._bucket.get(self.path).content

    def read_text(self, encoding: str, errors: str = "strict") -> str:
        """Return what is in it."""
        return self.read_bytes().decode(encoding, errors)

    def open(self, mode: Literal["rb"], buffering: int = -1, *, offset: int = 0, length: int = 0) -> BinaryIO:  # noqa: ARG002
        """Return a stream that starts at `offset` and asks the store only for what is read. length: how many bytes will
        be read there, 0 if that is not known."""
        stream = io.BufferedReader(_Parts(self._bucket, self.path, length), BUFFER_BYTES)
        stream.seek(offset)
        return stream

    def below(self) -> Iterator[str]:
        """Yield the paths of all files in the directory of that name, subdirectories included, relative to it."""
        start = f"{self.path}/" if self.path else ""
        for listed in self._bucket.listed(self.path):
            yield listed.key.removeprefix(start)

    def unlink(self, missing_ok: bool = False) -> None:  # noqa: ARG002 - a store does not say whether it was there
        """Delete it."""
        self._bucket.delete(self.path)

    def create(self, content: bytes) -> bool:
        """Write it if it is not there, and return whether it was written."""
        return self._bucket.create(self.path, content)

    def write(self, content: bytes) -> None:
        """Write it, whatever is there."""
        self._bucket.write(self.path, content)

    def read_tagged(self) -> tuple[bytes, str]:
        """Return what is in it, and its ETag, which names exactly that content."""
        result = self._bucket.get(self.path)
        return result.content, result.tag

    def replace_tagged(self, content: bytes, tag: str) -> bool:
        """Replace its content if that is still the one that `tag` names, and return whether it was."""
        return self._bucket.replace(self.path, content, tag)

    def expect(self) -> None:
        """Have this process wait for the store when it cannot be reached, as if this process had reached it before:
        another process has."""
        self._bucket.is_reached = True

    @property
    def _bucket(self) -> Bucket:
        try:
            # obstore takes longer to load than most commands take to run, and need not be installed.
            from archiver.storage.bucket import bucket
        except ImportError as error:
            raise StoreError(
                f"{self.store}: an object store needs obstore ({error}): pip install 'news-share-archiver[s3]'"
            ) from error
        return bucket(self.store)


class _Parts(io.RawIOBase):
    """An object as a raw stream: it is asked for in parts, which get larger while it is read in sequence."""

    def __init__(self, bucket: Bucket, key: str, length: int) -> None:
        self._bucket = bucket
        self._key = key
        self._next = length or FIRST_REQUEST_BYTES
        self._is_begun = False
        self._part, self._start = b"", 0
        self._size: int | None = None
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        from_where = (0, self._position, self._end() if whence == io.SEEK_END else 0)[whence]
        self._position = max(from_where + offset, 0)
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._size is not None and self._position >= self._size:
            return 0  # the last part is kept: the reader may seek back from the end
        at = self._position - self._start
        if not 0 <= at < len(self._part):
            self._fetch(follows=at == len(self._part))
            at = self._position - self._start
        piece = self._part[at : at + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _fetch(self, *, follows: bool) -> None:
        if self._is_begun:
            self._next = min(self._next * 2, MAX_REQUEST_BYTES) if follows else FIRST_REQUEST_BYTES
        self._is_begun = True
        part = self._bucket.get(self._key, self._position, self._position + self._next)
        self._part, self._start, self._size = part.content, self._position, part.size

    def _end(self) -> int:
        if self._size is None:
            self._size = self._bucket.head(self._key).size
        return self._size


def is_stored(name: str) -> bool:
    """Return whether a name is the address of something in an object store."""
    return name.startswith(STORE_SCHEME)
