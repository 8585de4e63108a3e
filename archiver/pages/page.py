"""A page of a recipe: a response in, an article out. It reads; what its values mean is for the pipelines."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

import jmespath
from lxml import etree
from parsel import Selector

from archiver.article import Article
from archiver.errors import PageError
from archiver.pages.answer import glimpse, open_html, open_json
from archiver.recipes.recipe import FIELDS, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from scrapy.http import Response

    from archiver.addresses import Reference
    from archiver.recipes import PageRules, Recipe


class Page:
    """Reads the articles out of one kind of answer. A recipe's `class` may name a subclass that overrides `open`."""

    def __init__(self, recipe: Recipe, rules: PageRules) -> None:
        self.recipe = recipe
        self.rules = rules
        self.fallback = rules.name != recipe.pages[0].name
        self._readers = {
            name: [self._reader(name, rule) for rule in candidates] for name, candidates in rules.fields.items()
        }

    def open(self, response: Response) -> Any:
        """Return what the rules select from: a JSON value or a Selector. Raises PageError."""
        return open_json(response) if self.rules.format == "json" else open_html(response)

    def article(
        self,
        response: Response,
        reference: Reference,
        fetched: datetime,
        form: str = "share",
        known: Mapping[str, str] | None = None,
    ) -> Article:
        """Return the article in `response`, for a post of the form `form`.

        reference: the article that was asked for. fetched: when the response came (aware).
        known: what a listing said of the article, for fields that the page leaves empty.
        Raises PageError when the answer holds no article, or another one.
        """
        opened = self.open(response)
        if not opened:
            raise PageError("the answer is empty: null or without any content")
        ids = {value for _, read in self._readers.get("id", ()) if (value := read(opened))}
        if ids and reference.id not in map(self.recipe.article_id, ids):
            raise PageError(f"the answer is another article, {', '.join(sorted(ids))}")
        body, body_rule = self._first(opened, self.recipe.forms[form].body)
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
            body=body,
            rules={"body": body_rule},
        )
        for name in FIELDS:
            value, rule = self._first(opened, (name,))
            if not value.strip() and known and known.get(name):
                value, rule = known[name], "listing"
            if value.strip():
                setattr(article, name, value)
                article.rules[name] = rule
        return article

    def _first(self, opened: Any, names: Iterable[str]) -> tuple[str, str]:
        """Return the first value that is not blank among the rules of the fields `names`, and that rule's name."""
        for name in names:
            for label, read in self._readers.get(name, ()):
                value = read(opened)
                if value and value.strip():
                    return value, label
        return "", ""

    def _reader(self, name: str, rule: str | Rule) -> tuple[str, Callable[[Any], str]]:
        select, match = (rule.select, rule.match) if isinstance(rule, Rule) else (rule, None)
        label = f"{self.rules.name}:{select}"
        if self.rules.format == "json":
            expression = jmespath.compile(select)
            # JMESPath for a plain name is a look-up; its interpreter costs ten times as much.
            read = _key(select) if select.isidentifier() else lambda opened: _as_text(expression.search(opened))
            return label, read if match is None else lambda opened: _captured(match, [read(opened)])
        find = Selector.css if self.rules.format == "css" else Selector.xpath
        as_text = _text if name in (*FIELDS, "id") else _inner_html
        return label, lambda opened: _captured(match, [as_text(node) for node in find(opened, select)])


def _key(name: str) -> Callable[[Any], str]:
    return lambda opened: _as_text(opened.get(name)) if isinstance(opened, dict) else ""


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _captured(match: str | None, values: list[str]) -> str:
    """Return the first value that is not blank, or the first that `match` captures something in."""
    for value in values:
        if match is None and value.strip():
            return value
        if match is not None and (found := re.search(match, value)):
            return found[1]
    return ""


def _text(node: Selector) -> str:
    root = node.root
    return " ".join(("".join(map(str, root.itertext())) if isinstance(root, etree._Element) else str(root)).split())


def _inner_html(node: Selector) -> str:
    root = node.root
    if not isinstance(root, etree._Element):
        return escape(str(root))
    return escape(root.text or "") + "".join(etree.tostring(child, encoding="unicode", method="html") for child in root)
