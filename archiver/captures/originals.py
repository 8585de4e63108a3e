"""Which record has the body of a revisit (WARC 1.1, 6.7). No I/O."""

from __future__ import annotations

import re
from base64 import b32decode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.captures.capture import Capture
    from archiver.captures.captured_answer import CapturedAnswer, RecordNames

DIGEST_PATTERN = re.compile(r"(?P<algorithm>[a-z0-9]+(?:-[0-9]+)?):(?P<value>[A-Za-z0-9]+)=*", re.IGNORECASE)
DIGEST_BYTES = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64}  # bytes


class Originals:
    """The records that were read, by all the names by which revisits may refer to them."""

    def __init__(self) -> None:
        self._ids: dict[str, Capture] = {}
        self._digests: dict[bytes, Capture] = {}
        self._moments: dict[tuple[str, datetime], Capture] = {}
        self._revisits: dict[tuple[str, datetime], Capture] = {}

    def add(self, names: RecordNames, capture: Capture) -> None:
        """Note a record that has a body. capture: where it is. Where several have the same name, it means the first."""
        if names.id:
            self._ids.setdefault(names.id, capture)
        for digest in {digest_key(names.digest), digest_key(f"sha256:{names.payload}")} - {b""}:
            self._digests.setdefault(digest, capture)
        self._moments.setdefault((names.url, names.time), capture)

    def add_revisit(self, capture: Capture) -> None:
        """Note a record whose body is in another one (a revisit): no revisit refers to it, but a later note may."""
        self._revisits.setdefault((capture.url, capture.time), capture)

    def find(self, revisit: CapturedAnswer) -> Capture | None:
        """Return the record that has the body of `revisit`: by the id that it names, by its digest, or by the address
        and the date that it names; None if no such record was read."""
        original = self._ids.get(revisit.refers_to) if revisit.refers_to else None
        original = original or self._digests.get(digest_key(revisit.same))
        if original is None and revisit.refers:
            original = self._moments.get(revisit.refers)
        return original

    def at(self, url: str, time: datetime) -> Capture | None:
        """Return the record of that target URI and date, one with a body if there is one; None if none was read."""
        return self._moments.get((url, time)) or self._revisits.get((url, time))


def digest_key(text: str) -> bytes:
    """Return a labelled digest (`sha1:3I42H3S6…`) in a form that can be compared, whether it is written in base 32 or
    in hexadecimal digits; empty if the text is no such digest."""
    match = DIGEST_PATTERN.fullmatch(text.strip())
    if match is None:
        return b""
    algorithm, value = match["algorithm"].lower().replace("-", ""), match["value"]
    size = DIGEST_BYTES.get(algorithm)
    try:
        if size is None:
            return b""
        if len(value) == 2 * size:
            return algorithm.encode() + bytes.fromhex(value)
        padded = value.upper() + "=" * (-len(value) % 8)
        binary = b32decode(padded)
    except ValueError:
        return b""
    return algorithm.encode() + binary if len(binary) == size else b""


def sha256_of(text: str) -> str:
    """Return a labelled digest in hexadecimal digits if it is a SHA-256; empty if it is another one, or none."""
    key = digest_key(text)
    return key.removeprefix(b"sha256").hex() if key.startswith(b"sha256") else ""
