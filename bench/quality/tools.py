"""Ours and the others: each a function from a page to what it read; an empty text where it read none."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from lxml import html as lxml_html

from archiver.errors import NotAnArticleError
from archiver.reading import read_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.recipes import SiteRecipe
    from bench.quality.sets import Sample

BLOCKS = ("p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "br", "td", "th", "blockquote", "pre", "dt", "dd")
OURS = "archiver"


def ours(sample: Sample, recipe: SiteRecipe | None = None) -> dict[str, Any]:
    """Read a page with this project's general reading alone, or with a recipe."""
    try:
        reading = read_page(sample.content, sample.address, fetched=sample.fetched, recipe=recipe)
    except NotAnArticleError:
        return {"text": ""}
    published = reading.published.isoformat() if reading.published else None
    return {"text": reading.text, "title": reading.title, "published": published, "authors": list(reading.authors)}


def trafilatura(sample: Sample) -> dict[str, Any]:
    """Read a page with trafilatura, metadata included."""
    found = importlib.import_module("trafilatura").bare_extraction(
        sample.content, url=sample.address, with_metadata=True, include_comments=False
    )
    if found is None:
        return {"text": ""}
    authors = [name.strip() for name in (found.author or "").split(";") if name.strip()]
    return {"text": found.text, "title": found.title, "published": found.date, "authors": authors}


def readability(sample: Sample) -> dict[str, Any]:
    """Read a page with readability-lxml."""
    document = importlib.import_module("readability").Document(sample.content)
    body = lxml_html.fromstring(document.summary())
    for element in body.iter(*BLOCKS):
        element.tail = f"\n{element.tail or ''}"
    return {"text": "".join(map(str, body.itertext())), "title": document.short_title()}


def newspaper4k(sample: Sample) -> dict[str, Any]:
    """Read a page with newspaper4k."""
    article = importlib.import_module("newspaper").Article(sample.address or "http://localhost/")
    article.download(input_html=sample.content.decode("utf-8", "replace"))
    article.parse()
    published = article.publish_date.isoformat() if article.publish_date else None
    return {"text": article.text, "title": article.title, "published": published, "authors": list(article.authors)}


def gne(sample: Sample) -> dict[str, Any]:
    """Read a page with GeneralNewsExtractor."""
    extractor = importlib.import_module("gne").GeneralNewsExtractor()
    found = extractor.extract(sample.content.decode("utf-8", "replace"))
    authors = [found["author"]] if found.get("author") else []
    return {
        "text": found["content"],
        "title": found["title"],
        "published": found["publish_time"] or None,
        "authors": authors,
    }


MODULES = {"trafilatura": trafilatura, "readability": readability, "newspaper": newspaper4k, "gne": gne}


def tools() -> dict[str, Callable[[Sample], dict[str, Any]]]:
    """Return the tools that are installed, by name, ours first."""
    found: dict[str, Callable[[Sample], dict[str, Any]]] = {OURS: ours}
    for module, tool in MODULES.items():
        try:
            importlib.import_module(module)
        except ImportError as error:
            print(f"{tool.__name__} is left out: {error}")
        else:
            found[tool.__name__] = tool
    return found
