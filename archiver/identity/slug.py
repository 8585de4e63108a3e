"""The words in the name of a post: from the last part of its address that has meaningful words, else from its title.
They are ASCII and short, and these rules must not change, since published addresses contain the words. No I/O."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from archiver.pinyin import pinyin

LONGEST = 60  # characters
FEWEST_LETTERS = 3
FEWEST_WORDS = 3  # in a part of the address before the article's id
FALLBACK = "article"
ENDING = re.compile(r"\.(?:s?html?|xhtml|php\d?|aspx?|jspx?|cms|ece|story|amp|cgi|do|nhn)$", re.IGNORECASE)
# Ids that programs make: numbers, dates and digests, with letters before or behind.
ID = re.compile(r"[a-z]{0,3}\d+[a-z]?|(?=[a-z]*\d)(?=\d*[a-z])[\da-z]{9,}|[\da-f]{8,}", re.IGNORECASE)
# Words at the end of many addresses that do not name an article.
GENERAL = frozenset(
    """amp index default home print full all article articles story stories news post posts page detail details content
    view read show item node archive archives view_article newsdetail articleview blog video""".split()
)
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
KANA = re.compile(r"[\u3040-\u30ff]")
LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    | {"ð": "d", "þ": "th", "ı": "i", "İ": "I", "’": None, "'": None, "ʼ": None}
)
WORD = re.compile(r"[a-z0-9]+")


def page_slug(address: str, title: str) -> str:
    """Return the slug of the article at `address`: small letters, digits and hyphens, at most 60 characters."""
    fewest = 1
    for part in reversed(urlsplit(address).path.split("/")):
        words = _words(ENDING.sub("", unquote(part)))
        if _says_something(words) and len(words) >= fewest:
            return _joined(words)
        if not GENERAL.issuperset(words):  # it is an id: what stands before it may only be a section's name
            fewest = FEWEST_WORDS
    words = _words(title)
    return _joined(words) if _says_something(words) else FALLBACK


def _words(text: str) -> list[str]:
    """Return the words of a text in ASCII: Chinese as pinyin, a word for each character. Letters without a similar one
    in ASCII are left out, and so is Japanese."""
    if KANA.search(text):
        text = HAN.sub(" ", text)
    text = HAN.sub(lambda found: f" {pinyin(found[0], ' ')} ", text).translate(LETTERS)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return WORD.findall(plain.lower())


def _says_something(words: list[str]) -> bool:
    own = [word for word in words if not ID.fullmatch(word)]
    return sum(map(len, own)) >= FEWEST_LETTERS and not GENERAL.issuperset(own)


def _joined(words: list[str]) -> str:
    """Return words with hyphens between them, without ids at either end, cut after a whole word."""
    first = next(number for number, word in enumerate(words) if not ID.fullmatch(word))
    last = next(number for number in reversed(range(len(words))) if not ID.fullmatch(words[number]))
    text = "-".join(words[first : last + 1])
    if len(text) > LONGEST:
        text = text[:LONGEST].rpartition("-")[0] or text[:LONGEST]
    return text
