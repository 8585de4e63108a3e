"""Replaying captures. Several processes read the files and make articles; then all texts are judged together, and the
articles are decided about and written."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from contextlib import aclosing
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from archiver.captures.regions import MAX_REGION_BYTES, regions
from archiver.decide import Keep, Older, Quarantine, Write
from archiver.engines import in_order
from archiver.errors import CaptureError, WorkerError, WorkerLostError
from archiver.index import Index
from archiver.ingest import Lookup, Planner, Submission, look_up
from archiver.replay.judging import judge_texts
from archiver.replay.making import Failed, Maker, Other
from archiver.replay.originals import NO_ORIGINAL_REASON, RevisitCompleter
from archiver.replay.pictures import CapturedPictures
from archiver.replay.serve import Found, Read, outlined
from archiver.replay.spool import PictureOutline, SpoolWriter
from archiver.replay.uniting import unite
from archiver.storage.read_ahead import read_ahead
from archiver.storage.stored import StoredFile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

    from archiver.article import Article
    from archiver.captures.captured_answer import CapturedAnswer
    from archiver.captures.regions import Region
    from archiver.decide import Judge
    from archiver.engines import Pool
    from archiver.index import ArticleKey, IndexThread
    from archiver.ingest import Decided, Ingester
    from archiver.replay.serve import Part
    from archiver.replay.spool import CandidateOutline, Spool
    from archiver.session import SessionOptions
    from archiver.storage import Location, Root
    from archiver.storage.storage import Storage

MAX_REGIONS = 64  # the most regions in a job, where files are small
REVISITS_REASON = f"revisits: {NO_ORIGINAL_REASON}"
MAX_BATCHES_AT_WORK = 2  # batches at a time
MAX_BATCH = 256  # candidates that are decided about and written together, if no article has more


class Change(NamedTuple):
    """What became of an answer, or would in a dry run: `written`, `unchanged`, `kept`, `older` than the post, `edited`
    (somebody changed the post, so it stays) or `failed`. before, after: the content of the post, in a dry run, where it
    would change."""

    address: str
    outcome: str
    path: str = ""
    reason: str = ""
    before: bytes | None = None
    after: bytes | None = None


class Summary(NamedTuple):
    """The result of a replay."""

    outcomes: Counter[str]
    others: Counter[str]  # how many answers are no articles, by what they are
    broken: list[str]  # where files cannot be read, and why


class Replay:
    """Makes the posts of an archive from captures. The result does not depend on the names and the order of the files,
    nor on how many processes read them, and where.

    ingester, storage: those of the archive; None for a dry run. read: returns what is in a file of the archive, None if
    there is none. listener: is called with each change.
    """

    def __init__(
        self,
        output: Root,
        index: IndexThread,
        options: SessionOptions,
        ingester: Ingester | None,
        read: Callable[[str], bytes | None],
        storage: Storage | None,
        listener: Callable[[Change], None],
    ) -> None:
        self._output = output
        self._index = index
        self._options = options
        self._ingester = ingester
        self._read = read
        self._listener = listener
        self._maker = Maker(options.extract)
        self._completer = RevisitCompleter(output, index)
        self._pictures = CapturedPictures(index, storage)
        self._missing: list[tuple[ArticleKey, Failed]] = []  # revisits, and why they have no body
        self.summary = Summary(Counter(), Counter(), [])

    async def run(self, files: Sequence[Location], pool: Pool, spool: Spool) -> Summary:
        """Replay `files`. pool: reads them; it is closed here. spool: where candidates wait until all are known. Raises
        ArchiverError."""
        try:
            later = await self._gather(files, pool, spool)
        finally:
            pool.kill()  # after an error, what is still being read is not needed
            await pool.close()
        with SpoolWriter(spool.directory) as spool_writer:
            for answer in later:
                for item in await self._complete(answer, spool_writer):
                    self._note(item, spool)
        web = {name for name, recipe in self._options.extract.recipes.items() if recipe.is_web}
        united = await unite(spool.outlines, self._index)
        spool.outlines = united.outlines
        judge = await judge_texts(united, self._index, web)
        await self._pictures.take(spool)
        await self._take_all(spool, judge)
        await self._settle_missing({item.key for item in spool.outlines if item.text_digest is not None})
        return self.summary

    def _parts(self, files: Sequence[Location]) -> Iterator[Region]:
        """Yield the regions of the files; what cannot be read is reported."""
        in_store = any(isinstance(file, StoredFile) for file in files)
        for found, problems in read_ahead(_parts, files) if in_store else map(_parts, files):
            self._report(problems)
            yield from found

    async def _gather(self, files: Sequence[Location], pool: Pool, spool: Spool) -> list[CapturedAnswer]:
        """Read all files; return the answers whose body is in another record than their own."""
        later: list[CapturedAnswer] = []
        async with aclosing(in_order(pool, _jobs(self._parts(files)))) as results:
            async for job, result in results:
                for read in await _reads(pool, job, result):
                    later += self._take_in(read, spool)
        return later

    def _take_in(self, read: Read, spool: Spool) -> Iterator[CapturedAnswer]:
        """Note what was found in a region; yield the answers whose body is in another record than their own."""
        self._report(read.problems)
        for names, capture in read.names:
            self._completer.add(names, capture)
        for item in read.found:
            if isinstance(item, Found):
                self._note(item, spool)
            else:
                if item.same:
                    self._completer.add_revisit(item.capture)
                yield item

    async def _complete(self, answer: CapturedAnswer, spool_writer: SpoolWriter) -> list[Found]:
        completed = await self._completer.complete(answer)
        if isinstance(completed, Failed):
            if answer.about or completed.reason != NO_ORIGINAL_REASON:
                return [completed]
            if (key := self._maker.article_of(answer)) is None:
                return [Other(REVISITS_REASON)]
            self._missing.append((key, completed))
            return []
        return await asyncio.to_thread(outlined, self._maker, completed, spool_writer)

    async def _settle_missing(self, made: set[ArticleKey]) -> None:
        """Report revisits whose body was not found: as failed, unless their article has a post. made: articles that
        gave a post in this replay."""
        keys = list({key for key, _ in self._missing} - made)
        for start in range(0, len(keys), MAX_BATCH):
            held = await self._index.run(Index.held, keys[start : start + MAX_BATCH])
            made |= {key for key, one in held.items() if one.posts}
        for key, failed in self._missing:
            if key in made:
                self.summary.others[REVISITS_REASON] += 1
            else:
                self._tell(Change(failed.address, "failed", reason=f"{failed.reason}: name that, too"))

    def _note(self, item: Found, spool: Spool) -> None:
        if isinstance(item, PictureOutline):
            spool.add_picture(item)
        elif isinstance(item, Other):
            self.summary.others[item.what] += 1
        elif isinstance(item, Failed):
            self._tell(Change(item.address, "failed", reason=item.reason))
        else:
            spool.add(item)

    async def _take_all(self, spool: Spool, judge: Judge) -> None:
        """Have all candidates decided about and written. While a batch is written the next is loaded and decided about;
        the results are reported in order. Raises ArchiverError."""
        on_their_way: deque[asyncio.Task[list[Change]]] = deque()
        try:
            for batch in _batches(spool.groups()):
                taken = [Submission(candidate) for candidate in await asyncio.to_thread(spool.load, batch)]
                on_their_way.append(asyncio.create_task(self._take(taken, judge)))
                if len(on_their_way) == MAX_BATCHES_AT_WORK:
                    self._tell_all(await on_their_way.popleft())
            while on_their_way:
                self._tell_all(await on_their_way.popleft())
        finally:
            await asyncio.gather(*on_their_way, return_exceptions=True)  # wait; the first error is being raised already

    async def _take(self, batch: list[Submission], judge: Judge) -> list[Change]:
        if self._ingester:
            return [_change(article) for article in await self._ingester.take(batch, judge)]
        options = self._options.extract
        renderer, found = self._maker.extractor.renderer, self._pictures.found
        planner = Planner(options.recipes, self._options.policy, renderer, self._read)
        lookup = Lookup([submission.article for submission in batch], more=found)
        archived = await self._index.run(look_up, lookup)
        assert archived is not None, "nobody else decides about anything"
        plan = await planner.plan(batch, archived, judge)
        for union in plan.unions:
            address = union.decided.article.address
            self._listener(Change(address, "written", union.path, before=union.before, after=union.content))
        return [self._planned(decided) for decided in plan.decided]

    def _planned(self, decided: Decided) -> Change:
        """Return what would become of an article in a dry run."""
        decision, article = decided.decision, decided.decision.article
        match decision:
            case Quarantine():
                return Change(article.response_url, "failed", reason=decision.reason)
            case Older():
                return Change(article.address, "older", decision.path)
            case Keep():
                if decision.restore is not None and self._read(decision.path) is None:
                    return Change(article.address, "written", decision.path, after=decision.restore)
                outcome = "unchanged" if decision.why == "unchanged" else "kept"
                return Change(article.address, outcome, decision.path)
            case Write():
                assert article.post is not None
                after = article.post.content
                before = decided.before if decided.before is not None else self._read(decision.path)
                if before == after and not decision.force:
                    return Change(article.address, "unchanged", decision.path)
                mine = before is None or (decision.expected and sha256(before).digest() == decision.expected)
                if not (mine or decision.force):
                    return Change(article.address, "edited", decision.path)
                return Change(article.address, "written", decision.path, before=before, after=after)
        raise AssertionError("what is in captures is not held back")

    def _report(self, problems: Iterable[str]) -> None:
        """Note where files are broken, each problem once: two regions may meet the same broken record."""
        self.summary.broken.extend(problem for problem in problems if problem not in self.summary.broken)

    def _tell_all(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._tell(change)

    def _tell(self, change: Change) -> None:
        self.summary.outcomes[change.outcome] += 1
        self._listener(change)


def _parts(file: Location) -> tuple[list[Region], list[str]]:
    """Return the regions of a file that can be read, and the problems of what cannot be."""
    found: list[Region] = []
    problems: list[str] = []
    try:
        found.extend(regions(file, problems.append))
    except CaptureError as error:
        problems.append(str(error))
    return found, problems


def _jobs(regions: Iterable[Region]) -> Iterator[Part]:
    """Yield groups of regions, each to be read as one job. Small regions are put together, since each job takes some
    time of its own."""
    job: list[Region] = []
    size = 0
    for region in regions:
        if job and (size + region.end - region.start > MAX_REGION_BYTES or len(job) == MAX_REGIONS):
            yield tuple(job)
            job, size = [], 0
        job.append(region)
        size += region.end - region.start
    if job:
        yield tuple(job)


async def _reads(pool: Pool, job: Part, result: Awaitable[list[Read]]) -> list[Read]:
    """Return what was found in the regions of a job. If the process that reads them ends, each region is tried alone;
    one that ends its process again is noted as unreadable. Raises ArchiverError."""
    try:
        return await result
    except WorkerLostError as error:
        if len(job) > 1:
            return [read for region in job for read in await _reads(pool, (region,), pool.submit((region,)))]
        return [_unread(region, error) for region in job]
    except WorkerError as error:
        return [_unread(region, error) for region in job]


def _unread(region: Region, error: WorkerError) -> Read:
    return Read([], [], [f"{region.file}: bytes {region.start:,} to {region.end:,} cannot be read: {error}"])


def _change(article: Article) -> Change:
    if article.outcome in ("quarantined", "failed"):
        return Change(article.response_url, "failed", reason=article.reason)
    return Change(article.address, article.outcome, article.path, article.reason)


def _batches(groups: Iterable[list[CandidateOutline]]) -> Iterator[list[CandidateOutline]]:
    """Yield batches of candidates; all candidates of an article are in the same batch."""
    batch: list[CandidateOutline] = []
    for group in groups:
        if batch and len(batch) + len(group) > MAX_BATCH:
            yield batch
            batch = []
        batch += group
    if batch:
        yield batch
