"""A local share site that answers as fast as it can, so that a crawl is what is measured (`python -m bench.server`).

It answers under any host: it can be asked as an HTTP proxy.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import ProxyHandler, build_opener

import uvloop

from bench.articles import LEAD, article_id, lead, samples
from bench.serving import serve, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        # JSON, cut where an id belongs, with a mark where the lead does.
        own = lead(PLACEHOLDER)
        answers = [sample.answer(PLACEHOLDER).decode().replace(own, LEAD).encode() for sample in self._samples]
        self._articles = [answer.split(PLACEHOLDER.encode()) for answer in answers]
        self._requests = 0

    def answer(self, request: bytes) -> bytes:
        """Return the answer to `request`, with its headers."""
        self._requests += 1
        if found := ARTICLE.match(request):
            body = found[1].join(self._articles[int(found[1]) % SAMPLES])
            body = body.replace(LEAD.encode(), lead(found[1].decode()).encode())
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


class Server:
    """The server, seen from the process that started it. host: with its port."""

    def __init__(self, host: str) -> None:
        self.host = host

    def used(self) -> Used:
        """Return what the server has done so far."""
        with build_opener(ProxyHandler({})).open(f"http://{self.host}{USED}") as answer:
            return Used(*json.load(answer))


@contextmanager
def running() -> Iterator[Server]:
    """Start the server in a process of its own, and end it afterwards."""
    with serving("bench.server") as host:
        yield Server(host)


if __name__ == "__main__":
    uvloop.run(serve(Site().answer))
