"""The pages about the whole archive (home, sources, about, search, feed, sitemaps…). There are few of them, and each
build writes them all."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from archiver.errors import StoreError, os_reason
from archiver.exports.atom import write as write_feed
from archiver.exports.format import About
from archiver.exports.own import OWN_RECIPE
from archiver.manifest import head
from archiver.posts.site_addresses import category_paths, href
from archiver.site.articles import listed, utc
from archiver.site.extra import write_extra
from archiver.site.record import ADDRESSES_PER_SITEMAP
from archiver.site.titles import write_titles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from archiver.exports import Entry
    from archiver.index import Index
    from archiver.site.files import SiteFiles
    from archiver.site.look import Look
    from archiver.site.record import Row, SiteRecord
    from archiver.storage import Root

MAX_LATEST = 60  # articles on the home page
MAX_FEED_ARTICLES = 50  # articles of the feed
URLSET_START = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
SITEMAP_INDEX_START = URLSET_START.replace("urlset", "sitemapindex")


def write_whole(
    output: Root,
    index: Index,
    entry_of: Callable[[Row], Entry | None],
    record: SiteRecord,
    look: Look,
    files: SiteFiles,
    fixed: Mapping[str, tuple[str, ...]],
) -> None:
    """Write these pages. entry_of: returns the entry of an article of the record, None if it cannot be read. fixed:
    further paths of the lists of some categories (`fixed_lists`)."""
    latest = record.entries("ORDER BY moment DESC, number DESC LIMIT ?", MAX_LATEST)
    sources = _sources(record, fixed)
    files.write("index.html", look.page("home", "index.html", rows=[listed(row) for row in latest], sources=sources))
    files.write("sources/index.html", look.page("sources", "sources/index.html", sources=sources))
    figures = _figures(output, index, record, sources)
    posts = (entry for row in latest if row.recipe != OWN_RECIPE and (entry := entry_of(row)))
    example = next((entry.path for entry in posts), "")
    extra = write_extra(record, look, files)
    files.write("about/index.html", look.page("about", "about/index.html", extra=extra, example=example, **figures))
    files.write("404.html", look.page("404", "404.html", root="/"))
    files.write("search/index.html", look.page("search", "search/index.html"))
    files.write("robots.txt", look.text("robots.txt"))
    for name, content in look.copied().items():
        files.write(name, content)
    _write_feed(entry_of, latest[:MAX_FEED_ARTICLES], look, files)
    _write_sitemaps(record, look, files)
    write_titles(record, files)


def _sources(record: SiteRecord, fixed: Mapping[str, tuple[str, ...]]) -> list[dict[str, object]]:
    """Return the categories, the largest first."""
    rows = record.rows(
        """SELECT name, title, size,
           (SELECT published FROM entries WHERE number =
            (SELECT entry FROM members WHERE list = lists.number ORDER BY moment, entry LIMIT 1)),
           (SELECT published FROM entries WHERE number =
            (SELECT entry FROM members WHERE list = lists.number ORDER BY moment DESC, entry DESC LIMIT 1)),
           (SELECT name FROM names WHERE list = number AND kind = 'tag' ORDER BY size DESC, name LIMIT 1)
           FROM lists WHERE kind = 'category' AND size > 0 ORDER BY size DESC, title, name"""
    )
    return [
        {
            "path": category_paths(name, (), fixed.get(name, ()))[0],
            "title": title,
            "tag": tag,
            "size": size,
            "first": first[:10],
            "last": last[:10],
        }
        for name, title, size, first, last, tag in rows
    ]


def _figures(output: Root, index: Index, record: SiteRecord, sources: list[dict[str, object]]) -> dict[str, object]:
    """Return the facts that the page `about` shows: sizes, first and last day, last run, manifest."""
    ((count,),) = record.rows("SELECT count(*) FROM entries")
    days = [
        published[:10]
        for order in ("ASC", "DESC")
        for (published,) in record.rows(f"SELECT published FROM entries ORDER BY moment {order} LIMIT 1")
    ]
    runs = index.runs.latest(1)
    try:
        manifest = head(output)
    except OSError as error:
        raise StoreError(f"{output}: the manifests cannot be read: {os_reason(error)}") from error
    return {
        "size": count,
        "sources": len(sources),
        "first": days[0] if days else "",
        "last": days[-1] if days else "",
        "last_run": utc(runs[0].started) if runs else "",
        "captures": index.captures.count(),
        "manifest": manifest,
    }


def _write_feed(entry_of: Callable[[Row], Entry | None], rows: list[Row], look: Look, files: SiteFiles) -> None:
    """Write the Atom feed of the newest articles. Its links lead to the pages of this site."""

    def newest() -> Iterator[Entry]:
        for row in rows:
            if entry := entry_of(row):
                yield replace(entry, url=f"https://{look.host}/{href(row.path)}")

    stream = io.BytesIO()
    write_feed(newest(), stream, About(files.directory, files.directory / "feed.xml", look.name, look.host))
    files.write("feed.xml", stream.getvalue())


def _write_sitemaps(record: SiteRecord, look: Look, files: SiteFiles) -> None:
    """Write the sitemaps of articles that changed, and the list of all sitemaps."""
    for (number,) in record.rows("SELECT number FROM touched_sitemaps ORDER BY number"):
        rows = record.each(
            "SELECT path, changed FROM entries WHERE number > ? AND number <= ? ORDER BY number",
            *((number - 1) * ADDRESSES_PER_SITEMAP, number * ADDRESSES_PER_SITEMAP),
        )
        lines = [
            f"<url><loc>{_address(look, path)}</loc><lastmod>{changed}</lastmod></url>\n" for path, changed in rows
        ]
        files.write(f"sitemap-{number}.xml", f"{URLSET_START}{''.join(lines)}</urlset>\n")
    ((last,),) = record.rows("SELECT coalesce(max(number), 0) FROM entries")
    numbers = range(1, (last - 1) // ADDRESSES_PER_SITEMAP + 2)
    places = [f"<sitemap><loc>{_address(look, f'sitemap-{number}.xml')}</loc></sitemap>\n" for number in numbers]
    files.write("sitemap.xml", f"{SITEMAP_INDEX_START}{''.join(places)}</sitemapindex>\n")


def _address(look: Look, path: str) -> str:
    return escape(f"https://{look.host}/{href(path)}")
