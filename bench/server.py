"""A local share site that answers as fast as it can, so that a crawl is what is measured (`python -m bench.server`)."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, build_opener

import uvloop

from bench.articles import samples

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = 100
PLACEHOLDER = "<id>"
ARTICLE = re.compile(rb"GET /NewsData/GetNewsText\.do\?id=NW(\d+) ")
HEADERS = b"HTTP/1.1 %s\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: %d\r\n\r\n"
CPU_TIME = "/cpu-time"  # answers with the processor time that the server has used, in seconds


class Connection(asyncio.Protocol):
    """A connection that is kept alive; `answers` are the articles' JSON, cut where an id belongs."""

    def __init__(self, answers: list[list[bytes]]) -> None:
        self._answers = answers
        self._received = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are complete; none has a body."""
        *requests, self._received = (self._received + data).split(b"\r\n\r\n")
        for request in requests:
            if found := ARTICLE.match(request):
                body = found[1].join(self._answers[int(found[1]) % len(self._answers)])
                self._transport.write(HEADERS % (b"200 OK", len(body)) + body)
            elif request.startswith(b"GET " + CPU_TIME.encode()):
                body = b"%f" % time.process_time()
                self._transport.write(HEADERS % (b"200 OK", len(body)) + body)
            else:
                self._transport.write(HEADERS % (b"404 Not Found", 0))


async def serve() -> None:
    """Print the port and serve until standard input ends, as it does when the parent process does."""
    answers = [sample.answer(PLACEHOLDER).split(PLACEHOLDER.encode()) for sample in samples(SAMPLES)]
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    server = await loop.create_server(lambda: Connection(answers), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    os._exit(0)  # whoever still asks has left as well


class Server:
    """The server, seen from the process that started it."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"

    def cpu_time(self) -> float:
        """Return the seconds of processor time that the server has used."""
        with build_opener(ProxyHandler({})).open(f"http://{self.host}{CPU_TIME}") as answer:
            return float(answer.read())


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
