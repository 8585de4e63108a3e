"""Recognising pages that show only the beginning of an article, by their structured data or by what they tell
readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.reading.refusals.wording import PAYWALL_PATTERN

if TYPE_CHECKING:
    from archiver.documents import Document
    from archiver.reading.body import Body
    from archiver.reading.metadata import Metadata

MAX_STUB_PROSE = 600  # weighted characters of prose; those who do not pay see no more
MIN_FREE_PROSE = 350  # the same for a page that only its data calls not free; many of these show all of their text
CALL_ELEMENTS = ("p", "div", "h2", "h3", "h4", "span", "strong", "b", "a", "button", "section", "label")
MAX_CALL_CHARACTERS = 300


def find_paywall(document: Document, metadata: Metadata, body: Body) -> str:
    """Return what shows that the rest of the page's article is for those who pay; empty if nothing does."""
    if metadata.paywalled and body.prose < MIN_FREE_PROSE:
        return "it says that its text is not free"
    if body.prose >= MAX_STUB_PROSE:
        return ""
    for element in document.tree.iter(*CALL_ELEMENTS):
        text = element.text
        if text and len(text) < MAX_CALL_CHARACTERS and (found := PAYWALL_PATTERN.search(text)):
            return f"it says “{found[0]}”"
    return ""
