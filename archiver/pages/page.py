"""A page of a recipe: an answer in, an article out. It only reads the values; later steps interpret them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.article import Article
from archiver.errors import GoneError, PageError
from archiver.pages.answer import encoding_note, glimpse, open_html, open_json
from archiver.pages.reader import FieldReader
from archiver.recipes.recipe import PAGE_FIELDS
from archiver.urls import base_of, resolve_listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archiver.answer import Answer, Asked
    from archiver.recipes import PageRules, Recipe, SiteRecipe


class Page:
    """Reads the articles out of one kind of answer. A recipe's `class` may name a subclass that overrides `open`."""

    def __init__(self, recipe: Recipe, rules: PageRules) -> None:
        self.recipe = recipe
        self.rules = rules
        self.rank = [page.name for page in recipe.pages].index(rules.name)
        self._reader = FieldReader(rules.name, rules.format, rules.fields, recipe.html)

    def open(self, answer: Answer) -> Any:
        """Return what the rules select from: a JSON value or a Selector. Raises PageError."""
        return open_json(answer) if self.rules.format == "json" else open_html(answer)

    def articles(self, answer: Answer, asked: Asked, site: SiteRecipe | None = None) -> list[Article]:  # noqa: ARG002
        """Return the article in `answer`, once for each form of post that is asked for.

        Fields that the page leaves empty are taken from a listing (`asked.known`). site: the recipe of the site; only
        pages that the general reading reads use it.
        Raises PageError if the answer has no article, or another one.
        """
        opened = self.open(answer)
        if not opened:
            raise GoneError("the answer is empty: null or without any content")
        ids = self._reader.values(opened, "id")
        if ids and asked.id not in map(self.recipe.article_id, ids):
            raise PageError(f"the answer is another article, {', '.join(sorted({*ids}))}")
        fields, rules = self._fields(opened, answer, asked.known)
        if note := encoding_note(answer, opened):
            rules["encoding"] = note
        articles = []
        for form in asked.forms:
            body, body_rule = self._reader.first(opened, self.recipe.forms[form].body)
            if not body.strip():
                raise PageError(f"the answer holds no article: it has no body; it says {glimpse(opened)}")
            articles.append(
                Article(
                    recipe=self.recipe.name,
                    form=form,
                    id=asked.id,
                    address=asked.address,
                    page=self.rules.name,
                    rank=self.rank,
                    response_url=answer.url,
                    base="" if self.rules.format == "json" else base_of(opened.root, answer.url),
                    fetched=answer.fetched,
                    places=asked.places,
                    listed_time=asked.known.get("time", ""),
                    body=body,
                    rules={"body": body_rule, **rules},
                    **fields,
                )
            )
        return articles

    def candidates(self, answer: Answer, bodies: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        """Return for each field what each of its rules finds, with the name of the rule, the most trusted first. Under
        `body` are the results of the rules for `bodies`. Raises PageError."""
        opened = self.open(answer)
        fields = {name: self._reader.each(opened, (name,)) for name in PAGE_FIELDS}
        return {**fields, "body": self._reader.each(opened, bodies)}

    def _fields(self, opened: Any, answer: Answer, known: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the fields that are not blank, and the rule that gave each."""
        fields: dict[str, Any] = {}
        rules: dict[str, str] = {}
        for name in PAGE_FIELDS:
            value, rule = self._reader.first(opened, (name,))
            if name == "url":
                value = resolve_listed(value, answer.url) if value.strip() else ""
            if not value.strip() and known.get(name):
                value, rule = known[name], "listing"
            if value.strip():
                fields[name], rules[name] = value, rule
        return fields, rules
