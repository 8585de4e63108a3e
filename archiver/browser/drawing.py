"""One page in a browser: it is shown until it does not change any more, and then written down.

This module is loaded when there is a page to draw: nothing else needs Playwright.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urldefrag, urlsplit

from playwright.async_api import Error

from archiver.browser.loading import Loaded, RefusedError
from archiver.browser.scripts import STATE_SCRIPT, content
from archiver.errors import BrowserEndedError, BrowserError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from playwright.async_api import BrowserContext, CDPSession, Frame, Page, Request, Route, WebSocketRoute

    from archiver.browser.loading import Limits, Loader

logger = logging.getLogger(__name__)

TEXT_RESOURCES = frozenset(("document", "stylesheet", "script", "xhr", "fetch"))
ALL_RESOURCES = TEXT_RESOURCES | {"image", "font", "manifest", "other"}
QUERY_RESOURCES = frozenset(("xhr", "fetch"))  # the kinds of requests for which a script may use POST
HTML_TYPES = ("text/html", "application/xhtml+xml")
POLL_SECONDS = 0.2  # seconds between two looks at a page
# Looks in a row without a request or a change: counted in looks, so that on a slow machine it gets its turns.
MIN_STILL_POLLS = 4
LOAD_TIMEOUT_SECONDS = 60.0  # seconds for the browser to take in what has come already
ANSWER_TIMEOUT_SECONDS = 5.0  # seconds for a busy page to answer
MAX_DOCUMENTS = 5  # documents that a page may go on to without a redirect
WENT_ON_MESSAGES = ("Cannot find context", "Execution context was destroyed", "No frame")  # to another document
CRASH_REASON = "the browser's process for it ended: mostly of more memory than it gets (ARCHIVER_BROWSER_MEMORY)"


class DrawnPage(NamedTuple):
    """A drawn page. html: all of it. document: the answer that it was drawn from: the one with which the drawing began,
    or another to which its scripts led."""

    html: str
    document: Loaded


class Drawing:
    """Shows one page. document: the answer for its address. whole: pictures, fonts and frames are asked for, too."""

    def __init__(self, context: BrowserContext, document: Loaded, loader: Loader, *, whole: bool = False) -> None:
        self._context = context
        self._loader = loader
        self._kinds = ALL_RESOURCES if whole else TEXT_RESOURCES
        self._whole = whole
        self._first: Loaded | None = document
        self._documents = {urldefrag(document.response.url).url: document}
        self._document = document
        self._documents_asked = 1  # the same one several times, where it reloads itself
        self._crashed = asyncio.Event()
        self._page: Page | None = None
        self._session: CDPSession | None = None
        self._world = 0  # the isolated world in the document that the page shows; 0: there is none
        self._closing: set[asyncio.Future[None]] = set()

    async def draw(self, limits: Limits) -> DrawnPage:
        """Return the page when it does not change any more, or when its time is up. Raises BrowserError."""
        try:
            return await self._unless_crashed(self._shown(limits))
        except Error as error:
            if self._crashed.is_set():
                raise BrowserError(CRASH_REASON) from error
            browser = self._context.browser
            ended = browser is None or not browser.is_connected()
            raise (BrowserEndedError if ended else BrowserError)(_in_a_line(error)) from error

    async def _unless_crashed(self, shown: Coroutine[None, None, DrawnPage]) -> DrawnPage:
        """Return the drawn page. A crashed page would never answer, so it is not waited for. Raises BrowserError."""
        showing = asyncio.ensure_future(shown)
        crash = asyncio.ensure_future(self._crashed.wait())
        try:
            await asyncio.wait((showing, crash), return_when=asyncio.FIRST_COMPLETED)
            if not showing.done():
                raise BrowserError(CRASH_REASON)
            return showing.result()
        finally:
            crash.cancel()
            showing.cancel()
            await asyncio.wait((showing, crash))

    async def _shown(self, limits: Limits) -> DrawnPage:
        address = self._document.response.url
        await self._open(address)
        try:
            async with asyncio.timeout(limits.seconds):
                await self._wait_until_still()
        except TimeoutError:
            logger.debug("%s is not still after %.0f s", address, limits.seconds)
        return await self._written_down(limits.bytes)

    async def _open(self, address: str) -> None:
        """Go to the page: its scripts begin now."""
        await self._context.route("**/*", self._answer)
        await self._context.route_web_socket("**/*", _close_socket)
        self._page = page = await self._context.new_page()
        self._session = await self._context.new_cdp_session(page)
        page.on("crash", lambda _: self._crashed.set())
        page.on("framenavigated", self._note_document)
        self._context.on("page", self._close_window)
        await page.goto(address, wait_until="commit", timeout=LOAD_TIMEOUT_SECONDS * 1000)

    async def _wait_until_still(self) -> None:
        looks, before = 0, None
        while True:
            if self._loader.is_flooded:
                raise BrowserError("it asks for far more than it gets, without an end (ARCHIVER_BROWSER_REQUESTS)")
            state = await self._evaluate(STATE_SCRIPT)
            if self._loader.under_way or state[0] != "complete" or state != before:
                looks, before = 1, state
            else:
                looks += 1
            if looks >= MIN_STILL_POLLS:
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _written_down(self, limit: int) -> DrawnPage:
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_SECONDS):
                html = await self._evaluate(content(limit))
        except TimeoutError as error:
            raise BrowserError("its scripts do not end (ARCHIVER_BROWSER_SECONDS)") from error
        if html is None:
            raise BrowserError(f"what its scripts draw is larger than {limit:,} characters (ARCHIVER_BROWSER_BYTES)")
        return DrawnPage(html, self._document)

    async def _evaluate(self, expression: str) -> Any:
        """Return the value of an expression in the page, in a world of its own."""
        assert self._session is not None
        while True:
            try:
                if not self._world:
                    tree = await self._session.send("Page.getFrameTree")
                    frame = {"frameId": tree["frameTree"]["frame"]["id"]}
                    world = await self._session.send("Page.createIsolatedWorld", frame)
                    self._world = int(world["executionContextId"])
                parameters = {"expression": expression, "contextId": self._world, "returnByValue": True}
                result = await self._session.send("Runtime.evaluate", parameters)
            except Error as error:
                if not any(words in str(error) for words in WENT_ON_MESSAGES):
                    raise
                self._world = 0
            else:
                return result["result"].get("value")

    async def _answer(self, route: Route) -> None:
        """Answer what the page asks for."""
        request = route.request
        if self._loader.is_flooded:  # the page is about to be closed
            return
        try:
            try:
                loaded = await self._loaded(request)
            except RefusedError as error:
                logger.debug("not loaded: %s", error)
                # If a document cannot be had, the page does not go to it: it stays as it is.
                await route.abort("aborted" if request.is_navigation_request() else "blockedbyclient")
                return
            response = loaded.response
            await route.fulfill(status=response.status, headers=loaded.headers, body=response.body)
        except Error as error:  # the page is closed, and the code that waits for it gets the error
            logger.debug("%s: not answered: %s", request.url, _in_a_line(error))

    async def _loaded(self, request: Request) -> Loaded:
        """Return what is asked for. Raises RefusedError."""
        if request.method == "POST" and request.resource_type in QUERY_RESOURCES:
            return await self._loader.load(request.url, request.headers, request.post_data_buffer or b"")
        if request.method != "GET" or request.resource_type not in self._kinds:
            self._loader.refuse()
            raise RefusedError(f"{request.method} {request.url}: {request.resource_type}")
        if not request.is_navigation_request():
            return await self._loader.load(request.url, request.headers)
        is_frame, is_window = self._place_of(request)
        if is_window or (is_frame and not self._whole and not self._is_own(request.url)):
            self._loader.refuse()
            raise RefusedError(f"{request.url}: another window, or a frame of others")
        if not is_frame:
            return await self._next_document(request)
        loaded = await self._loader.load(request.url, request.headers)
        if not self._whole and not self._is_own(loaded.response.url):
            raise RefusedError(f"{request.url}: a frame that leads to others")
        return loaded

    def _is_own(self, address: str) -> bool:
        """Return whether an address is on the page's own host: a frame with such an address may have the text of the
        page."""
        return urlsplit(address)[:2] == urlsplit(self._document.response.url)[:2]

    async def _next_document(self, request: Request) -> Loaded:
        """Return the page's own document, or the next one that it goes to. Raises RefusedError."""
        if self._first is not None:
            first, self._first = self._first, None
            return first
        address, before = request.url, self._document.response.url
        if self._documents_asked >= MAX_DOCUMENTS:
            raise RefusedError(f"{address}: the page goes from one to the next")
        if urlsplit(before).scheme == "https" and urlsplit(address).scheme != "https":
            raise RefusedError(f"{address}: not encrypted, as the page before was")
        self._documents_asked += 1
        loaded = await self._loader.load(address, request.headers)
        kind = (loaded.response.headers.get("Content-Type") or b"").decode("latin-1")
        if not kind.lower().startswith(HTML_TYPES):
            raise RefusedError(f"{address}: {kind}, and no page")
        self._documents[urldefrag(address).url] = loaded
        return loaded

    def _place_of(self, request: Request) -> tuple[bool, bool]:
        """Return whether a document is for a frame in the page, and whether it is for another window."""
        try:
            frame = request.frame
        except Error:  # the window is only being opened
            return False, True
        return frame.parent_frame is not None, frame.page is not self._page

    def _note_document(self, frame: Frame) -> None:
        """Note which document the page shows now."""
        if frame.parent_frame is None:
            self._document = self._documents.get(urldefrag(frame.url).url, self._document)

    def _close_window(self, window: Page) -> None:
        """Close a window that the page has opened."""
        if window is not self._page:
            task = asyncio.ensure_future(_close(window))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


async def _close(window: Page) -> None:
    try:
        await window.close()
    except Error as error:
        logger.debug("a window was closed already: %s", _in_a_line(error))


async def _close_socket(socket: WebSocketRoute) -> None:
    await socket.close()


def _in_a_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
