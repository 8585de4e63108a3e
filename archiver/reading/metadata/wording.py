"""Texts of the metadata in the shape in which they are shown and compared. Text in, text out."""

from __future__ import annotations

import re
import unicodedata

from archiver.text import unescaped, without_line_tags

INVISIBLE = re.compile("[\u200e\u200f\u2060\u00ad]")
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
SPACE = re.compile(r"[\s\u200b\ufeff]+")


def one_line(text: str) -> str:
    """Return `text` with single spaces, without the characters that are there only to break or join words."""
    return SPACE.sub(" ", INVISIBLE.sub("", text)).strip()


def plain(text: str) -> str:
    """Return a title in one line, with HTML entities (however often they were escaped) read and tags taken out."""
    for _ in range(3):
        if (read := unescaped(text)) == text:
            break
        text = read
    return one_line(without_line_tags(text))


def fold(text: str) -> str:
    """Return the letters and digits of `text`, small: what is the same is equal."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).lower()))


def words(text: str) -> frozenset[str]:
    """Return the different words of `text`; every character of Chinese and Japanese is one."""
    return frozenset(WORD.findall(text.lower()))
