"""Surveys of sites: finding what lists their articles. Asked for, as politely as articles, are the robots.txt, the
page, the feeds and sitemaps that these name, and well-known places."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http.request import NO_CALLBACK

from archiver.discovery import MAX_SITEMAP_BYTES, listed_sitemaps
from archiver.discovery.inspection import AnswerToInspect, Inspection
from archiver.errors import WorkerError
from archiver.identity import normalise, plain_form, same_site
from archiver.net.budget import BudgetSpentError
from archiver.net.failures import explain_error
from archiver.net.handler import BEGINNING_META_KEY
from archiver.workers.process import WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from archiver.discovery.entries import SitemapEntry
    from archiver.discovery.offer import Offer

WELL_KNOWN_FEEDS = ("/feed/", "/rss.xml", "/feed.xml", "/rss", "/atom.xml", "/index.xml", "/feed.json")
WELL_KNOWN_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")
WELL_KNOWN_REASON, ROBOTS_REASON = "a well-known place", "named by robots.txt"
MAX_FEEDS, MAX_SITEMAPS, MAX_OF_AN_INDEX = 10, 5, 2  # at most so many are asked for, as this is no crawl yet
MAX_READ_BYTES = 16 * 1024 * 1024  # bytes of an answer that are read
# Bytes of a site's answers that are kept, so that the crawl need not ask for them again.
MAX_KEPT_BYTES = 4 * 1024 * 1024
MAX_READING_SECONDS = 30.0  # seconds of processor time that reading an answer may take
NEWS_PATTERN = re.compile(r"news|google|latest|recent|aktuell|actu", re.IGNORECASE)
FIRST_FAILURE = 400
PERMANENT = frozenset({301, 308})  # redirects


class Inspector:
    """Finds out what answers list, in a process of its own, and remembers which sitemaps a site's robots.txt names."""

    def __init__(self) -> None:
        self._sitemaps: dict[str, list[str]] = {}  # by host
        self._process = WorkerProcess[AnswerToInspect, Inspection](
            "archiver.discovery.inspection:serve", None, limit=MAX_READING_SECONDS
        )

    def note_sitemaps(self, response: Response) -> None:
        """Note the sitemaps that a robots.txt names. It comes before any other answer of its host."""
        parts = urlsplit(response.url)
        if parts.path == "/robots.txt" and response.status < FIRST_FAILURE:
            self._sitemaps[parts.hostname or ""] = listed_sitemaps(response.body, response.url)

    def sitemaps(self, address: str) -> list[str]:
        """Return the sitemaps that the robots.txt of any host of an address's site names, as far as these have come."""
        own = urlsplit(address).hostname or ""
        return [one for host, named in self._sitemaps.items() if same_site(host, own) for one in named]

    async def start(self) -> None:
        """Start the process, where answers are sure to come soon. Raises MachineError when it cannot be started."""
        await self._process.start()

    async def inspect(self, response: Response, known: tuple[str, ...] = (), *, texts: bool = False) -> Inspection:
        """Return what an answer lists. known: known addresses of articles, with which links are compared. texts:
        whether the texts of articles in a feed are wanted."""
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        address = normalise(response.url)
        answer = AnswerToInspect(response.body, address, content_type, datetime.now(UTC), known, texts)
        try:
            (inspection,) = await self._process.call([answer])
        except WorkerError as error:
            return Inspection("nothing", address, problem=str(error))
        return inspection

    async def close(self) -> None:
        """End the process."""
        await self._process.close()


class Surveyor:
    """Surveys a site, and notes in `offer` what it finds. whole: whether whole answers are wanted, to be read by the
    crawl later (`answers`); if not, their beginnings are enough."""

    def __init__(self, crawler: Crawler, inspector: Inspector, offer: Offer, *, whole: bool = False) -> None:
        self._crawler = crawler
        self._meta = {"download_maxsize": MAX_SITEMAP_BYTES} if whole else {BEGINNING_META_KEY: MAX_READ_BYTES}
        self._inspector = inspector
        self._offer = offer
        self._asked: set[str] = set()  # addresses asked for, in the form of `plain_form`
        self._others: dict[str, Inspection] = {}  # lists of another kind at well-known places, by this form
        self.is_cut_off = False  # whether the budget of the run ended it, so that it may not have found everything
        self.answers: dict[str, Response] = {}  # answers that are kept, by the plain form of their addresses
        self._room = MAX_KEPT_BYTES if whole else 0

    async def survey(self) -> None:
        """Survey the site."""
        offer, why = self._offer, "the address that was given"
        response = await self._get(offer.address)
        if isinstance(response, str):
            offer.problem = response
            return
        page = await self._inspect(response)
        if await self._take(page, why):
            return
        if page.kind == "page":
            await self._take_feeds(page)
            await self._take_sitemaps(page.address)
            offer.take_page(await self._inspect(response, tuple(offer.articles.values())), why)
        else:
            offer.problem = page.problem

    async def _take_feeds(self, page: Inspection) -> None:
        for feed in page.feeds[:MAX_FEEDS]:
            await self._take_at(feed.address, "feed", feed.why)
        if not page.feeds and (inspection := await self._first(WELL_KNOWN_FEEDS, page.address, "feed")):
            self._offer.take_feed(inspection, WELL_KNOWN_REASON)

    async def _take_sitemaps(self, home: str) -> None:
        named = list(dict.fromkeys(self._inspector.sitemaps(self._offer.address)))
        forms = {plain_form(address) for address in named}
        for form, other in self._others.items():
            await self._take(other, ROBOTS_REASON if form in forms else WELL_KNOWN_REASON)
        left = [address for address in named if plain_form(address) not in self._asked]
        # Sitemaps with names that hint at news come first, as only the first MAX_SITEMAPS are asked for.
        for address in sorted(left, key=lambda one: not NEWS_PATTERN.search(urlsplit(one).path))[:MAX_SITEMAPS]:
            await self._take_at(address, "sitemap", ROBOTS_REASON)
        if not (left or self._others) and (inspection := await self._first(WELL_KNOWN_SITEMAPS, home, "sitemap")):
            await self._take(inspection, WELL_KNOWN_REASON)

    async def _take_at(self, address: str, kind: str, why: str, index: str = "") -> None:
        """Fetch an address, unless that was done, and take the feed or sitemap that is there, or note why there is
        none. Its content decides what it is: robots.txt and indexes may also name feeds. kind: what it was named as.
        index: the address of the index that names it."""
        if plain_form(address) in self._asked:
            return
        response = await self._get(address)
        if isinstance(response, str):
            self._offer.miss(kind, address, why, response)
            return
        inspection = await self._inspect(response)
        if not await self._take(inspection, why, index):
            self._offer.miss(kind, address, why, inspection.problem or f"it is no {kind}, but a {inspection.kind}")

    async def _take(self, inspection: Inspection, why: str, index: str = "") -> bool:
        """Take a feed, or a sitemap and the newest of those that it names. Return whether `inspection` is one of
        these."""
        if inspection.kind == "feed":
            self._offer.take_feed(inspection, why, index)
        elif inspection.kind == "sitemap":
            self._offer.take_sitemap(inspection, why, index)
            for entry in () if index else newest_first(inspection.maps)[:MAX_OF_AN_INDEX]:
                await self._take_at(entry.address, "sitemap", "named by the index", inspection.address)
        return inspection.kind in ("feed", "sitemap")

    async def _first(self, paths: Iterable[str], home: str, kind: str) -> Inspection | None:
        """Return what is at the first of the well-known `paths` that has something of that kind. Feeds and sitemaps of
        the other kind that are found on the way are kept in `_others`."""
        for path in paths:
            address = urljoin(home, path)
            if isinstance(response := await self._get(address), str):
                continue
            inspection = await self._inspect(response)
            if inspection.kind == kind:
                return inspection
            if inspection.kind in ("feed", "sitemap"):
                self._others[plain_form(address)] = inspection
        return None

    async def _inspect(self, response: Response, known: tuple[str, ...] = ()) -> Inspection:
        """Return what an answer lists, at the address by which to ask for it again."""
        return replace(await self._inspector.inspect(response, known), address=lasting_address(response))

    async def _get(self, address: str) -> Response | str:
        """Return the answer from an address, or the reason why there is none."""
        self._asked.add(plain_form(address))
        assert self._crawler.engine is not None
        try:
            response = await self._crawler.engine.download_async(
                Request(address, callback=NO_CALLBACK, meta=dict(self._meta))
            )
        except BudgetSpentError as error:
            self.is_cut_off = True
            return explain_error(error)
        except Exception as error:  # whatever a download fails with
            return explain_error(error)
        if response.status >= FIRST_FAILURE:
            return f"HTTP status {response.status}"
        if len(response.body) <= self._room:
            self._room -= len(response.body)
            self.answers[plain_form(lasting_address(response))] = response
        return response


def lasting_address(response: Response) -> str:
    """Return the address by which to ask for an answer again: where permanent redirects led. A temporary redirect may
    lead elsewhere the next time, so it is not noted where it led (RFC 9110, 15.4.3); unless the address is the same but
    for what never makes it another one, such as https."""
    steps = [*response.meta.get("redirect_urls", ()), response.url]
    for step, target, status in zip(steps, steps[1:], response.meta.get("redirect_reasons", ()), strict=False):
        if status not in PERMANENT and plain_form(step) != plain_form(target):
            return normalise(step)
    return normalise(response.url)


def newest_first(maps: Iterable[SitemapEntry]) -> list[SitemapEntry]:
    """Return the sitemaps of an index in the order in which to read them: those with names that hint at news first, and
    among these and the others the newest first."""
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(
        maps,
        key=lambda entry: (bool(NEWS_PATTERN.search(urlsplit(entry.address).path)), entry.modified or oldest),
        reverse=True,
    )
