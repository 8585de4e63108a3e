"""The body, in the profile that was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.cleaning import Cleaner, shows_something, source_body
from archiver.errors import BodyError, QuarantineError
from archiver.recipes import recipes_for

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.article import Article
    from archiver.recipes import Recipe


class CleanPipeline:
    """Cleans bodies (ARCHIVER_PROFILE). A body of which nothing is left ends here."""

    def __init__(self, recipes: dict[str, Recipe], profile: str) -> None:
        self._source = profile == "source"
        self._cleaners = {name: Cleaner(recipe.clean) for name, recipe in recipes.items()}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the pipeline of a crawl."""
        return cls(recipes_for(crawler.settings), crawler.settings["ARCHIVER_PROFILE"])

    def process_item(self, article: Article) -> Article:
        """Return `article` with its body cleaned. Raises QuarantineError."""
        try:
            if self._source:
                body = source_body(article.body).html
            else:
                body = self._cleaners[article.recipe].clean(article.body, article.url).html
        except BodyError as error:
            raise QuarantineError(f"{article.address}: {error}") from error
        if not shows_something(body):
            raise QuarantineError(f"{article.address}: nothing of the body is left after cleaning")
        article.body = body
        return article
