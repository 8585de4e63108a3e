"""Fetching pages by their addresses, with the same politeness and guard as articles, but without an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import Request

from archiver.errors import BrowserError
from archiver.net.budget import BudgetSpentError
from archiver.net.failures import explain
from archiver.net.guard import private_hosts
from archiver.spiders.answers import answer_of
from archiver.spiders.article import ArticleSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archiver.answer import Answer

    Taken = Callable[[str, Answer | str], None]  # takes an address, and its answer or the reason why there is none


class PageSpider(ArticleSpider):
    """Fetches pages, each once, and passes their answers to `taken`. It opens no archive, and writes nothing."""

    name = "page"

    def __init__(self, urls: Iterable[str], taken: Taken, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._urls = tuple(dict.fromkeys(urls))
        self._taken = taken
        self.trusted_hosts = private_hosts(self._urls)  # its user named them

    async def start(self) -> AsyncIterator[Any]:
        """Yield the request for each page."""
        for url in self._urls:
            yield Request(url, callback=self.take, errback=self.miss, dont_filter=True, cb_kwargs={"asked": url})

    async def take(self, response: Response, asked: str) -> None:
        """Pass on an answer, drawn by a browser where that is wanted."""
        try:
            if self.drawer.wants(response):
                response = await self.drawer.draw(response)
        except (BrowserError, BudgetSpentError) as error:
            self._taken(asked, f"the page cannot be drawn: {error}")
            return
        self._taken(asked, answer_of(response))

    def miss(self, failure: Failure) -> None:
        """Pass on the reason why no answer came."""
        request: Request = failure.request  # type: ignore[attr-defined]
        self._taken(request.cb_kwargs["asked"], explain(failure))

    def answer_failed(self, request: Request | None, reason: str) -> None:
        """Pass on the reason why an answer could not be handled."""
        self._taken(request.cb_kwargs["asked"] if request else self.name, reason)
