"""Detecting the language of a text, by its script and by common words. Text in, language out."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from archiver.languages.common_words import WORDS

MIN_LETTERS = 50  # letters that are enough to detect a language
MIN_SCRIPT_LETTERS = 4  # letters that are enough to detect a script
MIN_COMMON_SHARE = 0.04  # least share of a text's words that are common words of its language; real texts have 0.2
# For a language that is beyond doubt: the least share of common words, how many times that of any other language it
# must be, and the least number of words.
MIN_SURE_SHARE, MIN_SURE_FACTOR, MIN_SURE_WORDS = 0.12, 1.5, 35
MIN_REFUTING_FACTOR = 3.0  # a language is not believed if the text has so many times as many words of another one
# Scripts that are used for one language or a few, by their first and last characters.
RANGES_OF_SCRIPT = {
    "latin": (("A", "z"), ("\u00c0", "\u024f"), ("\u1e00", "\u1eff")),
    "han": (("\u4e00", "\u9fff"),),
    "kana": (("\u3040", "\u30ff"),),
    "hangul": (("\uac00", "\ud7af"),),
    "cyrillic": (("\u0400", "\u04ff"),),
    "arabic": (("\u0600", "\u06ff"),),
    "hebrew": (("\u0590", "\u05ff"),),
    "greek": (("\u0370", "\u03ff"),),
    "thai": (("\u0e00", "\u0e7f"),),
    "devanagari": (("\u0900", "\u097f"),),
    "bengali": (("\u0980", "\u09ff"),),
    "tamil": (("\u0b80", "\u0bff"),),
    "telugu": (("\u0c00", "\u0c7f"),),
    "georgian": (("\u10a0", "\u10ff"),),
    "armenian": (("\u0530", "\u058f"),),
}
# The languages of each script; the first is the likeliest. Latin has all others.
LANGUAGES_OF_SCRIPT = {
    "han": ("zh", "yue", "wuu"),
    "kana": ("ja",),
    "hangul": ("ko",),
    "cyrillic": ("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg"),
    "arabic": ("ar", "fa", "ur", "ps", "ckb", "ug", "sd"),
    "hebrew": ("he", "yi"),
    "greek": ("el",),
    "thai": ("th",),
    "devanagari": ("hi", "mr", "ne", "sa"),
    "bengali": ("bn", "as"),
    "tamil": ("ta",),
    "telugu": ("te",),
    "georgian": ("ka",),
    "armenian": ("hy",),
}
NOT_LATIN_LANGUAGES = frozenset(name for names in LANGUAGES_OF_SCRIPT.values() for name in names) - {"sr", "kk", "mn"}
LANGUAGE_ALIASES = {"no": "nb", "nn": "nb", "iw": "he", "in": "id", "cmn": "zh", "zh-hans": "zh"}
# Languages that share so many words that they cannot be told apart.
CONFUSABLE_LANGUAGES = (
    *({"bs", "hr", "sr"}, {"nb", "da"}, {"id", "ms"}, {"cs", "sk"}, {"af", "nl"}, {"mk", "bg"}, {"es", "gl"}),
    {"zu", "xh"},
)
KANA_PATTERN = re.compile("[\u3040-\u30ff]")
# Scripts of so many characters that a text has each of them once or twice: they are counted in runs.
LARGE_SCRIPT_PATTERNS = {
    name: re.compile("|".join(f"[{first}-{last}]+" for first, last in RANGES_OF_SCRIPT[name]))
    for name in ("han", "hangul")
}
WORD_PATTERN = re.compile(r"[^\W\d_]+")
LETTERS_PER_HAN = 2  # letters that a Chinese character counts for, as it says as much as several


@dataclass(frozen=True, slots=True)
class DetectedLanguage:
    """What was detected of a text's language."""

    language: str = ""  # "": it is not known
    script: str = ""
    scores: dict[str, float] | None = None  # of a text in Latin letters: the share of common words, by language

    def contradicts(self, tag: str) -> bool:
        """Whether the text is so clearly in another language that `tag` (BCP 47) is wrong."""
        name = tag.partition("-")[0]
        name = LANGUAGE_ALIASES.get(name, name)
        if (
            not self.language
            or self.language == name
            or any({self.language, name} <= near for near in CONFUSABLE_LANGUAGES)
        ):
            return False
        if self.script != "latin":
            # A language of the same script whose words are not known here cannot be ruled out.
            return name not in LANGUAGES_OF_SCRIPT[self.script] or name in WORDS
        if name in WORDS and self.scores and name not in NOT_LATIN_LANGUAGES:
            return self.scores[self.language] > MIN_REFUTING_FACTOR * self.scores[name]
        return name in NOT_LATIN_LANGUAGES


def sure_language(text: str) -> str:
    """Return the language of `text` (BCP 47) if it is beyond doubt, else "". If several languages have its script, it
    must have many common words of one language and clearly fewer of any other, and the words of all languages that are
    near to that one must be known."""
    detected = detect_language(text)
    if not detected.script:  # even a short text may be in a script that only one language has
        script = _script(text, MIN_SCRIPT_LETTERS)
        if script == "kana" and 4 * len(KANA_PATTERN.findall(text)) < len(text):  # Chinese has a の now and then
            return ""
        return LANGUAGES_OF_SCRIPT[script][0] if script in ("han", "kana", "hangul") else ""
    if detected.script not in ("latin", "cyrillic", "arabic") or not detected.language or not detected.scores:
        return detected.language
    best = detected.scores[detected.language]
    others = [score for name, score in detected.scores.items() if name != detected.language]
    like = {name for names in CONFUSABLE_LANGUAGES if detected.language in names for name in names}
    sure = best >= MIN_SURE_SHARE and max(others) * MIN_SURE_FACTOR <= best and like <= detected.scores.keys()
    return detected.language if sure and len(WORD_PATTERN.findall(text)) >= MIN_SURE_WORDS else ""


def detect_language(text: str) -> DetectedLanguage:
    """Return what can be detected of the language of `text`."""
    script = _script(text)
    if not script:
        return DetectedLanguage()
    if script in ("latin", "cyrillic", "arabic"):
        words = Counter(WORD_PATTERN.findall(text.lower()))
        total = sum(words.values())
        own = [
            name
            for name in WORDS
            if name in LANGUAGES_OF_SCRIPT.get(script, ()) or (script == "latin" and name not in NOT_LATIN_LANGUAGES)
        ]
        scores = {name: sum(words[word] for word in WORDS[name].split()) / total for name in own}
        best = max(own, key=lambda name: scores[name])
        return DetectedLanguage(best if scores[best] >= MIN_COMMON_SHARE else "", script, scores)
    return DetectedLanguage(LANGUAGES_OF_SCRIPT[script][0], script)


@lru_cache(maxsize=1000)  # characters
def _script_of(character: str) -> str:
    """Return the script of a character; "" if it has none of these."""
    for script, ranges in RANGES_OF_SCRIPT.items():
        if any(first <= character <= last for first, last in ranges):
            return script
    return ""


def _script(text: str, least: int = MIN_LETTERS) -> str:
    """Return the script of most letters of a text; "" if it has too few or is mixed."""
    counts = dict.fromkeys(RANGES_OF_SCRIPT, 0)
    for name, runs in LARGE_SCRIPT_PATTERNS.items():
        rest = runs.sub("", text)
        counts[name], text = len(text) - len(rest), rest
    for character, count in Counter(text).items():
        if script := _script_of(character):
            counts[script] += count
    if counts["kana"] > 0.05 * counts["han"]:  # Japanese has both
        counts["kana"] += counts.pop("han")
    total = sum(counts.values())
    best = max(counts, key=lambda script: counts[script] * (LETTERS_PER_HAN if script in ("han", "kana") else 1))
    return best if total >= least and counts[best] * LETTERS_PER_HAN > total / 2 and counts[best] > total / 4 else ""
