"""Title, time, source and address: understood, or recovered from what else is known, with the rule that gave each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.dates import read_time
from archiver.errors import TimeFormatError
from archiver.pipelines.base import RecipePipeline
from archiver.pipelines.drops import QuarantineError
from archiver.text import one_line, without_tags

if TYPE_CHECKING:
    from archiver.article import Article
    from archiver.recipes import Recipe


class MetadataPipeline(RecipePipeline):
    """Completes what a post needs. An article without a title or a time that can be recovered ends here."""

    def process_item(self, article: Article) -> Article:
        """Return `article`, complete. Raises QuarantineError."""
        recipe = self.recipe(article)
        for name in ("title", "source", "url"):
            if not getattr(article, name):
                recover(article, name, recipe)
        if not article.title:
            raise QuarantineError(f"{article.address}: no title, and nothing to recover one from")
        self._understand_time(article, recipe)
        return article

    def _understand_time(self, article: Article, recipe: Recipe) -> None:
        problem = "no time"
        for _ in ("the source's own", "a recovered one"):
            if article.time:
                try:
                    article.published, form = read_time(article.time, recipe.zone(), article.fetched)
                except TimeFormatError as error:
                    problem = str(error)
                else:
                    article.rules["time"] += f" {form}"
                    return
            recover(article, "time", recipe)
        raise QuarantineError(f"{article.address}: {problem}, and none to recover")


def recover(article: Article, name: str, recipe: Recipe) -> None:
    """Set the field `name` of `article` from another one, by the first of the recipe's rules that gives something."""
    for rule in recipe.recover.get(name, ()):
        value = str(getattr(article, rule.source))
        found = re.search(rule.match, without_tags(value) if rule.source == "body" else value)
        if found and found[1].strip():
            setattr(article, name, one_line(rule.format.format(found[1])))
            article.rules[name] = f"recover:{rule.source}"
            return
