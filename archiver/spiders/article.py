"""What every spider of this package does: ask for an article, page after page, until one has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.spidermiddlewares.httperror import HttpError

import archiver
from archiver.addresses import page_addresses
from archiver.captures import Evidence
from archiver.errors import BlockPageError, GoneError, PageError, RecipeError, UsageError
from archiver.index import Answer
from archiver.index.extension import archive_index
from archiver.net.budget import BudgetSpentError
from archiver.net.conditional import NOT_MODIFIED, validators_of
from archiver.net.failures import explain, in_words
from archiver.net.handler import EXCHANGES
from archiver.pages import page_for
from archiver.recipes import recipes_for
from archiver.scrapy_settings import add_plugins, complete_settings
from archiver.signals import article_failed, blocked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from archiver.addresses import Reference
    from archiver.article import Article
    from archiver.index.extension import ArchiveIndex
    from archiver.recipes import Recipe

GONE = frozenset({404, 410})


class Try(NamedTuple):
    """An attempt at a page that did not give what was wanted."""

    host: str
    reason: str
    gone: bool | None  # the source says that there is no such article; None: nobody answered


Tries = tuple[Try, ...]


class ArticleSpider(Spider):
    """The base of spiders that fetch articles."""

    captures = False  # whether answers are captured where neither the settings nor the recipe say it
    trusted_hosts: frozenset[str] = frozenset()  # private addresses may be asked for under these names only

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Complete the settings with what follows from others, from recipes and from plug-ins. Raises UsageError for
        a wrong one, PluginError for a plug-in that cannot be used."""
        super().update_settings(settings)
        complete_settings(settings)
        add_plugins(settings)
        try:
            recipes = recipes_for(settings)
        except RecipeError as error:
            raise UsageError(str(error)) from error
        contact = f"; {settings['ARCHIVER_CONTACT']}" if settings["ARCHIVER_CONTACT"] else ""
        settings.set("USER_AGENT", f"archiver/{archiver.__version__} (news archive{contact})", priority="addon")
        # robots.txt names a crawler by its product (RFC 9309, 2.2.1).
        settings.set("ROBOTSTXT_USER_AGENT", settings["USER_AGENT"].partition("/")[0], priority="addon")
        headers = {**settings.getdict("DEFAULT_REQUEST_HEADERS"), "User-Agent": settings["USER_AGENT"]}
        settings.set("DEFAULT_REQUEST_HEADERS", headers, priority="spider")
        if (settings.getpriority("DOWNLOAD_DELAY") or 0) <= SETTINGS_PRIORITIES["project"]:
            slots = {
                host: {key: value for key, value in _politeness(recipe) if value is not None}
                for recipe in recipes.values()
                for host in recipe.hosts()
            }
            settings.set("DOWNLOAD_SLOTS", {**slots, **settings.getdict("DOWNLOAD_SLOTS")}, priority="spider")

    @property
    def archive(self) -> ArchiveIndex:
        """The index of the crawl."""
        return archive_index(self.crawler)

    def ask(self, reference: Reference, number: int = 0, tries: Tries = ()) -> Iterator[Request]:
        """Yield the request for page `number` of the article; when there is none left, report it as failed."""
        pages = list(page_addresses(reference))
        if number == len(pages):
            said = {one.gone for one in tries} - {None}
            reason = in_words((one.host, one.reason) for one in tries)
            self.fail(reference.address, reason, reference, gone=reference.held and said == {True})
            return
        page, address = pages[number]
        validators = self.validators(reference, address) if number == 0 else {}
        yield Request(
            address,
            headers=validators,
            callback=self.read,
            errback=self.next_page,
            dont_filter=True,  # spiders ask for an article once; the same address is asked again only on purpose
            meta={
                # A second page is for when the first cannot be had, and not worth waiting for as long.
                **({"max_retry_times": 0} if number else {}),
                **({"handle_httpstatus_list": [NOT_MODIFIED]} if validators else {}),
            },
            cb_kwargs={"reference": reference, "number": number, "page": page.name, "tries": tries},
        )

    def validators(self, reference: Reference, address: str) -> dict[str, str]:  # noqa: ARG002
        """Return headers that ask for the article at `address` only if it has changed; none by default."""
        return {}

    def read(
        self,
        response: Response,
        reference: Reference,
        number: int,
        page: str,
        tries: Tries,
        fetched: datetime | None = None,
        evidence: Evidence | None = None,
    ) -> Iterator[Article | Request]:
        """Yield the article in `response`, in each form that is wanted, or the request for the next page that may
        have it. fetched: when the response came; now, unless it was kept: then there is `evidence` already."""
        if response.status == NOT_MODIFIED:
            self.unchanged(reference)
            return
        try:
            rules = page_for(reference.recipe, page)
            when = fetched or response.meta[EXCHANGES][-1].time
            evidence = evidence or self.evidence(response, reference, page)
            articles = [rules.article(response, reference, when, form, evidence) for form in reference.forms]
        except PageError as error:
            self.look_for_block(response, error)
            failed = Try(_host(response.url), str(error), isinstance(error, GoneError))
            yield from self.ask(reference, number + 1, (*tries, failed))
            return
        if fetched is None:
            self.came(reference, page, response, when, captured=evidence is not None)
        yield from articles

    def next_page(self, failure: Failure) -> Iterator[Request]:
        """Yield the request for the next page after one that could not be had."""
        if isinstance(failure.value, BudgetSpentError):
            return  # it has not failed, and stays due
        request: Request = failure.request  # type: ignore[attr-defined]
        tried: dict[str, Any] = request.cb_kwargs
        gone = failure.value.response.status in GONE if isinstance(failure.value, HttpError) else None
        failed = Try(_host(request.url), explain(failure), gone)
        yield from self.ask(tried["reference"], tried["number"] + 1, (*tried["tries"], failed))

    def came(self, reference: Reference, page: str, response: Response, fetched: datetime, *, captured: bool) -> None:
        """Keep an answer, if the index knows the article, for as long as a listing may want another form of it; of one
        that is `captured` what is not in the capture."""
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        body = None if captured else response.body
        answer = Answer(page, response.url, content_type, *validators_of(response), fetched, body)
        self.archive.index.answers.keep(reference.recipe.name, reference.id, answer)

    def captured(self, recipe: Recipe) -> bool:
        """Whether answers of the source are captured (ARCHIVER_WARC)."""
        if self.archive.dry:
            return False
        if self.settings["ARCHIVER_WARC"] not in (None, ""):
            return self.settings.getbool("ARCHIVER_WARC")
        return self.captures if recipe.warc is None else recipe.warc

    def evidence(self, response: Response, reference: Reference, page: str) -> Evidence | None:
        """Return the evidence for an article, None if there is to be none."""
        if not self.captured(reference.recipe) or EXCHANGES not in response.meta:
            return None
        return Evidence(response.meta[EXCHANGES], about_answer(reference, page))

    def look_for_block(self, response: Response, error: PageError) -> None:
        """Report an answer that asks whether we are human."""
        if isinstance(error, BlockPageError):
            self.crawler.signals.send_catch_log(blocked, address=response.url, reason=str(error))

    def unchanged(self, reference: Reference) -> None:
        """Do something when the source says that the article has not changed; nothing by default."""

    def fail(self, address: str, reason: str, reference: Reference | None = None, *, gone: bool = False) -> None:
        """Report that `address` gave no article. gone: there is a post of it, and the source has it no more."""
        self.crawler.signals.send_catch_log(
            article_failed, address=address, reason=reason, reference=reference, gone=gone
        )


def about_answer(reference: Reference, page: str) -> dict[str, Any]:
    """Return what a replay must know of an answer beside it: how it was asked for, and what listings said."""
    return {
        "recipe": reference.recipe.name,
        "id": reference.id,
        "page": page,
        "forms": reference.forms,
        "address": reference.address,
        "places": reference.places,
        "known": dict(reference.known),
    }


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _politeness(recipe: Recipe) -> Iterator[tuple[str, float | int | None]]:
    yield "delay", recipe.politeness.delay
    yield "jitter", recipe.politeness.jitter
    yield "concurrency", recipe.politeness.concurrency
