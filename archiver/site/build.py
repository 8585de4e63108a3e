"""A build of the site: it finds what changed in the archive since the last build, and writes the pages that show it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from archiver.errors import UsageError
from archiver.exports import shown
from archiver.exports.own import OWN_RECIPE
from archiver.exports.read import Entries
from archiver.index import ArticleKey
from archiver.posts.site_addresses import fixed_lists
from archiver.site.articles import listed, new_of, page_of
from archiver.site.files import FileChange, SiteFiles, claim
from archiver.site.lists import Lists
from archiver.site.own import OwnPages
from archiver.site.pages import ShownArticle, SiteSetup, make_pages
from archiver.site.record import DamagedRecordError, SiteRecord
from archiver.site.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from archiver.exports import Entry
    from archiver.index import Index
    from archiver.index.near_duplicates import Near
    from archiver.index.posts import Changed
    from archiver.recipes import Recipe
    from archiver.site.look import Look
    from archiver.site.record import Row
    from archiver.storage import Root

MAX_SAME = 20  # articles with the same text that a page names
MAX_BATCH = 100  # articles that are looked up in the index by one query


@dataclass(frozen=True, slots=True)
class Built:
    """The result of a build. articles: how many the site has. written, unchanged: files that were written, and files
    that were already as they should be. failed: posts that could not be read."""

    directory: Path
    articles: int
    written: int
    unchanged: int
    failed: int


def build_site(
    output: Root,
    index: Index,
    recipes: Mapping[str, Recipe],
    directory: Path,
    look: Look,
    tell: Callable[[str], None] = lambda _: None,
    *,
    alone: bool,
) -> Built:
    """Make the site of the archive `output` in a directory, or bring it up to date.

    tell: is called with a message for each post that is left out, or is not shown as it was written.
    alone: no worker processes may help, however much there is to do. Raises UsageError for a directory with something
    else in it and for an archive without articles; TemplateError, StoreError, LockedError, IndexFileError, WorkerError:
    then every page is whole, old or new, and the next build finishes what this one began.
    """
    if next(index.posts.changed(), None) is None and not index.own_posts.paths():
        raise UsageError(f"{output}: there are no articles in it yet, and so nothing to build a site of")
    claim(directory)

    def built(*, anew: bool) -> Built:
        with SiteRecord(directory, anew=anew) as record:
            build = _Build(output, index, recipes, directory, look, tell, record, alone=alone)
            try:
                build.run()
            except BaseException:
                build.discard()
                raise
            return build.built()

    try:
        return built(anew=False)
    except DamagedRecordError as error:
        tell(f"{error}; it is made anew")
        return built(anew=True)


class _Build:
    def __init__(
        self,
        output: Root,
        index: Index,
        recipes: Mapping[str, Recipe],
        directory: Path,
        look: Look,
        tell: Callable[[str], None],
        record: SiteRecord,
        *,
        alone: bool,
    ) -> None:
        self._output = output
        self._index = index
        self._directory = directory
        self._look = look
        self._record = record
        self._entries = Entries(output, index, recipes, tell)
        self._setup = SiteSetup(output, recipes, look, directory)
        self._alone = alone
        self._files = SiteFiles(directory, record)
        self._fixed = fixed_lists(recipes.values())
        self._lists = Lists(record, look, self._files, self._fixed)
        lists = {path for paths in self._fixed.values() for path in paths}
        self._own = OwnPages(output, index, recipes, record, look.name, lists, tell)

    def run(self) -> None:
        """Bring the site up to date."""
        record = self._record
        known = record.fact("origin") == self._index.posts.origin() and not self._was_put_back()
        latest = next(iter(self._index.runs.latest(1)), None)
        record.set("run", f"{latest.number} {latest.started}" if latest else "")
        anew = not known or record.fact("look") != self._look.digest
        if anew:
            self._begin_anew(known=known)
        own = self._own.changed(self._shown, anew=anew)
        changed = chain(self._changed(), own, self._gone(), self._with_same_texts())
        make_pages(changed, self._setup, self._files.note, alone=self._alone)
        self._lists.write()
        write_whole(self._output, self._index, self._entry_of, self._record, self._look, self._files, self._fixed)
        self._files.publish()
        record.commit()

    def discard(self) -> None:
        """Remove the files of a build that was not finished."""
        with suppress(OSError):
            self._files.discard()

    def built(self) -> Built:
        """Return the result of the build."""
        ((articles,),) = self._record.rows("SELECT count(*) FROM entries")
        failed = self._entries.failed + self._own.failed
        return Built(self._directory, articles, self._files.written, self._files.unchanged, failed)

    def _was_put_back(self) -> bool:
        """Return whether the index was restored from a copy that is older than the last build (and perhaps used since).
        The numbers of its changes may then stand for other changes than those that the site knows by them. One sees it
        by the last change, which has a lower number than the site knows, or by the last run that the site knows, which
        is missing."""
        runs, since = self._index.runs, int(self._record.fact("since") or 0)
        run, _, started = self._record.fact("run").partition(" ")
        return self._index.posts.last_change() < since or bool(run and not runs.has(int(run), int(started)))

    def _begin_anew(self, *, known: bool) -> None:
        """Have every page made again. Articles and numbered pages stay at their addresses. known: whether the index is
        the one of the last build; if it is not, articles that it does not have are taken off the site."""
        record = self._record
        if not known:
            record.doubt()
        record.set("origin", self._index.posts.origin())
        record.set("look", self._look.digest)
        record.set("since", "0")

    def _changed(self) -> Iterator[ShownArticle | FileChange]:
        """Put articles whose posts changed on the site, and take off posts that are gone. Posts that the last build
        could not read are tried again."""
        last = since = int(self._record.fact("since") or 0)
        posts = self._index.posts
        unread = [ArticleKey(*key) for key in self._record.rows("SELECT recipe, id FROM unread")]
        self._record.run("DELETE FROM unread")
        again = (one for one in posts.changes_of(unread) if one.number <= since)  # later changes come anyway
        found = chain(again, posts.changed(since))
        while some := list(islice(found, MAX_BATCH)):
            near = self._index.signatures.near([changed.key for changed in some])
            for changed in some:
                yield from self._take(changed, near.get(changed.key, ()))
                last = max(last, changed.number)
        self._record.set("since", str(last))

    def _gone(self) -> Iterator[FileChange]:
        """Take articles off the site that this index does not have."""
        for row in self._record.doubted():
            self._record.remove(row.key)
            yield FileChange(row.path)

    def _take(self, changed: Changed, near: Sequence[Near]) -> Iterator[ShownArticle | FileChange]:
        key, posts = changed.key, changed.posts
        there = {f"{post.key.recipe}:{post.key.id}:{post.form}" for post in posts}
        for row in self._record.entries("WHERE (recipe, id) = (?, ?)", *key):
            if row.key not in there and (gone := self._record.remove(row.key)):
                yield FileChange(gone.path)
        for post in posts:
            entry = self._entries.entry(post)
            if entry and entry.state == "united":
                self._write_moved(entry)
            elif entry:
                row = self._record.put(new_of(entry, changed.text_digest))
                if near:
                    self._record.touch_near(row.number)
                yield self._shown(entry, row, near)
            else:
                self._record.run("INSERT OR IGNORE INTO unread VALUES (?, ?)", *key)

    def _write_moved(self, entry: Entry) -> None:
        """Replace the page of an article that turned out to be the same as another one by a page that leads to that."""
        self._record.remove(entry.key)
        key = self._index.known_as([entry.id]).get(entry.id)
        post = self._index.posts.get(key, entry.form) if key else None
        if post and (other := self._entries.entry(post)):
            page, to = page_of(entry), page_of(other)
            self._files.write(page, self._look.page("moved", page, to=to, title=shown.title(other)))

    def _shown(self, entry: Entry, row: Row, near: Sequence[Near] | None = None) -> ShownArticle:
        """Return an article with the articles of the same or nearly the same text, which its page names. near: its
        near-duplicates, if they have been looked up already."""
        if near is None:
            key = ArticleKey(row.recipe, row.id)
            near = self._index.signatures.near([key]).get(key, ())
        same = self._record.entries(
            """WHERE digest = (SELECT digest FROM entries WHERE number = ?1) AND number <> ?1
               ORDER BY moment, number LIMIT ?2""",
            *(row.number, MAX_SAME),
        )
        known = {other.number for other in same}
        alike = [listed(one) for one in self._rows_of(near[:MAX_SAME]) if one.number not in known]
        return ShownArticle(entry, row, [listed(one) for one in same], alike, self._lists.category_of(row))

    def _rows_of(self, near: Sequence[Near]) -> Iterator[Row]:
        for one in near:
            yield from self._record.entries("WHERE (recipe, id) = (?, ?) ORDER BY number", *one.key)

    def _entry_of(self, row: Row) -> Entry | None:
        """Return the entry of an article of the record, None if it cannot be read."""
        if row.recipe == OWN_RECIPE:
            return self._own.entry(row)
        post = self._index.posts.get(ArticleKey(row.recipe, row.id), row.form)
        return self._entries.entry(post) if post else None

    def _with_same_texts(self) -> Iterator[ShownArticle]:
        """Yield articles again that share a text, or nearly, with one that changed, so that the page of each names all
        the others, and none that is gone. To be asked when all that changed is in the record."""
        self._record.settle()
        for (number,) in self._record.each(
            """SELECT number FROM entries AS one WHERE digest IN (SELECT digest FROM touched_digests)
               AND (EXISTS (SELECT 1 FROM entries WHERE digest = one.digest AND number <> one.number)
                    OR EXISTS (SELECT 1 FROM touched_digests WHERE digest = one.digest AND gone))
               UNION SELECT number FROM entries WHERE number IN (SELECT number FROM touched_near)"""
        ):
            (row,) = self._record.entries("WHERE number = ?", number)
            if entry := self._entry_of(row):
                yield self._shown(entry, row)
