"""A local share site that answers as fast as it can, so that a crawl is what is measured (`python -m bench.server`).

It answers under any host: it can be asked as an HTTP proxy.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.request import ProxyHandler, build_opener

import uvloop

from bench.articles import article_id, samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAMPLES = 100
LISTINGS = 5
LISTED = 100  # articles on a page of a listing
PLACEHOLDER = "<id>"
ARTICLE = re.compile(rb"GET (?:http://[^/ ]+)?/NewsData/GetNewsText\.do\?id=NW(\d+) ")
LISTING = re.compile(rb"GET (?:http://[^/ ]+)?/listing/(\d+)\?page=(\d+)&size=(\d+) ")
HEADERS = b"HTTP/1.1 %s\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: %d\r\n\r\n"
USED = "/used"  # answers with a Used; not counted as a request


class Used(NamedTuple):
    """What the server has done so far: its processor time, in seconds, and the requests that it has answered."""

    cpu: float
    requests: int


class Site:
    """The articles, and listings that share them out: a page of each listing in turn, 0 first."""

    def __init__(self) -> None:
        self._samples = samples(SAMPLES)
        # JSON, cut where an id belongs.
        self._articles = [sample.answer(PLACEHOLDER).split(PLACEHOLDER.encode()) for sample in self._samples]
        self._requests = 0

    def answer(self, request: bytes) -> bytes:
        """Return the answer to `request`, with its headers."""
        self._requests += 1
        if found := ARTICLE.match(request):
            body = found[1].join(self._articles[int(found[1]) % SAMPLES])
        elif found := LISTING.match(request):
            body = self._listing(*map(int, found.groups()))
        elif request.startswith(b"GET " + USED.encode()):
            self._requests -= 1
            body = json.dumps(Used(time.process_time(), self._requests)).encode()
        else:
            return HEADERS % (b"404 Not Found", 0)
        return HEADERS % (b"200 OK", len(body)) + body

    def _listing(self, number: int, page: int, size: int) -> bytes:
        first = ((page - 1) * LISTINGS + number) * size
        ids = {article: article_id(article) for article in range(first, first + size)}
        items = [{"id": name, **self._samples[article % SAMPLES].known(name)} for article, name in ids.items()]
        return json.dumps({"items": items}, ensure_ascii=False).encode()


class Connection(asyncio.Protocol):
    """A connection that is kept alive. answer: what answers a request, with its headers."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self._received = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are complete; none has a body."""
        *requests, self._received = (self._received + data).split(b"\r\n\r\n")
        for request in requests:
            self._transport.write(self._answer(request))


async def serve() -> None:
    """Print the port and serve until standard input ends, as it does when the parent process does."""
    site = Site()
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    server = await loop.create_server(lambda: Connection(site.answer), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    os._exit(0)  # whoever still asks has left as well


class Server:
    """The server, seen from the process that started it."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"

    def used(self) -> Used:
        """Return what the server has done so far."""
        with build_opener(ProxyHandler({})).open(f"http://{self.host}{USED}") as answer:
            return Used(*json.load(answer))


@contextmanager
def running() -> Iterator[Server]:
    """Start the server in a process of its own, and end it afterwards."""
    command = [sys.executable, "-m", "bench.server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield Server(int(process.stdout.readline()))
        finally:
            process.stdin.close()


if __name__ == "__main__":
    uvloop.run(serve())
