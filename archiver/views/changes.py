"""What changed from one version of a text to the next, for people to read. No I/O."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Where a body, which may be a few very long lines, is split for reading: after each sentence and each block.
SENTENCE_END_PATTERN = re.compile(r"(?<=[。！？；])(?![）”’」』]|</)|(?<=</p>)|(?<=</tr>)|(?<=</li>)|(?<=[.!?] )")
UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # letters of scripts that put no spaces between words
# What is compared within a sentence: a word or number, a letter of such a script, or a mark; with the spaces after it.
WORD_PATTERN = re.compile(rf"(?:[{UNSPACED}]|(?:(?![{UNSPACED}])\w)+(?:[.,:'’](?:(?![{UNSPACED}])\w)+)*|[^\w\s])\s*")
MIN_ALIKE = 0.5  # of the words of two sentences: then one was made of the other
MAX_AHEAD = 10  # sentences, among which the one is looked for that was made of an earlier one
# Longer sentences are shown without what changed in them, and likewise those for which the comparison could take more
# steps: a source may write them so that it takes minutes.
MAX_CHARACTERS = 2000
MAX_STEPS = 300_000


class Piece(NamedTuple):
    """A part of a sentence. changed: whether the other version does not have it."""

    text: str
    changed: bool


class Change(NamedTuple):
    """A sentence that is gone (sign: `-`) or new (`+`). In one of which something is left in the other version, only
    some pieces have changed."""

    sign: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The whole sentence."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def is_part(self) -> bool:
        """Whether some of the sentence is in both versions."""
        return not all(piece.changed for piece in self.pieces)


def sentences(text: str) -> list[str]:
    """Return the sentences and blocks of a text or of HTML, none of them empty."""
    return [part.strip() for line in text.splitlines() for part in SENTENCE_END_PATTERN.split(line) if part.strip()]


def changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """Yield the sentences that are gone and those that are new, in the order of the text. One that was made of an
    earlier one follows it."""
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            yield from _replaced([*map(_Sentence, old[old_from:old_to])], [*map(_Sentence, new[new_from:new_to])])


class _Sentence:
    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def pieces(self) -> list[str]:
        """Its words, each with the spaces after it; none if the sentence is too long to be compared."""
        return WORD_PATTERN.findall(self.text) if len(self.text) <= MAX_CHARACTERS else []

    @cached_property
    def words(self) -> list[str]:
        return [piece.rstrip() for piece in self.pieces]

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(self.words)

    def is_like(self, other: _Sentence) -> bool:
        common = (self.counts & other.counts).total()
        return 2 * common >= MIN_ALIKE * (len(self.words) + len(other.words)) > 0

    def steps(self, other: _Sentence) -> int:
        """Return a bound on the steps that it takes to compare the two: pairs of equal words for each block of them."""
        pairs = sum(count * other.counts[word] for word, count in self.counts.items())
        return pairs * min(len(self.words), len(other.words))


def _replaced(gone: list[_Sentence], come: list[_Sentence]) -> Iterator[Change]:
    """Yield the changes where the sentences `gone` were replaced with those in `come`."""
    done = 0  # of the new sentences
    for sentence in gone:
        ahead = range(done, min(len(come), done + MAX_AHEAD))
        found = next((place for place in ahead if sentence.is_like(come[place])), None)
        if found is None:
            yield _whole("-", sentence)
        else:
            yield from (_whole("+", other) for other in come[done:found])
            yield from _edited(sentence, come[found])
            done = found + 1
    yield from (_whole("+", other) for other in come[done:])


def _whole(sign: str, sentence: _Sentence) -> Change:
    return Change(sign, (Piece(sentence.text, changed=True),))


def _edited(before: _Sentence, after: _Sentence) -> Iterator[Change]:
    if before.steps(after) > MAX_STEPS:
        yield _whole("-", before)
        yield _whole("+", after)
        return
    runs = SequenceMatcher(None, before.words, after.words, autojunk=False).get_opcodes()
    yield Change("-", _pieces(before, [(run[1], run[2], run[0] != "equal") for run in runs]))
    yield Change("+", _pieces(after, [(run[3], run[4], run[0] != "equal") for run in runs]))


def _pieces(sentence: _Sentence, runs: list[tuple[int, int, bool]]) -> tuple[Piece, ...]:
    return tuple(Piece("".join(sentence.pieces[start:end]), changed) for start, end, changed in runs if start < end)
