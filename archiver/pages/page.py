"""A page of a recipe: a response in, an article out. It reads; what its values mean is for the pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.article import Article
from archiver.errors import GoneError, PageError
from archiver.pages.answer import encoding_note, glimpse, open_html, open_json
from archiver.pages.reader import Reader
from archiver.recipes.recipe import FIELDS
from archiver.urls import resolve_listed

if TYPE_CHECKING:
    from datetime import datetime

    from scrapy.http import Response

    from archiver.addresses import Reference
    from archiver.captures import Evidence
    from archiver.recipes import PageRules, Recipe


class Page:
    """Reads the articles out of one kind of answer. A recipe's `class` may name a subclass that overrides `open`."""

    def __init__(self, recipe: Recipe, rules: PageRules) -> None:
        self.recipe = recipe
        self.rules = rules
        self.fallback = rules.name != recipe.pages[0].name
        self._reader = Reader(rules.name, rules.format, rules.fields)

    def open(self, response: Response) -> Any:
        """Return what the rules select from: a JSON value or a Selector. Raises PageError."""
        return open_json(response) if self.rules.format == "json" else open_html(response)

    def article(
        self,
        response: Response,
        reference: Reference,
        fetched: datetime,
        form: str = "share",
        evidence: Evidence | None = None,
    ) -> Article:
        """Return the article in `response`, for a post of the form `form`.

        reference: the article that was asked for. fetched: when the response came (aware). evidence: for it.
        What a listing said of the article (`reference.known`) fills fields that the page leaves empty.
        Raises PageError when the answer holds no article, or another one.
        """
        opened = self.open(response)
        if not opened:
            raise GoneError("the answer is empty: null or without any content")
        ids = self._reader.values(opened, "id")
        if ids and reference.id not in map(self.recipe.article_id, ids):
            raise PageError(f"the answer is another article, {', '.join(sorted({*ids}))}")
        body, body_rule = self._reader.first(opened, self.recipe.forms[form].body)
        if not body.strip():
            raise PageError(f"the answer holds no article: it has no body; it says {glimpse(opened)}")
        article = Article(
            recipe=self.recipe.name,
            form=form,
            id=reference.id,
            address=reference.address,
            page=self.rules.name,
            fallback=self.fallback,
            response_url=response.url,
            fetched=fetched,
            places=reference.places,
            final=reference.final,
            evidence=evidence,
            listed_time=reference.known.get("time", ""),
            body=body,
            rules={"body": body_rule},
        )
        if note := encoding_note(response):
            article.rules["encoding"] = note
        for name in FIELDS:
            value, rule = self._reader.first(opened, (name,))
            if name == "url":
                value = resolve_listed(value, response.url) if value.strip() else ""
            if not value.strip() and reference.known.get(name):
                value, rule = reference.known[name], "listing"
            if value.strip():
                setattr(article, name, value)
                article.rules[name] = rule
        return article
