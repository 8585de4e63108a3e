"""Articles of which a page shows the beginning: told by what it says of itself, or to its readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.reading.refusals.wording import PAYWALL

if TYPE_CHECKING:
    from archiver.documents import Document
    from archiver.reading.body import Body
    from archiver.reading.metadata import Metadata

STUB = 600  # weighted characters: what is left of a text for those who do not pay
FREE_LENGTH = 350  # of a page that says only in its data that it is not free: many of these show all the same
CALLS = ("p", "div", "h2", "h3", "h4", "span", "strong", "b", "a", "button", "section", "label")
LONGEST_CALL = 300


def find_paywall(document: Document, metadata: Metadata, body: Body) -> str:
    """Return what tells that the page keeps the rest of its article for those who pay; nothing if nothing does."""
    if metadata.paywalled and body.prose < FREE_LENGTH:
        return "it says that its text is not free"
    if body.prose >= STUB:
        return ""
    for element in document.tree.iter(*CALLS):
        text = element.text
        if text and len(text) < LONGEST_CALL and (found := PAYWALL.search(text)):
            return f"it says “{found[0]}”"
    return ""
