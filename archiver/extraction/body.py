"""The step that cleans the body, in the chosen profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.article import GAPS_RULE
from archiver.cleaning import Cleaner, noted, shows_something, source_body
from archiver.errors import BodyError, QuarantineError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.article import Article
    from archiver.recipes import Recipe


class BodyCleaner:
    """Cleans bodies: profile `clean` or `source`."""

    def __init__(self, recipes: Mapping[str, Recipe], profile: str) -> None:
        self._source = profile == "source"
        self._cleaners = {name: Cleaner(recipe.clean) for name, recipe in recipes.items()}

    def clean(self, article: Article, recipe: Recipe) -> Article:
        """Clean the body of `article`, and return it. Raises QuarantineError when nothing of it is left."""
        try:
            if self._source:
                cleaned = source_body(article.body)
            else:
                base = article.base or article.url or article.response_url
                cleaned = self._cleaners[recipe.name].clean(article.body, base)
        except BodyError as error:
            raise QuarantineError(str(error)) from error
        if not shows_something(cleaned.html):
            raise QuarantineError("nothing of the body is left after cleaning")
        article.body, article.dropped = cleaned.html, dict(cleaned.dropped)
        if cleaned.gaps:
            article.rules[GAPS_RULE] = noted(cleaned.gaps)
        article.offers |= cleaned.offers
        return article
