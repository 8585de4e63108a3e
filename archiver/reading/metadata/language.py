"""The language of a page: the one that it declares, unless its text is clearly in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.languages import detect_language, language_tag
from archiver.reading.metadata.field import Discarded, Field, ValueCandidate, chosen
from archiver.reading.metadata.nodes import texts
from archiver.reading.metadata.shown import shown_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.reading.metadata.evidence import PageEvidence

LANGUAGE_METAS = ("og:locale", "content-language", "language", "dc.language", "dcterms.language", "inlanguage")
MAX_SAMPLE_CHARACTERS = 3_000  # characters of the text that are looked at
MIN_SAMPLE_CHARACTERS = 200  # characters of paragraphs that are enough; of a page with less, all text is looked at
MIN_PARAGRAPH_CHARACTERS = 40  # characters; a shorter paragraph is only a label
MIN_CJK_PARAGRAPH_CHARACTERS = 15


def read_language(evidence: PageEvidence) -> Field[str]:
    """Return the language of the page as a BCP 47 tag."""
    said = [ValueCandidate(tag, rule) for text, rule in _said(evidence) if (tag := language_tag(text))]
    detected = detect_language(_sample(evidence))
    lost: list[Discarded[str]] = []
    for candidate in said:
        if not detected.contradicts(candidate.value):
            return chosen(candidate, [other for other in said if other.value != candidate.value], lost)
        lost.append(Discarded(candidate.value, candidate.rule, f"the text is {detected.language}"))
    return chosen(ValueCandidate(detected.language, "text") if detected.language else None, lost=lost)


def _said(evidence: PageEvidence) -> Iterator[tuple[str, str]]:
    for name in ("lang", "{http://www.w3.org/XML/1998/namespace}lang"):
        if text := evidence.tree.get(name):
            yield text, "html lang"
    for node in evidence.data.articles:
        for text in texts(node.values.get("inLanguage"))[:1]:
            yield text, f"{node.rule} inLanguage"
    yield from evidence.meta(*LANGUAGE_METAS)


def _sample(evidence: PageEvidence) -> str:
    """Return some of the text of the page: that of its paragraphs; if that is little, other text, too."""
    parts: list[str] = []
    length = 0
    for paragraph in evidence.tree.iter("p"):
        text = shown_text(paragraph)
        if len(text) > MIN_PARAGRAPH_CHARACTERS or (len(text) > MIN_CJK_PARAGRAPH_CHARACTERS and text[0] > "\u2fff"):
            parts.append(text)
            length += len(text)
            if length > MAX_SAMPLE_CHARACTERS:
                break
    if length < MIN_SAMPLE_CHARACTERS:
        body = evidence.tree.find("body")
        parts.append(shown_text(evidence.tree if body is None else body, MAX_SAMPLE_CHARACTERS))
    return " ".join(parts)[:MAX_SAMPLE_CHARACTERS]
