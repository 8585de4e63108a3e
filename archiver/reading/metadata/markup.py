"""Microdata and RDFa as nodes of the same form as those of JSON-LD. A tree in, plain values out.

Only what pages use to describe an article is read: `itemscope`, `itemtype` and `itemprop`
(https://html.spec.whatwg.org/multipage/microdata.html), `typeof` and `property` (RDFa Lite,
https://www.w3.org/TR/rdfa-lite/).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from archiver.reading.metadata.shown import shown_text

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# The attributes that have an element's value if that is not its text.
VALUE_ATTRIBUTE_OF = {
    "meta": "content",
    "a": "href",
    "link": "href",
    "area": "href",
    "img": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "iframe": "src",
    "embed": "src",
    "object": "data",
    "data": "value",
    "meter": "value",
    "time": "datetime",
}
MAX_ELEMENTS = 3_000  # elements of a page that are looked at: the article is described by the first of them
MAX_DEPTH = 100  # levels between an element and its item
UNREAD_PROPERTIES = frozenset(("articleBody", "text", "reviewBody"))  # long, and read with the body


@dataclass(frozen=True, slots=True)
class Syntax:
    """The attributes of one of the two kinds of markup."""

    rule: str
    scope: str
    type: str
    name: str


MICRODATA = Syntax("microdata", "itemscope", "itemtype", "itemprop")
RDFA = Syntax("rdfa", "typeof", "typeof", "property")


def markup_values(tree: HtmlElement, syntax: Syntax) -> list[object]:
    """Return the outermost items that the elements of `tree` are marked up as, in the order of the page."""
    items: dict[HtmlElement, dict[str, Any]] = {}
    outer: list[object] = []
    for element in tree.xpath(f"//@{syntax.scope}/.. | //@{syntax.name}/..")[:MAX_ELEMENTS]:
        names = (element.get(syntax.name) or "").split()
        item: dict[str, Any] | None = None
        if element.get(syntax.scope) is not None:
            item = items[element] = {"@type": (element.get(syntax.type) or "").split()}
        owner = _owner(element, items, syntax)
        if owner is None:
            if item is not None:
                outer.append(item)
            continue
        for name in names:
            name = name.rpartition(":")[2]
            if name not in UNREAD_PROPERTIES:
                _add(owner, name, item if item is not None else _value(element, syntax))
    return outer


def _owner(element: HtmlElement, items: dict[HtmlElement, dict[str, Any]], syntax: Syntax) -> dict[str, Any] | None:
    for ancestor in islice(element.iterancestors(), MAX_DEPTH):
        if ancestor.get(syntax.scope) is not None:
            return items.get(ancestor)
    return None


def _add(owner: dict[str, Any], name: str, value: object) -> None:
    if name in owner:
        held = owner[name]
        if isinstance(held, list):
            held.append(value)
        else:
            owner[name] = [held, value]
    else:
        owner[name] = value


def _value(element: HtmlElement, syntax: Syntax) -> str:
    content: str | None = element.get("content")
    if content is not None:
        return content
    attribute = VALUE_ATTRIBUTE_OF.get(element.tag)
    said: str | None = element.get(attribute) if attribute else None
    if said is not None and not (attribute == "href" and syntax is RDFA):
        return said
    return shown_text(element)
