"""Making a tree of the bytes of a web page, which are decoded as browsers decode them. Each page is parsed once. No
I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from archiver.documents.streamed import comes_in_parts, put_in_place, without_stopgaps
from archiver.encoding import content_label, decode
from archiver.html import parse_document
from archiver.urls import base_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# The standard (HTML, 13.2.3.2) looks for the label in 1,024 bytes, but browsers accept a later one, too, and start
# again.
LABELLED_WITHIN = 32_768
# Comments and tags as the standard's prescan finds them; like the standard it does not skip the text of scripts.
PRESCAN = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(?P<meta>meta)(?=[\s/])(?P<attributes>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>|<body[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
ATTRIBUTE = re.compile(rb"([^\s/>=\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']*)))?")
XML_ENCODING = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._:-]+)[\"']")


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


def page_label(content: bytes) -> str | None:
    """Return the encoding that the page itself names (`<meta charset>`, `<meta http-equiv>`, `<?xml encoding>`)."""
    start = content[:LABELLED_WITHIN]
    for found in PRESCAN.finditer(start):
        if not found["meta"]:
            if found[0][:2] != b"<!":
                break  # <body>
            continue
        if label := _meta_label(found["attributes"]):
            # A label that can be read as ASCII is not in UTF-16.
            return "utf-8" if label.lower().startswith("utf-16") else label
    declared = XML_ENCODING.match(start.lstrip())
    return declared[1].decode("ascii") if declared else None


def _meta_label(attributes: bytes) -> str | None:
    values: dict[bytes, str] = {}
    for name, *quoted in ATTRIBUTE.findall(attributes):
        values.setdefault(name.lower(), b"".join(quoted).decode("latin-1").strip())
    if label := values.get(b"charset"):
        return label
    if values.get(b"http-equiv", "").lower() == "content-type":
        return content_label(values.get(b"content"))
    return None
