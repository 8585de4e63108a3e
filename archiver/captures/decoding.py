"""Bodies without their content encoding (RFC 9110, 8.4). No I/O."""

from __future__ import annotations

import zlib

from archiver.captures.members import LARGEST

try:
    import brotli
except ImportError:  # nobody who has no such captures needs it
    brotli = None

INFLATE = (zlib.MAX_WBITS, -zlib.MAX_WBITS)  # with the header that it should have, and without, as some send it


def decoded(raw: bytes, encoding: str) -> bytes:
    """Return a body without its content encoding. Raises zlib.error, ValueError."""
    if encoding in ("", "identity", "none") or not raw:
        return raw
    if encoding in ("gzip", "x-gzip"):
        # Some archives have taken the encoding off and kept the header.
        return _inflated(raw, zlib.MAX_WBITS | 16) if raw.startswith(b"\x1f\x8b") else raw
    if encoding == "deflate":
        try:
            return _inflated(raw, INFLATE[0])
        except zlib.error:
            return _inflated(raw, INFLATE[1])
    if encoding == "br" and brotli:
        try:
            return bytes(brotli.decompress(raw))
        except brotli.error as error:
            raise ValueError(str(error)) from error
    raise ValueError(f"nothing here can decode {encoding}")


def _inflated(raw: bytes, bits: int) -> bytes:
    unpacker = zlib.decompressobj(bits)
    body = unpacker.decompress(raw, LARGEST)
    if unpacker.unconsumed_tail:
        raise ValueError(f"more than {LARGEST:,} bytes")
    return body
