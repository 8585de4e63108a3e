"""The browser of a crawl, which draws the pages that come as answers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.http import HtmlResponse, TextResponse
from scrapy.utils.misc import load_object

from archiver.browser.loading import Limits, Loaded, Loader, RefusedError
from archiver.browser.programs import look_for_browser
from archiver.captures import Drawn
from archiver.captures.body import WHOLE_STATUSES
from archiver.errors import BrowserEndedError, BrowserError
from archiver.net.budget import BudgetSpentError
from archiver.net.handler import EXCHANGES_META_KEY
from archiver.private import public_address

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from archiver.browser.chromium import Chromium
    from archiver.browser.drawing import Drawing, DrawnPage
    from archiver.captures import Exchange

# In the meta of a drawn page's request: what it loaded, each as a chain of exchanges.
LOADED_META_KEY = "archiver_loaded"
MAX_OPEN_PAGES = 2  # each needs a hundred megabytes and more
CLOSE_TIMEOUT_SECONDS = 5.0  # seconds; if a page is not closed by then, the browser is killed


class Browser:
    """Draws pages (ARCHIVER_BROWSER_…). Nothing is started before there is a page to draw, and nothing is left when the
    crawl ends."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        settings = crawler.settings
        self._settings = settings
        self._limits = Limits(
            settings.getfloat("ARCHIVER_BROWSER_SECONDS"),
            settings.getint("ARCHIVER_BROWSER_REQUESTS"),
            settings.getint("ARCHIVER_BROWSER_BYTES"),
        )
        self._memory = settings.getint("ARCHIVER_BROWSER_MEMORY")
        self._turns = asyncio.Semaphore(MAX_OPEN_PAGES)
        self._chromium: Chromium | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl."""
        extension = cls(crawler)
        crawler.signals.connect(extension.close, signals.engine_stopped)
        return extension

    async def draw(self, response: Response) -> Response:
        """Return a page as its scripts draw it: a response with the drawn page and the address that it has in the end.
        Raises BrowserError; BudgetSpentError if the run's limit of requests is reached before it has loaded all."""
        request = response.request
        assert request is not None
        document = Loaded(response, request.meta.get(EXCHANGES_META_KEY, ()))
        loader = Loader(self._download, response.url, self._limits)
        page = await self._show(document, loader, whole=False)
        shown = page.document
        steps = [*request.meta.get("redirect_urls", ()), *([response.url] if shown is not document else [])]
        drawn = Drawn(
            public_address(shown.response.url),
            page.html.encode("utf-8", "replace"),
            datetime.now(UTC),
            (shown.exchanges[-1].url, shown.exchanges[-1].time) if shown.exchanges else ("", datetime.now(UTC)),
        )
        parts = (*([document.exchanges] if document.exchanges else []), *loader.parts)
        meta = {
            **request.meta,
            EXCHANGES_META_KEY: (drawn,),
            LOADED_META_KEY: parts,
            **({"redirect_urls": steps} if steps else {}),
        }
        return HtmlResponse(
            shown.response.url,
            headers={"Content-Type": drawn.content_type},
            body=drawn.body,
            encoding="utf-8",
            request=request.replace(url=shown.response.url, meta=meta),
        )

    async def load_whole(self, address: str) -> tuple[tuple[Exchange, ...], ...]:
        """Return all exchanges that it takes to show the page at `address` to a reader: those of the page itself first.
        Raises BrowserError."""
        loader = Loader(self._download, address, self._limits)
        try:
            document = await loader.load(address, {})
        except RefusedError as error:
            if loader.is_over:
                raise BudgetSpentError(str(error)) from error
            raise BrowserError(str(error)) from error
        if document.response.status not in WHOLE_STATUSES or not isinstance(document.response, TextResponse):
            raise BrowserError(f"no page came, with HTTP status {document.response.status}")
        await self._show(document, loader, whole=True)
        return tuple(loader.parts)

    async def close(self) -> None:
        """End the browser, if it was started."""
        chromium, self._chromium = self._chromium, None
        if chromium:
            await chromium.close()

    async def _show(self, document: Loaded, loader: Loader, *, whole: bool) -> DrawnPage:
        """Show a page until it is drawn. Raises BrowserError and BudgetSpentError."""
        async with self._turns:
            try:
                page = await self._show_once(document, loader, whole=whole)
            except BrowserEndedError:  # another page may have been the reason
                page = await self._show_once(document, loader, whole=whole)
        if loader.is_over:
            raise BudgetSpentError("the run has made all requests that it may, and the page needs more")
        return page

    async def _show_once(self, document: Loaded, loader: Loader, *, whole: bool) -> DrawnPage:
        if self._chromium is None:
            program = look_for_browser(self._settings)
            chromium: type[Chromium] = load_object("archiver.browser.chromium.Chromium")
            self._chromium = chromium(program, self._memory)
        browser = self._chromium
        context = await browser.open()
        drawing: type[Drawing] = load_object("archiver.browser.drawing.Drawing")
        try:
            return await drawing(context, document, loader, whole=whole).draw(self._limits)
        finally:
            await _end(browser, context)

    async def _download(self, request: Request) -> Response:
        assert self._crawler.engine is not None
        return await self._crawler.engine.download_async(request)


async def _end(browser: Chromium, context: Any) -> None:
    """Close a page, even if the browser does not answer."""
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
            await context.close()
    except Exception:  # the browser does not answer, or has ended: it is started anew for the next page
        browser.kill()


def browser_of(crawler: Crawler) -> Browser:
    """Return the browser of a crawl. Its settings must have the extension."""
    extension = crawler.get_extension(Browser)
    assert extension is not None, "the settings have no archiver.browser.Browser"
    return extension
