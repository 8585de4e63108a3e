"""How likely it is that bytes are text in an encoding: how frequent the characters that come out are in languages that
are written in it. All weights are in bits: a character that is one of 2^n has the weight -n.
Reads nothing but its own lists of letters."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

CYRILLIC = ("ru", "uk", "bg", "be", "sr", "mk")
LATIN_2 = ("pl", "cs", "sk", "hu", "hr", "sl", "ro")
# By codec: the languages that are written in it.
LANGUAGES: dict[str, tuple[str, ...]] = {
    "gb18030": ("zh-Hans",),
    "big5hkscs": ("zh-Hant",),
    "cp932": ("ja",),
    "euc_jp": ("ja",),
    "cp949": ("ko",),
    "cp1251": CYRILLIC,
    "koi8_u": CYRILLIC[:4],
    "iso8859_5": CYRILLIC,
    "cp866": CYRILLIC[:4],
    "cp1250": LATIN_2,
    "iso8859_2": LATIN_2,
    "cp1252": ("de", "fr", "es", "pt", "it", "sv", "da", "nb", "fi", "nl", "is", "sq"),
    "cp1253": ("el",),
    "iso8859_7": ("el",),
    "cp1254": ("tr",),
    "cp1255": ("he",),
    "cp1256": ("ar", "fa"),
    "cp1257": ("lt", "lv", "et"),
    "cp874": ("th",),
}
UTF_8 = "utf-8"
# What browsers take without a label; and what this program mostly reads.
EXPECTED = {"cp1252": 12.0, "gb18030": 6.0}
# The same encoding for all that is compared here, under another name.
SAME = {"koi8_r": "koi8_u", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs", "iso8859_1": "cp1252"}
# Common characters of the old standards for Han and Hangul: a codec, and the last first byte of one.
COMMON = {
    "gb18030": ("gb2312", 0xD7),
    "big5hkscs": ("big5", 0xC6),
    "cp932": ("cp932", 0x97),
    "euc_jp": ("euc_jp", 0xCF),
    "cp949": ("euc_kr", 0xC8),
}
# Characters that a list may not have.
ASCII_WEIGHT, OTHER_LETTER, OTHER_SIGN, RARE_HAN, NO_CHARACTER = -6.0, -14.0, -12.0, -18.0, -20.0
COMMON_HAN = -13.0
SIGNS = {
    **dict.fromkeys("、。，！？：；（）「」『』《》〈〉【】\u3000\xa0", -6.5),
    **dict.fromkeys("«»“”‘’„‚–—…•·©®°§‹›", -8.0),
}
# Bytes that are no part of a character of several bytes in any of these encodings (but in UTF-16 and the like).
BETWEEN = bytes((*range(0x30), *range(0x3A, 0x40)))
BLANKS = bytes.maketrans(BETWEEN, b" " * len(BETWEEN))
SAMPLE = 300_000  # bytes, of words from all parts of a text


class Likely(NamedTuple):
    """An encoding, the language in it that fits best, and the weight of the whole text in it."""

    codec: str
    language: str
    weight: float


def is_utf_8(content: bytes) -> bool:
    """Return whether `content` is valid UTF-8."""
    try:
        content.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def words_of(content: bytes) -> list[bytes]:
    """Return the words of `content` that have bytes beyond ASCII; of a long text some of them, from all its parts."""
    words = [word[:SAMPLE] for word in content.translate(BLANKS).split() if not word.isascii()]
    step = -(-sum(map(len, words)) // SAMPLE)
    return words[:: max(step, 1)]


def likely_encodings(words: list[bytes], codecs: Iterable[str] = LANGUAGES) -> dict[str, Likely]:
    """Return, by its codec, how likely each of these encodings is for these words, as far as their languages are
    known."""
    text = b" ".join(words)
    return {codec: _likely(text, codec) for codec in codecs if codec in LANGUAGES}


def most_likely(likely: dict[str, Likely]) -> Likely:
    """Return the encoding to be taken for a text without a label."""
    return max(likely.values(), key=lambda one: one.weight + EXPECTED.get(one.codec, 0))


def weight_in(text: str, codec: str, language: str) -> float:
    """Return the weight of a decoded text; language: empty for any."""
    return _weight(Counter(text), codec, language)


def _likely(content: bytes, codec: str) -> Likely:
    counted = Counter(content.decode(codec, "replace"))
    weights = {language: _weight(counted, codec, language) for language in LANGUAGES[codec]}
    language = max(weights, key=lambda name: weights[name])
    return Likely(codec, language, weights[language])


def _weight(counted: Counter[str], codec: str, language: str) -> float:
    letters = _letters()[language]
    total = 0.0
    for character, times in counted.items():
        if character != " ":
            total += times * max(letters.get(character, NO_CHARACTER), _unlisted(character, codec))
    return total


@cache
def _letters() -> dict[str, dict[str, float]]:
    """Return the weights of frequent letters, by language; under "" those of all, each as where it is most frequent."""
    lists = yaml.safe_load(files("archiver.encoding").joinpath("letters.yaml").read_text(encoding="utf-8"))
    weights: dict[str, dict[str, float]] = {
        language: {letter: -float(bits) for bits, letters in rows.items() for letter in "".join(letters.split())}
        for language, rows in lists.items()
    }
    anywhere: dict[str, float] = {}
    for letters in weights.values():
        for letter, weight in letters.items():
            anywhere[letter] = max(weight, anywhere.get(letter, weight))
    return {**weights, "": anywhere}


@lru_cache(maxsize=65536)
def _unlisted(character: str, codec: str) -> float:
    """Return the weight of a character that is not among the frequent letters of a language."""
    if character.isascii():
        return ASCII_WEIGHT
    if character in SIGNS:
        return SIGNS[character]
    if character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cn", "Co", "Cs"):
        return NO_CHARACTER
    if "\uff01" <= character <= "\uff5e":
        return -9.0
    if "\u3400" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7a3":
        return COMMON_HAN if _is_common(character, codec) else RARE_HAN
    return OTHER_LETTER if character.isalpha() else OTHER_SIGN


def _is_common(character: str, codec: str) -> bool:
    """Return whether a Han character or a Hangul syllable is one of the common ones of an encoding."""
    if codec == UTF_8:
        return any(_is_common(character, other) for other in COMMON)
    standard, last = COMMON.get(codec, ("ascii", 0))
    encoded = character.encode(standard, "ignore")
    return bool(encoded) and encoded[0] <= last
