"""The pipeline that puts articles into the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.exceptions import DropItem

from archiver.article import Article
from archiver.crawl_archive import archive_of

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.crawl_archive import ArchiveExtension

POST_OUTCOMES = frozenset({"written", "unchanged", "kept", "edited"})


class NotPostedError(DropItem):
    """An article that did not become a post. `article` has its outcome, and the reason."""

    def __init__(self, article: Article) -> None:
        super().__init__(f"{article.address}: {article.reason or article.outcome}")
        self.article = article


class ArchivePipeline:
    """Has each article decided about and its post written. When that is durable, the article goes on to further
    pipelines, with `path` and `outcome`. Items of other kinds go on as they are."""

    def __init__(self, archive: ArchiveExtension) -> None:
        self._archive = archive

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the pipeline of a crawl."""
        return cls(archive_of(crawler))

    async def process_item(self, item: Any) -> Any:
        """Return the article with what became of it. Raises NotPostedError if it did not become a post, and DropItem if
        the archive itself failed; then the article stays due."""
        if not isinstance(item, Article):
            return item
        try:
            article = await self._archive.put(item)
        except Exception as error:  # the crawl ends because of it, and reports it; not each article needs to
            raise DropItem(str(error)) from error
        if article.outcome not in POST_OUTCOMES:
            raise NotPostedError(article)
        return article
