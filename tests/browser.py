"""A real browser that looks at built sites: one for all tests of a process, told what to do over a pipe (the DevTools
protocol). A site is served by a server of our own which is its proxy, too: whatever a page asks anybody for is seen."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
from base64 import b64decode
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import urlsplit

import pytest

from tests.answering import LOOKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

HOST = "site.example"
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    *("--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable", "--hide-scrollbars"),
    "--remote-debugging-pipe",
)
HEIGHT = 800
PATIENCE = 120  # seconds without a word from the browser, after which it will say no more
# What a hostile page would call, in every document.
TRAP = "window.ran = []; window.alert = window.confirm = window.prompt = window.print = () => ran.push('dialogue');"
# What there is on a page, and what becomes of it when it is pointed at and clicked.
LOOK = r"""
(async () => {
  const page = document, result = {path: location.pathname + location.search};
  const pause = time => new Promise(done => setTimeout(done, time));
  for (const details of page.querySelectorAll('details')) details.open = true;
  result.wide = page.documentElement.scrollWidth - page.documentElement.clientWidth;
  result.text = page.body.innerText;
  result.script_links = [...page.querySelectorAll('[href], [src], [action]')].filter(one =>
    /^\s*(javascript|vbscript):/i.test(one.getAttribute('href') || one.getAttribute('src') || '')).length;
  const handles = one => [...one.attributes].some(attribute => /^on/i.test(attribute.name));
  result.handlers = [...page.querySelectorAll('*')].filter(handles).length;
  result.scripts = [...page.scripts].filter(one => !/\/search\.js$/.test(one.src)).length;
  const stay = event => {
    const link = event.target.closest('[href]');
    if (link && !/^\s*javascript:/i.test(link.getAttribute('href'))) event.preventDefault();
  };
  page.addEventListener('click', stay, true);
  page.addEventListener('submit', event => event.preventDefault(), true);
  for (const link of page.querySelectorAll('main *')) {
    for (const name of ['click', 'mouseover', 'focus', 'error', 'load', 'toggle'])
      link.dispatchEvent(new MouseEvent(name, {bubbles: false, cancelable: true}));
  }
  DO
  result.ran = ran.splice(0);
  return result;
})()
"""

# The same of a page that was looked at, when its window has another width: how much wider it is, and what has run.
AGAIN = """
(async () => {
  while (innerWidth != WIDTH) await new Promise(done => setTimeout(done, 5));
  return [document.documentElement.scrollWidth - document.documentElement.clientWidth, ran.splice(0)];
})()
"""


class Seen(NamedTuple):
    """What a browser saw. pages: of each what `LOOK` says; errors: of the console; asked: addresses of others."""

    pages: list[dict[str, Any]]
    errors: list[str]
    asked: list[str]


class _Handler(SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        if target.netloc not in ("", HOST):
            self.server.asked.append(self.path)
            self.send_error(404)
            return
        self.path = f"{target.path}?{target.query}" if target.query else target.path
        super().do_GET()

    def do_CONNECT(self) -> None:
        self.server.asked.append(self.path)
        self.send_error(403)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Serves a directory as http://site.example/ to whoever has it as a proxy."""

    daemon_threads = True
    request_queue_size = 128  # a browser asks for much at once, and takes a proxy that does not answer for dead

    def __init__(self, directory: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(directory)))
        self.asked: list[str] = []
        Thread(target=self.serve_forever, args=(LOOKS,), daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that has seen enough."""

    def end(self) -> None:
        """Serve nothing more."""
        self.shutdown()
        self.server_close()


class Browser:
    """Chromium. It ends when its pipe is closed: `close_browser`, or the end of this process."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        # It reads at 3 and writes at 4, whatever these were before.
        high = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 10) for one in (commands, answers)]

        def place() -> None:
            for number, one in zip((3, 4), high, strict=True):
                os.dup2(one, number)

        self._process = subprocess.Popen(
            ["chromium", *OPTIONS, f"--user-data-dir={self._folder.name}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=place,
            pass_fds=(3, 4),
        )
        for one in (commands, answers, *high):
            os.close(one)
        self._number = 0
        self._rest = b""
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """Have it do something, and return what it answers; what happens meanwhile is put into `events`."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        whole = json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0"
        while whole:
            whole = whole[os.write(self._commands, whole) :]
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer)
                return dict(answer["result"])

    def wait(self, session: str, method: str) -> None:
        """Wait until something has happened in a session since the last time."""

        def is_it(one: dict[str, Any]) -> bool:
            return bool(one["method"] == method and one.get("sessionId") == session)

        while not any(map(is_it, self.events)):
            self._next()
        self.events[:] = [one for one in self.events if not is_it(one)]

    def close(self) -> None:
        """End it."""
        os.close(self._commands)
        self._process.wait(timeout=60)
        os.close(self._answers)
        self._folder.cleanup()

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._answers], [], [], PATIENCE)
            part = os.read(self._answers, 1 << 20) if ready else b""
            assert part, "Chromium has ended, or says nothing"
            self._rest += part
        one, _, self._rest = self._rest.partition(b"\0")
        message = dict(json.loads(one))
        if "id" not in message:
            self.events.append(message)
        return message


class Tab:
    """A tab of the browser in which a site is shown. width: of the window. dark: what its user likes."""

    def __init__(
        self, site: Path, *, width: int = 320, height: int = HEIGHT, dark: bool = False, scale: int = 1
    ) -> None:
        self._browser = browser()
        self._server = Server(site)
        self._browser.events.clear()
        proxy = f"http://127.0.0.1:{self._server.server_port}"
        self._context = self._browser.call("Target.createBrowserContext", proxyServer=proxy)["browserContextId"]
        target = self._browser.call("Target.createTarget", url="about:blank", browserContextId=self._context)
        attached = self._browser.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for one in ("Page", "Runtime", "Log"):
            self.call(f"{one}.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=TRAP)
        self._size = {"height": height, "deviceScaleFactor": scale, "mobile": False}
        self.resize(width)
        liked = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[liked])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._browser.call("Target.disposeBrowserContext", browserContextId=self._context)
        self._server.end()

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Have the tab do something, and return what it answers."""
        return self._browser.call(method, self._session, **parameters)

    def resize(self, width: int) -> None:
        """Give the window another width."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, **self._size)

    def show(self, path: str) -> None:
        """Show a page of the site, and wait until it is there."""
        self.call("Page.navigate", url=f"http://{HOST}/{path}")
        self.loaded()

    def loaded(self) -> None:
        """Wait until a page that was asked for is there."""
        self._browser.wait(self._session, "Page.loadEventFired")

    def evaluate(self, script: str) -> Any:
        """Return the value of a script (JavaScript) on the page; of a promise what it promises."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press a key. code: of Windows."""
        about = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **about)
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def picture(self) -> bytes:
        """Return what the window shows, as WebP."""
        return b64decode(self.call("Page.captureScreenshot", format="webp", quality=80)["data"])

    @property
    def errors(self) -> list[str]:
        """What was said on the console."""
        said = []
        for event in self._browser.events:
            match event["method"]:
                case "Log.entryAdded":
                    said.append(event["params"]["entry"]["text"])
                case "Runtime.exceptionThrown":
                    said.append(event["params"]["exceptionDetails"]["text"])
                case "Runtime.consoleAPICalled":
                    said.append(str(event["params"]["args"]))
        return said

    @property
    def asked(self) -> list[str]:
        """What others were asked for; the browser has errands of its own."""
        return [one for one in self._server.asked if ".example" in one]


@cache
def browser() -> Browser:
    """Return the browser, started when it is first wanted; tests are skipped where there is none."""
    if not shutil.which("chromium"):
        pytest.skip("Chromium is missing; to have it: apt-get install chromium")
    return Browser()


def close_browser() -> None:
    """End the browser, if it was started."""
    if browser.cache_info().currsize:
        browser().close()
        browser.cache_clear()


def look(site: Path, pages: list[str], *, widths: Sequence[int] = (320,), do: str = "") -> Seen:
    """Have Chromium look at pages of a site in a window of the first of these widths, do something with each
    (JavaScript, with `page` and `result`), and then give the window the others."""
    script = LOOK.replace("  DO\n", f"  {do}\n")
    found = []
    with Tab(site, width=widths[0]) as tab:
        for page in pages:
            tab.resize(widths[0])
            tab.show(page)
            seen = tab.evaluate(script)
            for width in widths[1:]:
                tab.resize(width)
                wide, ran = tab.evaluate(AGAIN.replace("WIDTH", str(width)))
                seen |= {"wide": max(seen["wide"], wide), "ran": [*seen["ran"], *ran]}
            found.append(seen)
        return Seen(found, tab.errors, tab.asked)
