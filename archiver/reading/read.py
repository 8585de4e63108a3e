"""Any news page in, what it says out, or why it is no article. No I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archiver.reading.body import read_body
from archiver.reading.document import read_document
from archiver.reading.metadata import read_metadata
from archiver.reading.refusals import refuse_content, refuse_page

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """What a news page says. `rules` names for each field the rule that gave it."""

    address: str | None  # where the page came from
    canonical: str | None  # the address that it says it has
    title: str | None
    published: datetime | None  # aware
    modified: datetime | None  # aware
    authors: tuple[str, ...]
    source: str | None
    language: str | None  # a BCP 47 tag
    description: str | None
    image: str | None  # an absolute address
    paywalled: bool  # the page says that its text is for those who pay: only the beginning may be there
    html: str  # the body, cleaned as the body of a post is
    text: str  # the words of the body, paragraphs parted by empty lines; no captions
    rules: dict[str, str] = field(default_factory=dict)


def read_page(
    content: bytes, address: str | None, *, content_type: str | None = None, fetched: datetime | None = None
) -> Reading:
    """Return the article in the web page `content`, which came from `address`.

    content_type: the header of that name. fetched: when the page was asked for (aware); relative times count from it.
    Raises NotAnArticleError when the page is no article, or shows none.
    """
    refuse_content(content, content_type)
    document = read_document(content, content_type, address)
    metadata = read_metadata(document, fetched)
    body = read_body(document, metadata.title.value or "", metadata.article_body or "")
    refuse_page(document, metadata, body)
    fields = {
        name: getattr(metadata, name)
        for name in (
            "canonical",
            "title",
            "published",
            "modified",
            "authors",
            "source",
            "language",
            "description",
            "image",
        )
    }
    rules = {name: found.rule for name, found in fields.items() if found.rule} | {"body": body.rule}
    if document.note:
        rules["encoding"] = document.note
    values = {name: found.value for name, found in fields.items()}
    values["authors"] = values["authors"] or ()
    return Reading(address=address, paywalled=metadata.paywalled, html=body.html, text=body.text, rules=rules, **values)
