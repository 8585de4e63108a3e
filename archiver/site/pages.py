"""The pages of articles: an article in, its files out, written aside (`files`). This process makes a few of them; if
there are many, worker processes make them. The files are noted in the order of the articles."""

from __future__ import annotations

import asyncio
import gc
import os
from collections import deque
from contextlib import suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from archiver.errors import ArchiverError
from archiver.posts.site_addresses import old_path
from archiver.site.articles import article_values
from archiver.site.body import Bodies, site_picture
from archiver.site.files import Aside
from archiver.site.words import WORDS
from archiver.storage.regular import read_in
from archiver.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from archiver.exports import Entry
    from archiver.recipes import Recipe
    from archiver.site.articles import ArticleLine
    from archiver.site.files import FileChange
    from archiver.site.lists import NamedPage
    from archiver.site.look import Look
    from archiver.site.record import Row
    from archiver.storage import Root

MIN_FOR_PROCESSES = 300  # with fewer articles this process makes their pages itself: starting others would take longer
MAX_BATCH = 25  # articles that a worker process is given at a time
# Worker processes: to find an article takes this process about as long as it takes another to make its page. One would
# often wait for the other; two never do, and this process could not keep more of them busy.
PROCESSES = 2
BATCHES_AHEAD = 16  # batches submitted in advance, so that no process is idle


class ShownArticle(NamedTuple):
    """An article whose page is to be made. row: its line in the site's record. same: articles with the same text.
    near: articles with nearly the same text. back: the list of its category, to link back to."""

    entry: Entry
    row: Row
    same: list[ArticleLine]
    near: list[ArticleLine]
    back: NamedPage


Thing: TypeAlias = "ShownArticle | FileChange"


class SiteSetup(NamedTuple):
    """What pages are made of, besides the articles. output: the root of the archive. directory: that of the site."""

    output: Root
    recipes: Mapping[str, Recipe]
    look: Look
    directory: Path


class PageMaker:
    """Makes pages. name: of the directory to write in aside, which no other maker may use."""

    def __init__(self, setup: SiteSetup, name: str) -> None:
        self._output = setup.output
        self._look = setup.look
        self._words = WORDS[setup.look.language]
        self._bodies = Bodies(setup.recipes, self._words)
        self._aside = Aside(setup.directory, name)

    def files_of(self, thing: Thing) -> list[FileChange]:
        """Return the file changes for a thing: an article is rendered by `make`; anything else is a file change
        already. Raises the errors of `make`."""
        return self.make(thing) if isinstance(thing, ShownArticle) else [thing]

    def make(self, shown: ShownArticle) -> list[FileChange]:
        """Write the page of an article aside. Raises TemplateError, StoreError."""
        entry, row, same, near, back = shown
        values = article_values(entry, row, self._output, self._words)
        page = self._look.page(
            "article", **values, body=self._bodies.html(entry, row.path), back=back, same=same, near=near
        )
        written = [self._aside.put(row.path, page), *self._pictures(entry)]
        if old := old_path(entry.path):
            written.append(self._aside.put(old, self._look.page("moved", old, to=row.path, title=row.title)))
        return written

    def _pictures(self, entry: Entry) -> Iterator[FileChange]:
        """Write the pictures of an article aside. One whose file is missing in the archive is left out; `archiver
        verify` reports it."""
        for path in dict.fromkeys(picture.path for picture in entry.pictures.values()):
            with suppress(FileNotFoundError):
                yield self._aside.put(site_picture(path), read_in(self._output, path))


def serve(setup: SiteSetup) -> Callable[[list[list[Thing]]], list[list[FileChange] | ArchiverError]]:
    """Return the function that a worker process runs for each list of batches: for each batch it returns the files, or
    the error."""
    maker = PageMaker(setup, str(os.getpid()))
    gc.freeze()  # garbage collections need not look through what is loaded by now: it stays

    def made(batch: list[Thing]) -> list[FileChange] | ArchiverError:
        try:
            return [written for thing in batch for written in maker.files_of(thing)]
        except ArchiverError as error:
            return error

    return lambda jobs: [made(batch) for batch in jobs]


def make_pages(
    things: Iterator[Thing], setup: SiteSetup, note: Callable[[FileChange], None], *, alone: bool = False
) -> None:
    """Make the pages of the articles in `things`, and call `note` with their files and with the changes that stand
    between the articles, all in the order of `things`. alone: no worker processes may be started. Raises what `note`
    and `PageMaker.make` raise, and WorkerError."""
    first = list(islice(things, MIN_FOR_PROCESSES))
    if not alone and len(first) == MIN_FOR_PROCESSES:
        asyncio.run(_make_in_processes(chain(first, things), setup, note))
        return
    maker = PageMaker(setup, "0")
    for thing in chain(first, things):
        for written in maker.files_of(thing):
            note(written)


async def _make_in_processes(things: Iterator[Thing], setup: SiteSetup, note: Callable[[FileChange], None]) -> None:
    pool = WorkerPool[list[Thing], "list[FileChange]"](f"{__name__}:serve", setup, PROCESSES, max_batch=1)
    sent: deque[asyncio.Future[list[FileChange]]] = deque()

    async def settle(left: int) -> None:
        """Note what was made, in order, until only `left` batches are still waited for."""
        while len(sent) > left:
            for written in await sent.popleft():
                note(written)

    try:
        batch: list[Thing] = []
        for thing in things:
            batch.append(thing)
            await asyncio.sleep(0)  # a pipe takes a part of a batch at a time: the pool sends and receives meanwhile
            if len(batch) == MAX_BATCH:
                sent.append(asyncio.ensure_future(pool.submit(batch)))
                batch = []
                await settle(BATCHES_AHEAD)
        if batch:
            sent.append(asyncio.ensure_future(pool.submit(batch)))
        await settle(0)
    finally:
        for one in sent:
            one.cancel()
        pool.kill()  # what is still being made is of no use
        await pool.close()
