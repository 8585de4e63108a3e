"""A site, served: its pages as any file server has them, and search in the texts of all articles. It only reads."""

from __future__ import annotations

import json
import re
import sqlite3
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socket import AF_INET, AF_INET6
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from archiver.errors import StoreError, UsageError, os_reason
from archiver.site.record import FILE

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.site.full_text import FullText

SERVICE = "query.json"
PATIENCE = 30  # seconds, for a client that says nothing
LONGEST = 200  # characters of a query
# What is no page: the record of the build, and what else is hidden; and what no file is called. (Whose source is called
# `.x` is a page.)
HIDDEN = re.compile(r"(?:^|/)\.(?!.*\.html$)|\0", re.DOTALL)
PORT = re.compile(r":\d*$")


class SiteServer(ThreadingHTTPServer):
    """Serves a site. It listens when it is made; `serve_forever` answers."""

    daemon_threads = True
    request_queue_size = 128  # that come while one is being taken in: with the 5 of the base class others are lost

    def __init__(self, directory: Path, full_text: FullText | None, host: str, port: int) -> None:
        """full_text: what to search in; None: titles only, as a plain file server does. Raises UsageError for a
        directory without a site, StoreError where it cannot listen."""
        if not (directory / FILE).is_file():
            raise UsageError(f"{directory}: there is no site there; make it with: archiver site build")
        self.full_text = full_text
        self.address_family = AF_INET6 if ":" in host else AF_INET
        try:
            super().__init__((host, port), partial(_Handler, directory=str(directory)))
        except OSError as error:
            raise StoreError(f"{host}:{port}: cannot listen there: {os_reason(error)}; name another --port") from error

    @property
    def address(self) -> str:
        """Where the site is."""
        host = str(self.server_address[0])
        return f"http://{f'[{host}]' if ':' in host else host}:{self.server_port}/"

    def is_meant(self, host: str) -> bool:
        """Return whether a request is for this server by what it says itself (`Host`; empty: nothing). Who listens for
        this machine only is not asked by another name: a page elsewhere may have its own name lead here, to read."""
        local = _is_local(str(self.server_address[0]))
        return not host or not local or _is_local(PORT.sub("", host).strip("[]"))

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a reader who goes away."""


class _Handler(SimpleHTTPRequestHandler):
    server: SiteServer
    timeout = PATIENCE
    server_version = "archiver"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with a page, or with what is found."""
        if not self._answered():
            super().do_GET()

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        if not self._answered():
            super().do_HEAD()

    def guess_type(self, path: Any) -> str:
        """Take a page for one, whatever it is called: the base class knows no `...html`."""
        return "text/html" if str(path).endswith(".html") else super().guess_type(path)

    def list_directory(self, path: Any) -> None:  # noqa: ARG002 - the base class says so
        """Show no directory."""
        self.send_error(404)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with the site's own page where there is nothing."""
        page = self._directory_file("404.html") if code == 404 else None
        if page is None:
            super().send_error(code, message, explain)
        else:
            self._send(page, "text/html; charset=utf-8", code)

    def end_headers(self) -> None:
        """Send the headers, with what keeps a browser from guessing."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def log_message(self, *arguments: object) -> None:
        """Say nothing: who reads what is nobody's business."""

    def _answered(self) -> bool:
        """Answer what is no file of the site."""
        try:
            target = urlsplit(self.path)
        except ValueError:  # no address at all
            self.send_error(404)
            return True
        if not self.server.is_meant(self.headers.get("Host", "")):
            super().send_error(421, explain="Ask for this machine by a name of its own, such as localhost.")
        elif HIDDEN.search(unquote(target.path)):
            self.send_error(404)
        elif self.server.full_text and target.path == "/search/index.json":
            self._send_json({"service": SERVICE, "files": []})
        elif self.server.full_text and target.path == f"/search/{SERVICE}":
            self._search(self.server.full_text, parse_qs(target.query))
        else:
            return False
        return True

    def _search(self, full_text: FullText, query: dict[str, list[str]]) -> None:
        asked = [query.get(name, [""])[0][:LONGEST] for name in ("q", "from", "until", "source")]
        try:
            self._send_json(full_text.search(*asked))
        except sqlite3.Error as error:
            super().send_error(503, explain=str(error))

    def _send_json(self, value: object) -> None:
        self._send(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), "application/json")

    def _send(self, content: bytes, kind: str, code: int = 200) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _directory_file(self, name: str) -> bytes | None:
        try:
            with open(f"{self.directory}/{name}", "rb") as file:  # noqa: PTH123 - the base class has a text
                return file.read()
        except OSError:
            return None


def _is_local(host: str) -> bool:
    """Return whether a host is this machine, and no other can have that name."""
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
