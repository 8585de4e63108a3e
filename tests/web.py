"""A small web of made-up news sites, which the tests serve as an HTTP proxy; and pages for it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple, cast

import pytest

from tests.answering import answering
from tests.conftest import Archive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.replica import Replica

OK = 200


class Page(NamedTuple):
    """What a server answers."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    location: str = ""


@dataclass
class Web:
    """Sites: what is at each address; and which addresses were asked for, robots.txt left out."""

    url: str = ""  # of the proxy
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    referers: dict[str, str | None] = field(default_factory=dict)  # by address: what the last request for it said
    etags: dict[str, str] = field(default_factory=dict)  # the versions of pages, where a site says them
    cache_control: dict[str, str] = field(default_factory=dict)  # the header of that name
    posted: dict[str, bytes] = field(default_factory=dict)  # by address: what was sent there
    not_modified: set[str] = field(default_factory=set)  # addresses of which a version was asked for that was known

    def put(
        self, address: str, body: str | bytes, content_type: str = "text/html; charset=utf-8", status: int = 200
    ) -> str:
        """Put something at an address, and return that."""
        self.pages[address] = Page(body.encode() if isinstance(body, str) else body, content_type, status)
        return address

    def redirect(self, address: str, location: str, status: int = 301) -> str:
        """Have an address lead to another one, and return it."""
        self.pages[address] = Page(b"", status=status, location=location)
        return address


def story(
    title: str = "A bridge opens over the Merrow",
    *,
    canonical: str = "",
    text: str = "The bridge over the Merrow was opened on Sunday morning, {n} years after it had been promised.",
    published: str = "2026-11-01T08:15:00+01:00",
    head: str = "",
    lang: str = "en",
    source: str = "Merrow Courier",
    author: tuple[str, ...] = ("Tess Orme",),
    **data: object,
) -> str:
    """Return a news page of several paragraphs; `{n}` in `text` stands for their numbers."""
    article = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": title,
        "datePublished": published,
        "author": [{"@type": "Person", "name": name} for name in author],
        "publisher": {"@type": "Organization", "name": source},
        **data,
    }
    told = json.dumps({name: value for name, value in article.items() if value}, ensure_ascii=False)
    paragraphs = "".join(f"<p>{text.replace('{n}', str(number))}</p>" for number in range(11, 17))
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{link}'
        f'<meta property="og:type" content="article">{head}<script type="application/ld+json">{told}</script></head>'
        f"<body><nav><a href='/'>Home</a></nav><main><article><h1>{title}</h1><div class='article-body'>{paragraphs}"
        f"</div></article></main><footer>© {source}</footer></body></html>"
    )


@contextmanager
def served() -> Iterator[Web]:
    """Serve a web without any pages."""
    site = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = site.pages.get(self.path, Page(b"", "text/plain", 404))
            etag = site.etags.get(self.path, "") if page.status == OK else ""
            if etag and self.headers["If-None-Match"] == etag:
                site.not_modified.add(self.path)
                page = Page(b"", status=304)
            if not self.path.endswith("/robots.txt"):
                site.asked.append(self.path)
                site.agents.append(self.headers["User-Agent"])
                site.referers[self.path] = self.headers["Referer"]
            self.send_response(page.status)
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
            if etag:
                self.send_header("ETag", etag)
            if kept := site.cache_control.get(self.path):
                self.send_header("Cache-Control", kept)
            if page.location:
                self.send_header("Location", page.location)
            self.end_headers()
            self.wfile.write(page.body)

        def do_POST(self) -> None:
            site.posted[self.path] = self.rfile.read(int(self.headers["Content-Length"] or 0))
            self.do_GET()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name in the base class
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    with answering(server):
        yield site


@pytest.fixture
def web() -> Iterator[Web]:
    """A web without any pages."""
    with served() as site:
        yield site


@pytest.fixture
def archive(tmp_path: Path, web: Web) -> Archive:
    """An empty archive that fetches from this web."""
    return Archive(tmp_path / "archive", cast("Replica", web))  # all that it needs of one is its address
