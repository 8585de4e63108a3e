"""The spider for single articles: `scrapy crawl share -a url=ADDRESS`."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from archiver.addresses import resolve
from archiver.errors import UnknownAddressError, UsageError
from archiver.recipes import recipes_for
from archiver.spiders.article import ArticleSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from scrapy import Request
    from scrapy.crawler import Crawler

    from archiver.addresses import Reference


# The engine takes one request from `start` at a time, and after each looks at all that it has to do. Given to it by
# the hundred, a request costs half; more at once would only wait in memory.
BATCH = 100


class ShareSpider(ArticleSpider):
    """Fetches the articles that the given addresses or ids name; each once, whatever it is called."""

    name = "share"

    def __init__(
        self, url: str = "", urls: Iterable[str] = (), references: Iterable[Reference] = (), **kwargs: Any
    ) -> None:
        """Take addresses: `url`, one or several with white space between them (-a url=…), and `urls`; and articles
        that are resolved already, with what is wanted of them (`references`)."""
        super().__init__(**kwargs)
        self.addresses = [*url.split(), *urls]
        # By recipe and id: one article may have several addresses.
        self.wanted = {(reference.recipe.name, reference.id): reference for reference in references}
        self.unknown: list[tuple[str, str]] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> ShareSpider:
        """Return the spider, its addresses resolved. Raises UsageError when there is none."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if not (spider.addresses or spider.wanted):
            raise UsageError("no address was given; give one with -a url=ADDRESS")
        recipes = recipes_for(crawler.settings)
        for address in spider.addresses:
            try:
                reference = resolve(address, recipes.values())
                spider.wanted.setdefault((reference.recipe.name, reference.id), reference)
            except UnknownAddressError as error:
                spider.unknown.append((address, str(error).removeprefix(f"{address}: ")))
        asked = {reference.host.partition(":")[0] for reference in spider.wanted.values()}
        spider.trusted_hosts = frozenset(asked.union(*(recipe.hosts() for recipe in recipes.values())))
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield the first request for each article."""
        for address, reason in self.unknown:
            self.fail(address, reason)
        requests = chain.from_iterable(map(self.ask, self.wanted.values()))
        while batch := list(islice(requests, BATCH)):
            *others, last = batch
            for request in others:
                self.crawler.engine.crawl(request)
            yield last
