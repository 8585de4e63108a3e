"""Keeping the pages that new posts link to, with all that they load, so that they can be shown as readers saw them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy import signals

from archiver.article import Article
from archiver.browser.browser import browser_of
from archiver.captures import PART_OF_NOTE, Evidence
from archiver.crawl_archive import archive_of
from archiver.errors import BrowserError
from archiver.net.budget import BudgetMiddleware, BudgetSpentError
from archiver.recipes import recipes_for

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Spider
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class PageKeeper:
    """Captures the page of each post that is written (ARCHIVER_WARC_PAGES), where answers are captured at all. If a
    page cannot be had, only this page is missing."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._recipes = recipes_for(crawler.settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl."""
        extension = cls(crawler)
        if crawler.settings.getbool("ARCHIVER_WARC_PAGES"):
            crawler.signals.connect(extension.item_scraped, signals.item_scraped)
        return extension

    async def item_scraped(self, item: Any, spider: Spider) -> None:
        """Keep the page of an article whose post is new."""
        if not isinstance(item, Article) or item.outcome != "written":
            return
        recipe = self._recipes[item.recipe]
        captured = getattr(spider, "captured", None)
        if captured is None or not captured(recipe):
            return
        address = recipe.forms[item.form].link.format(id=item.id, url=item.url)
        browser, budget = browser_of(self._crawler), self._crawler.get_downloader_middleware(BudgetMiddleware)
        try:
            loading = browser.load_whole(address)
            document, *rest = await (budget.in_hand(loading) if budget else loading)
        except (BrowserError, BudgetSpentError) as error:
            logger.warning("%s: the page is not kept: %s", address, error)
            return
        about = {PART_OF_NOTE: address, "recipe": item.recipe, "id": item.id}
        archive_of(self._crawler).keep_soon(Evidence(document, about, tuple(rest)))
