"""The spider that fetches the pictures of existing posts: `scrapy crawl pictures`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from archiver.clock import now
from archiver.posts.pictures import link_of, shown_pictures
from archiver.recipes import recipes_for
from archiver.signals import pictures_waiting
from archiver.spiders.article import ArticleSpider
from archiver.spiders.pictures import MAX_SCANNED, wanted_pictures

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler

    from archiver.index import ArticleKey, Index
    from archiver.index.pictures import WantedPicture
    from archiver.index.posts import Changed
    from archiver.session import Session


class PictureSpider(ArticleSpider):
    """Fetches the pictures of all posts, and has the posts show them. No article is asked for."""

    name = "pictures"
    captures = wants_pictures = True

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider of a crawl."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        # Private hosts are those that a recipe names.
        spider.trusted_hosts = frozenset().union(*(one.hosts() for one in recipes_for(crawler.settings).values()))
        return spider

    async def begin(self) -> AsyncIterator[Request]:
        """Note the pictures that posts show from elsewhere, ask for all that are due, and end the crawl. Raises
        ArchiverError."""
        session = await self.archive.open()
        since = 0
        while found := await session.index.run(_changed, since):
            await self._note(session, found)
            since = found[-1].number
        if self.pictures:
            await self.pictures.fetch_all_due()
        waiting = await session.index.run(lambda index: index.pictures.waiting(now()))
        self.crawler.signals.send_catch_log(pictures_waiting, waiting=waiting)
        self.archive.close_spider("finished")
        for _ in ():
            yield _

    async def _note(self, session: Session, changed: list[Changed]) -> None:
        wanted: dict[str, WantedPicture] = {}
        waiting: dict[ArticleKey, tuple[str, ...]] = {}
        for article in changed:
            for post in article.posts:
                content = session.storage.read(post.path) or b""
                page = link_of(content)
                rules = self.pictures.rules(article.key.recipe, page) if self.pictures else None
                if rules is None:
                    continue
                offered = {address: shown.offers for address, shown in shown_pictures(content).items()}
                named = {one.address: one for one in wanted_pictures(page, article.key.recipe, offered, rules)}
                waiting[article.key] = (*waiting.get(article.key, ()), *named)
                wanted |= {address: one for address, one in named.items() if address not in wanted}
        await session.index.run(_want, wanted, waiting)


def _changed(index: Index, since: int) -> list[Changed]:
    return list(islice(index.posts.changed(since), MAX_SCANNED))


def _want(index: Index, wanted: dict[str, WantedPicture], waiting: dict[ArticleKey, tuple[str, ...]]) -> None:
    def note() -> None:
        index.pictures.want(wanted.values(), now())
        index.pictures.wait(waiting)

    index.together(note)
