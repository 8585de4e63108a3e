"""Reading entries from the index and the posts on disk."""

from __future__ import annotations

import re
from datetime import UTC
from functools import cache
from hashlib import sha256
from heapq import merge
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.article import GAPS_RULE
from archiver.cleaning import with_gaps
from archiver.clock import SECOND, moment, now
from archiver.errors import os_reason
from archiver.exports.entry import Entry, EntryPicture, Version
from archiver.exports.own import own_entries
from archiver.places import VERSIONS
from archiver.posts.pictures import asset_addresses, without_assets
from archiver.posts.read import read
from archiver.storage import read_in
from archiver.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from archiver.exports.selection import Selection
    from archiver.index import Index
    from archiver.index.posts import ArchivedPost
    from archiver.posts.read import ReadPost
    from archiver.recipes import Form, Recipe
    from archiver.storage import Root


class _Found(NamedTuple):
    """An entry; for one in the index also `chosen` and `pending` (see `index.posts.Selected`)."""

    entry: Entry
    chosen: int | None
    pending: int | None


class Entries:
    """Reads the entries of an archive one by one.

    `tell` is called with a message for each post that cannot be read (`failed` counts these), and for each that was
    changed since it was written. last: the time (microseconds since 1970) to give as `since` the next time: what was
    saved or edited after this reading comes then. None: only posts of the owner's were read.
    """

    def __init__(
        self,
        output: Root,
        index: Index,
        recipes: Mapping[str, Recipe],
        tell: Callable[[str], None] = lambda _: None,
        site: str = "",
    ) -> None:
        """site: the host of the archive's site, where posts of its owner's are."""
        self._output = output
        self._index = index
        self._site = site
        self._posts = index.posts
        self._pictures = index.pictures
        self._recipes = recipes
        self._tell = tell
        self._changed: set[str] = set()  # paths of posts that `tell` was told of: a site reads some posts twice
        self.failed = 0
        self.count = 0
        self.last: int | None = None

    def select(self, selection: Selection) -> Iterator[Entry]:
        """Yield the selected entries. Those of the owner's own posts, which come from no source, come after all others;
        if only the newest are wanted, they are among them by their time. Raises IndexFileError."""
        begun = now()
        newest = None
        since = selection.since
        entries, own = self._of_index(selection), self._own(selection)
        merged: Iterator[_Found] = chain(entries, own)
        if selection.last:
            merged = merge(entries, sorted(own, key=_newest_first, reverse=True), key=_newest_first, reverse=True)
        left = selection.last
        for entry, chosen, pending in merged:
            if _has(entry, selection.query):
                self.count += 1
                if chosen is not None:
                    if chosen <= begun:  # adopted posts name their time themselves: it may be in the future
                        newest = chosen if newest is None else max(newest, chosen)
                    known = newest if newest is not None else begun if since is None else min(since, begun)
                    self.last = known if pending is None else min(known, pending)
                yield entry
                left -= 1
                if left == 0:
                    return

    def _of_index(self, selection: Selection) -> Iterator[_Found]:
        since, recipe, listing, query, left = selection
        if left:
            selected = self._posts.select_latest(None if query else left, since, recipe, listing)
        else:
            selected = self._posts.select(since, recipe, listing)
        for post, chosen, pending in selected:
            if entry := self.entry(post):
                yield _Found(entry, chosen, pending)

    def _own(self, selection: Selection) -> Iterator[_Found]:
        if selection.recipe or selection.listing:
            return
        failed = self._own_failed
        found = own_entries(self._output, self._index, self._recipes, self._site, failed, self._tell, selection.since)
        for entry in found:
            yield _Found(entry, None, None)

    def _own_failed(self, problem: str) -> None:
        self.failed += 1
        self._tell(problem)

    def entry(self, known: ArchivedPost) -> Entry | None:
        """Return the entry of a post; None if its file cannot be read or is no whole post: then `tell` is called with a
        message."""
        recipe = self._recipes.get(known.key.recipe)
        form = recipe.forms.get(known.form) if recipe else None
        try:
            content, digest, known, expected = self._content(known)
        except OSError as error:
            self._fail(f"{error.filename}: {os_reason(error)}")
            return None
        # In an export pictures have their original addresses, unless it copies the files.
        post = read(without_assets(content), quoted=bool(form and form.quote))
        if reason := _broken(post):
            self._fail(f"{self._output / known.path}: {reason}")
            return None
        if not expected and known.path not in self._changed:
            self._changed.add(known.path)
            self._tell(f"{self._output / known.path}: was changed since it was written")
        return Entry(
            recipe=known.key.recipe,
            id=known.key.id,
            form=known.form,
            url=post.link or (recipe.link_from_id(form, known.key.id) if recipe and form else ""),
            title=printable(post.title),  # YAML can write what UTF-8 cannot
            published=known.published,
            source=source_of(post, form) if form else "",
            authors=tuple(map(printable, post.more.authors)),
            language=printable(post.more.language),
            modified=_aware(post.more.modified),
            canonical=printable(post.more.canonical),
            paywalled=post.more.paywalled,
            category=printable(post.categories),
            tags=tuple(map(printable, post.tags)),
            quote=post.quote or "",
            html=with_gaps(post.body, known.rules.get(GAPS_RULE, "")) if digest == known.sha256 else post.body,
            path=known.path,
            sha256=digest.hex(),
            revision=known.revision,
            saved=_second(known.saved),
            first_seen=_second(known.first_seen),
            checked=_second(known.checked) if known.checked is not None else None,
            state=known.state,
            listings=known.places,
            rules={field: rule for field, rule in known.rules.items() if field != GAPS_RULE},
            capture=known.capture,
            versions=self._versions(known) if known.revision > 1 else (),
            written=post.body,
            pictures=self._pictures_of(content),
        )

    def _pictures_of(self, content: bytes) -> dict[str, EntryPicture]:
        addresses = asset_addresses(content)
        known = self._pictures.assets(addresses.values()) if addresses else {}
        return {
            address: EntryPicture(path, known[path].width, known[path].height, known[path].capture)
            for address, path in addresses.items()
            if path in known
        }

    def _content(self, known: ArchivedPost) -> tuple[bytes, bytes, ArchivedPost, bool]:
        """Return the content of a post's file, its SHA-256, what the index knows of the post, and whether file and
        index agree.

        If they do not, the index is asked again: a crawl may have edited the post since the index was read, or be about
        to note that it did. Raises OSError.
        """
        while True:
            failure = None
            try:
                content = read_in(self._output, known.path)
            except OSError as error:
                content, failure = b"", error
            digest = sha256(content).digest()
            if digest == known.sha256:
                return content, digest, known, True
            expected = self._posts.is_being_written(known.key, known.form, digest)  # false once it is noted
            later = self._posts.get(known.key, known.form)
            if expected or later is None or (later.path, later.sha256) == (known.path, known.sha256):
                if failure:
                    raise failure
                return content, digest, known, expected
            known = later

    def _fail(self, problem: str) -> None:
        self.failed += 1
        self._tell(f"{problem}: left out")

    def _versions(self, known: ArchivedPost) -> tuple[Version, ...]:
        directory = f"{VERSIONS}/{Path(known.path).stem}"
        return tuple(
            Version(one.revision, f"{directory}/{one.revision}.md", one.sha256.hex(), _second(one.saved), one.capture)
            for one in self._posts.earlier(known.key, known.form)
        )


def _broken(post: ReadPost) -> str:
    """Return why a file is no whole post; empty if it is one."""
    if post.foreign:
        return "its front matter lacks keys"
    return post.damage or post.fault or ("its end is missing" if post.link is None else "")


def _aware(time: datetime | None) -> datetime | None:
    """Return a time, in UTC if it has no offset, which somebody may have left out."""
    return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time


def _second(micros: int) -> datetime:
    return moment(micros - micros % SECOND)  # other tools expect whole seconds, and people need no more


def _newest_first(found: _Found) -> float:
    """Return the time by which entries are sorted, in whole seconds as in the order of the index."""
    return found.entry.published.timestamp() // 1


def _has(entry: Entry, words: tuple[str, ...]) -> bool:
    if not words:
        return True
    text = f"{entry.title}\n{entry.quote}\n{entry.text}".casefold()
    return all(word in text for word in words)


def source_of(post: ReadPost, form: Form) -> str:
    """Return the source that a post's tag names; empty if its form does not name the source there."""
    match = _tag_pattern(form.tag).fullmatch(post.tags[0]) if post.tags and "{source}" in form.tag else None
    return printable(match[1]) if match else ""


@cache
def _tag_pattern(template: str) -> re.Pattern[str]:
    before, _, after = template.partition("{source}")
    return re.compile(f"{re.escape(before)}(.*){re.escape(after)}", re.DOTALL)
