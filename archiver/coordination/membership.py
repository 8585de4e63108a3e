"""What a crawl has to do with the other workers of its run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from archiver.coordination.article_leases import ArticleLeases
from archiver.coordination.host_leases import HostLeases
from archiver.coordination.member import Member

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from archiver.article import Article
    from archiver.coordination.article_leases import ArticleTurn
    from archiver.coordination.member import Progress
    from archiver.session import Session


class Membership:
    """The part that this crawl has among the workers of its run: its `member`, as which it is known to the other
    workers, and its leases of `hosts`.

    progress: returns how far the crawl is. hold: is called with a host that has asked another worker to be left alone,
    and the time until then. fail: is called with an error of the index.
    """

    def __init__(
        self,
        session: Session,
        progress: Callable[[], Progress],
        hold: Callable[[str, int], None],
        fail: Callable[[Exception], None],
    ) -> None:
        self.member = Member(session, progress, fail)
        self.hosts = HostLeases(session.index, hold)
        self._articles = ArticleLeases()
        self._session = session
        self._fail = fail
        self._beside = [asyncio.ensure_future(one) for one in (self.member.heartbeat(), self._named(self.hosts.poll()))]

    async def turn_at(self, articles: Iterable[Article]) -> ArticleTurn:
        """Return the turn at these articles: while it lasts, no other worker decides about them. Raises LockedError if
        others have taken over from this worker."""
        await self.member.assure()
        return self._articles.at(articles)

    async def leave(self) -> bool:
        """End what this worker does in its run, and return whether it is the last one, which is to end the run. Raises
        ArchiverError."""
        if self.member.has_left:
            return self.member.is_last
        await self._session.finish_files()
        self.hosts.forget()
        if await self.member.leave():
            self._session.records = True
        else:
            self._stop()
        return self.member.is_last

    async def close(self) -> None:
        """Stop what runs beside the crawl. The last worker notes that it has left, too, since it has ended the run by
        now. Raises IndexFileError."""
        self._stop()
        if self.member.is_last:
            await self._session.index.run(lambda index: index.workers.end())

    def _stop(self) -> None:
        for one in self._beside:
            one.cancel()

    async def _named(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:
            self._fail(error)
