"""A web server for a site: its pages, as any file server would serve them, and search in the texts of all articles.
It only reads."""

from __future__ import annotations

import json
import re
import sqlite3
from errno import EACCES, EADDRINUSE
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socket import AF_INET, AF_INET6
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from archiver.errors import StoreError, UsageError, os_reason
from archiver.site.record import RECORD_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.site.full_text import FullText

SERVICE_FILE = "query.json"
TIMEOUT_SECONDS = 30  # seconds to wait for a client that sends nothing
MAX_QUERY_CHARACTERS = 200  # characters of a query
# Paths that are not served: hidden files and directories, such as the record of the site, unless they are pages (the
# source of an article may be called `.x`); and paths with a NUL, which no file can have.
HIDDEN_PATH_PATTERN = re.compile(r"(?:^|/)\.(?!.*\.html$)|\0", re.DOTALL)
PORT_PATTERN = re.compile(r":\d*$")


class SiteServer(ThreadingHTTPServer):
    """Serves a site. It listens as soon as it is made; `serve_forever` answers requests."""

    daemon_threads = True
    request_queue_size = 128  # connections that wait to be accepted: with the base class's 5, further ones are lost

    def __init__(self, directory: Path, full_text: FullText | None, host: str, port: int) -> None:
        """full_text: what to search in; None: the search page finds titles only, as with a plain file server. Raises
        UsageError for a directory without a site, StoreError if it cannot listen."""
        if not (directory / RECORD_FILE).is_file():
            raise UsageError(
                f"{directory}: there is no site there; make it with `archiver site build`, with the same --output"
            )
        self.full_text = full_text
        self.address_family = AF_INET6 if ":" in host else AF_INET
        try:
            super().__init__((host, port), partial(_Handler, directory=str(directory)))
        except OSError as error:
            advice = f"name another {'--port' if error.errno in (EADDRINUSE, EACCES) else '--host'}"
            raise StoreError(f"{host}:{port}: cannot listen there: {os_reason(error)}; {advice}") from error

    @property
    def address(self) -> str:
        """Where the site is."""
        host = str(self.server_address[0])
        return f"http://{f'[{host}]' if ':' in host else host}:{self.server_port}/"

    def is_meant(self, host: str) -> bool:
        """Return whether a request is meant for this server. host: the request's Host header, empty if it has none.

        A server that listens for this machine only refuses other names than this machine's: a web site could let its
        own name resolve to this machine, and so read the archive through the user's browser (DNS rebinding).
        """
        local = _is_local(str(self.server_address[0]))
        return not host or not local or _is_local(PORT_PATTERN.sub("", host).strip("[]"))

    def handle_error(self, request: object, client_address: object) -> None:
        """Report nothing: a reader who closes the connection early is no error."""


class _Handler(SimpleHTTPRequestHandler):
    server: SiteServer
    timeout = TIMEOUT_SECONDS
    server_version = "archiver"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with a page, or with the results of a search."""
        if not self._answered():
            super().do_GET()

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        if not self._answered():
            super().do_HEAD()

    def guess_type(self, path: Any) -> str:
        """Return the media type of a file. The base class does not recognise every name of a page, such as
        `...html`."""
        return "text/html" if str(path).endswith(".html") else super().guess_type(path)

    def list_directory(self, path: Any) -> None:  # noqa: ARG002 - the base class says so
        """Answer 404: directories are not listed."""
        self.send_error(404)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with an error; for 404 with the site's own page."""
        page = self._directory_file("404.html") if code == 404 else None
        if page is None:
            super().send_error(code, message, explain)
        else:
            self._send(page, "text/html; charset=utf-8", code)

    def end_headers(self) -> None:
        """End the headers with two more: the browser is not to guess media types, nor to send the address of a page to
        other sites."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def log_message(self, *arguments: object) -> None:
        """Log nothing: what somebody reads is nobody else's business."""

    def _answered(self) -> bool:
        """Answer a request that is not for a file of the site, and return True; return False for all others."""
        try:
            target = urlsplit(self.path)
        except ValueError:  # no address at all
            self.send_error(404)
            return True
        if not self.server.is_meant(self.headers.get("Host", "")):
            super().send_error(421, explain="Ask for this machine by a name of its own, such as localhost.")
        elif HIDDEN_PATH_PATTERN.search(unquote(target.path)):
            self.send_error(404)
        elif self.server.full_text and target.path == "/search/index.json":
            self._send_json({"service": SERVICE_FILE, "files": []})
        elif self.server.full_text and target.path == f"/search/{SERVICE_FILE}":
            self._search(self.server.full_text, parse_qs(target.query))
        else:
            return False
        return True

    def _search(self, full_text: FullText, query: dict[str, list[str]]) -> None:
        asked = [query.get(name, [""])[0][:MAX_QUERY_CHARACTERS] for name in ("q", "from", "until", "source")]
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
    """Return whether a host is certainly this machine: `localhost`, or a loopback address."""
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
