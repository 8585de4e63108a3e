"""Text cut into words for SQLite's full-text search, so that Chinese words are found in it. No I/O.

The tokenizer unicode61 (sqlite.org/fts5.html, 4.3.1) takes letters and digits that stand together for one word, and
Chinese is written without spaces, so only whole clauses would be found. Therefore all sequences of two, three and four
Chinese characters are indexed as words: each Chinese word that somebody may look for is among them.
"""

from __future__ import annotations

import re
from operator import add

MAX_WORD_CHARACTERS = 4  # characters of a Chinese word that is found as one
HAN = "々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WORD_PATTERN = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")  # what unicode61 takes for a word, with its accents
OTHER_WORD_PATTERN = re.compile(rf"[^\W_{HAN}]+(?:[\u0300-\u036f]+[^\W_{HAN}]*)*")
HAN_PATTERN = re.compile(f"[{HAN}]")
ONLY_HAN_PATTERN = re.compile(f"[{HAN}]+")
LONE_HAN_PATTERN = re.compile(f"(?<![{HAN}])[{HAN}](?![{HAN}])")
UNIT_PATTERN = re.compile(f"[{HAN}]|[^{HAN}]+")
# Letters and digits that are as wide as Chinese characters (２０２４年, Ａ股), and the common ones that they stand for.
COMMON = {wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
WIDE_PATTERN = re.compile(f"[{''.join(map(chr, COMMON))}]")


def segment(text: str) -> str:
    """Return the words to index of `text`, with spaces between them. Those with wide letters or digits follow once more
    with common ones: people look for what they can type.

    Letters and digits stay as they are, in their order, so that phrases of them are found. All sequences of two to four
    Chinese characters, and single ones that stand alone, follow, each of them once, which halves the time to make the
    index: phrases of them are never looked for. In a sequence, letters or digits count as one character (A股, 5G手机).
    """
    words = _words(text)
    if WIDE_PATTERN.search(text):
        words += _words(text.translate(COMMON))
    return " ".join(words)


def _words(text: str) -> list[str]:
    words: list[str] = []
    for word in dict.fromkeys(WORD_PATTERN.findall(text)):
        if word.isascii() or not HAN_PATTERN.search(word):
            continue
        units: list[str] | str = word if ONLY_HAN_PATTERN.fullmatch(word) else UNIT_PATTERN.findall(word)
        longer: list[str] | str = units
        for size in range(1, min(MAX_WORD_CHARACTERS, len(units))):
            longer = list(map(add, longer, units[size:]))
            words += longer
    return [*OTHER_WORD_PATTERN.findall(text), *dict.fromkeys(LONE_HAN_PATTERN.findall(text)), *dict.fromkeys(words)]
