"""What every spider of this package does: ask for an article, page after page, until one has it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES

import archiver
from archiver.addresses import page_addresses
from archiver.errors import PageError, RecipeError
from archiver.net.failures import explain, in_words
from archiver.pages import page_for
from archiver.recipes import recipes_for
from archiver.signals import article_failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from archiver.addresses import Reference
    from archiver.article import Article

Failures = tuple[tuple[str, str], ...]  # a host, and why it did not give the article
PROFILES = ("clean", "source")


class ArticleSpider(Spider):
    """The base of spiders that fetch articles."""

    trusted_hosts: frozenset[str] = frozenset()  # private addresses may be asked for under these names only

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Complete the settings with what follows from others and from recipes. Raises UsageError for a wrong one."""
        super().update_settings(settings)
        for name in settings:
            if name.startswith("ARCHIVER_") and name in os.environ:
                settings.set(name, os.environ[name], priority="spider")
        if settings["ARCHIVER_PROFILE"] not in PROFILES:
            raise UsageError(f"ARCHIVER_PROFILE: expected clean or source, got {settings['ARCHIVER_PROFILE']!r}")
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

    def ask(self, reference: Reference, number: int = 0, failures: Failures = ()) -> Iterator[Request]:
        """Yield the request for page `number` of the article; when there is none left, report it as failed."""
        pages = list(page_addresses(reference))
        if number == len(pages):
            self.fail(reference.address, in_words(failures))
            return
        page, address = pages[number]
        yield Request(
            address,
            callback=self.read,
            errback=self.next_page,
            dont_filter=True,  # spiders ask for an article once; the same address is asked again only on purpose
            # A second page is for when the first cannot be had, and not worth waiting for as long.
            meta={"max_retry_times": 0} if number else {},
            cb_kwargs={"reference": reference, "number": number, "page": page.name, "failures": failures},
        )

    def read(
        self, response: Response, reference: Reference, number: int, page: str, failures: Failures
    ) -> Iterator[Article | Request]:
        """Yield the article in `response`, or the request for the next page that may have it."""
        try:
            yield page_for(reference.recipe, page).article(response, reference, datetime.now(UTC))
        except PageError as error:
            yield from self.ask(reference, number + 1, (*failures, (_host(response.url), str(error))))

    def next_page(self, failure: Failure) -> Iterator[Request]:
        """Yield the request for the next page after one that could not be had."""
        request: Request = failure.request  # type: ignore[attr-defined]
        tried: dict[str, Any] = request.cb_kwargs
        failures = (*tried["failures"], (_host(request.url), explain(failure)))
        yield from self.ask(tried["reference"], tried["number"] + 1, failures)

    def fail(self, address: str, reason: str) -> None:
        """Report that `address` gave no article."""
        self.crawler.signals.send_catch_log(article_failed, address=address, reason=reason)


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _politeness(recipe: Any) -> Iterator[tuple[str, float | int | None]]:
    yield "delay", recipe.politeness.delay
    yield "jitter", recipe.politeness.jitter
    yield "concurrency", recipe.politeness.concurrency
