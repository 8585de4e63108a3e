"""What the page of an article shows, as values for its template."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from archiver.clock import micros, moment
from archiver.exports import shown
from archiver.exports.own import OWN_RECIPE
from archiver.exports.plain import plain_text
from archiver.posts.permalink import post_path
from archiver.posts.read import read
from archiver.posts.site_addresses import category_key, href, page_place
from archiver.posts.text_digest import is_telling
from archiver.site.record import New
from archiver.storage.regular import read_in
from archiver.text import one_line
from archiver.views.changes import Change, changes, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.exports import Entry
    from archiver.site.record import Row
    from archiver.storage import Root

MAX_VERSIONS = 100  # a page shows the changes of so many versions, the latest; with thousands it would have megabytes
# Characters of all changes on a page: limited, as a source may change every word each time.
MAX_CHANGE_CHARACTERS = 300_000
MAX_SENTENCES = 2000  # sentences: versions with more are not compared, as that would take too long


class ArticleLine(NamedTuple):
    """An article in a list."""

    path: str
    title: str
    source: str
    published: datetime
    withdrawn: bool
    language: str

    @property
    def address(self) -> str:
        """The address of its page, relative to the root of the site."""
        return href(self.path)

    @property
    def day(self) -> str:
        """The day on which it was published, in the time zone of its source."""
        return day_of(self.published)

    @property
    def time(self) -> str:
        """The time of that day."""
        return f"{self.published:%H:%M}"


class Step(NamedTuple):
    """An earlier version of an article, and what changed from it to the next. changes: None if there is nothing to
    show; `why` gives the reason then."""

    number: int
    saved: str
    file: str
    sha256: str
    changes: list[Change] | None
    why: str = ""


def new_of(entry: Entry, digest: str | None) -> New:
    """Return what is put into the site's record for an entry. digest: of its text."""
    return New(
        key=entry.key,
        recipe=entry.recipe,
        id=entry.id,
        form=entry.form,
        sha256=entry.sha256,
        path=page_of(entry),
        moment=micros(entry.published),
        published=entry.published.isoformat(),
        changed=entry.saved.isoformat(),
        title=shown.title(entry),
        source=name_of(entry),
        language=shown.language(entry),
        state=entry.state,
        category=category_key(entry.category),
        day=day_of(entry.published),
        digest=digest if is_telling(digest) else None,
        labels=(name_of(entry), one_line(entry.category), next(iter(map(one_line, entry.tags)), "")),
    )


def name_of(entry: Entry) -> str:
    """Return who published an entry, as readers know them: its source, else its first tag, else its category."""
    return shown.author(entry) or next(iter(map(one_line, entry.tags)), "") or one_line(entry.category)


def listed(row: Row) -> ArticleLine:
    """Return an article of the record as lists show it."""
    published = datetime.fromisoformat(row.published)
    return ArticleLine(row.path, row.title, row.source, published, row.state == "withdrawn", row.language)


def time_of(time: datetime) -> str:
    """Return a time as people read it, with its zone."""
    return f"{day_of(time)} {time:%H:%M:%S %z}"


def day_of(time: datetime) -> str:
    """Return the day of a time, with four digits for its year (`%Y` has less for the first thousand)."""
    return time.date().isoformat()


def page_of(entry: Entry) -> str:
    """Return the path for the page of an entry, if no other page has that path."""
    return page_place(post_path(entry.path, entry.category, entry.published))


def host_of(address: str) -> str:
    """Return the host of an address that a post links to; the whole address if no host can be read in it."""
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return address


def article_values(entry: Entry, row: Row, output: Root, words: dict[str, str]) -> dict[str, Any]:
    """Return the values that the template `article.html` shows of an entry, except its body and the articles with the
    same text."""
    return {
        "title": row.title,
        "source": row.source,
        "lang": row.language,
        "published": entry.published.isoformat(),
        "published_text": time_of(entry.published),
        "day": day_of(entry.published),
        "first_seen": time_of(entry.first_seen),
        "saved": time_of(entry.saved),
        "checked": time_of(entry.checked) if entry.checked else "",
        "withdrawn": entry.state == "withdrawn",
        "paywalled": entry.paywalled,
        "authors": [name for name in map(one_line, entry.authors) if name != row.source],
        "own": entry.recipe == OWN_RECIPE,
        "original": entry.url if entry.url.lower().startswith(("http://", "https://")) else "",
        "original_host": host_of(entry.url),
        "quote": one_line(entry.quote),
        "summary": shown.summary(entry),
        "file": entry.path,
        "sha256": entry.sha256,
        "revision": entry.revision,
        "capture": entry.capture,
        "captured": time_of(entry.capture.time) if entry.capture else "",
        "steps": list(steps(entry, output, words)) if entry.versions else [],
        "earlier": max(0, len(entry.versions) - MAX_VERSIONS),
        "path": row.path,
    }


def steps(entry: Entry, output: Root, words: dict[str, str]) -> Iterator[Step]:
    """Yield what changed from each of the latest versions of an entry to the next, the latest first."""
    after: list[str] | None = _said(entry.title, entry.quote, entry.written)
    left = MAX_CHANGE_CHARACTERS
    for version in reversed(entry.versions[-MAX_VERSIONS:]):
        try:
            post = read(read_in(output, version.path), quoted=bool(entry.quote))
        except OSError:
            before = None
        else:
            before = _said(post.title, post.quote or "", post.body)
        found, why = _compared(before, after, words)
        size = sum(len(change.text) for change in found or ())
        if size > left:
            found, why = None, words["too_many"]
        else:
            left -= size
        yield Step(version.revision, time_of(version.saved), version.path, version.sha256, found, why)
        after = before


def _compared(
    before: list[str] | None, after: list[str] | None, words: dict[str, str]
) -> tuple[list[Change] | None, str]:
    if before is None or after is None:
        return None, words["missing"]
    if len(before) > MAX_SENTENCES or len(after) > MAX_SENTENCES:
        return None, words["too_many"]
    found = list(changes(before, after))
    return (found, "") if found else (None, words["no_changes"])


def _said(title: str, quote: str, html: str) -> list[str]:
    return sentences("\n".join(one_line(line) for line in (title, quote, *plain_text(html).split("\n"))))


def utc(time: int) -> str:
    """Return microseconds as a time that people read."""
    return time_of(moment(time))
