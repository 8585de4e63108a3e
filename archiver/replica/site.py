"""The site's content: which address shows what."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import unquote

from archiver.replica.exchange import HTML, Reply, Seen, as_json, plain, typed
from archiver.replica.listings import find_listing, listings, newest_first
from archiver.replica.picture import png
from archiver.replica.records import Record, data_text, load_records
from archiver.replica.validators import tagged

if TYPE_CHECKING:
    from collections.abc import Iterable


class Site:
    """The published articles and the views that show them.

    `routes` maps a pattern, which the whole unquoted path must match, to the view that answers; the first match
    wins. Add to it to serve more addresses. `robots` is the text of /robots.txt. `listings` holds the ids (bare
    digits) that each listing shows, in its order; change it at will. With `validators` every page has an ETag.
    """

    def __init__(self, records: Iterable[Record] | None = None) -> None:
        """Publish these records, or else those of the data file."""
        self.robots = "User-agent: *\nDisallow:\n"
        self.routes: dict[str, View] = {**ROUTES, **{listing.path: listing_page for listing in listings().values()}}
        self.validators = False
        self._records = {record.id: record for record in (load_records() if records is None else records)}
        self.listings = {name: newest_first(self.articles) for name in listings()}

    @property
    def articles(self) -> list[Record]:
        """The articles as they are served now."""
        return list(self._records.values())

    def add(self, record: Record) -> None:
        """Publish an article, in place of the one with its id; a new one is put first in the listings."""
        new = record.id not in self._records
        self._records[record.id] = record
        for ids in self.listings.values():
            if new and record.id not in ids:
                ids.insert(0, record.id)

    def edit(self, article_id: str) -> None:
        """Switch an article to its revised form. KeyError: no such article; ValueError: it has no other form."""
        self.add(self._records[bare(article_id)].edited())

    def withdraw(self, article_id: str) -> None:
        """Take an article off all pages and listings. KeyError: no such article."""
        withdrawn = bare(article_id)
        del self._records[withdrawn]
        for ids in self.listings.values():
            ids[:] = [listed for listed in ids if listed != withdrawn]

    def listed(self, name: str) -> list[Record]:
        """The articles that a listing shows; an id in it that is not published is passed over."""
        return [record for article_id in self.listings[name] if (record := self.find(article_id))]

    def find(self, article_id: str | None) -> Record | None:
        """The article with that id (bare digits), if there is one."""
        return self._records.get(article_id or "")

    def answer(self, seen: Seen) -> Reply:
        """What the site shows at the address."""
        path = unquote(seen.path)
        for pattern, view in self.routes.items():
            if re.fullmatch(pattern, path):
                answer = view(self, seen)
                return tagged(answer) if self.validators else answer
        return plain(404)


View = Callable[[Site, Seen], Reply]


def bare(article_id: str) -> str:
    """An article's id without the prefix of the share page."""
    return article_id.upper().removeprefix("NW")


def article(show: Callable[[Record], Reply]) -> View:
    """The view that shows the article that is asked for, 404 where there is none."""

    def view(site: Site, seen: Seen) -> Reply:
        record = site.find(seen.article_id)
        return show(record) if record else plain(404)

    return view


def article_page(record: Record) -> Reply:
    """The article's own page."""
    page = Template(data_text("article.html")).substitute(
        id=record.id,
        title=escape(record.title),
        date=escape(record.page_date),
        source=escape(record.medianame),
        author=escape(record.byline),
        digest=escape(record.digest),
        column=record.column,
        body=record.linked,
    )
    return typed(page, HTML)


def share_page(_site: Site, _seen: Seen) -> Reply:
    """The share page: the same shell whatever the article, which its script loads."""
    return typed(data_text("share.html"), HTML)


def listing_page(site: Site, seen: Seen) -> Reply:
    """The listing that is asked for, 404 where there is none."""
    listing = find_listing(seen)
    return listing.show(site.listed(listing.name), seen) if listing else plain(404)


def robots(site: Site, _seen: Seen) -> Reply:
    """The rules for crawlers."""
    return typed(site.robots, "text/plain;charset=UTF-8")


def picture(_site: Site, seen: Seen) -> Reply:
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
