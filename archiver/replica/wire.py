"""HTTP/1.1 on a socket: requests in, answers out, and the ways in which a connection can misbehave."""

from __future__ import annotations

import re
import socketserver
import struct
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, SO_LINGER, SOL_SOCKET, socket
from threading import Event
from typing import TYPE_CHECKING, Any

from archiver.replica.exchange import Reply, Seen

if TYPE_CHECKING:
    from collections.abc import Callable

_TARGET = re.compile(r"(?:https?://(?P<host>[^/?]*))?(?P<path>[^?]*)\??(?P<query>.*)", re.IGNORECASE | re.DOTALL)
CHUNK = 1000  # bytes


class Wire(ThreadingHTTPServer):
    """A threading server that asks `respond` for each answer."""

    request_queue_size = 128

    def __init__(self, address: tuple[str, int], respond: Callable[[Seen], Reply]) -> None:
        self.respond = respond
        self.stopping = Event()
        self._open: set[socket] = set()
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Bind without HTTPServer's look-up of the host's name, which can hang where there is no resolver."""
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, and remember it for `close`."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection that has been served."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error, unless it is a client that went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Stop serving, and end the connections that are kept alive or being answered slowly."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """One connection: origin-form and absolute-form targets alike."""

    server: Wire
    protocol_version = "HTTP/1.1"
    server_version = "replica"
    sys_version = ""
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer one request."""
        self._send(self.server.respond(self._seen()))

    def do_HEAD(self) -> None:
        """Answer with the headers alone."""
        self.do_GET()

    def do_CONNECT(self) -> None:
        """Answer a client that wants a tunnel."""
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep standard error clean."""

    def _seen(self) -> Seen:
        headers = {name.lower(): ", ".join(self.headers.get_all(name, [])) for name in self.headers}
        if self.command == "CONNECT":
            return Seen(self.command, self.path, "", "", headers, time.monotonic())
        target = _TARGET.fullmatch(self.path)
        assert target, "the pattern matches any text"
        host = target["host"] or headers.get("host", "")
        return Seen(self.command, host, target["path"] or "/", target["query"], headers, time.monotonic())

    def _send(self, answer: Reply) -> None:
        if answer.reset:
            self._reset()
        elif self.server.stopping.wait(answer.delay):
            self.close_connection = True
        else:
            self._send_now(answer)

    def _send_now(self, answer: Reply) -> None:
        length = len(answer.body) if answer.declared is None else answer.declared
        self.send_response(answer.status)
        for name, value in (*answer.headers.items(), *answer.more):
            self.send_header(name, value)
        if answer.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif answer.status != HTTPStatus.NOT_MODIFIED:  # there it would be that of the body which is not sent
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command == "HEAD":
            return
        if answer.chunked:
            for start in range(0, len(answer.body), CHUNK):
                chunk = answer.body[start : start + CHUNK]
                self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            self.wfile.write(b"0\r\n\r\n")
        elif answer.drip:
            self._drip(answer)
        else:
            self.wfile.write(answer.body)
        if length != len(answer.body):
            self.close_connection = True

    def _drip(self, answer: Reply) -> None:
        start, pause = time.monotonic(), answer.drip / max(len(answer.body), 1)
        for sent in range(len(answer.body)):
            if self.server.stopping.wait(max(start + sent * pause - time.monotonic(), 0)):
                self.close_connection = True
                return
            self.wfile.write(answer.body[sent : sent + 1])

    def _reset(self) -> None:
        # With a linger time of zero a close sends RST; the shutdown that ends other connections would send FIN first.
        self.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
