"""Title, time, source and address: understood, or recovered from what else is known, with the rule that gave each."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from archiver.dates import read_time
from archiver.errors import QuarantineError, TimeFormatError
from archiver.text import one_line, without_tags

if TYPE_CHECKING:
    from archiver.article import Article
    from archiver.recipes import Recipe


def complete(article: Article, recipe: Recipe) -> Article:
    """Return `article` with all that a post needs. Raises QuarantineError if it has no title or no time, and none can
    be recovered."""
    for name in ("title", "source", "url"):
        if not getattr(article, name):
            article = recover(article, name, recipe)
    if not article.title:
        raise QuarantineError("no title, and nothing to recover one from")
    return _with_time(article, recipe)


def recover(article: Article, name: str, recipe: Recipe) -> Article:
    """Return `article` with the field `name` taken from another one, by the first of the recipe's rules that gives
    something; as it is if none does."""
    for rule in recipe.recover.get(name, ()):
        value = str(getattr(article, rule.source))
        found = re.search(rule.match, without_tags(value) if rule.source == "body" else value)
        if found and found[1].strip():
            value, given = one_line(rule.format.format(found[1])), f"recover:{rule.source}"
            return replace(article, **{name: value, "rules": {**article.rules, name: given}})  # type: ignore[arg-type]
    return article


def _with_time(article: Article, recipe: Recipe) -> Article:
    problem = "no time"
    for candidate in (article, recover(article, "time", recipe)):
        if candidate.time:
            try:
                published, form = read_time(candidate.time, recipe.zone(), candidate.fetched)
            except TimeFormatError as error:
                problem = str(error)
            else:
                rules = {**candidate.rules, "time": f"{candidate.rules['time']} {form}"}
                return replace(candidate, published=published, rules=rules)
    raise QuarantineError(f"{problem}, and none to recover")
