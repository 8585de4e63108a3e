"""The spider for single articles: `scrapy crawl share -a url=ADDRESS`."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from archiver.addresses import page_at, resolve
from archiver.errors import UnknownAddressError, UsageError
from archiver.recipes import load_recipes, recipes_for
from archiver.spiders.article import ArticleSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from archiver.addresses import Reference
    from archiver.article import Article


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
        self.wanted = {reference.key: reference for reference in references}  # one article may have several addresses
        self.unknown: list[tuple[str, str]] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> ShareSpider:
        """Return the spider, its addresses resolved."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        recipes = recipes_for(crawler.settings)
        for address in spider.addresses:
            try:
                reference = resolve(address, recipes.values())
                spider.wanted.setdefault(reference.key, reference)
            except UnknownAddressError as error:
                spider.unknown.append((address, str(error).removeprefix(f"{address}: ")))
        asked = {reference.host.partition(":")[0] for reference in spider.wanted.values()}
        spider.trusted_hosts = frozenset(asked.union(*(recipe.hosts() for recipe in recipes.values())))
        return spider

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        """Return whether a recipe knows the address: `scrapy parse` and `scrapy shell` find their spider by this."""
        try:
            resolve(request.url, load_recipes().values())
        except UnknownAddressError:
            return page_at(request.url, load_recipes().values()) is not None
        return True

    async def parse(self, response: Response) -> AsyncIterator[Article | Request]:
        """Yield the article in an answer, or the requests for the pages that may hold it. Of no use in a crawl, which
        knows what it asked for: `scrapy parse` and `scrapy check` begin here.

        @article 202112242224680477
        @returns items 1 1
        @scrapes id title published source body post
        """
        recipes = recipes_for(self.settings).values()
        if found := page_at(response.url, recipes):
            reference, page = found
            async for result in self.read(response, reference, len(reference.recipe.pages), page.name, ()):
                yield result
        else:
            for request in self.ask(resolve(response.url, recipes)):
                yield request

    async def begin(self) -> AsyncIterator[Request]:
        """Yield the first request for each article. Raises UsageError when there is none."""
        if not (self.unknown or self.wanted):
            raise UsageError("no address was given; give one with -a url=ADDRESS")
        for address, reason in self.unknown:
            self.fail(address, reason)
        requests = chain.from_iterable(map(self.ask, self.wanted.values()))
        while batch := list(islice(requests, BATCH)):
            *others, last = batch
            for request in others:
                self.crawler.engine.crawl(request)
            yield last
