"""What pipelines have in common: they know the recipes of the crawl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.recipes import recipes_for

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.article import Article
    from archiver.recipes import Recipe


class RecipePipeline:
    """The base of pipelines that treat an article by its recipe."""

    def __init__(self, recipes: dict[str, Recipe]) -> None:
        self._recipes = recipes

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the pipeline of a crawl."""
        return cls(recipes_for(crawler.settings))

    def recipe(self, article: Article) -> Recipe:
        """Return the recipe that `article` came by."""
        return self._recipes[article.recipe]
