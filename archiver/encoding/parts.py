"""Telling apart the parts of a text of which one is in UTF-8 and another is in another encoding. No I/O."""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UTF_8 = "utf-8"
# A word: between bytes that are no part of a character of several bytes in any encoding (but in UTF-16 and the like).
WORD_PATTERN = re.compile(rb"[^\x00-\x2f\x3a-\x3f]++")
# A character beyond ASCII in UTF-8 (RFC 3629, 4; overlong forms are of no interest here).
UTF_8_CHARACTER_PATTERN = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Weights, in bits: how unlikely it is that text in another encoding has bytes by chance that are a character in UTF-8,
# that text has a place that cannot be decoded, and that the words after some are in the other encoding.
CHANCE_BITS, DAMAGE_BITS, TURN_BITS = 6.0, 8.0, 10.0
TRUST_BITS = 30.0  # how much likelier another encoding must be than the one that is trusted
MAX_STRETCHES = 5000  # of more only the first count, and they are not told apart
MAX_STRETCH_BYTES = 50_000  # that are looked at: more say nothing new


class Stretch(NamedTuple):
    """Words that follow one another and are all valid UTF-8, or all not. start: of the first, in the text. words: all
    of them, with a blank between two; of many the first."""

    start: int
    is_utf_8: bool
    words: bytes


def stretches_of(content: bytes) -> list[Stretch]:
    """Return the stretches of the words in `content` that have bytes beyond ASCII. The ASCII between them is the same
    in both encodings."""
    words = (word for word in WORD_PATTERN.finditer(content) if not word[0].isascii())
    found = []
    for is_utf_8, group in groupby(words, key=lambda word: _is_utf_8(word[0])):
        run = list(group)
        found.append(Stretch(run[0].start(), is_utf_8, b" ".join(word[0] for word in run)[:MAX_STRETCH_BYTES]))
        if len(found) == MAX_STRETCHES:
            break
    return found


def parts_of(
    content: bytes, stretches: Sequence[Stretch], other: str, trusted: str | None
) -> Iterator[tuple[bytes, str]]:
    """Yield the parts of `content`, each with its codec: UTF-8 or `other`.

    trusted: the one of the two that the whole text is in unless the other one, or both together, are likelier by
    TRUST_BITS.
    """
    weights = [_weights(stretch, other) for stretch in stretches]
    whole = {UTF_8: sum(in_utf_8 for in_utf_8, _ in weights), other: sum(in_other for _, in_other in weights)}
    if trusted:
        whole[trusted] += TRUST_BITS
    best = max(whole, key=lambda codec: whole[codec])
    weight, codecs = _likeliest(weights, other)
    if weight <= whole[best] + (0 if best == trusted else TRUST_BITS) or len(stretches) == MAX_STRETCHES:
        yield content, best
        return
    start = 0
    for place, (before, codec) in enumerate(pairwise(codecs), 1):
        if codec != before:
            yield content[start : stretches[place].start], before
            start = stretches[place].start
    yield content[start:], codecs[-1]


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def _weights(stretch: Stretch, other: str) -> tuple[float, float]:
    """Return the weight of a stretch in UTF-8 and in the other encoding."""
    by_chance = CHANCE_BITS * len(UTF_8_CHARACTER_PATTERN.findall(stretch.words))
    return -DAMAGE_BITS * _damage(stretch.words, UTF_8), -DAMAGE_BITS * _damage(stretch.words, other) - by_chance


def _damage(content: bytes, codec: str) -> int:
    return content.decode(codec, "replace").count("\ufffd")


def _likeliest(weights: Sequence[tuple[float, float]], other: str) -> tuple[float, list[str]]:
    """Return the weight of all stretches, each in its likeliest encoding, and these encodings. weights: of each stretch
    in UTF-8 and in `other`."""
    utf_8, foreign = 0.0, 0.0
    turned: list[tuple[bool, bool]] = []  # by stretch: whether its best way in each encoding comes from the other one
    for in_utf_8, in_other in weights:
        turned.append((foreign - TURN_BITS > utf_8, utf_8 - TURN_BITS > foreign))
        utf_8, foreign = max(utf_8, foreign - TURN_BITS) + in_utf_8, max(foreign, utf_8 - TURN_BITS) + in_other
    is_utf_8 = utf_8 >= foreign
    codecs = []
    for from_foreign, from_utf_8 in reversed(turned):
        codecs.append(UTF_8 if is_utf_8 else other)
        is_utf_8 ^= from_foreign if is_utf_8 else from_utf_8
    return max(utf_8, foreign), codecs[::-1]
