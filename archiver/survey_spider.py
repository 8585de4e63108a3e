"""The spider that surveys a site: it finds what lists the site's articles, and opens no archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import signals

from archiver.errors import as_archiver_error
from archiver.net.guard import private_hosts
from archiver.spiders.article import ArticleSpider
from archiver.surveying import Inspector, Surveyor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.discovery.offer import Offer


class SurveySpider(ArticleSpider):
    """Surveys a site, and notes in `offer` what it finds."""

    name = "survey"

    def __init__(self, offer: Offer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._offer = offer
        self._inspector = Inspector()
        self.trusted_hosts = private_hosts([offer.address])  # its user named it

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider of a crawl."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._inspector.note_sitemaps, signals.response_received)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Survey the site. Requests are made directly through the engine, so none is yielded."""
        try:
            await Surveyor(self.crawler, self._inspector, self._offer).survey()
        except Exception as error:  # a fault in this program: what was found before is not complete
            self._offer.problem = str(as_archiver_error(error))
        finally:
            await self._inspector.close()
        for _ in ():
            yield
