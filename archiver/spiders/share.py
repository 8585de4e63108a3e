"""The spider for single articles: `scrapy crawl share -a url=ADDRESS`."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from archiver.addresses import page_at, resolve, web_address
from archiver.errors import UnknownAddressError, UsageError
from archiver.net.guard import private_hosts
from archiver.recipes import load_recipes, recipes_for
from archiver.spiders.article import ArticleSpider
from archiver.spiders.pages import WebQueue, refusal, site_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from archiver.addresses import Reference
    from archiver.article import Article


# The engine takes one request from `start` at a time, and after each it goes through all that it has to do. If requests
# are handed to it a hundred at a time, each costs half as much; more at a time would only wait in memory.
MAX_BATCH = 100


class ShareSpider(ArticleSpider):
    """Fetches the articles that the given addresses or ids name. Each is fetched once, even if several addresses name
    it."""

    name = "share"

    def __init__(
        self,
        url: str = "",
        urls: Iterable[str] = (),
        listed: Iterable[str] = (),
        references: Iterable[Reference] = (),
        **kwargs: Any,
    ) -> None:
        """url: one or several addresses with white space between them (-a url=…). urls: further addresses. listed:
        addresses from a list that somebody else may have made; private hosts are not trusted for being in it.
        references: articles that are resolved already, with the forms that are wanted of them."""
        super().__init__(**kwargs)
        named = [*url.split(), *urls]
        self.addresses = [*named, *listed]
        self._named_hosts = private_hosts(map(web_address, named))
        self.wanted = {reference.key: reference for reference in references}  # one article may have several addresses
        self.pages: dict[str, Reference] = {}  # web pages, by address: which articles they are their answers will tell
        self.unknown: list[tuple[str, str]] = []
        self._web: WebQueue | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> ShareSpider:
        """Return the spider, its addresses resolved."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        recipes = recipes_for(crawler.settings)
        for address in spider.addresses:
            try:
                reference = resolve(address, recipes.values())
            except UnknownAddressError as error:
                spider.unknown.append((address, str(error).removeprefix(f"{address}: ")))
                continue
            if reference.recipe.is_web:
                spider.pages.setdefault(web_address(address) or address, reference)
            else:
                spider.wanted.setdefault(reference.key, reference)
        # Private hosts may be asked only if a recipe or the user names them; anybody may have made the list.
        hosts = {reference.host for reference in spider.wanted.values()}
        of_recipes = (recipe.hosts() for recipe in recipes.values())
        spider.trusted_hosts = frozenset(hosts.union(spider._named_hosts, *of_recipes))
        return spider

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        """Return whether a recipe knows the address of a request. `scrapy parse` and `scrapy shell` choose their spider
        by this."""
        try:
            resolve(request.url, load_recipes().values())
        except UnknownAddressError:
            return page_at(request.url, load_recipes().values()) is not None
        return True

    async def parse(self, response: Response) -> AsyncIterator[Article | Request]:
        """Yield the article in a response, or the requests for the pages that may hold it. This is for `scrapy parse`
        and `scrapy check`; a crawl knows what it asked for, and uses `read`.

        @article 202112242224680477
        @returns items 1 1
        @scrapes id title published source body post
        """
        recipes = recipes_for(self.settings).values()
        if found := page_at(response.url, recipes):
            reference, page = found
        else:
            reference = resolve(response.url, recipes)
            page = reference.recipe.pages[0]
        if found or reference.recipe.is_web:
            async for result in self.read(response, reference, len(reference.recipe.pages), page.name, ()):
                yield result
        else:
            for request in self.ask(reference):
                yield request

    async def begin(self) -> AsyncIterator[Request]:
        """Yield the first request for each article. Raises UsageError when there is none."""
        if not (self.unknown or self.wanted or self.pages):
            raise UsageError("no address was given; give one with -a url=ADDRESS")
        for address, reason in self.unknown:
            self.fail(address, reason)
        self._web = await WebQueue.of(self.pages.values(), (await self.archive.open()).index)
        first = (request for site in self._web.sites for request in self._ask_next(site))
        requests = chain(chain.from_iterable(map(self.ask, self.wanted.values())), first)
        while batch := list(islice(requests, MAX_BATCH)):
            *others, last = batch
            for request in others:
                self.crawler.engine.crawl(request)
            yield last

    def learn(self, reference: Reference, article: Article) -> None:
        """Note the addresses of an article, so that it is not asked for again at another of them."""
        if self._web:
            self._web.learn(reference, article.aliases)

    async def ask_after(self, reference: Reference) -> AsyncIterator[Request]:
        """Yield the request for the next page of the same site."""
        if self._web and reference.recipe.is_web:
            for request in self._ask_next(site_of(reference)):
                yield request

    def _ask_next(self, site: str) -> Iterator[Request]:
        """Yield the request for the next page of a site, if there is one. Pages that must not be asked for are reported
        and passed over."""
        while self._web and (reference := self._web.next(site)):
            if reason := refusal(reference, self.trusted_hosts):
                self.fail(reference.address, reason, reference)
                continue
            yield from self.ask(reference)
            return
