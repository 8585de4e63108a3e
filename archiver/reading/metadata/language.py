"""The language of a page: what it says, believed unless its text is plainly in another."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from archiver.reading.metadata.common_words import WORDS
from archiver.reading.metadata.field import Candidate, Field, Lost, chosen
from archiver.reading.metadata.nodes import texts
from archiver.reading.metadata.shown import shown_text

if TYPE_CHECKING:
    from archiver.reading.metadata.evidence import Evidence

TAG = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z]{4})?(?:[-_](?:[a-zA-Z]{2}|\d{3}))?(?![a-zA-Z])")
SAMPLE = 4_000  # characters of the text that are looked at
ENOUGH = 200  # characters from which a language can be told
# The scripts that name a language, or a few.
SCRIPTS = {
    "kana": re.compile("[\u3040-\u30ff]"),
    "han": re.compile("[\u4e00-\u9fff]"),
    "ko": re.compile("[\uac00-\ud7af]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
    "arabic": re.compile("[\u0600-\u06ff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "devanagari": re.compile("[\u0900-\u097f]"),
    "bn": re.compile("[\u0980-\u09ff]"),
    "ta": re.compile("[\u0b80-\u0bff]"),
    "te": re.compile("[\u0c00-\u0c7f]"),
    "ka": re.compile("[\u10a0-\u10ff]"),
    "hy": re.compile("[\u0530-\u058f]"),
    "latin": re.compile("[a-zA-Z\u00c0-\u024f]"),
}
OF_SCRIPT = {
    "cyrillic": ("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg"),
    "arabic": ("ar", "fa", "ur", "ps", "ckb", "ug", "sd"),
    "devanagari": ("hi", "mr", "ne"),
    "han": ("zh", "yue", "wuu"),
    "kana": ("ja",),
}
ALIASES = {"no": "nb", "nn": "nb", "iw": "he", "in": "id", "cmn": "zh"}
NEAR = (
    {"bs", "hr", "sr"},
    {"nb", "no", "nn", "da"},
    {"id", "ms"},
    {"cs", "sk"},
    {"af", "nl"},
    {"mk", "bg"},
    {"es", "gl"},
)
WORD = re.compile(r"[^\W\d_]+")
SURE = 3.0  # times as many words of another language before the page's own word is not taken
LEAST = 0.04  # share of a text's words that are among the frequent ones of its language; real texts have 0.2


def read_language(evidence: Evidence) -> Field[str]:
    """Return the language of the page as a BCP 47 tag."""
    said = [Candidate(tag, rule) for text, rule in _said(evidence) if (tag := language_tag(text))]
    text = _sample(evidence)
    seen = told_language(text)
    lost: list[Lost[str]] = []
    for candidate in said:
        if contradicts(text, candidate.value):
            lost.append(Lost(candidate.value, candidate.rule, f"the text is {seen}"))
            continue
        return chosen(candidate, [other for other in said if other.value != candidate.value], lost)
    return chosen(Candidate(seen, "text") if seen else None, lost=lost)


def language_tag(text: str) -> str:
    """Return a tag as BCP 47 writes it (`zh-Hans-CN`), from `zh_cn`, `EN-gb` and the like; "" when it is none."""
    found = TAG.match(text.strip())
    if not found:
        return ""
    name, *rest = re.split("[-_]", found[0])
    return "-".join([name.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])


def told_language(text: str) -> str:
    """Return the language that a text is in, as far as its script and its frequent words tell; else ""."""
    script, share = _script(text)
    if not script or share < 0.5:
        return ""
    if script == "kana":
        return "ja"
    if script == "han":
        return "zh"
    if script in ("cyrillic", "arabic", "latin"):
        scores = _scores(text)
        own = OF_SCRIPT.get(script)
        best = max((name for name in WORDS if own is None or name in own), key=lambda name: scores[name], default="")
        return best if scores[best] >= LEAST else ""
    return {"devanagari": "hi"}.get(script, script)


def contradicts(text: str, tag: str) -> bool:
    """Whether a text is so plainly in another language that the page is wrong to say `tag`."""
    name = ALIASES.get(tag.partition("-")[0], tag.partition("-")[0])
    told = told_language(text)
    if not told or told == name or any({told, name} <= near for near in NEAR):
        return False
    script, _ = _script(text)
    if any(told in names and name in names for names in OF_SCRIPT.values()) and name not in WORDS:
        return False
    if script == "latin" and name in WORDS:
        scores = _scores(text)
        return scores[told] > SURE * scores[name]
    # A language in the same script that we know no words of may well be what the page says.
    return script != "latin" or name in ("zh", "ja", "ko", "ru", "ar", "he", "el", "th", "uk", "fa", "hi")


def _script(text: str) -> tuple[str, float]:
    """Return the script that most letters of a text are in, and their share."""
    counts = {name: len(pattern.findall(text)) for name, pattern in SCRIPTS.items()}
    total = sum(counts.values())
    if total < ENOUGH // 4:
        return "", 0.0
    if counts["kana"] > 0.05 * (counts["kana"] + counts["han"]) and counts["kana"] + counts["han"] > total / 2:
        return "kana", 1.0
    counts["han"] *= 2  # a character is as much as several letters
    name = max(counts, key=lambda key: counts[key])
    return name, counts[name] / sum(counts.values())


def _scores(text: str) -> dict[str, float]:
    words = Counter(WORD.findall(text.lower()))
    total = sum(words.values()) or 1
    return {name: sum(words[word] for word in frequent.split()) / total for name, frequent in WORDS.items()}


def _said(evidence: Evidence) -> list[tuple[str, str]]:
    tree = evidence.tree
    said = [
        (text, "html lang")
        for text in (tree.get("lang"), tree.get("{http://www.w3.org/XML/1998/namespace}lang"))
        if text
    ]
    said += [
        (text, f"{node.rule} inLanguage")
        for node in evidence.articles
        for text in texts(node.values.get("inLanguage"))[:1]
    ]
    said += evidence.meta("og:locale", "content-language", "language", "dc.language", "dcterms.language", "inlanguage")
    return said


def _sample(evidence: Evidence) -> str:
    parts: list[str] = []
    length = 0
    for paragraph in evidence.tree.iter("p"):
        text = shown_text(paragraph)
        if len(text) > 40 or (text and ord(text[0]) > 0x2FFF and len(text) > 15):
            parts.append(text)
            length += len(text)
            if length > SAMPLE:
                break
    if length < ENOUGH:
        body = evidence.tree.find("body")
        parts.append(shown_text(evidence.tree if body is None else body, SAMPLE))
    return " ".join(parts)[: 2 * SAMPLE]
