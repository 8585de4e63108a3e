"""MinHash signatures of texts, by which one can estimate how alike two texts are, without the texts. No I/O.

A text is seen as the set of the shingles of its beginning: every five words in a row or, in scripts without spaces
between words, every four characters; punctuation and case make no difference. The Jaccard similarity of two texts is
the number of shingles that both have, divided by the number that at least one of them has. It is estimated by the share
of equal values in their signatures.
"""

from __future__ import annotations

import re
import sys
from array import array
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from struct import Struct
from typing import TYPE_CHECKING

from rensa import RMinHash

if TYPE_CHECKING:
    from collections.abc import Sequence

RULES_VERSION = 1  # the version of these rules; to be raised with every change that makes other signatures
SHINGLE_WORDS, SHINGLE_CHARACTERS = 5, 4  # in a shingle
# A text must have at least so many different shingles among its first SAMPLE_SHINGLES. Texts that are shorter, or
# repeat the same again and again, may be alike by chance.
MIN_DISTINCT_SHINGLES, SAMPLE_SHINGLES = 30, 100
# Characters of a text that are looked at, with spaces between words and without; more would tell little more, and take
# time.
MAX_CHARACTERS, MAX_WIDE_CHARACTERS = 6000, 1000
SIGNATURE_VALUES = 128  # in a signature: in two of three cases the estimate is off by 0.045 at most
# Bands in a signature, values in a band: of pairs of texts half alike, four in five share a band.
SIGNATURE_BANDS, BAND_VALUES = 12, 3
# How alike near-duplicates are at least. A copy that was cut in half comes to 0.5; texts made from one template, or
# about one event, to 0.3 at most.
MIN_SIMILARITY = 0.45
WORD_PATTERN = re.compile(r"[^\W_]+")
PUNCTUATION_MARKS = "，。、；：“”‘’！？（）《》—…·「」『』【】,.;:!?\"'()[]-"  # in scripts without spaces
# Bytes of UTF-8 for a character, on average: scripts without spaces have more, as theirs take three each.
MIN_WIDE_BYTES = 2
UNIT_BYTES = 2  # bytes of a code unit of UTF-16
LOW_HALVES = slice(0 if sys.byteorder == "little" else 1, None, 2)  # the lower half of each value
PACKED_VALUES = Struct(f"<{SIGNATURE_VALUES}H")
PROBE_TEXTS = (" ".join(map(str, range(100))), "".join(map(chr, range(0x4E00, 0x4E64))))


@dataclass(frozen=True, slots=True)
class Signature:  # no named tuple: `scrapy parse` makes tuples again, from one argument, to show an item
    """The signature of a text. scheme: how it was made; signatures of different schemes cannot be compared. content:
    empty for a text that is too short or repeats itself; it is then like no other text."""

    scheme: str
    content: bytes


def signature(text: str) -> Signature:
    """Return the signature of a text."""
    return Signature(scheme(), _content(text))


@cache
def scheme() -> str:
    """Return the scheme by which signatures are made now: which rules, and which algorithm of the library.

    The signatures of some fixed texts are part of it: so a version of the library that makes other signatures has
    another scheme, even if the library does not tell.
    """
    tried = blake2b(b"".join(map(_content, PROBE_TEXTS)), digest_size=4).hexdigest()
    return f"minhash-{RULES_VERSION}-rensa-{RMinHash.ALGORITHM_VERSION}-{tried}"


def bands(content: bytes) -> list[int]:
    """Return the bands of a signature's content, each a number of at most 63 bits. Two texts without a common band are
    hardly alike."""
    size = BAND_VALUES * 2
    return [
        int.from_bytes(content[number * size : (number + 1) * size], "little") | number << 8 * size
        for number in range(SIGNATURE_BANDS)
    ]


def similarity(first: bytes, second: bytes) -> float:
    """Return how alike two texts are, from 0 to 1, by the contents of their signatures (of one scheme); 0 if one is
    empty."""
    if not (first and second):
        return 0.0
    # XOR turns equal values into 0. Counting these takes half the time of comparing the values in pairs.
    differing = int.from_bytes(first) ^ int.from_bytes(second)
    return memoryview(differing.to_bytes(PACKED_VALUES.size)).cast("H").tolist().count(0) / SIGNATURE_VALUES


def _content(text: str) -> bytes:
    begin = text[:MAX_WIDE_CHARACTERS]
    wide = len(begin.encode(errors="replace")) > MIN_WIDE_BYTES * len(begin)
    shingles = _of_characters(begin.lower()) if wide else _of_words(text[:MAX_CHARACTERS].lower())
    if len(set(shingles[:SAMPLE_SHINGLES])) < MIN_DISTINCT_SHINGLES:
        return b""
    made = RMinHash.digest_matrix_from_flat_token_hashes(shingles, [0, len(shingles)], SIGNATURE_VALUES, 1)
    return PACKED_VALUES.pack(*memoryview(array("I", made.to_rows()[0])).cast("B").cast("H")[LOW_HALVES])


def _of_words(text: str) -> Sequence[int]:
    """Return the hashes of a text's shingles of SHINGLE_WORDS words."""
    words = WORD_PATTERN.findall(text)
    shingles = list(map(" ".join, zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)))
    hashes: list[int] = RMinHash.hash_token_sets([shingles])[0] if shingles else []
    return hashes


def _of_characters(text: str) -> Sequence[int]:
    """Return a text's shingles of SHINGLE_CHARACTERS characters, each as the integer of their bytes in UTF-16. That
    takes the least time, and is good enough, since the library mixes the bits itself."""
    text = "".join(text.split())
    for mark in PUNCTUATION_MARKS:
        if mark in text:  # looking first is faster, as most marks are not in a text
            text = text.replace(mark, "")
    units = text.encode("utf-16-le", "replace")
    size = SHINGLE_CHARACTERS * UNIT_BYTES
    starts = range(0, size, UNIT_BYTES)
    return memoryview(b"".join([units[at : at + max(0, len(units) - at) // size * size] for at in starts])).cast("Q")
