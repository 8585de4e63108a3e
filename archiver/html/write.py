"""Writing a tree as HTML, with every attribute unchanged: libxml2 would encode addresses by its own rules."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from lxml import etree

from archiver.html.elements import RAW_ELEMENTS, VOID_ELEMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element


def html_within(root: _Element) -> str:
    """Return the content of an element as HTML."""
    return "".join(_written(root))


def html_of(root: _Element) -> str:
    """Return an element as HTML, without the text that follows it."""
    return f"{_start(root)}{html_within(root)}{_end(root)}"


def _written(root: _Element) -> Iterator[str]:
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if event == "start":
            if element is not root:
                yield _start(element)
            if element.text:
                yield element.text if element.tag in RAW_ELEMENTS else escape(element.text, quote=False)
        elif element is not root:
            yield _end(element)
            if element.tail:
                yield escape(element.tail, quote=False)


def _start(element: _Element) -> str:
    return f"<{element.tag}{''.join([_attribute(str(name), str(value)) for name, value in element.items()])}>"


def _attribute(name: str, value: str) -> str:
    text = escape(value, quote=False).replace('"', "&quot;")
    return f' {name}="{text}"'


def _end(element: _Element) -> str:
    return "" if element.tag in VOID_ELEMENTS else f"</{element.tag}>"
