"""From the index and the posts on disk to entries."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.exports.entry import Entry, Version
from archiver.index import as_capture
from archiver.posts import VERSIONS
from archiver.posts.read import read
from archiver.text import printable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from archiver.index import Index
    from archiver.posts.read import ReadPost
    from archiver.recipes import Form, Recipe


class Selection(NamedTuple):
    """Which articles are wanted: all, unless something is said."""

    since: int = 0  # saved then or later: seconds since 1970
    recipe: str = ""
    listing: str = ""  # RECIPE/LISTING
    query: tuple[str, ...] = ()  # words that title or text must all have
    last: int = 0  # the newest by publication, the newest first; 0: all, in the order in which they were saved


class Entries:
    """Reads the entries of an archive one by one; `problems` says which posts could not be read, `last` is the
    latest time at which one of them was saved (seconds since 1970)."""

    def __init__(self, output: Path, index: Index, recipes: Mapping[str, Recipe]) -> None:
        self._output = output
        self._index = index
        self._recipes = recipes
        self.problems: list[str] = []
        self.count = 0
        self.last = 0

    def select(self, selection: Selection) -> Iterator[Entry]:
        """Yield the entries that are selected. Raises IndexFileError."""
        catalogue = self._index.catalogue
        left = selection.last
        if selection.last and not (selection.query or selection.since):
            rows = catalogue.latest(selection.last, selection.recipe, selection.listing)
        elif selection.last:
            rows = catalogue.latest(-1, selection.recipe, selection.listing)
        else:
            rows = catalogue.posts(selection.since, selection.recipe, selection.listing)
        for row in rows:
            if row["saved"] < selection.since:
                continue
            entry = self._entry(row)
            if entry and _has(entry, selection.query):
                self.count += 1
                self.last = max(self.last, row["saved"])
                yield entry
                left -= 1
                if left == 0:
                    return

    def _entry(self, row: sqlite3.Row) -> Entry | None:
        """Return the entry of a post, None if its file cannot be read."""
        recipe = self._recipes.get(row["recipe"])
        form = recipe.forms.get(row["form"]) if recipe else None
        path = f"{self._output}/{row['path']}"
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path for each costs a tenth of it all
                post = read(file.read(), quoted=bool(form and form.quote))
        except OSError as error:
            self.problems.append(f"{path}: {error.strerror}")
            return None
        if post.damage or post.fault:
            self.problems.append(f"{path}: {post.damage or post.fault}")
            return None
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
            sha256=row["sha256"].hex(),
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
            for one in self._index.catalogue.revisions(row["article"], row["form"])
        )


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


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
