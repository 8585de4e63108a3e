"""The archive in a crawl: opened when something is to go into it, and closed when all is done.

`scrapy shell`, `parse` and `fetch` put nothing into it. So they open no archive, and work while a run has it locked.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from scrapy import signals

from archiver.captures import Capture
from archiver.clock import DAY, SECOND, moment, now
from archiver.configuration import root_of
from archiver.coordination import Membership, Progress
from archiver.errors import ArchiverError, as_archiver_error
from archiver.extraction.extractors import Extractors
from archiver.index import FailedArticle, Finished, Index
from archiver.index.lock import command_line
from archiver.ingest import PendingAnswers, Submission
from archiver.private import public_address
from archiver.session import Session
from archiver.session_options import session_options
from archiver.signals import archive_failed, given_up
from archiver.workers.batcher import Batcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.article import Article
    from archiver.captures import Evidence
    from archiver.index import ArticleKey, Robots, Run

logger = logging.getLogger(__name__)

MAX_BATCH = 128  # articles that are decided about and written together
MAX_BATCHES_AT_WORK = 2  # batches at a time: while one is written, the next is decided about
# Seconds in which no batch follows another: a batch waits for the disk, however small it is. One of a worker takes
# several trips to the index, and all that share the index wait for the same disk: there a batch is to be large. But
# sites go on when their articles are written: with two seconds, half as many articles came, for hardly fewer trips.
BATCH_INTERVAL_SECONDS, SHARED_INTERVAL_SECONDS = 0.05, 0.5
MAX_CLOCK_DIFFERENCE_MICROS = 3600 * SECOND  # a smaller difference between clocks is not reported
MAX_GONE, MAX_GONE_SHARE = 5, 0.5  # if so many articles, and more than that share, are gone at once, it is not believed
# The longest rest of a host: no site means more, and a longer one comes from a wrong clock.
MAX_HOST_REST_MICROS = 7 * DAY


class ArchiveExtension:
    """The archive of a crawl, for its other parts (ARCHIVER_OUTPUT, ARCHIVER_EXTRACTORS, ARCHIVER_DRY_RUN)."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        settings = crawler.settings
        self.output = root_of(settings)
        self.dry = settings.getbool("ARCHIVER_DRY_RUN")
        self.failure: ArchiverError | None = None  # the first error of the archive itself
        self.session: Session | None = None
        self.notice = ""  # what the user should know about the archive; empty if all is well
        self.joins = 0  # the number of the run that this crawl is a worker of; 0: it has the archive alone
        self.membership: Membership | None = None  # its membership among the workers of that run
        self.came_to: Callable[[], Progress] = Progress  # how far this crawl is, for the other workers
        self._opening: asyncio.Future[Session] | None = None
        self._options = session_options(settings)
        self.answers = PendingAnswers()  # what belongs to articles that are on their way to `put`
        self.extractors = Extractors(self._options.extract, settings.getint("ARCHIVER_EXTRACTORS"))
        self._expects_answers = False
        # A note of a listing is waited for before its articles are asked for: no site is to wait for another.
        self._gather(MAX_BATCHES_AT_WORK, BATCH_INTERVAL_SECONDS, 0)
        self._soon: set[asyncio.Future[None]] = set()
        self._closing: asyncio.Future[None] | None = None
        self._is_closed = False
        self.hosts: dict[str, int] = {}  # hosts that asked to be left alone, and until when (microseconds)
        self.asked_again = 0  # how many articles were asked for that have a post
        self.gone: list[FailedArticle] = []  # those of them that the source says are gone

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl."""
        extension = cls(crawler)
        crawler.signals.connect(extension.engine_stopped, signals.engine_stopped)
        crawler.signals.connect(extension.give_up, given_up)
        return extension

    async def open(self) -> Session:
        """Return the archive, opened for writing. Raises ArchiverError if it cannot be opened; that error ends the
        crawl."""
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._open())
        try:
            return await asyncio.shield(self._opening)
        except Exception as error:
            self.fail(error)
            raise

    async def opened(self) -> None:
        """Wait until the archive is open, or could not be opened, if it is being opened: a crawl may be ended before it
        has begun."""
        if self._opening:
            await asyncio.wait([self._opening])

    def fail(self, error: Exception) -> None:
        """End the crawl because of an error of the archive itself: as nothing more could be kept, nothing more is asked
        for, and what is on its way is dropped. After the archive was closed, errors are ignored."""
        if self.failure is None and not self._is_closed:
            self.failure = as_archiver_error(error)
            logger.debug("The archive failed", exc_info=error)
            self._crawler.signals.send_catch_log(archive_failed)
            self.close_spider("archive failed")

    def close_spider(self, reason: str) -> None:
        """End the crawl: nothing more is asked for, and what is in hand is finished."""
        if self._closing is None and self._crawler.engine is not None:
            self._closing = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason=reason))

    @property
    def is_ending(self) -> bool:
        """Whether nothing more is to be asked for."""
        return self._closing is not None or self.failure is not None

    async def put(self, article: Article) -> Article:
        """Have an article decided about and written, and return it with what became of it. Any error that this raises
        ends the crawl."""
        taken = self.answers.submission_of(article)
        await self.open()
        try:
            return await self._puts.submit(taken)
        except Exception as error:
            self.fail(error)
            raise

    def expect_answers(self) -> None:
        """Have a process that makes articles started while the first answer is still on its way."""
        if not self._expects_answers:
            self._expects_answers = True
            self.do_soon(self.extractors.start())

    def note_failed(self, key: ArticleKey, reason: str, *, refused: bool = False) -> None:
        """Note an article that the source did not give. refused: what is there is no article, and asking again would
        not change that."""
        if self.session:
            self.do_soon(self._fails.submit(FailedArticle(key, reason, "refused" if refused else "failed")))

    def note_gone(self, key: ArticleKey, reason: str) -> None:
        """Note an article that has a post, and that the source says it has no more. `settle_gone` decides about it."""
        self.gone.append(FailedArticle(key, reason, "withdrawn"))

    def note_unchanged(self, key: ArticleKey, forms: Iterable[str]) -> None:
        """Note an article that according to the source has not changed."""
        if self.session:
            for one in self.session.ingester.unchanged(key, forms, now()):
                self.do_soon(self._unchanged.submit(one))

    def hold_host(self, host: str, until: int) -> None:
        """Note that a host asked to be left alone until a time (microseconds)."""
        self.hosts[host] = until
        if self.session:
            self.do_soon(self.session.index.run(lambda index: index.hosts.hold(host, until)))

    async def kept_robots(self, address: str, age: int) -> Robots | None:
        """Return the robots.txt that came last from `address`, if it came at most `age` microseconds ago; else None.

        Raises IndexFileError.
        """
        if self.session is None:
            return None
        moment = now()
        address = public_address(address)
        return await self.session.index.run(lambda index: index.hosts.robots(address, moment - age, moment))

    def keep_robots(self, address: str, status: int, body: bytes) -> None:
        """Keep the robots.txt that came from `address`."""
        address = public_address(address)
        if self.session:
            moment = now()
            self.do_soon(self._notes.submit(lambda index: index.hosts.keep_robots(address, status, body, moment)))

    async def note(self, work: Callable[[Index], None]) -> None:
        """Have `work` write to the index, together with what else is noted at this time. Raises IndexFileError."""
        await self._notes.submit(work)

    def keep_soon(self, evidence: Evidence) -> None:
        """Capture an answer that no post will be made of, before the crawl ends."""
        if self.session:
            self.do_soon(self._kept.submit(evidence))

    def do_soon(self, work: Any) -> None:
        """Have an awaitable carried out before the crawl ends. If it raises, that is an error of the archive."""
        task = asyncio.ensure_future(self._quietly(work))
        self._soon.add(task)
        task.add_done_callback(self._soon.discard)

    async def settle(self) -> None:
        """Return when all articles that were put, and everything given to `do_soon`, are done with."""
        await self._puts.drain()
        while self._soon:
            begun = list(self._soon)
            await asyncio.gather(*begun)
            # From Python 3.12 on `gather` does not let the event loop run if all have ended already. Then the callbacks
            # that take them out of the set have not run yet, and never would.
            self._soon.difference_update(begun)

    async def settle_gone(self) -> str:
        """Mark the articles that are gone as withdrawn. If too many are gone at once, that is not believed: they are
        noted as failed, and the reason is returned."""
        gone, self.gone = self.gone, []
        believed = len(gone) < MAX_GONE or len(gone) <= MAX_GONE_SHARE * self.asked_again
        if gone and self.session:
            failed = gone if believed else [one._replace(state="failed") for one in gone]
            await self.session.index.run(Index.fail, failed, now())
        if believed:
            return ""
        return f"{len(gone)} of {self.asked_again} articles that were asked for again are gone: not believed yet"

    async def close(self) -> None:
        """Close the archive. An error becomes the failure of the crawl, if there was none before."""
        await self.opened()
        session, self.session = self.session, None
        self._is_closed = True
        if session is None:
            return
        try:
            if self.membership:
                await self.membership.close()
            await session.close()
        except Exception as error:
            self.failure = self.failure or as_archiver_error(error)

    def give_up(self) -> None:
        """End the processes that make articles at once: the run does not wait for them any more."""
        self.extractors.kill()

    async def engine_stopped(self) -> None:
        """End the processes that make articles, and close the archive if it was not closed before."""
        await self.extractors.close()
        await self.close()

    async def leave(self) -> bool:
        """Finish what is in hand, and leave the run. Return whether this crawl is to end the run: it has the archive
        alone, or is the last of the run's workers. Raises ArchiverError."""
        if self.membership is None:
            return True
        if not self.membership.member.has_left:
            await self.settle()
        return await self.membership.leave()

    async def _open(self) -> Session:
        session = await (self._join() if self.joins else self._open_alone())
        try:
            resting = await session.index.run(lambda index: index.hosts.on_hold(now()))
        except BaseException:
            await session.close()
            raise
        self.hosts |= {host: until for host, until in resting.items() if until <= now() + MAX_HOST_REST_MICROS}
        self.session = session
        return session

    async def _open_alone(self) -> Session:
        session = await asyncio.to_thread(Session.open, self.output, self._options, dry=self.dry)
        try:
            await session.begin_run(command_line())
            self.notice = _clock_notice(session.previous)
        except BaseException:
            await session.close()
            raise
        if session.adopted:
            logger.info("A new index: %s", session.adopted.summary())
        return session

    async def _join(self) -> Session:
        session = await asyncio.to_thread(Session.join, self.output, self._options, self.joins)
        self._gather(1, SHARED_INTERVAL_SECONDS, SHARED_INTERVAL_SECONDS)
        self.membership = Membership(session, lambda: self.came_to(), self._note_rest, self.fail)
        return session

    def _note_rest(self, host: str, until: int) -> None:
        """Note that a host asked another worker to be left alone until a time (microseconds)."""
        if until <= now() + MAX_HOST_REST_MICROS:
            self.hosts[host] = max(until, self.hosts.get(host, 0))

    async def _take(self, batch: list[Submission]) -> list[Article]:
        assert self.session is not None, "it is opened before anything is put"
        turn = await self.membership.turn_at(one.article for one in batch) if self.membership else None
        return await self.session.ingester.take(batch, turn=turn)

    def _gather(self, at_work: int, interval: float, notes_interval: float) -> None:
        """From now on, gather what is put for so many seconds, and so long what is noted. at_work: batches of articles
        at a time."""
        self._puts = Batcher[Submission, "Article"]([self._take] * at_work, MAX_BATCH, interval)
        self._fails = Batcher[FailedArticle, None]([self._fail], MAX_BATCH, interval)
        self._unchanged = Batcher[Finished, None]([self._finish], MAX_BATCH, interval)
        self._notes = Batcher["Callable[[Index], None]", None]([self._note], MAX_BATCH, notes_interval)
        self._kept = Batcher["Evidence", None]([self._keep], MAX_BATCH, notes_interval)

    async def _fail(self, failed: list[FailedArticle]) -> list[None]:
        assert self.session is not None, "only what was asked for can fail"
        await self.session.index.run(Index.fail, failed, now())
        return [None] * len(failed)

    async def _finish(self, finished: list[Finished]) -> list[None]:
        assert self.session is not None, "only what was asked for is unchanged"
        await self.session.index.run(Index.finish, finished, now())
        return [None] * len(finished)

    async def _note(self, notes: list[Callable[[Index], None]]) -> list[None]:
        assert self.session is not None, "only of what was asked for there are notes"

        def note(index: Index) -> None:
            for one in notes:
                one(index)

        await self.session.index.run(lambda index: index.together(lambda: note(index)))
        return [None] * len(notes)

    async def _keep(self, evidence: list[Evidence]) -> list[None]:
        assert self.session is not None, "only what was asked for can be kept"
        kept = await self.session.recorder.keep(evidence)
        captures = [one for one in kept if isinstance(one, Capture)]
        await self._notes.submit(lambda index: index.captures.note(captures))
        for one in kept:
            if isinstance(one, ArchiverError):
                raise one
        return [None] * len(evidence)

    async def _quietly(self, work: Any) -> None:
        try:
            await work
        except Exception as error:
            self.fail(error)


def _clock_notice(previous: Run | None) -> str:
    """Return a notice if the last run began later than it is now, which means that a clock is wrong; else nothing."""
    if previous is None or previous.started <= now() + MAX_CLOCK_DIFFERENCE_MICROS:
        return ""
    when = show_time(previous.started)
    return f"the last run was at {when}: its clock was ahead, or this one is behind; nothing is lost by it"


def archive_of(crawler: Crawler) -> ArchiveExtension:
    """Return the archive of a crawl. Its settings must have the extension."""
    extension = crawler.get_extension(ArchiveExtension)
    assert extension is not None, "the settings have no archiver.crawl_archive.ArchiveExtension"
    return extension


def show_time(micros: int) -> str:
    """Return microseconds as a time that people read, in the time zone of this machine."""
    return moment(micros).astimezone().isoformat(" ", "minutes")
