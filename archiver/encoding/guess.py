"""In which encoding bytes are that nobody labels, or that are labelled wrongly: as Firefox guesses it. No I/O."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

import webencodings
from chardetng_py import EncodingDetector

if TYPE_CHECKING:
    from collections.abc import Iterator

# Encodings of the Latin script. They differ in a few letters, by which nobody can tell them apart for certain.
LATIN_CODECS = frozenset(
    {"cp1250", "cp1252", "cp1254", "cp1257", "cp1258", "mac-roman"}
    | {f"iso8859-{part}" for part in (1, 2, 3, 4, 9, 10, 13, 14, 15, 16)}
)
# Encodings that have the same letters at the same places, under the name of one of them.
SAME_LETTERS = {"koi8-r": "koi8-u", "iso8859-7": "cp1253", "iso8859-8": "cp1255"}
MIN_PART_BYTES, MAX_PARTS = 60, 50  # of a text that is guessed part by part
MIN_CERTAIN_BYTES = 50  # beyond ASCII, by which a script is told for certain
MAX_FLAW_SHARE = 0.04  # of the bytes beyond ASCII: text with more flaws is not in the encoding that its label says
ASCII = bytes(range(0x80))


def codec_of(label: str) -> str | None:
    """Return the Python codec for an encoding label (WHATWG Encoding, 4.2); None for a label that the standard does not
    have. Python itself is not asked: it has codecs that are no encodings of text, such as idna."""
    found = webencodings.lookup(label)
    if found is None or found.name in ("replacement", "x-user-defined"):
        return None
    # The standard decodes GBK and its aliases as GB 18030, which contains GBK.
    return "gb18030" if found.name in ("gbk", "gb18030") else str(found.codec_info.name)


def guessed(words: list[bytes]) -> str:
    """Return the Python codec for the encoding in which words that are not in UTF-8 most likely are.

    One damaged character is enough for the library to rule out an encoding with characters of several bytes, and then
    it takes the text for Latin, or for Chinese. So what most parts of the text are taken for counts more than what the
    whole is, except for Latin: its few letters beyond ASCII say little in a part.
    """
    parts = Counter(map(_guess, _parts(words)))
    most, count = parts.most_common(1)[0]
    return most if most not in LATIN_CODECS and 2 * count > parts.total() else _guess(b" ".join(words))


def _guess(content: bytes) -> str:
    detector = EncodingDetector()
    detector.feed(content, last=True)
    name: str = detector.guess(tld=None, allow_utf8=False)
    return codec_of(name) or name


def _parts(words: list[bytes]) -> Iterator[bytes]:
    """Yield words in parts of at least MIN_PART_BYTES, at most MAX_PARTS and one."""
    least = max(MIN_PART_BYTES, sum(map(len, words)) // MAX_PARTS)
    part: list[bytes] = []
    size = 0
    for word in words:
        part.append(word)
        size += len(word)
        if size >= least:
            yield b" ".join(part)
            part, size = [], 0
    if part:
        yield b" ".join(part)


def denies(content: bytes, labelled: str, guess: str) -> bool:
    """Return whether bytes deny that they are in the encoding of their label (its codec).

    They do if they would hardly be text in it, but are in the one that is guessed; and if so many are in another script
    than the label's that it cannot be by chance. An encoding of the Latin script is never guessed for certain.
    """
    if SAME_LETTERS.get(labelled, labelled) == SAME_LETTERS.get(guess, guess):
        return False
    high = len(content.translate(None, ASCII))
    if _flaws(content, labelled) > MAX_FLAW_SHARE * high:
        return _flaws(content, guess) <= MAX_FLAW_SHARE * high
    return high >= MIN_CERTAIN_BYTES and guess not in LATIN_CODECS


def _flaws(content: bytes, codec: str) -> int:
    """Return how many characters text in an encoding would have that texts do not have: what is none in it, control
    characters, private ones."""
    counted = Counter(content.decode(codec, "replace"))
    return sum(
        times
        for character, times in counted.items()
        if character == "\ufffd" or (character > "\x7f" and unicodedata.category(character) in ("Cc", "Cn", "Co"))
    )
