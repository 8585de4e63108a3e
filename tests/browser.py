"""A real browser that looks at a built site, served by a server of our own which is its proxy, too: so whatever a page
asks anybody for is seen."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import unquote, urlsplit

import pytest

if TYPE_CHECKING:
    from pathlib import Path

HOST = "site.example"
BENCH = "/bench-of-the-test.html"
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    *("--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable", "--enable-logging=stderr"),
)
SCRIPT = """
var ran = [], results = [];
window.alert = window.confirm = window.prompt = window.print = () => ran.push('dialogue');
const pages = JSON.parse(document.getElementById('pages').textContent);
const pause = time => new Promise(done => setTimeout(done, time));
async function look(path) {
  const frame = document.createElement('iframe');
  frame.style = 'border: 0; width: WIDTHpx; height: 800px';
  frame.src = path;
  const loaded = new Promise(done => { frame.onload = done; });
  document.body.append(frame);
  await loaded;
  const page = frame.contentDocument, result = {path, ran: [], done: null};
  for (const details of page.querySelectorAll('details')) details.open = true;
  result.wide = page.documentElement.scrollWidth - page.documentElement.clientWidth;
  result.text = page.body.innerText;
  result.script_links = [...page.querySelectorAll('[href], [src], [action]')].filter(one =>
    /^\\s*(javascript|vbscript):/i.test(one.getAttribute('href') || one.getAttribute('src') || '')).length;
  const handles = one => [...one.attributes].some(attribute => /^on/i.test(attribute.name));
  result.handlers = [...page.querySelectorAll('*')].filter(handles).length;
  result.scripts = [...page.scripts].filter(one => !/\\/search\\.js$/.test(one.src)).length;
  const stay = event => {
    const link = event.target.closest('[href]');
    if (link && !/^\\s*javascript:/i.test(link.getAttribute('href'))) event.preventDefault();
  };
  page.addEventListener('click', stay, true);
  page.addEventListener('submit', event => event.preventDefault(), true);
  for (const link of page.querySelectorAll('main *')) {
    for (const name of ['click', 'mouseover', 'focus', 'error', 'load', 'toggle'])
      link.dispatchEvent(new MouseEvent(name, {bubbles: false, cancelable: true}));
  }
  DO
  result.ran = ran.splice(0);
  results.push(result);
  frame.remove();
}
(async () => {
  for (const page of pages) await look(page);
  document.body.textContent = 'RESULT' + encodeURIComponent(JSON.stringify(results)) + 'END';
})();
"""


class Seen(NamedTuple):
    """What a browser saw. pages: of each what `SCRIPT` says; errors: of the console; asked: addresses of others."""

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
        if target.path == BENCH:
            content = self.server.bench.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            return
        super().do_GET()

    def do_CONNECT(self) -> None:
        self.server.asked.append(self.path)
        self.send_error(403)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Serves a directory as http://site.example/ to whoever has it as a proxy."""

    daemon_threads = True

    def __init__(self, directory: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(directory)))
        self.asked: list[str] = []
        self.bench = ""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that has seen enough."""

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *arguments: object) -> None:
        self.shutdown()
        self.server_close()


def look(site: Path, pages: list[str], folder: Path, *, width: int = 320, do: str = "") -> Seen:
    """Have Chromium look at pages of a site, each in a frame of that width, and do something with each (JavaScript,
    with `page` and `result`)."""
    if not shutil.which("chromium"):
        pytest.skip("Chromium is missing; to have it: apt-get install chromium")
    listed = json.dumps([f"/{page}" for page in pages]).replace("<", "\\u003c")
    script = SCRIPT.replace("WIDTH", str(width)).replace("  DO\n", f"  {do}\n")
    with Server(site) as server:
        server.bench = (
            '<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,"><body>'
            f'<script type="application/json" id="pages">{listed}</script><script>{script}</script>'
        )
        proxy = f"--proxy-server=http://127.0.0.1:{server.server_port}"
        result = subprocess.run(
            [
                *("chromium", *OPTIONS, proxy, f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=60000"),
                *("--dump-dom", f"http://{HOST}{BENCH}"),
            ],
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        asked = [one for one in server.asked if ".example" in one]  # the browser has errands of its own
    found = re.search("RESULT(.*?)END", result.stdout, re.DOTALL)
    assert found, result.stdout[-300:] + result.stderr[-2000:]
    errors = re.findall(r'CONSOLE[^"]*"(.*?)", source: ', result.stderr)
    return Seen(json.loads(unquote(unescape(found[1]))), errors, asked)
