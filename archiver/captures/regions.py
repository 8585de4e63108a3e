"""Which files a replay reads, cut into parts that several processes can read at once."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.errors import CaptureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

PART = 1 << 20  # bytes: some hundred answers
WARCS = (".warc.gz", ".warc", ".arc.gz", ".arc")
WACZ = ".wacz"
GZIP_START = b"\x1f\x8b\x08"
LOCAL_HEADER = 30  # bytes of a zip file's local header before the name: APPNOTE 4.3.7
STARTS = (b"WARC/", b"filedesc:", b"http")  # of records


class Region(NamedTuple):
    """A part of a file: the records that begin in it. packed: each record is a gzip member. stop: where the WARC ends
    that it is of (a WACZ goes on). first: it begins where that does."""

    file: str
    start: int
    end: int
    packed: bool
    stop: int
    first: bool = False


def files_in(paths: Iterable[Path]) -> list[Path]:
    """Return the WARC and WACZ files that `paths` are, or that are in these directories, in the order of their names.

    Raises CaptureError for one that is neither, or that is not there.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(
                Path(folder, name)
                for folder, _, names in os.walk(path, followlinks=True)
                for name in names
                if name.endswith((*WARCS, WACZ))
            )
            if not inside:
                raise CaptureError(f"{path}: no WARC or WACZ file in it")
            found += inside
        elif not path.exists():
            raise CaptureError(f"{path}: there is no such file")
        elif path.name.endswith((*WARCS, WACZ)):
            found.append(path)
        else:
            raise CaptureError(f"{path}: neither WARC nor WACZ, by its name")
    return found


def regions(file: Path) -> Iterator[Region]:
    """Yield the parts of `file`, in their order. Raises CaptureError."""
    try:
        if not file.name.endswith(WACZ):
            yield from _parts(str(file), 0, file.stat().st_size, packed=file.name.endswith(".gz"))
            return
        with zipfile.ZipFile(file) as archive, file.open("rb") as stream:
            inside = [one for one in archive.infolist() if one.filename.endswith(WARCS)]
            for one in inside:
                if one.compress_type != zipfile.ZIP_STORED:
                    raise CaptureError(
                        f"{file}: {one.filename} is compressed; WACZ 1.1.1 stores WARC files as they are"
                    )
                start = _data_start(stream, one.header_offset)
                packed = one.filename.endswith(".gz")
                yield from _parts(str(file), start, start + one.file_size, packed=packed)
    except (OSError, zipfile.BadZipFile) as error:
        raise CaptureError(f"{file}: cannot be read: {error}") from error


def first_member(stream: BinaryIO, start: int, end: int) -> int:
    """Return where the first record that begins in a part of a packed file begins; `end` if none does."""
    position = start
    stream.seek(start)
    window = stream.read(end - start + 2)
    while (at := window.find(GZIP_START, position - start)) >= 0:
        position = start + at
        if position >= end:
            break
        stream.seek(position)
        if _begins_record(stream.read(512)):
            return position
        position += 1
    return end


def _begins_record(packed: bytes) -> bool:
    """Return whether `packed` is the beginning of a gzip member with a record, and no chance likeness within one."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, 16).startswith(STARTS)
    except zlib.error:
        return False


def _parts(file: str, start: int, end: int, *, packed: bool) -> Iterator[Region]:
    step = PART if packed else max(end - start, 1)  # where a record begins in one that is not packed, none can tell
    for at in range(start, end, step):
        yield Region(file, at, min(at + step, end), packed, end, at == start)


def _data_start(stream: BinaryIO, header: int) -> int:
    stream.seek(header)
    local = stream.read(LOCAL_HEADER)
    return header + LOCAL_HEADER + int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little")
