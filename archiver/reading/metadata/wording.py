"""Texts of the metadata in the form in which they are shown and compared. Text in, text out."""

from __future__ import annotations

import re
import unicodedata

from archiver.text import unescaped, without_line_tags

INVISIBLE_PATTERN = re.compile("[\u200e\u200f\u2060\u00ad]")
WORD_PATTERN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
SPACE_PATTERN = re.compile(r"[\s\u200b\ufeff]+")


def one_line(text: str) -> str:
    """Return `text` with single spaces, without invisible characters that only control line breaks or direction."""
    if text.isascii():
        return " ".join(text.split())
    return SPACE_PATTERN.sub(" ", INVISIBLE_PATTERN.sub("", text)).strip()


def plain(text: str) -> str:
    """Return a title in one line, without tags and with HTML entities decoded, up to three times if they were escaped
    repeatedly."""
    for _ in range(3):
        if (read := unescaped(text)) == text:
            break
        text = read
    return one_line(without_line_tags(text))


def fold(text: str) -> str:
    """Return the words of `text` in lower case with single spaces, for comparing: texts that differ only in case,
    in punctuation or in the number of spaces become equal."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).lower()))


def words(text: str) -> frozenset[str]:
    """Return the set of words in `text`; every Chinese and Japanese character counts as a word."""
    return frozenset(WORD_PATTERN.findall(text.lower()))
