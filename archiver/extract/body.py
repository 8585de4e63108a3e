"""The body, in the profile that was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.cleaning import Cleaner, source_body
from archiver.errors import QuarantineError

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
        if self._source:
            body = source_body(article.body)
        else:
            body = self._cleaners[recipe.name].clean(article.body, article.url)
        if not body.strip():
            raise QuarantineError("nothing of the body is left after cleaning")
        article.body = body
        return article
