"""Telling apart the parts of a text of which one is in UTF-8 and another is in another encoding. No I/O."""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

UTF_8 = "utf-8"
# A word: between bytes that are no part of a character of several bytes in any encoding (but in UTF-16 and the like).
WORD = re.compile(rb"[^\x00-\x2f\x3a-\x3f]++")
# A character beyond ASCII in UTF-8 (RFC 3629, 4; overlong forms are of no interest here).
CHARACTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Weights, in bits: how unlikely it is that text in another encoding has bytes by chance that are a character in UTF-8,
# and that text has a place that cannot be decoded.
BY_CHANCE, DAMAGE = 6.0, 8.0
BELIEF = 30.0  # bits: how much likelier another encoding must be than the one that is trusted
TURN = 10.0  # bits: how unlikely it is that the next words are in the other encoding
MOST_STRETCHES = 5000  # of more only the first count, and they are not told apart
WEIGHED = 50_000  # bytes of a stretch: more say nothing new


class Stretch(NamedTuple):
    """Words that follow one another and are all valid UTF-8, or all not. in_utf_8, in_other: their weight in each."""

    start: int
    in_utf_8: float
    in_other: float


def is_utf_8(content: bytes) -> bool:
    """Return whether `content` is valid UTF-8."""
    try:
        content.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def words_of(content: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the words of `content` that have bytes beyond ASCII."""
    return (word for word in WORD.finditer(content) if not word[0].isascii())


def parts_of(content: bytes, other: str, trusted: str | None) -> Iterator[tuple[bytes, str]]:
    """Yield the parts of `content`, each with its codec: UTF-8 or `other`.

    trusted: the one of the two that the whole text is in unless the other one, or both together, are likelier by
    BELIEF bits.
    """
    stretches = _stretches(content, other)
    whole = {
        UTF_8: sum(one.in_utf_8 for one in stretches),
        other: sum(one.in_other for one in stretches),
    }
    if trusted:
        whole[trusted] += BELIEF
    best = max(whole, key=lambda codec: whole[codec])
    weight, codecs = _likeliest(stretches, other)
    if weight <= whole[best] + (0 if best == trusted else BELIEF) or len(stretches) == MOST_STRETCHES:
        yield content, best
        return
    start = 0
    for place, (before, codec) in enumerate(pairwise(codecs), 1):
        if codec != before:
            yield content[start : stretches[place].start], before
            start = stretches[place].start
    yield content[start:], codecs[-1]


def _stretches(content: bytes, other: str) -> list[Stretch]:
    found = []
    for _, group in groupby(words_of(content), key=lambda word: is_utf_8(word[0])):
        run = list(group)
        # Without the ASCII between them, which weighs the same in both.
        text = b" ".join(word[0] for word in run)[:WEIGHED]
        in_utf_8 = -DAMAGE * _damage(text, UTF_8)
        in_other = -DAMAGE * _damage(text, other) - BY_CHANCE * len(CHARACTER.findall(text))
        found.append(Stretch(run[0].start(), in_utf_8, in_other))
        if len(found) == MOST_STRETCHES:
            break
    return found


def _likeliest(stretches: list[Stretch], other: str) -> tuple[float, list[str]]:
    """Return the likeliest encoding of each stretch, and the weight of all of them so."""
    utf_8, foreign = 0.0, 0.0
    turned: list[tuple[bool, bool]] = []  # by stretch: whether its best way in each encoding comes from the other one
    for one in stretches:
        turned.append((foreign - TURN > utf_8, utf_8 - TURN > foreign))
        utf_8, foreign = (
            max(utf_8, foreign - TURN) + one.in_utf_8,
            max(foreign, utf_8 - TURN) + one.in_other,
        )
    in_utf_8 = utf_8 >= foreign
    codecs = []
    for from_other in reversed(turned):
        codecs.append(UTF_8 if in_utf_8 else other)
        in_utf_8 ^= from_other[0 if in_utf_8 else 1]
    return max(utf_8, foreign), codecs[::-1]


def _damage(content: bytes, codec: str) -> int:
    return content.decode(codec, "replace").count("\ufffd")
