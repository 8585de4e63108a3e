"""The owner's own posts on the site. They are few, so each build looks at all of them, and makes the pages of those
that have changed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archiver.exports.own import OWN_RECIPE, own_entry, own_files, own_zone
from archiver.posts.site_addresses import own_place, page_place
from archiver.site.articles import name_of, new_of
from archiver.site.files import FileChange
from archiver.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Set
    from zoneinfo import ZoneInfo

    from archiver.exports import Entry
    from archiver.index import Index
    from archiver.recipes import Recipe
    from archiver.site.pages import ShownArticle
    from archiver.site.record import Row, SiteRecord
    from archiver.storage import Root


class OwnPages:
    """Puts the owner's posts into the record of the site. name: of the site; it is shown as the source of a post that
    has no author, tag or category. lists: paths that belong to lists of categories (`fixed_lists`). tell: is called
    with each problem. failed: how many posts could not be read."""

    def __init__(
        self,
        output: Root,
        index: Index,
        recipes: Mapping[str, Recipe],
        record: SiteRecord,
        name: str,
        lists: Set[str],
        tell: Callable[[str], None],
    ) -> None:
        self._index = index
        self._recipes = recipes
        self._record = record
        self._name = name
        self._lists = lists
        self._tell = tell
        self.failed = 0
        self._files = {file.id: file for file in own_files(output, index, self._fail)}

    def changed(
        self, shown: Callable[[Entry, Row], ShownArticle], *, anew: bool
    ) -> Iterator[ShownArticle | FileChange]:
        """Yield the posts that have changed, and the removal of the pages of those that are gone. shown: turns an entry
        and its row into what is yielded. anew: yield all posts, changed or not."""
        known = {row.id: row for row in self._record.entries("WHERE recipe = ?", OWN_RECIPE)}
        for id_, file in self._files.items():
            row = known.get(id_)
            if row and not anew and self._record.sha256(row) == file.sha256:
                del known[id_]
                continue
            found = own_entry(file, self._zone, self._fail, self._tell)
            if found is None:
                continue
            known.pop(id_, None)
            entry, page, usual = found
            place = own_place(page, usual, self._lists)
            if place != page_place(page):
                self._tell(f"{file.path}: the site has a page of its own at {page}; this one is at {usual}")
            new = new_of(entry, None)
            name = name_of(entry) or one_line(self._name)
            new = new._replace(path=place, source=name, labels=(name, *new.labels[1:]))
            yield shown(entry, self._record.put(new))
        for row in known.values():
            self._record.remove(row.key)
            yield FileChange(row.path)

    def entry(self, row: Row) -> Entry | None:
        """Return the entry of a post that is on the site."""
        found = own_entry(self._files[row.id], self._zone, self._fail, lambda _: None)
        return found.entry if found else None

    @cached_property
    def _zone(self) -> ZoneInfo:
        return own_zone(self._index, self._recipes)

    def _fail(self, problem: str) -> None:
        self.failed += 1
        self._tell(problem)
