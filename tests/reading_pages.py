"""Pages for the tests of metadata: written here, in no newspaper."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from archiver.documents import read_document
from archiver.reading.metadata import Metadata, read_metadata

FETCHED = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADDRESS = "https://www.morgenblatt.example/stadt/2041-neue-bruecke"


def ld(**values: object) -> str:
    """Return a script element with a JSON-LD article of these values."""
    article = {"@context": "https://schema.org", "@type": "NewsArticle", **values}
    return f'<script type="application/ld+json">{json.dumps(article, ensure_ascii=False)}</script>'


def meta(**values: str) -> str:
    """Return meta elements; `__` in a name stands for ":"."""
    return "".join(f'<meta property="{name.replace("__", ":")}" content="{text}">' for name, text in values.items())


def page(head: str = "", body: str = "", *, lang: str = "") -> bytes:
    attribute = f' lang="{lang}"' if lang else ""
    return f"<!DOCTYPE html><html{attribute}><head>{head}</head><body>{body}</body></html>".encode()


def read(
    head: str = "",
    body: str = "",
    *,
    lang: str = "",
    address: str | None = ADDRESS,
    fetched: datetime | None = FETCHED,
) -> Metadata:
    """Return the metadata of a page with this head and body."""
    return read_metadata(read_document(page(head, body, lang=lang), None, address), fetched)
