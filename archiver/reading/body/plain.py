"""The plain text of a cleaned body: its paragraphs, separated by empty lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.cleaning.markup import BLOCKS
from archiver.cleaning.media import kind_of_link
from archiver.html import parse_fragment

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LEFT_OUT_ELEMENTS = frozenset({"figcaption", "figure"})


def plain_text(html: str) -> str:
    """Return the plain text of `html`, the body of an article, without captions of pictures and titles of videos."""
    parts: list[str] = []
    runs: list[str] = []

    def flush() -> None:
        text = "\n".join(" ".join(line.split()) for line in "".join(runs).split("\n")).strip()
        if text:
            parts.append(text)
        runs.clear()

    def walk(element: HtmlElement) -> None:
        block = element.tag in BLOCKS
        if block:
            flush()
        if element.tag == "br":
            runs.append("\n")
        if element.tag not in LEFT_OUT_ELEMENTS and not kind_of_link(element):
            if element.text:
                runs.append(" ".join(element.text.split("\n")))
            for child in element:
                walk(child)
                if child.tail:
                    runs.append(" ".join(child.tail.split("\n")))
        if block:
            flush()

    walk(parse_fragment(html))
    flush()
    return "\n\n".join(parts)
