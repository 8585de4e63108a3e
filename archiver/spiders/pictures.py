"""Pictures in a crawl: they are requested through Scrapy's engine as articles are, captured, kept as files of the
archive, and noted in the index."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import HtmlResponse
from scrapy.http.request import NO_CALLBACK

from archiver.captures import Evidence
from archiver.captures.body import WHOLE_STATUSES
from archiver.clock import now
from archiver.errors import ERRORS_OF_THE_ARCHIVE, CaptureError, PictureError, StoreError
from archiver.index.pictures import Asset, FailedPicture, WantedPicture
from archiver.net.budget import BudgetMiddleware, BudgetSpentError
from archiver.net.failures import explain_error
from archiver.net.handler import EXCHANGES_META_KEY
from archiver.pictures import MAX_BYTES, accept
from archiver.private import public_address
from archiver.recipes import site_for
from archiver.signals import picture_came, picture_failed, posts_illustrated
from archiver.storage import DISK_FAILED_OUTCOME, Put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from archiver.captures import Capture
    from archiver.index import Index
    from archiver.pictures import Accepted
    from archiver.recipes import Recipe, SiteRecipe
    from archiver.session import Session

logger = logging.getLogger(__name__)

MAX_BATCH = 200  # pictures that are asked for at a time
MAX_SCANNED = 500  # articles whose posts are looked at together
ACCEPT_HEADER = "image/avif,image/webp,image/png,image/jpeg,image/gif,image/svg+xml,image/*;q=0.8"
ALLOWED_SCHEME_CHANGES = {("http", "http"), ("https", "https"), ("http", "https")}


class PictureRules(NamedTuple):
    """What is done with the pictures of one article. wanted: whether they become files of the archive. referer: whether
    a Referer header names the article's site. never: matches the addresses of pictures that are not asked for."""

    wanted: bool
    referer: bool
    never: re.Pattern[str] | None

    @classmethod
    def of(cls, recipe: Recipe, site: SiteRecipe | None, setting: bool | None) -> PictureRules:
        """Return the rules for articles of a recipe. site: the recipe of the page's site, if there is one. setting:
        whether pictures are wanted by the settings; None if these do not say; then the site's recipe counts, then
        `recipe`."""
        choices = (setting, site.pictures if site else None, recipe.pictures)
        wanted = next((one for one in choices if one is not None), False)
        live = "|".join(recipe.clean.drop.pictures)
        return cls(wanted, recipe.referer or bool(site and site.referer), re.compile(live) if live else None)


class PictureFetcher:
    """Fetches pictures. setting: as for `PictureRules.of`. captured: returns whether answers for articles of a recipe
    are captured."""

    def __init__(
        self,
        crawler: Crawler,
        session: Session,
        recipes: Mapping[str, Recipe],
        sites: Iterable[SiteRecipe],
        setting: bool | None,
        captured: Callable[[Recipe], bool],
    ) -> None:
        self._crawler = crawler
        self._session = session
        self._recipes = recipes
        self._sites = tuple(sites)
        self._setting = setting
        self._captured = captured
        self._asked: dict[str, asyncio.Future[None]] = {}  # on their way, by address: two articles may show one picture

    def rules(self, recipe: str, page: str) -> PictureRules | None:
        """Return the rules for the pictures of an article. recipe: the name of its recipe. page: the address of its
        page. None if there is no such recipe any more."""
        known = self._recipes.get(recipe)
        if known is None:
            return None
        site = site_for(page, datetime.now(UTC), self._sites) if known.is_web else None
        return PictureRules.of(known, site, self._setting)

    async def fetch(self, wanted: Sequence[WantedPicture]) -> None:
        """Fetch pictures, as far as they can be had now. Raises errors of the archive only: any other failure is noted
        for its picture, which is asked for again later."""
        for one in wanted:
            if one.address not in self._asked:
                asked = asyncio.ensure_future(self._look_for(one))
                self._asked[one.address] = asked
                asked.add_done_callback(partial(self._forget, one.address))
        await asyncio.gather(*(self._asked[one.address] for one in wanted if one.address in self._asked))

    def _forget(self, address: str, _: asyncio.Future[None]) -> None:
        del self._asked[address]

    async def fetch_all_due(self) -> None:
        """Ask for all pictures that are due, as long as the run may make requests, and write the posts again that
        waited for those that came. Raises errors of the archive."""
        budget, run = self._crawler.get_downloader_middleware(BudgetMiddleware), self._session.run
        while not (budget and budget.spent):
            due = await self._session.index.run(lambda index: index.pictures.claim(run, MAX_BATCH, now()))
            wanted = [one for one in due if (rules := self.rules(one.recipe, one.page)) and rules.wanted]
            await asyncio.gather(*map(self.ask, wanted))
            if count := await self._session.ingester.add_arrived_pictures(now()):
                self._crawler.signals.send_catch_log(posts_illustrated, count=count)
            if not due:
                return

    async def _look_for(self, wanted: WantedPicture) -> None:
        if await self._session.index.run(_look, wanted, self._session.run):
            await self.ask(wanted)

    async def ask(self, wanted: WantedPicture) -> None:
        """Ask for a picture at one after the other of the addresses at which it is offered, until it comes. A failure
        is noted."""
        reasons: list[str] = []
        refused = 0
        for address in wanted.offers or (wanted.address,):
            try:
                response = await self._download(address, wanted)
                asset = await self._kept(accept(response.body), response, wanted)
            except ERRORS_OF_THE_ARCHIVE:
                raise
            except BudgetSpentError:
                return  # it stays due
            except PictureError as error:
                refused += not _may_be_another_time(response)
                reasons.append(str(error))
            except Exception as error:  # whatever it is: it costs this address
                reasons.append(explain_error(error))
            else:
                await self._session.index.run(_note_came, {wanted.address: asset, address: asset})
                self._crawler.signals.send_catch_log(picture_came, address=address)
                return
        reason = "; ".join(dict.fromkeys(reasons))
        failed = FailedPicture(wanted.address, reason, for_good=refused == len(reasons))
        await self._session.index.run(lambda index: index.pictures.fail([failed], now()))
        logger.info("%s: a picture of %s: %s", wanted.address, wanted.page or "an article", reason)
        self._crawler.signals.send_catch_log(picture_failed, address=wanted.address, reason=reason)

    async def _download(self, address: str, wanted: WantedPicture) -> Response:
        """Return the response, which has a status that means a whole answer (200). Raises StatusError for another
        status, and whatever the download raises."""
        assert self._crawler.engine is not None
        headers = {"Accept": ACCEPT_HEADER}
        rules = self.rules(wanted.recipe, wanted.page)
        if rules and rules.referer and (referer := _referer(wanted.page, address)):
            headers["Referer"] = referer
        request = Request(address, headers=headers, callback=NO_CALLBACK, meta={"download_maxsize": MAX_BYTES})
        response = await self._crawler.engine.download_async(request)
        if response.status not in WHOLE_STATUSES:
            raise StatusError(f"HTTP status {response.status}")
        return response

    async def _kept(self, picture: Accepted, response: Response, wanted: WantedPicture) -> Asset:
        """Capture the answer, if that is wanted, write the picture's file, and return what the index notes of it."""
        capture = await self._capture(response, wanted)
        ((outcome, why),) = await self._session.storage.put([Put(picture.path, picture.content, None)])
        if outcome == DISK_FAILED_OUTCOME:
            raise StoreError(f"{picture.path}: not written: {why}")
        if outcome not in ("written", "unchanged"):
            raise StatusError(f"{picture.path}: {why or 'its file was changed by somebody: archiver verify'}")
        size = len(picture.content)
        return Asset(picture.path, picture.sha256, size, picture.width, picture.height, capture)

    async def _capture(self, response: Response, wanted: WantedPicture) -> Capture | None:
        recipe = self._recipes.get(wanted.recipe)
        assert response.request is not None
        exchanges = response.request.meta.get(EXCHANGES_META_KEY)
        if recipe is None or exchanges is None or not self._captured(recipe):
            return None
        evidence = Evidence(exchanges, {"picture": public_address(wanted.address)})
        (capture,) = await self._session.recorder.keep([evidence])
        if isinstance(capture, CaptureError):
            raise capture
        return capture


def _may_be_another_time(response: Response) -> bool:
    """Return whether the picture may come at another time. It may if the answer was empty, or if a redirect led to a
    web page (a front page, a login), perhaps only for a moment."""
    assert response.request is not None
    was_sent_away = bool(response.request.meta.get("redirect_urls"))
    return not response.body or (was_sent_away and isinstance(response, HtmlResponse))


class StatusError(Exception):
    """An answer that cannot be used; the message says why."""


def wanted_pictures(
    page: str, recipe: str, offered: Mapping[str, Sequence[str]], rules: PictureRules
) -> list[WantedPicture]:
    """Return the pictures of an article that are wanted. page: the address of its page. offered: for each picture, by
    its address, the addresses at which it is offered."""
    never = rules.never
    return [
        WantedPicture(address, page, recipe, tuple(offers))
        for address, offers in offered.items()
        if not (never and never.search(address))
    ]


def _look(index: Index, wanted: WantedPicture, run: int) -> bool:
    """Note a picture that is wanted, and return whether to ask for it now: it is due, and no picture has come yet from
    any of the addresses at which it is offered."""
    pictures = index.pictures

    def look() -> bool:
        pictures.want([wanted], now())
        paths = pictures.paths((wanted.address, *wanted.offers))
        if wanted.address in paths:
            return False
        if path := next((paths[address] for address in wanted.offers if address in paths), None):
            pictures.keep({wanted.address: pictures.assets([path])[path]}, now())
            return False
        return bool(pictures.due_among([wanted.address], run, now()))

    return index.together(look)


def _note_came(index: Index, came: Mapping[str, Asset]) -> None:
    index.pictures.keep(came, now())


def _referer(page: str, address: str) -> str:
    """Return the Referer that browsers send by default for a picture at `address` on a page: the page's origin; empty
    where the page is encrypted and the picture is not."""
    parts = urlsplit(page)
    if (parts.scheme, urlsplit(address).scheme) not in ALLOWED_SCHEME_CHANGES or not parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
