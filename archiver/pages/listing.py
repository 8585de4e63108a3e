"""Reading the answer of a listing: an answer in, the articles that it lists out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import jmespath

from archiver.addresses import id_at
from archiver.errors import PageError
from archiver.pages.answer import glimpse, open_html, open_json
from archiver.pages.reader import UNFIT_ERRORS, FieldReader
from archiver.recipes.recipe import PAGE_FIELDS, Rule
from archiver.text import one_line
from archiver.urls import resolve_listed

if TYPE_CHECKING:
    from archiver.answer import Answer
    from archiver.recipes import Endpoint, Recipe


class ListingEntry(NamedTuple):
    """An article as a listing has it: its canonical id, and the fields that are not empty there."""

    id: str
    known: dict[str, str]


class ListingContent(NamedTuple):
    """The content of a listing. entries: in its order, each id once. unreadable: how many items name no article.
    example: what the first of these has in place of an id."""

    entries: list[ListingEntry]
    unreadable: int
    example: str = ""


class ListingPage:
    """Reads what one endpoint of a listing answers with."""

    def __init__(self, recipe: Recipe, name: str, endpoint: Endpoint) -> None:
        self._recipe = recipe
        self._endpoint = endpoint
        self._reader = FieldReader(name, endpoint.format, endpoint.fields, recipe.html)

    def entries(self, answer: Answer) -> ListingContent:
        """Return what `answer` lists, which may be nothing. Raises PageError if it is no listing."""
        entries: dict[str, ListingEntry] = {}
        unreadable, example = 0, ""
        for item in self._items(answer):
            values = self._reader.values(item, "id")
            article_id = next(filter(None, (self._article_id(value, answer.url) for value in values)), None)
            if article_id is None:
                unreadable += 1
                example = example or self._no_id(values)
                continue
            fields = {name: one_line(self._reader.first(item, (name,))[0]) for name in PAGE_FIELDS}
            if fields["url"]:
                fields["url"] = resolve_listed(fields["url"], answer.url)
            entries.setdefault(
                article_id, ListingEntry(article_id, {name: value for name, value in fields.items() if value})
            )
        return ListingContent(list(entries.values()), unreadable, example)

    def _article_id(self, value: str, address: str) -> str | None:
        """Return the id in a value of a listing at `address`: the value is the id, or the article's address; None if it
        is neither."""
        return self._recipe.article_id(value) or id_at(self._recipe, resolve_listed(value, address))

    def _no_id(self, values: list[str]) -> str:
        """Return what an item has in place of an id, and what was expected there."""
        rules = self._endpoint.fields["id"]
        where = ", ".join(rule.select if isinstance(rule, Rule) else rule for rule in rules)
        if not values:
            return f"nothing at {where}"
        return f"{glimpse(values[0])!r} at {where}, which is no id ({self._recipe.id}) and no address of an article"

    def _items(self, answer: Answer) -> list[Any]:
        select = self._endpoint.items
        opened = open_json(answer) if self._endpoint.format == "json" else open_html(answer)
        try:
            match self._endpoint.format:
                case "json":
                    items = jmespath.search(select, opened)
                case "css":
                    items = list(opened.css(select))
                case _:
                    items = list(opened.xpath(select))
        except UNFIT_ERRORS as error:
            raise PageError(f"the answer does not fit the rule {select}: {glimpse(error)}") from error
        if not isinstance(items, list):
            raise PageError(f"the answer is no listing: there is no list at {select}; it says {glimpse(opened)}")
        return items
