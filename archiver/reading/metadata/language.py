"""The language of a page: what it says, believed unless its text is plainly in another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.reading.metadata.field import Discarded, Field, ValueCandidate, chosen
from archiver.reading.metadata.nodes import texts
from archiver.reading.metadata.shown import shown_text
from archiver.reading.metadata.told_language import told_language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.reading.metadata.evidence import PageEvidence

TAG = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z]{4})?(?:[-_](?:[a-zA-Z]{2}|\d{3}))?(?![a-zA-Z])")
METAS = ("og:locale", "content-language", "language", "dc.language", "dcterms.language", "inlanguage")
SAMPLE = 3_000  # characters of the text that are looked at
ENOUGH = 200  # characters of paragraphs; a page with less is looked at as a whole
PARAGRAPH = 40  # characters from which a paragraph is more than a label
CJK_PARAGRAPH = 15


def read_language(evidence: PageEvidence) -> Field[str]:
    """Return the language of the page as a BCP 47 tag."""
    said = [ValueCandidate(tag, rule) for text, rule in _said(evidence) if (tag := language_tag(text))]
    told = told_language(_sample(evidence))
    lost: list[Discarded[str]] = []
    for candidate in said:
        if not told.contradicts(candidate.value):
            return chosen(candidate, [other for other in said if other.value != candidate.value], lost)
        lost.append(Discarded(candidate.value, candidate.rule, f"the text is {told.language}"))
    return chosen(ValueCandidate(told.language, "text") if told.language else None, lost=lost)


def language_tag(text: str) -> str:
    """Return a tag as BCP 47 writes it (`zh-Hans-CN`), from `zh_cn`, `EN-gb` and the like; "" when it is none."""
    found = TAG.match(text.strip())
    if not found:
        return ""
    name, *rest = re.split("[-_]", found[0])
    return "-".join([name.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])


def _said(evidence: PageEvidence) -> Iterator[tuple[str, str]]:
    for name in ("lang", "{http://www.w3.org/XML/1998/namespace}lang"):
        if text := evidence.tree.get(name):
            yield text, "html lang"
    for node in evidence.data.articles:
        for text in texts(node.values.get("inLanguage"))[:1]:
            yield text, f"{node.rule} inLanguage"
    yield from evidence.meta(*METAS)


def _sample(evidence: PageEvidence) -> str:
    """Return some of the text of the page: its paragraphs, as far as there are any."""
    parts: list[str] = []
    length = 0
    for paragraph in evidence.tree.iter("p"):
        text = shown_text(paragraph)
        if len(text) > PARAGRAPH or (len(text) > CJK_PARAGRAPH and text[0] > "\u2fff"):
            parts.append(text)
            length += len(text)
            if length > SAMPLE:
                break
    if length < ENOUGH:
        body = evidence.tree.find("body")
        parts.append(shown_text(evidence.tree if body is None else body, SAMPLE))
    return " ".join(parts)[:SAMPLE]
