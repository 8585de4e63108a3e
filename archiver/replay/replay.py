"""All captures of some files, in their order, to posts; the making in several processes, the writing in this one."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.captures import CAPTURES
from archiver.captures.answers import Answer, body_at
from archiver.captures.regions import regions
from archiver.errors import ArchiverError, BatchError, CaptureError, QuarantineError
from archiver.pipelines.same import SamePipeline
from archiver.pipelines.write import WritePipeline
from archiver.posts import Store
from archiver.recorder import Recorder
from archiver.replay.workshop import Failed, Other, Workshop, start, work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from scrapy.settings import Settings

    from archiver.article import Article
    from archiver.captures import Capture
    from archiver.captures.regions import Region
    from archiver.index import Held, Index
    from archiver.posts import Post
    from archiver.recipes import Recipe

SHA256 = re.compile(r"sha256:([0-9a-f]{64})", re.IGNORECASE)
AT_ONCE = 500  # posts that are being written
AHEAD = 3  # parts for each process: made before they are needed


class Change(NamedTuple):
    """What became of an answer, or would: `written`, `unchanged`, `older` than the post, `edited` (somebody changed the
    post: it stays) or `failed`. before and after: the post's content, where it changes."""

    address: str
    outcome: str
    path: str = ""
    reason: str = ""
    before: bytes | None = None
    after: bytes | None = None


class Summary(NamedTuple):
    """What a replay came to."""

    outcomes: Counter[str]
    others: Counter[str]  # answers that are no article's, by what they are
    broken: list[str]  # files, and why


class Replay:
    """Makes the posts of an archive from captures.

    index: of the archive, open for writing; for a look at what would change (`dry`) for reading. listener: is told of
    each change.
    """

    def __init__(
        self,
        output: Path,
        index: Index,
        settings: Settings,
        recipes: dict[str, Recipe],
        listener: Callable[[Change], None],
        *,
        dry: bool,
    ) -> None:
        self._output = output
        self._index = index
        self._settings = settings.copy_to_dict()
        self._listener = listener
        self._dry = dry
        self._same = SamePipeline(recipes, index.holdings, force=False)
        self._store = Store(output, index.commit, index.lock_descriptor)
        self._recorder = Recorder(output, index, 0, {})
        self._write = WritePipeline(
            recipes,
            index,
            self._recorder,
            self._store,
            settings["ARCHIVER_SITE"],
            settings["ARCHIVER_LAYOUT"],
            force=settings.getbool("ARCHIVER_FORCE"),
            replay=True,
        )
        self._force = settings.getbool("ARCHIVER_FORCE")
        self._payloads: dict[bytes, Capture] = {}
        self._moments: dict[tuple[str, datetime], Capture] = {}
        self._places: dict[str, str] = {}  # of files, as the index has them
        self._planned: dict[str, bytes] = {}  # by path: the posts that would be written (`dry`)
        self._busy: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._later: list[Answer] = []  # their bodies are in records that were not read yet
        self._own: Workshop | None = None
        self.summary = Summary(Counter(), Counter(), [])

    def run(self, files: Sequence[Path], jobs: int) -> Summary:
        """Replay `files` with so many processes. Raises ArchiverError."""
        parts = chain.from_iterable(map(self._parts, files))
        fork = "fork" if "fork" in multiprocessing.get_all_start_methods() else None
        pool = ProcessPoolExecutor(jobs, multiprocessing.get_context(fork), start, (self._settings,))
        try:
            with pool:
                pool.submit(int).result()  # they start now, while this process has no other threads
                asyncio.run(self._consume(pool, parts, jobs))
        except BrokenProcessPool as error:
            raise BatchError("a process that read captures ended before it should; try fewer (--jobs)") from error
        return self.summary

    def _parts(self, file: Path) -> list[Region]:
        try:
            return list(regions(file))
        except CaptureError as error:
            self._report([str(error)])
            return []

    def _report(self, problems: list[str]) -> None:
        """Note where files are broken: once, though two parts may come upon the same record."""
        self.summary.broken.extend(problem for problem in problems if problem not in self.summary.broken)

    async def _consume(self, pool: ProcessPoolExecutor, parts: Iterator[Region], jobs: int) -> None:
        if not self._dry:
            self._store.prepare(sweep=True)
            self._recorder.end_files()
        pending: deque[asyncio.Future[tuple[list[Article | Failed | Other | Answer], list[str]]]] = deque()
        try:
            while True:
                while len(pending) < AHEAD * jobs and (part := next(parts, None)):
                    pending.append(asyncio.wrap_future(pool.submit(work, part)))
                if not pending:
                    break
                results, problems = await pending.popleft()
                self._report(problems)
                for result in results:
                    await self._take(result)
            for answer in self._later:
                await self._take_answer(answer, last=True)
            await asyncio.gather(*self._busy.values())
        finally:
            for future in pending:
                future.cancel()
            await self._write.close_spider()

    async def _take_answer(self, answer: Answer, *, last: bool = False) -> None:
        """Take an answer whose body is in another record; that may be in a file which is yet to come, until the `last`
        is read."""
        known = self._other(answer)
        if known is None and not last:
            self._later.append(answer)
            return
        for made in self._completed(answer, known):
            await self._take(made, resolved=True)

    async def _take(self, result: Article | Failed | Other | Answer, *, resolved: bool = False) -> None:
        """Take what became of an answer. resolved: its body is in another record."""
        if isinstance(result, Answer):
            await self._take_answer(result)
        elif isinstance(result, Other):
            self.summary.others[result.what] += 1
            if result.capture:
                self._remember(self._placed(result.capture), resolved=resolved)
        elif isinstance(result, Failed):
            self._remember(self._placed(result.capture), resolved=resolved)
            self._tell(Change(result.address, "failed", reason=result.reason))
        else:
            await self._take_article(result, resolved=resolved)

    async def _take_article(self, article: Article, *, resolved: bool) -> None:
        evidence = article.evidence
        assert evidence is not None
        assert evidence.capture is not None
        capture = evidence.capture = self._placed(evidence.capture)
        self._remember(capture, resolved=resolved)
        if running := self._busy.get((article.recipe, article.id)):
            await running
        held = self._index.holdings.post(article.recipe, article.id, article.form)
        if held and self._is_older(capture, held):
            self._tell(Change(article.address, "older", held.path))
            return
        try:
            article = self._same.process_item(article)
            post, held = self._write.post(article)
        except QuarantineError as error:
            self._tell(Change(capture.url, "failed", reason=str(error).removeprefix(f"{article.address}: ")))
            return
        path = self._write.path(article, post, held)
        there = held is not None and (self._output / path).is_file()
        same = held is not None and held.sha256 == sha256(post.content).digest()
        if held and held.capture is None and not same and self._was(article, post.content):
            self._tell(Change(article.address, "older", path))
        elif self._dry:
            self._tell(self._planned_change(article, path, post.content, held))
        elif there and held and not self._force and (article.fallback or (same and held.capture is not None)):
            self._tell(Change(article.address, "unchanged", path))
        else:
            task = asyncio.create_task(self._put(article, post, held))
            self._busy[article.recipe, article.id] = task
            if len(self._busy) >= AT_ONCE:
                await asyncio.wait(self._busy.values(), return_when=asyncio.FIRST_COMPLETED)

    async def _put(self, article: Article, post: Post, held: Held | None) -> None:
        assert article.evidence is not None
        capture = article.evidence.capture
        assert capture is not None
        try:
            article = await self._write.write(article, post, held)
        except ArchiverError as error:
            self._tell(Change(article.address, "failed", reason=str(error).removeprefix(f"{article.address}: ")))
        else:
            seen = int(capture.time.timestamp())
            self._index.holdings.listed(article.recipe, article.id, article.places, {}, seen)
            self._tell(Change(article.address, article.outcome, article.path))
        finally:
            del self._busy[article.recipe, article.id]

    def _was(self, article: Article, content: bytes) -> bool:
        """Return whether a post said that before: the index, made anew from the posts, knows no captures."""
        assert article.evidence is not None
        assert article.evidence.capture is not None
        which = (article.recipe, article.id, article.form)
        revision = self._index.holdings.had(*which, sha256(content).digest())
        if revision and not self._dry:
            self._index.holdings.captured(*which, revision, self._index.captures.add(article.evidence.capture))
        return revision > 0

    def _planned_change(self, article: Article, path: str, after: bytes, held: Held | None) -> Change:
        """Return what would become of an article."""
        before = _content(self._output / path)
        planned, content = self._planned.get(path), sha256(after).digest()
        if before is not None and planned is None and not self._force:
            if before == after or (article.fallback and held):
                return Change(article.address, "unchanged", path)
            if held is None or sha256(before).digest() != held.sha256:
                return Change(article.address, "edited", path)
        if planned is not None and (planned == content or article.fallback):
            return Change(article.address, "unchanged", path)
        self._planned[path] = content
        return Change(article.address, "written", path, before=before, after=after)

    def _is_older(self, capture: Capture, held: Held) -> bool:
        """Return whether the post that is held was made of a later answer than this one."""
        known = self._index.captures.get(held.capture) if held.capture is not None else None
        if known is None:
            return capture.time.timestamp() < held.saved
        return (known.url, known.time) != (capture.url, capture.time) and capture.time <= known.time

    def _other(self, answer: Answer) -> Capture | None:
        """Return the record that has the body of `answer`, None if it is not known (yet)."""
        if answer.more:
            where = answer.capture.url, answer.capture.time
            return self._moments.get(where) or self._index.captures.at(*where)
        known = self._with_payload(answer.same)
        if known is None and answer.refers:
            known = self._moments.get(answer.refers) or self._index.captures.at(*answer.refers)
        return known

    def _completed(self, answer: Answer, known: Capture | None) -> list[Article | Failed | Other]:
        """Return what is made of an answer whose body is in the record `known`."""
        if self._own is None:
            self._own = Workshop(self._settings)
        url = answer.capture.url
        if known is None:
            reason = "its body is in a capture that is not among these"
            return [Failed(url, reason, answer.capture)] if answer.about else [Other(f"revisits: {reason}")]
        try:
            found = body_at(known, self._output / known.warc)
            if found.same and (first := self._with_payload(found.same)):
                body = body_at(first, self._output / first.warc)
                found = body._replace(capture=found.capture._replace(payload=body.capture.payload))
        except CaptureError as error:
            return [Failed(url, str(error), answer.capture)]
        capture = found.capture if answer.more else answer.capture._replace(payload=found.capture.payload)
        content_type, status = answer.content_type or found.content_type, answer.status or found.status
        return self._own.make(
            found._replace(capture=capture, about=answer.about, status=status, content_type=content_type)
        )

    def _with_payload(self, digest: str) -> Capture | None:
        """Return a capture with the payload of that digest; only our own algorithm is known."""
        found = SHA256.fullmatch(digest)
        if found is None:
            return None
        return self._payloads.get(bytes.fromhex(found[1])) or self._index.captures.same(found[1])

    def _remember(self, capture: Capture, *, resolved: bool) -> None:
        """Note where a record is, for those that refer to it; and where its body is, unless that is in another one."""
        if capture.payload and not resolved:
            self._payloads.setdefault(bytes.fromhex(capture.payload), capture)
        self._moments.setdefault((capture.url, capture.time), capture)

    def _placed(self, capture: Capture) -> Capture:
        """Return `capture` with its file as the index has it: relative to the archive, if it is in it."""
        place = self._places.get(capture.warc)
        if place is None:
            place = _within(Path(capture.warc), self._output)
            self._places[capture.warc] = place
        return capture._replace(warc=place)

    def _tell(self, change: Change) -> None:
        self.summary.outcomes[change.outcome] += 1
        self._listener(change)


def _within(file: Path, output: Path) -> str:
    """Return the path of `file` in the archive `output`, or its whole path if it is elsewhere.

    Captures may be elsewhere and linked into the archive; then they are in it.
    """
    captures = output / CAPTURES
    for place, root, prefix in (
        (file.absolute(), output.absolute(), ""),
        (file.resolve(), captures.resolve(), f"{CAPTURES}/"),
        (file.resolve(), output.resolve(), ""),
    ):
        if place.is_relative_to(root):
            return prefix + place.relative_to(root).as_posix()
    return str(file.resolve())


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
