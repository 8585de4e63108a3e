"""What every spider of this package does: it asks for the pages of an article, one after the other, until one of them
gives the article."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider, signals
from scrapy.exceptions import DontCloseSpider
from scrapy.spidermiddlewares.httperror import HttpError

from archiver.addresses import page_addresses
from archiver.answer import Asked
from archiver.article import Article
from archiver.browser import LOADED_META_KEY, look_for_browser
from archiver.captures import Evidence
from archiver.crawl_archive import archive_of
from archiver.errors import ERRORS_OF_THE_ARCHIVE, BrowserError, RecipeError, UsageError, fault
from archiver.extraction import Unusable
from archiver.ingest.illustrating import offered_pictures
from archiver.net.budget import BudgetMiddleware, BudgetSpentError
from archiver.net.conditional import NOT_MODIFIED, validators_of
from archiver.net.failures import explain
from archiver.net.handler import EXCHANGES_META_KEY
from archiver.net.kept import CAPTURE_META_KEY
from archiver.pipelines.archive import POST_OUTCOMES, NotPostedError
from archiver.private import authority
from archiver.recipes import recipes_for, sites_for
from archiver.scrapy_settings import add_plugins, complete_settings
from archiver.signals import article_failed, article_unchanged, blocked
from archiver.spiders.answers import about_answer, answer_of
from archiver.spiders.attempts import Attempt, are_final, attempt_of_status, judge
from archiver.spiders.drawing import PageDrawer
from archiver.spiders.feed_text import BASE_KEY, TEXT_KEY, FeedTexts, of_feed
from archiver.spiders.pictures import PictureFetcher, wanted_pictures
from archiver.spiders.politeness import set_politeness

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from archiver.addresses import Reference
    from archiver.answer import Answer
    from archiver.captures import Capture
    from archiver.crawl_archive import ArchiveExtension
    from archiver.extraction import Extracted
    from archiver.index.pictures import WantedPicture
    from archiver.recipes import Recipe
    from archiver.spiders.attempts import Attempts


class ArticleSpider(Spider):
    """The base of spiders that fetch articles."""

    reports_errors = True  # it reports errors of its callbacks itself (`take_error`)
    captures = False  # whether answers are captured if neither the settings nor the recipe say so or otherwise
    _going_on: asyncio.Future[None] | None = None  # a call of `_go_on` that has not ended
    drawer: PageDrawer
    feed_texts: FeedTexts
    wants_pictures = False  # True: pictures are fetched, whatever the settings and recipes say
    _pictures: PictureFetcher | None = None
    trusted_hosts: frozenset[str] = frozenset()  # the only hosts that may be at private addresses

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Complete the settings with those that follow from other settings, from recipes and from plug-ins. Raises
        UsageError for a wrong setting, PluginError for a plug-in that cannot be used."""
        super().update_settings(settings)
        complete_settings(settings)
        add_plugins(settings)
        try:
            recipes, sites = recipes_for(settings), sites_for(settings)
        except RecipeError as error:
            raise UsageError(str(error)) from error
        if settings["ARCHIVER_BROWSER"] != "recipe" or settings.getbool("ARCHIVER_WARC_PAGES"):
            try:
                look_for_browser(settings)
            except BrowserError as error:
                raise UsageError(f"pages cannot be drawn: {error}") from error
        set_politeness(settings, recipes.values(), sites)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider of a crawl."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.drawer = PageDrawer(crawler)
        spider.feed_texts = FeedTexts(crawler.settings)
        crawler.signals.connect(spider.go_on, signals.spider_idle)
        crawler.signals.connect(spider.take_error, signals.spider_error)
        return spider

    @property
    def archive(self) -> ArchiveExtension:
        """The archive of the crawl."""
        return archive_of(self.crawler)

    async def start(self) -> AsyncIterator[Any]:
        """Yield the first requests, when the archive is open. If it cannot be opened, the crawl ends with that
        error."""
        try:
            await self.archive.open()
            async for request in self.begin():
                yield request
        except Exception as error:
            self.archive.fail(error)

    def go_on(self) -> None:
        """Called when the spider is idle: start `_go_on`, unless it is running. Raises DontCloseSpider, since `_go_on`
        closes the spider when nothing is left."""
        if self.archive.session is None:
            return
        if self._going_on is None:
            self._going_on = asyncio.ensure_future(self._go_on())
        raise DontCloseSpider

    async def ask_for_more(self) -> bool:
        """Ask for more, and return whether there was anything to ask for. By default there never is."""
        return False

    async def ask_for_pictures(self) -> None:
        """Ask for pictures that posts wait for; called when there is nothing else to ask for. By default: do
        nothing."""

    async def _go_on(self) -> None:
        """Ask for more; when there is nothing more, decide about edits, and end the crawl."""
        try:
            if not await self.ask_for_more():
                if await self.archive.leave():
                    await self.ask_for_pictures()
                    await self._decide_edits()
                self.archive.close_spider("finished")
        except Exception as error:
            self.archive.fail(error)
        finally:
            self._going_on = None

    async def _decide_edits(self) -> None:
        """Decide about the edits that were held back, and send the signals that other items cause, so that reports and
        other extensions learn what became of them."""
        if self.archive.session is None:
            return
        send = self.crawler.signals.send_catch_log_async
        for article in await self.archive.session.ingester.decide_edits():
            if article.outcome in POST_OUTCOMES:
                await send(signals.item_scraped, item=article, response=None, spider=self)
            else:
                error = NotPostedError(article)
                await send(signals.item_dropped, item=article, response=None, exception=error, spider=self)

    def take_error(self, failure: Failure, response: Response | Failure) -> None:
        """Handle what a callback raised: an error of the archive ends the crawl; any other error is reported for the
        answer that it came from."""
        error = failure.value or Exception()
        if isinstance(error, ERRORS_OF_THE_ARCHIVE):
            self.archive.fail(error)
            return
        request: Request | None = getattr(response, "request", None)  # a Failure (of an errback) has one, too
        self.answer_failed(request, fault(error))

    def answer_failed(self, request: Request | None, reason: str) -> None:
        """Report an answer whose callback failed."""
        reference: Reference | None = request.cb_kwargs.get("reference") if request else None
        address = reference.address if reference else request.url if request else self.name
        self.fail(address, reason, reference)

    def begin(self) -> AsyncIterator[Any]:
        """Yield the first requests."""
        raise NotImplementedError

    def ask(
        self, reference: Reference, number: int = 0, attempts: Attempts = (), headers: Mapping[str, str] | None = None
    ) -> Iterator[Request]:
        """Yield the request for page `number` of the article; when there is none left, report it as failed.

        headers: further request headers, such as those that ask for a page only if it has changed.
        """
        found = next(islice(page_addresses(reference), number, None), None)
        if found is None:
            verdict = judge(attempts)
            gone = reference.held and verdict.gone
            self.fail(reference.address, verdict.reason, reference, gone=gone, refused=verdict.refused)
            return
        page, address = found
        if not headers:  # with them, the answer may be that nothing has changed
            self.archive.expect_answers()
        yield Request(
            address,
            headers=dict(headers or {}),
            callback=self.read,
            errback=self.next_page,
            dont_filter=True,  # spiders ask for an article once; the same address is asked again only on purpose
            meta={
                # Further pages only stand in for the first, and are not worth waiting for as long.
                **({"max_retry_times": 0} if number else {}),
                **({"handle_httpstatus_list": [NOT_MODIFIED]} if headers else {}),
            },
            cb_kwargs={"reference": reference, "number": number, "page": page.name, "attempts": attempts},
        )

    def ask_for_captured(self, reference: Reference, page: str, capture: Capture) -> Iterator[Request]:
        """Yield a request that is answered from a capture (`net.kept`), to make a post of another form from what was
        captured for the article. page: the name of the page that was captured."""
        yield Request(
            capture.url,
            callback=self.read,
            errback=self.next_page,
            dont_filter=True,
            meta={CAPTURE_META_KEY: capture},
            cb_kwargs={"reference": reference, "number": -1, "page": page, "attempts": ()},
        )

    async def read(
        self, response: Response, reference: Reference, number: int, page: str, attempts: Attempts
    ) -> AsyncIterator[Article | Request]:
        """Yield the request for the next page that may have the article; then the requests that waited for this answer
        (`ask_after`); then the article in `response`, in each form that is wanted, when its pictures have come."""
        async for result in self._requests_first(reference, self._read(response, reference, number, page, attempts)):
            yield result

    async def _requests_first(
        self, reference: Reference, results: AsyncIterator[Article | Request]
    ) -> AsyncIterator[Article | Request]:
        """Yield the requests among `results`, then those that waited for them, and then the articles, those whose
        pictures are wanted last. Scrapy takes what is yielded one by one, and an article until its post is written:
        a request behind it would wait as long."""
        articles: list[Article] = []
        async for result in results:
            if isinstance(result, Article):
                self.learn(reference, result)
                articles.append(result)
            else:
                yield result
        async for request in self.ask_after(reference):
            yield request
        wanted = [(article, self._wanted_pictures(article)) for article in articles]
        for article, pictures in sorted(wanted, key=lambda one: bool(one[1])):
            if pictures:
                assert self.pictures is not None
                await self.pictures.fetch(pictures)
            yield article

    def learn(self, reference: Reference, article: Article) -> None:
        """Take note of an article that has come. By default: do nothing."""

    async def ask_after(self, reference: Reference) -> AsyncIterator[Request]:  # noqa: ARG002
        """Yield the requests that waited until an article had come, or was known not to come; none by default."""
        for _ in ():
            yield _

    async def _read(
        self, response: Response, reference: Reference, number: int, page: str, attempts: Attempts
    ) -> AsyncIterator[Article | Request]:
        if response.status == NOT_MODIFIED:
            self.archive.note_unchanged(reference.key, reference.forms)
            self.crawler.signals.send_catch_log(article_unchanged, reference=reference)
            return
        asked = self.asked_for(reference, page)
        try:
            response, answer, extracted = await self._read_answer(response, reference, asked)
        except BudgetSpentError:
            return  # the article stays due
        if isinstance(extracted, Unusable):
            self.report_if_blocked(response.url, extracted)
            failed = Attempt(authority(response.url), extracted.reason, extracted.gone, extracted.refused, final=True)
            async for result in self._after_failure(reference, number, (*attempts, failed)):
                yield result
            return
        if self.captured(reference.recipe):
            about = about_answer(answer, asked)
            if kept := response.meta.get(CAPTURE_META_KEY):
                self.archive.answers.expect(answer, len(extracted), capture=kept, about=about)
            elif EXCHANGES_META_KEY in response.meta:
                evidence = Evidence(response.meta[EXCHANGES_META_KEY], about, response.meta.get(LOADED_META_KEY, ()))
                self.archive.answers.expect(
                    answer, len(extracted), evidence=evidence, validators=validators_of(response)
                )
        else:
            self.archive.answers.expect(answer, len(extracted), validators=validators_of(response))
        for article in extracted:
            yield article

    async def _read_answer(
        self, response: Response, reference: Reference, asked: Asked
    ) -> tuple[Response, Answer, Extracted]:
        """Return the response, the answer in it, and what was extracted from it; the response is the page as a browser
        drew it, where that is wanted. Raises BudgetSpentError."""
        try:
            if self.drawer.wants(response, reference.recipe, asked.page):
                response = await self.drawer.draw(response)
            answer = answer_of(response)
            extracted = await self._extract(answer, asked)
            if not (isinstance(extracted, Unusable) and extracted.needs_scripts):
                return response, answer, extracted
            if not self.drawer.wants_refused(response):
                advice = "" if LOADED_META_KEY in response.meta else "; --browser has a browser draw it"
                return response, answer, replace(extracted, reason=f"{extracted.reason}{advice}")
            response = await self.drawer.draw(response)
            answer = answer_of(response)
            return response, answer, await self._extract(answer, asked)
        except BrowserError as error:
            return response, answer_of(response), Unusable(f"the page cannot be drawn: {error}")

    def _wanted_pictures(self, article: Article) -> list[WantedPicture]:
        """Return the pictures of an article that are wanted as files of the archive."""
        rules = self.pictures.rules(article.recipe, article.response_url) if self.pictures else None
        if rules is None or not rules.wanted:
            return []
        return wanted_pictures(article.response_url, article.recipe, offered_pictures(article), rules)

    @property
    def pictures(self) -> PictureFetcher | None:
        """The fetcher of pictures; None if the archive is not open, or is not written to (a dry run)."""
        session = self.archive.session
        if session is None or session.dry:
            return None
        if self._pictures is None:
            recipes, sites = recipes_for(self.settings), sites_for(self.settings)
            setting = self.settings["ARCHIVER_PICTURES"]
            wanted = None if setting in (None, "") else self.settings.getbool("ARCHIVER_PICTURES")
            wanted = self.wants_pictures or wanted
            self._pictures = PictureFetcher(self.crawler, session, recipes, sites, wanted, self.captured)
        return self._pictures

    async def _extract(self, answer: Answer, asked: Asked) -> Extracted:
        """Return what is extracted from an answer. Raises BudgetSpentError if the run ends before."""
        budget = self.crawler.get_downloader_middleware(BudgetMiddleware)
        extraction = self.archive.extractors.extract(answer, asked)
        return await (budget.in_hand(extraction) if budget else extraction)

    async def next_page(self, failure: Failure) -> AsyncIterator[Article | Request]:
        """Yield the request for the next page after one that could not be had; then the requests that waited for this
        answer (`ask_after`); then the article as its feed has it, if that is taken instead."""
        request: Request = failure.request  # type: ignore[attr-defined]
        tried: dict[str, Any] = request.cb_kwargs
        if isinstance(failure.value, BudgetSpentError):  # it was not asked for, so it has not failed, and stays due
            async for further in self.ask_after(tried["reference"]):
                yield further
            return
        status = failure.value.response.status if isinstance(failure.value, HttpError) else None
        failed = attempt_of_status(authority(request.url), explain(failure), status)
        results = self._after_failure(tried["reference"], tried["number"], (*tried["attempts"], failed))
        async for result in self._requests_first(tried["reference"], results):
            yield result

    async def _after_failure(
        self, reference: Reference, number: int, attempts: Attempts
    ) -> AsyncIterator[Article | Request]:
        """Yield the request for the page after `number`. If there is no further page, and trying again on another day
        would not help, yield the article as its feed has it, if the feed's text is kept. Else report the failure."""
        is_last = next(islice(page_addresses(reference), number + 1, None), None) is None
        answer = self.feed_texts.page(reference) if is_last and are_final(attempts) else None
        if answer:
            extracted = await self._extract(answer, self.asked_for(reference, reference.recipe.pages[0].name))
            if not isinstance(extracted, Unusable):
                self.archive.answers.expect(answer, len(extracted))
                for article in map(of_feed, extracted):
                    yield article
                return
        for request in self.ask(reference, number + 1, attempts):
            yield request

    def captured(self, recipe: Recipe) -> bool:
        """Return whether answers for articles of a recipe are captured: the setting ARCHIVER_WARC decides, else the
        recipe's `warc`, else the spider's `captures`."""
        if self.archive.dry:
            return False
        if self.settings["ARCHIVER_WARC"] not in (None, ""):
            return self.settings.getbool("ARCHIVER_WARC")
        return self.captures if recipe.warc is None else recipe.warc

    def asked_for(self, reference: Reference, page: str) -> Asked:
        """Return what the answer of a page is for: which article, in which forms, with what is known of it."""
        return Asked(
            reference.recipe.name,
            reference.id,
            page,
            reference.address,
            reference.forms,
            {name: value for name, value in reference.known.items() if name not in (TEXT_KEY, BASE_KEY)},
            reference.places,
            self.settings.getbool("ARCHIVER_KEEP_PAYWALLED"),
        )

    def report_if_blocked(self, address: str, unusable: Unusable) -> None:
        """Report an answer that is a block page (one that asks whether we are human, say)."""
        if unusable.blocked:
            self.crawler.signals.send_catch_log(blocked, address=address, reason=unusable.reason)

    def fail(
        self,
        address: str,
        reason: str,
        reference: Reference | None = None,
        *,
        gone: bool = False,
        refused: bool = False,
    ) -> None:
        """Report that `address` gave no article. gone: the archive has a post of it, but the source says that it has
        the article no more. refused: what is there is no article, and asking again would not change that."""
        if reference and gone:
            self.archive.note_gone(reference.key, reason)
        elif reference:
            self.archive.note_failed(reference.key, reason, refused=refused)
        self.crawler.signals.send_catch_log(
            article_failed, address=address, reason=reason, reference=reference, gone=gone
        )
