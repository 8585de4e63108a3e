"""Making a tree of the bytes of a web page, which are decoded as browsers decode them. Each page is parsed once. No
I/O."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from archiver.documents.streamed import comes_in_parts, put_in_place, without_stopgaps
from archiver.encoding import content_label, decode, page_label
from archiver.html import parse_document
from archiver.urls import base_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement


@dataclass(frozen=True)
class Document:
    """A web page, parsed."""

    tree: HtmlElement  # the `html` element
    address: str | None  # where it came from
    encoding: str  # the codec that it was decoded with
    text: str  # the page as it was sent, decoded
    note: str = ""  # a note on what could not be decoded

    @cached_property
    def base(self) -> str:
        """The address against which the page's links are resolved; empty if it is not known."""
        return base_of(self.tree, self.address or "")


def read_document(content: bytes, content_type: str | None = None, address: str | None = None) -> Document:
    """Return the page that `content` is. Any bytes are a page: nothing is raised.

    content_type: the header of that name. address: where the page came from.
    """
    decoded = decode(content, content_label(content_type), page_label(content))
    if comes_in_parts(decoded.text):
        tree = parse_document(without_stopgaps(decoded.text))
        put_in_place(tree, decoded.text)
    else:
        tree = parse_document(decoded.text)
    return Document(tree, address, decoded.encoding, decoded.text, decoded.note)
