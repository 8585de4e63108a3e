"""The site's content: which address shows what."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape
from string import Template
from urllib.parse import unquote

from archiver.replica.exchange import Answer, Seen, plain, typed
from archiver.replica.picture import png
from archiver.replica.records import Record, data_text, load_records

HTML = "text/html;charset=UTF-8"
JSON = "application/json;charset=UTF-8"


class Site:
    """The published articles and the views that show them.

    `routes` maps a pattern, which the whole unquoted path must match, to the view that answers; the first match
    wins. Add to it to serve more addresses. `robots` is the text of /robots.txt.
    """

    def __init__(self) -> None:
        self.robots = "User-agent: *\nDisallow:\n"
        self.routes: dict[str, View] = dict(ROUTES)
        self._records = {record.id: record for record in load_records()}

    @property
    def articles(self) -> list[Record]:
        """The articles as they are served now."""
        return list(self._records.values())

    def add(self, record: Record) -> None:
        """Publish an article, in place of the one with its id."""
        self._records[record.id] = record

    def edit(self, article_id: str) -> None:
        """Switch an article to its revised form. KeyError: no such article; ValueError: it has no other form."""
        self.add(self._records[bare(article_id)].edited())

    def find(self, article_id: str | None) -> Record | None:
        """The article with that id (bare digits), if there is one."""
        return self._records.get(article_id or "")

    def answer(self, seen: Seen) -> Answer:
        """What the site shows at the address."""
        path = unquote(seen.path)
        for pattern, view in self.routes.items():
            if re.fullmatch(pattern, path):
                return view(self, seen)
        return plain(404)


View = Callable[[Site, Seen], Answer]


def bare(article_id: str) -> str:
    """An article's id without the prefix of the share page."""
    return article_id.upper().removeprefix("NW")


def as_json(value: object) -> Answer:
    """The value as a JSON answer, characters as they are."""
    return typed(json.dumps(value, ensure_ascii=False), JSON)


def article(show: Callable[[Record], Answer]) -> View:
    """The view that shows the article that is asked for, 404 where there is none."""

    def view(site: Site, seen: Seen) -> Answer:
        record = site.find(seen.article_id)
        return show(record) if record else plain(404)

    return view


def article_page(record: Record) -> Answer:
    """The article's own page."""
    page = Template(data_text("article.html")).substitute(
        id=record.id,
        title=escape(record.title),
        date=escape(record.page_date),
        source=escape(record.medianame),
        author=escape(" ".join(record.author)),
        digest=escape(record.digest),
        column=record.column,
        body=record.linked,
    )
    return typed(page, HTML)


def share_page(_site: Site, _seen: Seen) -> Answer:
    """The share page: the same shell whatever the article, which its script loads."""
    return typed(data_text("share.html"), HTML)


def robots(site: Site, _seen: Seen) -> Answer:
    """The rules for crawlers."""
    return typed(site.robots, "text/plain;charset=UTF-8")


def picture(_site: Site, seen: Seen) -> Answer:
    """A picture for any name."""
    return typed(png(seen.path), "image/png")


ROUTES: dict[str, View] = {
    r"/robots\.txt": robots,
    r"/html_News/NewsShare\.html": share_page,
    r"/NewsData/GetNewsText\.do": article(lambda record: as_json(record.news_text())),
    r"/kuaixun/v2/api/article/\d+": article(lambda record: as_json(record.fast_news())),
    r"/a/\d+\.html": article(article_page),
    r"/news/\d+,\d+\.html": article(article_page),
    r"/download/[^/]+\.(?:png|jpg)": picture,
}
