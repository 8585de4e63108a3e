"""The words in the name of a post: from the last part of its address that has meaningful words, else from its title.
They are ASCII and short, and these rules must not change, since published addresses contain the words. No I/O."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from archiver.pinyin import pinyin

MAX_SLUG_CHARACTERS = 60  # characters
MIN_LETTERS = 3
MIN_WORDS = 3  # in a part of the address before the article's id
FALLBACK_SLUG = "article"
ENDING_PATTERN = re.compile(r"\.(?:s?html?|xhtml|php\d?|aspx?|jspx?|cms|ece|story|amp|cgi|do|nhn)$", re.IGNORECASE)
# Ids that programs make: numbers, dates and digests, with letters before or behind.
ID_PATTERN = re.compile(r"[a-z]{0,3}\d+[a-z]?|(?=[a-z]*\d)(?=\d*[a-z])[\da-z]{9,}|[\da-f]{8,}", re.IGNORECASE)
# Words at the end of many addresses that do not name an article.
GENERAL_WORDS = frozenset(
    """amp index default home print full all article articles story stories news post posts page detail details content
    view read show item node archive archives view_article newsdetail articleview blog video""".split()
)
HAN_PATTERN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
KANA_PATTERN = re.compile(r"[\u3040-\u30ff]")
ASCII_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    | {"ð": "d", "þ": "th", "ı": "i", "İ": "I", "’": None, "'": None, "ʼ": None}
)
WORD_PATTERN = re.compile(r"[a-z0-9]+")


def page_slug(address: str, title: str) -> str:
    """Return the slug of the article at `address`: small letters, digits and hyphens, at most 60 characters."""
    fewest = 1
    for part in reversed(urlsplit(address).path.split("/")):
        words = _words(ENDING_PATTERN.sub("", unquote(part)))
        if _says_something(words) and len(words) >= fewest:
            return _joined(words)
        if not GENERAL_WORDS.issuperset(words):  # it is an id: what stands before it may only be a section's name
            fewest = MIN_WORDS
    words = _words(title)
    return _joined(words) if _says_something(words) else FALLBACK_SLUG


def _words(text: str) -> list[str]:
    """Return the words of a text in ASCII: Chinese as pinyin, a word for each character. Letters without a similar one
    in ASCII are left out, and so is Japanese."""
    if KANA_PATTERN.search(text):
        text = HAN_PATTERN.sub(" ", text)
    text = HAN_PATTERN.sub(lambda found: f" {pinyin(found[0], ' ')} ", text).translate(ASCII_LETTERS)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return WORD_PATTERN.findall(plain.lower())


def _says_something(words: list[str]) -> bool:
    own = [word for word in words if not ID_PATTERN.fullmatch(word)]
    return sum(map(len, own)) >= MIN_LETTERS and not GENERAL_WORDS.issuperset(own)


def _joined(words: list[str]) -> str:
    """Return words with hyphens between them, without ids at either end, cut after a whole word."""
    first = next(number for number, word in enumerate(words) if not ID_PATTERN.fullmatch(word))
    last = next(number for number in reversed(range(len(words))) if not ID_PATTERN.fullmatch(words[number]))
    text = "-".join(words[first : last + 1])
    if len(text) > MAX_SLUG_CHARACTERS:
        text = text[:MAX_SLUG_CHARACTERS].rpartition("-")[0] or text[:MAX_SLUG_CHARACTERS]
    return text
