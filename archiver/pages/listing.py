"""A listing's answer: a response in, the articles that it lists out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import jmespath

from archiver.errors import PageError
from archiver.pages.answer import glimpse, open_html, open_json
from archiver.pages.reader import UNFIT, Reader
from archiver.recipes.recipe import FIELDS
from archiver.text import one_line
from archiver.urls import resolve_listed

if TYPE_CHECKING:
    from scrapy.http import Response

    from archiver.recipes import Endpoint, Recipe


class Entry(NamedTuple):
    """An article as a listing has it: its canonical id, and the fields that are not empty there."""

    id: str
    known: dict[str, str]


class Listed(NamedTuple):
    """What a listing holds: its entries, each id once, in its order; and how many entries name no article."""

    entries: list[Entry]
    unreadable: int


class ListingPage:
    """Reads what one endpoint of a listing answers with."""

    def __init__(self, recipe: Recipe, name: str, endpoint: Endpoint) -> None:
        self._recipe = recipe
        self._endpoint = endpoint
        self._reader = Reader(name, endpoint.format, endpoint.fields)

    def entries(self, response: Response) -> Listed:
        """Return what `response` lists. Raises PageError if it is no listing; an empty one is."""
        found: dict[str, Entry] = {}
        unreadable = 0
        for item in self._items(response):
            ids = map(self._recipe.article_id, self._reader.values(item, "id"))
            article_id = next(filter(None, ids), None)
            if article_id is None:
                unreadable += 1
                continue
            fields = {name: one_line(self._reader.first(item, (name,))[0]) for name in FIELDS}
            if fields["url"]:
                fields["url"] = resolve_listed(fields["url"], response.url)
            found.setdefault(article_id, Entry(article_id, {name: value for name, value in fields.items() if value}))
        return Listed(list(found.values()), unreadable)

    def _items(self, response: Response) -> list[Any]:
        select = self._endpoint.items
        opened = open_json(response) if self._endpoint.format == "json" else open_html(response)
        try:
            match self._endpoint.format:
                case "json":
                    items = jmespath.search(select, opened)
                case "css":
                    items = list(opened.css(select))
                case _:
                    items = list(opened.xpath(select))
        except UNFIT as error:
            raise PageError(f"the answer does not fit the rule {select}: {glimpse(error)}") from error
        if not isinstance(items, list):
            raise PageError(f"the answer is no listing: there is no list at {select}; it says {glimpse(opened)}")
        return items
