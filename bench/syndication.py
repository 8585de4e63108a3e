"""Texts as agencies send them and papers print them: made-up ones, and copies of any text as other papers have it."""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PUNCTUATION = re.compile(r"[,，。.、;；:：“”\"'‘’()（）!！?？—-]+")
SENTENCE = re.compile(r"(?<=[.!?。！？])\s*")
# Syllables of words, and characters: what a language is made of here.
SYLLABLES = {
    "zh": [chr(code) for code in range(0x4E00, 0x4E00 + 900)],
    "ja": [chr(code) for code in (*range(0x3042, 0x3094), *range(0x5000, 0x5000 + 300))],
    "en": "ba be bi con der en est fa gra in ka lo mer na or per qui ro sa ter un ver wa".split(),
    "de": "ab auf be ber chen der ein fen ge haus kei land mit nis ort reis sam tag und ver wen zeit".split(),
    "ru": "ба ве ги до жи ка ло мер на об пра ре со тер у фо хи ча ши эк".split(),
    "ar": "با تر جا دار را سل شم عر فو قل كم لن مو نا هر وس".split(),
}
ENDS = {"zh": "。", "ja": "。"}
WORDS = 3000  # of a language; the first of them in most sentences
AGENCY = {"zh": "新华社电", "ja": "（共同）", "en": "(Reuters) -", "de": "(dpa) -", "ru": "ТАСС.", "ar": "رويترز -"}
DESK = {
    "zh": "（编辑：沈知夏 责任编辑：顾怀舟）",
    "ja": "（編集：佐藤）",
    "en": "Additional reporting by Jo Merrow; editing by Ann Lee.",
    "de": "Redaktion: Jo Merrow, Ann Lee.",
    "ru": "Редактор: Анна Ли.",
    "ar": "تحرير: سلمى.",
}


class Language:
    """A made-up language: words of which few are in most sentences, and most in few."""

    def __init__(self, name: str, seed: int = 1) -> None:
        random = Random(f"{name} {seed}")
        self.name = name
        self.wide = name in ENDS
        size = (1, 2) if self.wide else (1, 4)
        self._words = ["".join(random.choices(SYLLABLES[name], k=random.randint(*size))) for _ in range(WORDS)]
        self._weights = [1 / (rank + 5) for rank in range(WORDS)]

    def sentence(self, random: Random) -> str:
        """Return a sentence, with a number in some."""
        words = random.choices(self._words, self._weights, k=random.randint(8, 24))
        if random.random() < 0.3:
            words.insert(random.randrange(len(words)), str(random.randint(2, 99999)))
        return ("" if self.wide else " ").join(words) + ENDS.get(self.name, ".")

    def paragraphs(self, random: Random, count: int = 0) -> list[str]:
        """Return the paragraphs of an article."""
        space = "" if self.wide else " "
        return [
            space.join(self.sentence(random) for _ in range(random.randint(2, 5)))
            for _ in range(count or random.randint(5, 12))
        ]


def copies(paragraphs: Sequence[str], language: str, random: Random, other: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the text of `paragraphs` as other papers have it, each with the name of what was done to it. other: the
    paragraphs of another article."""
    for name, change in CHANGES.items():
        yield name, "\n".join(change(list(paragraphs), language, random, other))


def in_paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, or its sentences if it has few."""
    found = [line for line in text.split("\n") if line.strip()]
    return found if len(found) >= 4 else [one for one in SENTENCE.split(text) if one.strip()]


def _agency(paragraphs: list[str], language: str, _: Random, __: Sequence[str]) -> list[str]:
    return [f"{AGENCY[language]} {paragraphs[0]}", *paragraphs[1:], DESK[language]]


def _headline(paragraphs: list[str], _: str, random: Random, other: Sequence[str]) -> list[str]:
    """Another headline, in the text."""
    return [random.choice(other)[:60], *paragraphs]


def _dropped(paragraphs: list[str], _: str, random: Random, __: Sequence[str]) -> list[str]:
    paragraphs.pop(random.randrange(len(paragraphs)))
    return paragraphs


def _added(paragraphs: list[str], _: str, random: Random, other: Sequence[str]) -> list[str]:
    paragraphs.insert(random.randrange(len(paragraphs) + 1), random.choice(other))
    return paragraphs


def _punctuated(paragraphs: list[str], *_: object) -> list[str]:
    return [PUNCTUATION.sub(" - ", one) for one in paragraphs]


def _cut(share: float) -> Callable[..., list[str]]:
    def cut(paragraphs: list[str], *_: object) -> list[str]:
        text = "\n".join(paragraphs)
        return [text[: int(len(text) * share)]]

    return cut


def _edited(paragraphs: list[str], language: str, random: Random, other: Sequence[str]) -> list[str]:
    """An agency's line, no last paragraph, one of the paper's own, and a figure that was put right."""
    kept = paragraphs[: max(1, len(paragraphs) - 1)]
    kept[0] = f"{AGENCY[language]} {kept[0]}"
    return [re.sub(r"\d+", "7", kept[0], count=1), *kept[1:], random.choice(other)]


CHANGES: dict[str, Callable[[list[str], str, Random, Sequence[str]], list[str]]] = {
    "agency": _agency,
    "headline": _headline,
    "dropped": _dropped,
    "added": _added,
    "punctuated": _punctuated,
    "cut to 3/4": _cut(0.75),
    "cut to 3/5": _cut(0.6),
    "cut to 1/2": _cut(0.5),
    "edited": _edited,
}
