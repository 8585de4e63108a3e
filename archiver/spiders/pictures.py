"""Pictures in a crawl: asked for on the same road as articles, kept as files of the archive, noted in the index."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http.request import NO_CALLBACK

from archiver.captures import Evidence
from archiver.captures.body import WHOLE
from archiver.clock import now
from archiver.errors import ERRORS_OF_THE_ARCHIVE, CaptureError, PictureError, StoreError
from archiver.index.pictures import Asset, FailedPicture, WantedPicture
from archiver.net.budget import BudgetMiddleware, BudgetSpentError
from archiver.net.failures import explain_error
from archiver.net.handler import EXCHANGES
from archiver.pictures import MAX_BYTES, accept
from archiver.private import public_address
from archiver.recipes import site_for
from archiver.signals import picture_came, picture_failed, posts_illustrated
from archiver.storage import DISK_FAILED, Put

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

BATCH = 200  # pictures that are asked for at a time
SCANNED = 500  # articles whose posts are looked at together
ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/gif,image/svg+xml,image/*;q=0.8"
DEFAULT_SCHEMES = {("http", "http"), ("https", "https"), ("http", "https")}


class PictureRules(NamedTuple):
    """What is done with the pictures of one article. wanted: they become files of the archive. referer: who is told to
    hosts, nothing if nobody is. never: matches addresses that are not asked for."""

    wanted: bool
    referer: bool
    never: re.Pattern[str] | None

    @classmethod
    def of(cls, recipe: Recipe, site: SiteRecipe | None, setting: bool | None) -> PictureRules:
        """Return those of a recipe, and of the site of a page. setting: what the settings say, None if nothing."""
        said = (setting, site.pictures if site else None, recipe.pictures)
        wanted = next((one for one in said if one is not None), False)
        live = "|".join(recipe.clean.drop.pictures)
        return cls(wanted, recipe.referer or bool(site and site.referer), re.compile(live) if live else None)


class PictureFetcher:
    """Fetches pictures. setting: whether they are wanted, as the settings say; None: they say nothing. captured: says
    whether answers for articles of a recipe are captured."""

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
        self._asked: dict[str, asyncio.Future[None]] = {}  # that are on their way: two articles may show one picture

    def rules(self, recipe: str, page: str) -> PictureRules | None:
        """Return what is done with pictures of an article of a recipe, on the page at an address; None if there is no
        such recipe any more."""
        known = self._recipes.get(recipe)
        if known is None:
            return None
        site = site_for(page, datetime.now(UTC), self._sites) if known.is_web else None
        return PictureRules.of(known, site, self._setting)

    async def fetch(self, wanted: Sequence[WantedPicture]) -> None:
        """Have pictures come, as far as they can be had now. Raises errors of the archive only: whatever else keeps one
        from coming is noted, and it is asked for again later."""
        for one in wanted:
            if one.address not in self._asked:
                asked = asyncio.ensure_future(self._look_for(one))
                self._asked[one.address] = asked
                asked.add_done_callback(partial(self._forget, one.address))
        await asyncio.gather(*(self._asked[one.address] for one in wanted if one.address in self._asked))

    def _forget(self, address: str, _: asyncio.Future[None]) -> None:
        del self._asked[address]

    async def fetch_all_due(self) -> None:
        """Ask for all pictures that are due, while the run may ask, and have the posts that wait for those that come
        written again. Raises errors of the archive."""
        budget, run = self._crawler.get_downloader_middleware(BudgetMiddleware), self._session.run
        while not (budget and budget.spent):
            due = await self._session.index.run(lambda index: index.pictures.claim(run, BATCH, now()))
            wanted = [one for one in due if (rules := self.rules(one.recipe, one.page)) and rules.wanted]
            await asyncio.gather(*map(self.ask, wanted))
            if count := await self._session.road.show_arrived(now()):
                self._crawler.signals.send_catch_log(posts_illustrated, count=count)
            if not due:
                return

    async def _look_for(self, one: WantedPicture) -> None:
        if await self._session.index.run(_look, one, self._session.run):
            await self.ask(one)

    async def ask(self, one: WantedPicture) -> None:
        """Ask for a picture that is due, at each address at which it is offered, until it comes."""
        reasons: list[str] = []
        refused = 0
        for address in one.offers or (one.address,):
            try:
                response = await self._download(address, one)
                asset = await self._kept(accept(response.body), response, one)
            except ERRORS_OF_THE_ARCHIVE:
                raise
            except BudgetSpentError:
                return  # it stays due
            except PictureError as error:
                refused += 1
                reasons.append(str(error))
            except Exception as error:  # whatever it is: it costs this address
                reasons.append(explain_error(error))
            else:
                await self._session.index.run(_note_came, {one.address: asset, address: asset})
                self._crawler.signals.send_catch_log(picture_came, address=address)
                return
        reason = "; ".join(dict.fromkeys(reasons))
        failed = FailedPicture(one.address, reason, for_good=refused == len(reasons))
        await self._session.index.run(lambda index: index.pictures.fail([failed], now()))
        logger.info("%s: a picture of %s: %s", one.address, one.page or "an article", reason)
        self._crawler.signals.send_catch_log(picture_failed, address=one.address, reason=reason)

    async def _download(self, address: str, one: WantedPicture) -> Response:
        """Return the answer of status 200. Raises whatever keeps it from coming."""
        assert self._crawler.engine is not None
        headers = {"Accept": ACCEPT}
        rules = self.rules(one.recipe, one.page)
        if rules and rules.referer and (referer := _referer(one.page, address)):
            headers["Referer"] = referer
        request = Request(address, headers=headers, callback=NO_CALLBACK, meta={"download_maxsize": MAX_BYTES})
        response = await self._crawler.engine.download_async(request)
        if response.status not in WHOLE:
            raise StatusError(f"HTTP status {response.status}")
        return response

    async def _kept(self, picture: Accepted, response: Response, one: WantedPicture) -> Asset:
        """Return the file of a picture, which is on disk now, and its answer in a capture if that is wanted."""
        capture = await self._capture(response, one)
        ((outcome, why),) = await self._session.storage.put([Put(picture.path, picture.content, None)])
        if outcome == DISK_FAILED:
            raise StoreError(f"{picture.path}: not written: {why}")
        if outcome not in ("written", "unchanged"):
            raise StatusError(f"{picture.path}: {why or 'its file was changed by somebody: archiver verify'}")
        size = len(picture.content)
        return Asset(picture.path, picture.sha256, size, picture.width, picture.height, capture)

    async def _capture(self, response: Response, one: WantedPicture) -> Capture | None:
        recipe = self._recipes.get(one.recipe)
        assert response.request is not None
        exchanges = response.request.meta.get(EXCHANGES)
        if recipe is None or exchanges is None or not self._captured(recipe):
            return None
        evidence = Evidence(exchanges, {"picture": public_address(one.address)})
        (capture,) = await self._session.recorder.keep([evidence])
        if isinstance(capture, CaptureError):
            raise capture
        return capture


class StatusError(Exception):
    """Why an answer is of no use."""


def wanted_pictures(
    page: str, recipe: str, offered: Mapping[str, Sequence[str]], rules: PictureRules
) -> list[WantedPicture]:
    """Return the pictures on the page of an article that are to be had. offered: where each is, by its address."""
    never = rules.never
    return [
        WantedPicture(address, page, recipe, tuple(offers))
        for address, offers in offered.items()
        if not (never and never.search(address))
    ]


def _look(index: Index, one: WantedPicture, run: int) -> bool:
    """Note a picture that is wanted, and return whether it is to be asked for now: it has not come, from nowhere where
    it is offered, and it is due."""
    pictures = index.pictures

    def look() -> bool:
        pictures.want([one], now())
        paths = pictures.paths((one.address, *one.offers))
        if one.address in paths:
            return False
        if path := next((paths[address] for address in one.offers if address in paths), None):
            pictures.keep({one.address: pictures.assets([path])[path]}, now())
            return False
        return bool(pictures.due_among([one.address], run, now()))

    return index.together(look)


def _note_came(index: Index, came: Mapping[str, Asset]) -> None:
    index.pictures.keep(came, now())


def _referer(page: str, address: str) -> str:
    """Return what a browser tells the host of a picture of the page that shows it: its site; nothing where the page is
    encrypted and the picture is not."""
    parts = urlsplit(page)
    if (parts.scheme, urlsplit(address).scheme) not in DEFAULT_SCHEMES or not parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
