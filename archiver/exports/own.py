"""Posts that the owner of an archive wrote, as entries: their content, without source, evidence or history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from markdown_it import MarkdownIt

from archiver.cleaning import Cleaner
from archiver.errors import BodyError, os_reason
from archiver.exports.entry import Entry
from archiver.posts.own import read_own
from archiver.posts.site_addresses import fixed_lists, href, own_place
from archiver.recipes.recipe import CleanRules
from archiver.storage.regular import read
from archiver.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import tzinfo

    from archiver.index import Index
    from archiver.recipes import Recipe
    from archiver.storage import Root

OWN_RECIPE = ""  # the recipe of such entries: none, since no recipe made them
OWN_FORM = "own"
MARKDOWN_PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class OwnFile(NamedTuple):
    """A post of the owner's as it is on disk now. id: its permanent name, which is its path below `_posts` without the
    ending. written: when the file was written, in microseconds since 1970."""

    path: str
    id: str
    content: bytes
    written: int

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file, in hexadecimal digits."""
        return sha256(self.content).hexdigest()


class OwnEntry(NamedTuple):
    """Such a post as an entry, and the path of its page on the site."""

    entry: Entry
    page: str
    usual: str


def own_files(output: Root, index: Index, fail: Callable[[str], None]) -> Iterator[OwnFile]:
    """Yield the posts of the owner's that are there. fail: is called with a message for each that cannot be read."""
    for path in index.own_posts.paths():
        try:
            file = output / path
            content, written = read(file), file.stat().st_mtime_ns // 1000
        except FileNotFoundError:
            continue
        except OSError as error:
            fail(f"{output / path}: {os_reason(error)}: left out")
            continue
        yield OwnFile(path, PurePosixPath(path).with_suffix("").as_posix().partition("/")[2], content, written)


def own_zone(index: Index, recipes: Mapping[str, Recipe]) -> ZoneInfo:
    """Return the zone of times without an offset: that of the recipe with the most posts, as in the configuration for
    Jekyll."""
    known = (recipes[name].zone() for name in index.posts.recipes() if name in recipes)
    return next(known, ZoneInfo("UTC"))


def own_entry(file: OwnFile, zone: tzinfo, fail: Callable[[str], None], tell: Callable[[str], None]) -> OwnEntry | None:
    """Return the entry of a post; None if it is not to be published, or cannot be read as a post (then `fail` is called
    with a message). tell: is called with a message about what will not be shown as Jekyll would show it."""
    post = read_own(Path(file.path).name, file.content, zone)
    if post is None:
        fail(f"{file.path}: Jekyll could not read its front matter: left out")
        return None
    if post.hidden:
        return None
    if post.has_liquid:
        tell(f"{file.path}: has Liquid in it, which only Jekyll understands: it is shown as it is written")
    published = post.published.astimezone(UTC)
    return OwnEntry(
        Entry(
            recipe=OWN_RECIPE,
            id=file.id,
            form=OWN_FORM,
            url="",
            title=post.title,
            published=post.published,
            source="",
            authors=(),
            language=post.language,
            modified=None,
            canonical="",
            paywalled=False,
            category=next(iter(post.categories), ""),
            tags=post.tags,
            quote="",
            html=post.body if post.html else str(MARKDOWN_PARSER.render(post.body)),
            path=file.path,
            sha256=file.sha256,
            revision=1,
            saved=published,
            first_seen=published,
            checked=None,
            state="saved",
            listings=(),
            rules={},
            capture=None,
        ),
        post.path,
        post.usual,
    )


def own_entries(
    output: Root,
    index: Index,
    recipes: Mapping[str, Recipe],
    site: str,
    fail: Callable[[str], None],
    tell: Callable[[str], None],
    since: int | None = None,
) -> Iterator[Entry]:
    """Yield the entries of the owner's posts that are to be published, with clean HTML and with their addresses on the
    site, whose host is `site` (empty: without addresses).

    since: only those whose files were written then or later. fail and tell: as `own_entry` has them.
    """
    zone = None
    lists = {path for paths in fixed_lists(recipes.values()).values() for path in paths}
    for file in own_files(output, index, fail):
        if since is not None and file.written < since:
            continue
        zone = zone or own_zone(index, recipes)
        if found := own_entry(file, zone, fail, tell):
            url = f"https://{site}/{href(own_place(found.page, found.usual, lists))}" if site else ""
            yield replace(found.entry, url=url, html=_clean(found.entry.html, url))


def _clean(html: str, base: str) -> str:
    """Return HTML in the form that other entries have: sound, with absolute addresses. HTML that is too long stays as
    it is."""
    try:
        return Cleaner(CleanRules()).clean(printable(html), base).html
    except BodyError:
        return html
