"""Which files a replay reads, cut into parts that several processes can read at once."""

from __future__ import annotations

import io
import os
import re
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.errors import CaptureError
from archiver.litter import is_litter
from archiver.storage import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from archiver.storage import Location

MAX_REGION_BYTES = 1 << 20  # bytes: some hundred answers
# Compressed files that cannot be read here, by the endings of their names: the program that makes them, and the command
# that unpacks them.
PACKED_BY = {
    "7z": ("7-Zip", "7z x"),
    "br": ("brotli", "brotli -d"),
    "bz2": ("bzip2", "bzip2 -d"),
    "lz4": ("LZ4", "lz4 -d"),
    "xz": ("xz", "xz -d"),
    "zip": ("zip", "unzip"),
    "zst": ("zstd", "zstd -d"),
}
# Names of files. `.open`: a file that is still being written; its whole records can be read.
CAPTURE_NAME_PATTERN = re.compile(rf"\.(?:w?arc(?:\.gz|\.(?:{'|'.join(PACKED_BY)}))?(?:\.open)?|wacz)$", re.IGNORECASE)
PACKED_NAME_PATTERN = re.compile(rf"\.w?arc\.({'|'.join(PACKED_BY)})(?:\.open)?$", re.IGNORECASE)
WACZ_NAME_PATTERN = re.compile(r"\.wacz$", re.IGNORECASE)
OPEN_NAME_PATTERN = re.compile(r"\.open$", re.IGNORECASE)  # such a file may still be empty
GZIP_START = b"\x1f\x8b\x08"
MAX_WACZ_DEPTH = 1  # level at which a WACZ may be in another one
# What zipfile raises for a file that it cannot read.
BAD_ZIP_ERRORS = (
    zipfile.BadZipFile,
    NotImplementedError,
    ValueError,
)
SEARCHED_BYTES = 1 << 13  # bytes that are searched at once for the next record
LOCAL_HEADER_BYTES = 30  # bytes of a zip file's local header before the name: APPNOTE 4.3.7
RECORD_STARTS = (b"WARC/", b"filedesc:", b"http")  # of records


class Region(NamedTuple):
    """A part of a file: the records that begin in it. packed: each record is a gzip member. stop: where the WARC file
    ends that it is a part of (a WACZ goes on after that). first: the WARC file begins with this part."""

    file: str
    start: int
    end: int
    packed: bool
    stop: int
    first: bool = False


def files_in(paths: Iterable[Location]) -> list[Location]:
    """Return the WARC and WACZ files that `paths` are, or that are in these directories, in the order of their names.
    Litter that operating systems leave in directories is passed over. Files that cannot be read here are among them, so
    that the user is told of them.

    Raises CaptureError for one that is neither, or that is not there.
    """
    files: list[Location] = []
    for path in paths:
        if path.is_dir():
            inside = [
                file for file in _inside(path) if CAPTURE_NAME_PATTERN.search(file.name) and not is_litter(file.name)
            ]
            if not inside:
                raise CaptureError(f"{path}: no WARC or WACZ file in it")
            files += inside
        elif not path.exists():
            raise CaptureError(f"{path}: there is no such file")
        elif CAPTURE_NAME_PATTERN.search(path.name):
            files.append(path)
        else:
            raise CaptureError(f"{path}: neither WARC nor WACZ, by its name")
    return files


def _inside(directory: Location) -> list[Location]:
    """Return the files in a directory and its subdirectories, sorted by name."""
    if not isinstance(directory, Path):
        return [directory / path for path in sorted(directory.below())]
    files: list[Location] = []
    files += sorted(Path(folder, name) for folder, _, names in os.walk(directory, followlinks=True) for name in names)
    return files


def regions(file: Location, broken: Callable[[str], None] | None = None) -> Iterator[Region]:
    """Yield the parts of `file`, in their order.

    broken: is called with a message about each file in a WACZ that cannot be read; without it, CaptureError is raised.
    It is raised as well for a file that cannot be read at all.
    """
    # It may be a pipe, for example, from which a read would never return.
    if isinstance(file, Path) and file.exists() and not file.is_file():
        raise CaptureError(f"{file}: cannot be read: it is no file")
    try:
        # For a WARC file its first bytes are enough: a store's answer to that says how large the file is.
        with opened(file, 0, 0 if WACZ_NAME_PATTERN.search(file.name) else len(GZIP_START)) as stream:
            stream.read(1)
            size = stream.seek(0, io.SEEK_END)
            if WACZ_NAME_PATTERN.search(file.name):
                yield from _in_wacz(stream, Region(str(file), 0, size, packed=False, stop=0), "", broken)
            elif reason := _unreadable(file.name):
                raise CaptureError(f"{file}: {reason}")
            elif size == 0 and not OPEN_NAME_PATTERN.search(file.name):
                raise CaptureError(f"{file}: it is empty")
            else:
                yield from _parts(stream, str(file), 0, size)
    except (OSError, *BAD_ZIP_ERRORS) as error:
        raise CaptureError(f"{file}: cannot be read: {_in_words(error)}") from error


def _in_words(error: Exception) -> str:
    return "it is no ZIP file, as a WACZ is, or it is cut off" if isinstance(error, zipfile.BadZipFile) else str(error)


def _unreadable(name: str) -> str:
    """Return why a file with that name cannot be read here; empty if it may be readable."""
    match = PACKED_NAME_PATTERN.search(name)
    if match is None:
        return ""
    packer, command = PACKED_BY[match[1].lower()]
    return f"it is packed with {packer}, which is not read here; unpack it: {command}"


def _in_wacz(stream: BinaryIO, place: Region, inside: str, broken: Callable[[str], None] | None) -> Iterator[Region]:
    """Yield the parts of the WARC files in a WACZ, and in WACZ files within it. place: where the WACZ is in the file.
    inside: its name, if it is within another WACZ."""
    count = 0
    with zipfile.ZipFile(_Window(stream, place.start, place.end)) as archive:
        for member in archive.infolist():
            name = f"{inside}{member.filename.rpartition('/')[2]}"
            if not CAPTURE_NAME_PATTERN.search(name) or is_litter(name):
                continue
            count += 1
            start = place.start + member.header_offset
            start += _data_start(stream, start)
            end = start + member.file_size
            try:
                if member.compress_type != zipfile.ZIP_STORED:
                    raise CaptureError("it is compressed, where WACZ 1.1.1 stores files as they are; unpack it: unzip")
                if reason := _unreadable(name):
                    raise CaptureError(reason)
                if WACZ_NAME_PATTERN.search(name) and inside.count("/") >= MAX_WACZ_DEPTH:
                    raise CaptureError("a WACZ in a WACZ in a WACZ is not read; unpack it")
                if WACZ_NAME_PATTERN.search(name):
                    yield from _in_wacz(stream, place._replace(start=start, end=end), f"{name}/", broken)
                else:
                    yield from _parts(stream, place.file, start, end)
            except (CaptureError, *BAD_ZIP_ERRORS) as error:
                problem = f"{place.file}: {name}: {_in_words(error)}"
                if broken is None:
                    raise CaptureError(problem) from error
                broken(problem)
    if not count:
        raise CaptureError("no WARC file in it" if inside else f"{place.file}: no WARC file in it")


class _Window(io.RawIOBase):
    """A part of a file, as a file of its own."""

    def __init__(self, stream: BinaryIO, start: int, end: int) -> None:
        self._stream = stream
        self._start = start
        self._size = end - start
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = max(offset + (0, self._position, self._size)[whence], 0)
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self._stream.seek(self._start + self._position)
        read = self._stream.read(max(min(len(buffer), self._size - self._position), 0))
        buffer[: len(read)] = read
        self._position += len(read)
        return len(read)


def first_member(stream: BinaryIO, start: int, end: int) -> int:
    """Return where the first record that begins in a part of a packed file begins; `end` if none does."""
    position = start
    while position < end:
        stream.seek(position)
        window = stream.read(min(SEARCHED_BYTES, end - position) + len(GZIP_START) - 1)
        at = window.find(GZIP_START)
        if at < 0:
            position += SEARCHED_BYTES
            continue
        position += at
        stream.seek(position)
        if position < end and _begins_record(stream.read(512)):
            return position
        position += 1
    return end


def _begins_record(packed: bytes) -> bool:
    """Return whether `packed` is the beginning of a gzip member with a record, and not just the same bytes by chance
    within one."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, 16).startswith(RECORD_STARTS)
    except zlib.error:
        return False


def _parts(stream: BinaryIO, file: str, start: int, end: int) -> Iterator[Region]:
    """Yield the parts of a WARC file, which is in `file` from `start` to `end`. Its first bytes tell whether it is
    packed; its name may be wrong."""
    stream.seek(start)
    packed = stream.read(2) == GZIP_START[:2]
    # In the middle of a file that is not packed it cannot be told for certain where a record begins, so such a file is
    # one part.
    step = MAX_REGION_BYTES if packed else max(end - start, 1)
    for at in range(start, end, step):
        yield Region(file, at, min(at + step, end), packed, end, at == start)


def _data_start(stream: BinaryIO, header: int) -> int:
    """Return how long the local header of a file in a ZIP is."""
    stream.seek(header)
    local = stream.read(LOCAL_HEADER_BYTES)
    return LOCAL_HEADER_BYTES + int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little")
