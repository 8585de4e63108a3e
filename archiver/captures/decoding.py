"""Bodies without their content encodings (RFC 9110, 8.4): the one decoder of crawl, replay and verify. No I/O."""

from __future__ import annotations

import sys
import zlib
from typing import TYPE_CHECKING, NamedTuple

import brotli

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

if TYPE_CHECKING:
    from collections.abc import Callable

NO_CODINGS = frozenset({"", "identity", "none"})
GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
SKIPPED_FRAME = b"\x2a\x4d\x18"  # the magic number of a zstd frame without content, except its first byte
# First bytes of compressed streams, with which no text begins: zlib's headers, zstd's, and brotli's with its usual
# window (the last; in a text it would be an escape character).
PACKED_STARTS = (b"x\x01", b"x\x5e", b"x\x9c", b"x\xda", ZSTD_MAGIC[:2], b"\x1b")
GZIP_WINDOW, ZLIB_WINDOW, DEFLATE_WINDOW = zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS
CHUNK_BYTES = 1 << 12  # bytes: what is left of a chunk is copied for each gzip member or zstd frame that ends in it
SAMPLE_BYTES = 1 << 10  # bytes that tell text from packed bytes
# Bytes that no text has; in compressed streams one byte in nine is one of these.
NON_TEXT_BYTES = bytes({*range(32)} - {*b"\t\n\f\r\x1b"})
MAX_CHARACTER_BYTES = 4  # bytes: the longest character of UTF-8 and GB 18030; the sample may end within one


class UnreadableBodyError(Exception):
    """A body cannot be read. The message begins with "the answer" or "its"."""


class CutOffError(UnreadableBodyError):
    """A body whose end is missing."""


class TooLargeError(UnreadableBodyError):
    """A body that unpacks to more than it may."""


class _Coding(NamedTuple):
    """decode: is given bytes, and the most bytes that it may return. Raises UnreadableBodyError, or one of `errors`."""

    decode: Callable[[bytes, int], bytes]
    errors: tuple[type[Exception], ...]


def decode(raw: bytes, encodings: str, limit: int) -> bytes:
    """Return a body without its encodings. encodings: as Content-Encoding names them, in the order in which they were
    applied. limit: the most bytes that it may unpack to.

    An encoding is passed over if the body does not have it any more (many archives take it off and leave its name); and
    so is an unknown one if the body is text, as browsers do. Raises UnreadableBodyError.
    """
    for name in reversed([one.strip().lower() for one in encodings.split(",")]):
        if name not in NO_CODINGS and raw:
            raw = _decode_one(raw, name, limit)
    return raw


def decode_beginning(raw: bytes, encodings: str, size: int) -> bytes:
    """Return the first bytes of a body, of which `raw` may be only the beginning. Raises UnreadableBodyError for an
    encoding that is neither gzip nor deflate."""
    names = [name for name in (one.strip().lower() for one in encodings.split(",")) if name not in NO_CODINGS]
    if not names or is_text(raw):
        return raw[:size]
    if len(names) > 1 or names[0] not in ("gzip", "x-gzip", "deflate"):
        raise UnreadableBodyError(f"its encoding {encodings} is not unpacked in parts")
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(raw, size)  # zlib finds out which of the two it is
    except zlib.error as error:
        raise UnreadableBodyError(f"its {names[0]} encoding is broken: {error}") from error


def _decode_one(raw: bytes, name: str, limit: int) -> bytes:
    coding = CODINGS.get(name)
    if coding is None:
        if is_text(raw):
            return raw
        raise UnreadableBodyError(f"its encoding {name} is not known here")
    try:
        return coding.decode(raw, limit)
    except UnreadableBodyError:
        if is_text(raw):
            return raw
        raise
    except coding.errors as error:
        if is_text(raw):
            return raw
        raise UnreadableBodyError(f"its {name} encoding is broken: {error}") from error


def is_text(raw: bytes) -> bool:
    """Return whether bytes are text in an encoding that keeps ASCII, and not compressed."""
    sample = raw[:SAMPLE_BYTES]
    if sample.startswith(PACKED_STARTS) or sample.translate(None, NON_TEXT_BYTES) != sample:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            sample.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(sample) - MAX_CHARACTER_BYTES:
                continue
        return True
    return False


def _gunzip(raw: bytes, limit: int) -> bytes:
    """Return the content of all gzip members (RFC 1952, 2.2). What follows the last is left out, as browsers do."""
    if not raw.startswith(GZIP_MAGIC[: len(raw)]):
        return raw  # the encoding was taken off
    body, position = bytearray(), 0
    while position == 0 or raw.startswith(GZIP_MAGIC, position):
        unpacker = zlib.decompressobj(GZIP_WINDOW)
        while not unpacker.eof:
            chunk = raw[position : position + CHUNK_BYTES]
            if not chunk:
                raise CutOffError("the answer is cut off: its gzip stream has no end")
            body += unpacker.decompress(chunk, limit + 1 - len(body))
            _check_size(body, limit)
            position += len(chunk) - len(unpacker.unused_data)
    return bytes(body)


def _inflate(raw: bytes, limit: int) -> bytes:
    """Return what is in a zlib stream (RFC 1950), or in one without header and checksum (RFC 1951), as some send it."""
    try:
        return _inflate_as(ZLIB_WINDOW, raw, limit)
    except zlib.error:
        return _inflate_as(DEFLATE_WINDOW, raw, limit)


def _inflate_as(bits: int, raw: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(bits)
    body = unpacker.decompress(raw, limit + 1)
    _check_size(body, limit)
    if not unpacker.eof:
        raise CutOffError("the answer is cut off: its deflate stream has no end")
    return body


def _unbrotli(raw: bytes, limit: int) -> bytes:
    unpacker = brotli.Decompressor()
    body = bytearray(unpacker.process(raw, output_buffer_limit=limit + 1))
    while not unpacker.is_finished():
        _check_size(body, limit)
        if unpacker.can_accept_more_data():
            raise CutOffError("the answer is cut off: its brotli stream has no end")
        body += unpacker.process(b"", output_buffer_limit=limit + 1 - len(body))
    _check_size(body, limit)
    return bytes(body)


def _unzstd(raw: bytes, limit: int) -> bytes:
    """Return the content of all frames (RFC 8878, 3.1). What follows the last is left out."""
    body, position = bytearray(), 0
    while position == 0 or raw.startswith(ZSTD_MAGIC, position) or raw.startswith(SKIPPED_FRAME, position + 1):
        unpacker = ZstdDecompressor()
        while not unpacker.eof:
            chunk = raw[position : position + CHUNK_BYTES] if unpacker.needs_input else b""
            if not chunk and unpacker.needs_input:
                raise CutOffError("the answer is cut off: its zstd stream has no end")
            body += unpacker.decompress(chunk, limit + 1 - len(body))
            _check_size(body, limit)
            position += len(chunk)
        position -= len(unpacker.unused_data)
    return bytes(body)


def _check_size(body: bytes | bytearray, limit: int) -> None:
    if len(body) > limit:
        raise TooLargeError(f"the answer is larger than {limit:,} bytes, unpacked")


CODINGS = {
    "gzip": _Coding(_gunzip, (zlib.error,)),
    "x-gzip": _Coding(_gunzip, (zlib.error,)),
    "deflate": _Coding(_inflate, (zlib.error,)),
    "br": _Coding(_unbrotli, (brotli.error,)),
    "zstd": _Coding(_unzstd, (ZstdError,)),
}
