"""A server that sends the bytes that a test gives it, whatever HTTP says of them. It is used as a proxy."""

from __future__ import annotations

import re
import socketserver
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from tests.answering import answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

TARGET = re.compile(rb"[A-Z]+ (?:https?://[^/ ]*)?([^ ]*) HTTP")
ROBOTS = b"/robots.txt"
NO_ROBOTS = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Raw(NamedTuple):
    """A running server: its address as a proxy, and the heads of the requests that came."""

    port: int
    requests: list[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[bytes]:
        """What was asked for, robots.txt left out."""
        found = [target[1] for request in self.requests if (target := TARGET.match(request))]
        return [path for path in found if path != ROBOTS]


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """The bytes of an answer, as long as it says."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


@contextmanager
def serving(respond: Callable[[bytes], Iterable[bytes]]) -> Iterator[Raw]:
    """Serve what `respond` yields for a path, piece by piece; then the connection is closed."""
    requests: list[bytes] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            head = b""
            while not head.endswith(b"\r\n\r\n") and (line := self.rfile.readline()):
                head += line
            requests.append(head)
            target = TARGET.match(head)
            with suppress(OSError):  # it was closed at the other end
                for piece in respond(target[1]) if target else ():
                    self.wfile.write(piece)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    with answering(server):
        yield Raw(server.server_address[1], requests)
