"""The step that understands title, time, source and address, or recovers them from other fields, and notes the rule
that gave each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.dates import choose_time, id_day
from archiver.errors import QuarantineError, TimeFormatError
from archiver.text import one_line, without_tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.article import Article
    from archiver.recipes import Recipe


def complete(article: Article, recipe: Recipe) -> Article:
    """Complete `article` with all that a post needs, and return it. Raises QuarantineError if it has no title or no
    time, and none can be recovered."""
    for name in ("title", "source", "url"):
        if not getattr(article, name):
            recover(article, name, recipe)
    if not article.title:
        raise QuarantineError("no title, and nothing to recover one from")
    if article.published is None:  # otherwise the general reading has understood it
        _date(article, recipe)
    return article


def recover(article: Article, name: str, recipe: Recipe) -> None:
    """Set the field `name` of `article` from another field, by the first of the recipe's rules that finds a value."""
    for value, rule in _recovered(article, name, recipe):
        setattr(article, name, value)
        article.rules[name] = rule
        return


def _recovered(article: Article, name: str, recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Yield the values that the recipe's rules find for a field in other fields, each with its rule."""
    for rule in recipe.recover.get(name, ()):
        value = str(getattr(article, rule.source))
        match = re.search(rule.match, without_tags(value) if rule.source == "body" else value)
        if match and match[1].strip():
            yield one_line(rule.format.format(*match.groups(default=""))), f"recover:{rule.source}"


def _date(article: Article, recipe: Recipe) -> None:
    """Give `article` the first time that can be believed: the page's, the listing's, a recovered one."""
    times = [(article.time, article.rules.get("time", "")), (article.listed_time, "listing")]
    try:
        chosen = choose_time(
            [*times, *_recovered(article, "time", recipe)],
            recipe.zone(),
            article.fetched,
            order=recipe.date_order,
            day=id_day(recipe, article.id),
        )
    except TimeFormatError as error:
        raise QuarantineError(f"{error}, and none to recover") from error
    article.published, article.time = chosen.moment, chosen.text
    article.rules["time"] = f"{chosen.rule} {chosen.form}"
