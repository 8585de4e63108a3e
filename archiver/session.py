"""An archive that is open for writing: its index, its files, and the ingester that takes articles into it.

Either one process has an archive open for writing, or several workers have it together: the lock of the index is the
lease on the whole archive. So a process that opens it alone can first settle whatever killed runs left open.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archiver.adoption import adopt, take_files
from archiver.clock import go_by, now
from archiver.decide import Policy
from archiver.errors import ArchiverError, OverError, StoreError, as_archiver_error, os_reason
from archiver.extraction import Renderer
from archiver.index import Index, IndexThread
from archiver.ingest import Ingester
from archiver.links import refuse_links
from archiver.manifest import add_manifest
from archiver.places import INDEX, JEKYLL_CACHE, JEKYLL_SITE, PARTS, POSTS, SITE
from archiver.recorder import Recorder, end_files
from archiver.storage import directory_of, reach, write_atomically
from archiver.storage.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from archiver.adoption import Survey
    from archiver.extraction import ExtractOptions
    from archiver.index import Run
    from archiver.manifest import Head
    from archiver.storage import Root

IGNORE_FILE = ".gitignore"
IGNORED_BY_GIT = f"""# The index and the site are made again from the rest; locks and logs are of this machine.
/{INDEX}/
/{SITE}/
/{JEKYLL_SITE}/
/{JEKYLL_CACHE}/
/_*.lock
/_*.log
""".encode()


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """How an archive is written.

    extract: what decides how articles are made. policy: how posts are treated. warc_size: bytes after which a WARC file
    is ended and the next begun. warcinfo: the fields of the first record of each WARC file. links: whether parts of the
    archive may be links that lead out of it. index: the address of the server that the index is on, with its password;
    empty: it is in the archive.
    """

    extract: ExtractOptions
    policy: Policy = field(default_factory=Policy)
    warc_size: int = 100_000_000
    warcinfo: Mapping[str, str] = field(default_factory=dict)
    links: bool = False
    index: str = field(default="", repr=False)


class Session:
    """An archive, open for writing by one run. previous: the last run before this one. adopted: what was found in
    `_posts`, if the index was new; else None."""

    def __init__(
        self,
        output: Root,
        index: Index,
        options: SessionOptions,
        previous: Run | None,
        adopted: Survey | None,
        *,
        dry: bool,
        worker: int = 0,
        run: int = 0,
    ) -> None:
        self.output = output
        self.index = IndexThread(index)
        self.dry = dry
        self.previous = previous
        self.adopted = adopted
        self.run = run  # the number of the run, when it has begun
        self.records = not worker  # whether it adds a manifest of what is new when it ends
        self.worker = worker  # the number of the worker; 0: this process has the archive alone
        self._options = options
        self.recorder = Recorder(output, self.index, options.warc_size, options.warcinfo, index.lock_descriptor, worker)
        self.storage = Storage(output, index.lock_descriptor)
        self.renderer = Renderer(options.extract)
        self.ingester = self._ingester()

    @classmethod
    def open(cls, output: Root, options: SessionOptions, *, dry: bool = False) -> Session:
        """Open an archive; it is made if there is none. What a killed run left open is settled, and the posts that are
        there are read into an index that is new. This blocks, waiting for the disk. dry: nothing is made or kept.

        Raises LockedError if another run is at work; IndexFileError, StoreError, CaptureError.
        """
        if not options.links:  # a dry run writes into the directory of the index, too: it takes the lock
            refuse_links(directory_of(output), [INDEX] if dry else PARTS)
        if not dry:
            reach(output)
        at = options.index
        index = Index.read(output, at) if dry and not Index.exists(output, at) else Index.open(output, at, keep=not dry)
        try:
            go_by(index.clock_ahead())
            previous = next(iter(index.runs.latest(1)), None)
            adopted = _adopted(index, output, options)
            session = cls(output, index, options, previous, adopted, dry=dry)
            if not dry:
                is_clean = session.is_clean and index.workers.all_left()
                session.storage.prepare(swept=is_clean)
                _ignore_for_git(directory_of(output))
                if not is_clean:
                    end_files(output, index)
                    take_files(output, index)
                if index.workers.are_noted():
                    index.workers.forget()
        except BaseException:
            index.close()
            raise
        return session

    @classmethod
    def join(cls, output: Root, options: SessionOptions, run: int) -> Session:
        """Open an archive as one of the workers of the run with the number `run`. This blocks, waiting for the disk.
        Raises OverError if the run has nothing left to do; LockedError if another process has the archive alone;
        IndexFileError."""
        index = Index.share(output, options.index)
        try:
            go_by(index.clock_ahead())
            worker = index.workers.join(run, now())
            if not worker:
                raise OverError(f"{output}: run {run} has nothing left to do")
        except BaseException:
            index.close()
            raise
        return cls(output, index, options, None, None, dry=False, worker=worker, run=run)

    @property
    def is_clean(self) -> bool:
        """Whether the index knows a run before this one, and that run came to its end. If it knows none, the index may
        be newer than the archive, and not know all of its files."""
        return self.previous is not None and self.previous.ended is not None

    async def begin_run(self, command: str) -> None:
        """Note that a run begins."""
        self.run = await self.index.run(lambda index: index.runs.begin(command, now()))
        self.ingester = self._ingester()

    async def finish_files(self) -> None:
        """End the processes that write, and add a manifest of what is new, unless the last of several workers is to do
        that. All of this is done even if a part fails; then the first error is raised (ArchiverError)."""
        await self._do_all(self.recorder.close, self.storage.close, *([self.add_manifest] if self.records else []))

    async def close(self) -> None:
        """Finish the files, and release the lock. Raises ArchiverError, when everything is closed."""
        await self._do_all(self.finish_files, self.index.close)

    async def add_manifest(self) -> Head | None:
        """Add a manifest of what is in none yet, and return it; None if there is nothing, or in a dry run. Raises
        StoreError."""
        if self.dry:
            return None
        return await self.index.run(lambda index: add_manifest(self.output, index))

    async def _do_all(self, *steps: Callable[[], Awaitable[object]]) -> None:
        failure: ArchiverError | None = None
        for step in steps:
            try:
                await step()
            except Exception as error:  # whatever it is: the further steps are done all the same
                failure = failure or as_archiver_error(error)
        if failure:
            raise failure

    def _ingester(self) -> Ingester:
        options = self._options
        return Ingester(
            self.index,
            self.storage,
            self.recorder,
            self.renderer,
            options.extract.recipes,
            options.policy,
            self.run,
        )


def _ignore_for_git(output: Path) -> None:
    """Write a `.gitignore` that leaves out what is no evidence and can be made again, unless there is one. Raises
    StoreError."""
    file = output / IGNORE_FILE
    try:
        if not os.path.lexists(file):
            write_atomically(file, IGNORED_BY_GIT)
    except OSError as error:
        raise StoreError(f"{file}: cannot be written: {os_reason(error)}") from error


def _adopted(index: Index, output: Root, options: SessionOptions) -> Survey | None:
    """Read the posts that are there into an index that is new, and return what was found; None if the index is not
    new, or there are no posts."""
    if index.complete:
        return None
    survey = adopt(output, index, options.extract.recipes) if (output / POSTS).is_dir() else None
    index.mark_complete()
    return survey
