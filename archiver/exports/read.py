"""From the index and the posts on disk to entries."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.exports.entry import Entry, Version
from archiver.index import as_capture, seconds
from archiver.posts import VERSIONS
from archiver.posts.read import read
from archiver.text import printable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping

    from archiver.index import Index
    from archiver.posts.read import ReadPost
    from archiver.recipes import Form, Recipe

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Selection(NamedTuple):
    """Which articles are wanted: all, unless something is said."""

    since: int | None = None  # saved then or later: seconds since 1970, before it less than 0
    recipe: str = ""
    listing: str = ""  # RECIPE/LISTING
    query: tuple[str, ...] = ()  # words that title or text must all have
    last: int = 0  # the newest by publication, the newest first; 0: all, in the order in which they were saved


class Entries:
    """Reads the entries of an archive one by one.

    `tell` is told of each post that cannot be read (`failed` counts them) and of each that is not as it was written.
    What was saved or edited after `last` (seconds since 1970), and is not here, is there with `since=last` the next
    time.
    """

    def __init__(
        self, output: Path, index: Index, recipes: Mapping[str, Recipe], tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._output = output
        self._catalogue = index.catalogue
        self._recipes = recipes
        self._tell = tell
        self.failed = 0
        self.count = 0
        self.last = 0

    def select(self, selection: Selection) -> Iterator[Entry]:
        """Yield the entries that are selected. Raises IndexFileError."""
        _, recipe, listing, query, left = selection
        begun = seconds()
        newest = None
        since = selection.since
        if left:
            rows = self._catalogue.latest(None if query else left, since, recipe, listing)
        else:
            rows = self._catalogue.posts(since, recipe, listing)
        for row in rows:
            entry = self._entry(row)
            if entry and _has(entry, query):
                self.count += 1
                if row["chosen"] <= begun:  # adopted posts have the time that they name themselves: it may be to come
                    newest = row["chosen"] if newest is None else max(newest, row["chosen"])
                known = newest if newest is not None else begun if since is None else min(since, begun)
                self.last = known if row["pending"] is None else min(known, row["pending"])
                yield entry
                left -= 1
                if left == 0:
                    return

    def _entry(self, row: sqlite3.Row) -> Entry | None:
        """Return the entry of a post, None if its file cannot be read or is no whole post."""
        recipe = self._recipes.get(row["recipe"])
        form = recipe.forms.get(row["form"]) if recipe else None
        try:
            content, digest, row, expected = self._content(row)
        except OSError as error:
            self._fail(f"{error.filename}: {error.strerror}")
            return None
        path = f"{self._output}/{row['path']}"
        post = read(content, quoted=bool(form and form.quote))
        if reason := _broken(post):
            self._fail(f"{path}: {reason}")
            return None
        if not expected:
            self._tell(f"{path}: was changed since it was written")
        return Entry(
            recipe=row["recipe"],
            id=row["id"],
            form=row["form"],
            url=post.link or "",
            title=printable(post.title),  # YAML can write what UTF-8 cannot
            published=datetime.fromisoformat(row["published"]),
            source=source_of(post, form) if form else "",
            category=printable(post.categories),
            tags=tuple(map(printable, post.tags)),
            quote=post.quote or "",
            html=post.body,
            path=row["path"],
            sha256=digest.hex(),
            revision=row["revision"],
            saved=_time(row["saved"]),
            first_seen=_time(row["first_seen"]),
            checked=_time(row["checked"]) if row["checked"] is not None else None,
            state=row["state"],
            listings=tuple(sorted(json.loads(row["places"]))),
            rules=json.loads(row["rules"]),
            capture=as_capture(row) if row["warc"] is not None else None,
            versions=self._versions(row) if row["revision"] > 1 else (),
        )

    def _content(self, row: sqlite3.Row) -> tuple[bytes, bytes, sqlite3.Row, bool]:
        """Return what is in the file of a post, its SHA-256, what the index knows of it, and whether the two agree.

        Where they do not, the index is asked again: a crawl may have edited the post since `row` was read, or may be
        about to note that it did. Raises OSError.
        """
        while True:
            path = f"{self._output}/{row['path']}"
            failure = None
            try:
                with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path for each costs a tenth of it all
                    content = file.read()
            except OSError as error:
                content, failure = b"", error
            digest = sha256(content).digest()
            if digest == row["sha256"]:
                return content, digest, row, True
            expected = self._catalogue.is_being_written(row["article"], row["form"], digest)  # no more, when it is held
            now = self._catalogue.post(row["article"], row["form"])
            if expected or now is None or (now["path"], now["sha256"]) == (row["path"], row["sha256"]):
                if failure:
                    raise failure
                return content, digest, row, expected
            row = now

    def _fail(self, problem: str) -> None:
        self.failed += 1
        self._tell(f"{problem}: left out")

    def _versions(self, row: sqlite3.Row) -> tuple[Version, ...]:
        directory = f"{VERSIONS}/{Path(row['path']).stem}"
        return tuple(
            Version(
                one["revision"],
                f"{directory}/{one['revision']}.md",
                one["sha256"].hex(),
                _time(one["saved"]),
                as_capture(one) if one["warc"] is not None else None,
            )
            for one in self._catalogue.revisions(row["article"], row["form"])
        )


def _broken(post: ReadPost) -> str:
    """Return why a file is no whole post, nothing if it is one."""
    if post.foreign:
        return "its front matter lacks keys"
    return post.damage or post.fault or ("its end is missing" if post.link is None else "")


def _time(moment: int) -> datetime:
    return EPOCH + timedelta(seconds=moment)  # `fromtimestamp` takes no time before 1970 on Windows


def _has(entry: Entry, words: tuple[str, ...]) -> bool:
    if not words:
        return True
    text = f"{entry.title}\n{entry.quote}\n{entry.text}".casefold()
    return all(word in text for word in words)


def source_of(post: ReadPost, form: Form) -> str:
    """Return the source that is in a post's tag, nothing if its form does not name it there."""
    found = _tag_pattern(form.tag).fullmatch(post.tags[0]) if post.tags and "{source}" in form.tag else None
    return printable(found[1]) if found else ""


@cache
def _tag_pattern(template: str) -> re.Pattern[str]:
    before, _, after = template.partition("{source}")
    return re.compile(f"{re.escape(before)}(.*){re.escape(after)}", re.DOTALL)
