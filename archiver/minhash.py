"""MinHash signatures of texts: how alike two texts are can be told by them alone. No I/O.

A text is taken for the set of the shingles of its beginning: any five words in a row or, in scripts that put no spaces
between words, any four characters; punctuation and case make no difference. How many shingles two texts share, of those
that either has (Jaccard), is estimated by the share of equal values in their signatures.
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

RULES = 1  # the version of what shingles are; another one makes other signatures
WORDS, CHARACTERS = 5, 4  # of a shingle
# Different shingles, among so many of them: what shorter texts have in common says little, or those that say one thing
# again and again.
FEWEST, AMONG = 30, 100
# Characters of a text that are looked at, with spaces between words and without; more tell little more, and take time.
MOST, MOST_WIDE = 6000, 1000
VALUES = 128  # in a signature: the estimate is off by 0.045 at most for two texts of three
BANDS, BAND = 12, 3  # those of a signature, and the values in each: of two texts half alike four in five share one
# How alike texts must be. Copies that were cut in half come to 0.5; what was written by one template, or of one event,
# to 0.3 at most.
THRESHOLD = 0.45
WORD = re.compile(r"[^\W_]+")
MARKS = "，。、；：“”‘’！？（）《》—…·「」『』【】,.;:!?\"'()[]-"  # in scripts without spaces
WIDE = 2  # bytes of UTF-8 for a character: those of such scripts take three
UNIT = 2  # bytes of UTF-16
LOW = slice(0 if sys.byteorder == "little" else 1, None, 2)  # of each value the lower half
PACKED = Struct(f"<{VALUES}H")
PROBES = (" ".join(map(str, range(100))), "".join(map(chr, range(0x4E00, 0x4E64))))


@dataclass(frozen=True, slots=True)
class Signature:  # no tuple: who shows an item makes tuples anew, of one sequence (`scrapy parse`)
    """What a text is told to be alike by. scheme: how it was made; signatures of two schemes cannot be compared.
    content: empty for a text that is too short to say much; it is like no other."""

    scheme: str
    content: bytes


def signature(text: str) -> Signature:
    """Return the signature of a text."""
    return Signature(scheme(), _content(text))


@cache
def scheme() -> str:
    """Return how signatures are made now: by which rules, and by which algorithm of the library.

    Some texts are tried on it: a version of the library that changed what it makes is found out, if it says so or not.
    """
    tried = blake2b(b"".join(map(_content, PROBES)), digest_size=4).hexdigest()
    return f"minhash-{RULES}-rensa-{RMinHash.ALGORITHM_VERSION}-{tried}"


def bands(content: bytes) -> list[int]:
    """Return the bands of a signature's content: two texts that share none are hardly alike. Each fits into 63 bits."""
    size = BAND * 2
    return [
        int.from_bytes(content[number * size : (number + 1) * size], "little") | number << 8 * size
        for number in range(BANDS)
    ]


def similarity(one: bytes, other: bytes) -> float:
    """Return how alike two texts are, from 0 to 1, by the contents of their signatures (of one scheme); 0 if one is
    empty."""
    if not (one and other):
        return 0.0
    # Equal values leave nothing of each other: counted so, it takes half of what comparing them in pairs does.
    differing = int.from_bytes(one) ^ int.from_bytes(other)
    return memoryview(differing.to_bytes(PACKED.size)).cast("H").tolist().count(0) / VALUES


def _content(text: str) -> bytes:
    begin = text[:MOST_WIDE]
    wide = len(begin.encode(errors="replace")) > WIDE * len(begin)
    found = _of_characters(begin.lower()) if wide else _of_words(text[:MOST].lower())
    if len(set(found[:AMONG])) < FEWEST:
        return b""
    made = RMinHash.digest_matrix_from_flat_token_hashes(found, [0, len(found)], VALUES, 1)
    return PACKED.pack(*memoryview(array("I", made.to_rows()[0])).cast("B").cast("H")[LOW])


def _of_words(text: str) -> Sequence[int]:
    """Return the hashes of the shingles of a text, each some words."""
    words = WORD.findall(text)
    shingles = list(map(" ".join, zip(*(words[start:] for start in range(WORDS)), strict=False)))
    hashes: list[int] = RMinHash.hash_token_sets([shingles])[0] if shingles else []
    return hashes


def _of_characters(text: str) -> Sequence[int]:
    """Return the shingles of a text, each the integer that the UTF-16 of its characters is: that is what takes least
    time, and the library mixes them well."""
    text = "".join(text.split())
    for mark in MARKS:
        if mark in text:  # most are not, and looking is faster
            text = text.replace(mark, "")
    units = text.encode("utf-16-le", "replace")
    size = CHARACTERS * UNIT
    starts = range(0, size, UNIT)
    return memoryview(b"".join([units[at : at + max(0, len(units) - at) // size * size] for at in starts])).cast("Q")
