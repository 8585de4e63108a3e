"""The post, on disk: the one place that writes posts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archiver.errors import QuarantineError
from archiver.posts import Store, render
from archiver.posts.store import POSTS
from archiver.recipes import recipes_for

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.article import Article
    from archiver.recipes import Recipe


class WritePipeline:
    """Writes each article's post (ARCHIVER_OUTPUT, ARCHIVER_SITE, ARCHIVER_FORCE); it goes on when that is durable."""

    def __init__(self, recipes: dict[str, Recipe], store: Store, site: str, *, force: bool) -> None:
        self._recipes = recipes
        self._store = store
        self._site = site
        self._force = force

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the pipeline of a crawl. Raises StoreError if there can be no posts where they should go."""
        settings = crawler.settings
        store = Store(Path(settings["ARCHIVER_OUTPUT"]))
        # Now, and not when the spider opens: by then half of Scrapy runs, and complains when it is stopped.
        store.prepare()
        return cls(recipes_for(settings), store, settings["ARCHIVER_SITE"], force=settings.getbool("ARCHIVER_FORCE"))

    async def close_spider(self) -> None:
        """End the process that writes."""
        await self._store.close()

    async def process_item(self, article: Article) -> Article:
        """Return `article`, its post written. Raises StoreError, or QuarantineError if it cannot be a post."""
        recipe = self._recipes[article.recipe]
        try:
            post = render(article, recipe.forms[article.form], self._site or recipe.site)
        except ValueError as error:
            raise QuarantineError(f"{article.address}: {error}") from error
        # A page that is asked only because a better one failed may know less: it fills gaps, and replaces nothing.
        mode = "rewrite" if self._force else "keep" if article.fallback else "update"
        article.outcome = await self._store.put(post, mode)
        article.path = f"{POSTS}/{post.name}"
        return article
