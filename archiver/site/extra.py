"""Pages that plug-ins add to the site: below `pages/`, in the same frame as all other pages (docs/plugins.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from archiver.errors import PluginError, in_a_line
from archiver.plugins import load_plugins
from archiver.posts.site_addresses import MAX_PATH_BYTES
from archiver.site.articles import listed
from archiver.site.record import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.plugins import Plugin
    from archiver.site.articles import ArticleLine
    from archiver.site.files import SiteFiles
    from archiver.site.look import Look
    from archiver.site.record import SiteRecord

ENTRY_POINT_GROUP = "archiver.pages"  # entry points; each names a function that takes `Contents` and returns `Page`s
PAGES_DIRECTORY = "pages"
# Its name must not end in .html: a page may have that name.
DIRECTORY_EXPRESSION = r"(?![^/]*\.html/)[\w-][\w.-]{0,60}/"
PAGE_NAME_PATTERN = re.compile(rf"(?:{DIRECTORY_EXPRESSION})*[\w-][\w.-]{{0,60}}\.html")
KNOWN_PAGES_FACT = "pages"  # the fact in the site's record that lists the pages of plug-ins


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a plug-in. path: below `pages/`, ending in `.html`. html: what stands below the title; it is not
    changed or escaped."""

    path: str
    title: str
    html: str


class Contents:
    """What a plug-in may show of a site: its name, its host, the language of its own words, its articles."""

    def __init__(self, record: SiteRecord, look: Look) -> None:
        self.name, self.host, self.language = look.name, look.host, look.language
        self._record = record

    def articles(self) -> Iterator[ArticleLine]:
        """Yield all articles, the newest first. The paths of their pages are relative to the root of the site."""
        columns = ", ".join(Row._fields)
        for row in self._record.each(f"SELECT {columns} FROM entries ORDER BY moment DESC, number DESC"):
            yield listed(Row(*row))


def write_extra(record: SiteRecord, look: Look, files: SiteFiles) -> list[Page]:
    """Write the pages of all plug-ins and return them. Pages of earlier builds that no plug-in makes any more are
    removed.

    Raises PluginError for a plug-in that fails, and for a page whose path is invalid or taken.
    """
    made: dict[str, Page] = {}
    for plugin in load_plugins(ENTRY_POINT_GROUP):
        for page in _pages_of(plugin, Contents(record, look)):
            path = f"{PAGES_DIRECTORY}/{page.path}"
            if not PAGE_NAME_PATTERN.fullmatch(page.path) or len(path.encode()) > MAX_PATH_BYTES or path in made:
                raise PluginError(f"{plugin.name}: {page.path!r}: expected a path of its own that ends in .html")
            made[path] = Page(path, page.title, page.html)
            files.write(path, look.page("extra", path, title=page.title, body=Markup(page.html)))
    for path in set(record.fact(KNOWN_PAGES_FACT).split("\n")) - {"", *made}:
        files.remove(path)
    record.set(KNOWN_PAGES_FACT, "\n".join(sorted(made)))
    return list(made.values())


def _pages_of(plugin: Plugin, contents: Contents) -> Iterator[Page]:
    try:
        for page in plugin.loaded(contents):
            if not isinstance(page, Page):
                raise TypeError(f"expected archiver.site.Page, found {type(page).__name__}")
            if not all(isinstance(one, str) for one in (page.path, page.title, page.html)):
                raise TypeError(f"expected texts, found {page!r:.100}")
            yield page
    except PluginError:
        raise
    except (Exception, SystemExit) as error:  # code of others may raise anything
        raise PluginError(f"{plugin.name}: failed: {in_a_line(error)}") from error
