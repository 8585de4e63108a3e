"""Lists of pages (`ItemList`) in JSON-LD. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.reading.metadata.json_ld import json_values
from archiver.reading.metadata.nodes import nodes, texts
from archiver.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator


def listed_items(script: str) -> Iterator[tuple[str, str]]:
    """Yield the addresses and titles in the lists of a script; either may be empty."""
    for node in nodes(json_values(script), "json-ld"):
        items = node.values.get("itemListElement") if "ItemList" in node.types else None
        for item in items if isinstance(items, list) else ():
            yield _listed_item(item)


def _listed_item(item: object) -> tuple[str, str]:
    """Return the address and the title of an entry: a page itself, or an item that says which."""
    if not isinstance(item, dict):
        return (item, "") if isinstance(item, str) else ("", "")
    page = item.get("item")
    said = {**item, **page} if isinstance(page, dict) else item
    address = texts(said.get("url")) or texts(said.get("@id")) or (texts(page) if isinstance(page, str) else [])
    title = texts(said.get("headline")) or texts(said.get("name"))
    return "".join(address[:1]), " ".join(one_line("".join(title[:1])).split())
