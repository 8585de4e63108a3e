"""All captures of some files, in their order, to posts; the making in several processes, the writing in this one."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scrapy.exceptions import DropItem

from archiver.errors import CaptureError, QuarantineError
from archiver.pipelines.same import SamePipeline
from archiver.pipelines.write import WritePipeline
from archiver.posts import Store
from archiver.recorder import Recorder
from archiver.replay.answers import Answer, body_at
from archiver.replay.regions import regions
from archiver.replay.workshop import Failed, Other, Workshop, start, work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from scrapy.settings import Settings

    from archiver.article import Article
    from archiver.captures import Capture
    from archiver.index import Held, Index
    from archiver.recipes import Recipe
    from archiver.replay.regions import Region

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
        self._write = WritePipeline(
            recipes,
            index,
            Recorder(output, index, 0, {}),
            self._store,
            settings["ARCHIVER_SITE"],
            settings["ARCHIVER_LAYOUT"],
            force=settings.getbool("ARCHIVER_FORCE"),
            replay=True,
        )
        self._force = settings.getbool("ARCHIVER_FORCE")
        self._payloads: dict[bytes, Capture] = {}
        self._moments: dict[tuple[str, datetime], Capture] = {}
        self._busy: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._own: Workshop | None = None
        self.summary = Summary(Counter(), Counter(), [])

    def run(self, files: Sequence[Path], jobs: int) -> Summary:
        """Replay `files` with so many processes. Raises ArchiverError."""
        parts = chain.from_iterable(map(regions, files))
        fork = "fork" if "fork" in multiprocessing.get_all_start_methods() else None
        pool = ProcessPoolExecutor(jobs, multiprocessing.get_context(fork), start, (self._settings,))
        with pool:
            pool.submit(int).result()  # they start now, while this process has no other threads
            asyncio.run(self._consume(pool, parts, jobs))
        return self.summary

    async def _consume(self, pool: ProcessPoolExecutor, parts: Iterator[Region], jobs: int) -> None:
        if not self._dry:
            self._store.prepare(sweep=True)
        pending: deque[asyncio.Future[list[Article | Failed | Other | Answer] | str]] = deque()
        try:
            while True:
                while len(pending) < AHEAD * jobs and (part := next(parts, None)):
                    pending.append(asyncio.wrap_future(pool.submit(work, part)))
                if not pending:
                    break
                results = await pending.popleft()
                if isinstance(results, str):
                    self.summary.broken.append(results)
                    continue
                for result in results:
                    await self._take(result)
            await asyncio.gather(*self._busy.values())
        finally:
            for future in pending:
                future.cancel()
            await self._write.close_spider()

    async def _take(self, result: Article | Failed | Other | Answer) -> None:
        if isinstance(result, Answer):
            for made in self._completed(result):
                await self._take(made)
        elif isinstance(result, Other):
            self.summary.others[result.what] += 1
        elif isinstance(result, Failed):
            self._remember(result.capture)
            self._tell(Change(result.address, "failed", reason=result.reason))
        else:
            await self._take_article(result)

    async def _take_article(self, article: Article) -> None:
        evidence = article.evidence
        assert evidence is not None
        assert evidence.capture is not None
        self._remember(evidence.capture)
        capture = evidence.capture = self._placed(evidence.capture)
        if running := self._busy.get((article.recipe, article.id)):
            await running
        held = self._index.holdings.post(article.recipe, article.id, article.form)
        if held and not self._force and self._is_older(capture, held):
            self._tell(Change(article.address, "older", held.path))
            return
        try:
            article = self._same.process_item(article)
            post, held = self._write.post(article)
        except QuarantineError as error:
            self._tell(Change(capture.url, "failed", reason=str(error).removeprefix(f"{article.address}: ")))
            return
        same = held is not None and held.sha256 == sha256(post.content).digest()
        path = held.path if held else f"_posts/{post.name}"
        if (article.fallback and held and not self._force) or (
            same and held and not self._force and (self._dry or held.capture is not None)
        ):
            self._tell(Change(article.address, "unchanged", path))
        elif self._dry:
            before = _content(self._output / path) if held else None
            self._tell(Change(article.address, "written", path, before=before, after=post.content))
        else:
            task = asyncio.create_task(self._put(article))
            self._busy[article.recipe, article.id] = task
            if len(self._busy) >= AT_ONCE:
                await asyncio.wait(self._busy.values(), return_when=asyncio.FIRST_COMPLETED)

    async def _put(self, article: Article) -> None:
        assert article.evidence is not None
        capture = article.evidence.capture
        assert capture is not None
        try:
            article = await self._write.process_item(article)
        except DropItem as error:
            self._tell(Change(article.address, "failed", reason=str(error).removeprefix(f"{article.address}: ")))
        else:
            seen = int(capture.time.timestamp())
            self._index.holdings.listed(article.recipe, article.id, article.places, {}, seen)
            self._tell(Change(article.address, article.outcome, article.path))
        finally:
            del self._busy[article.recipe, article.id]

    def _is_older(self, capture: Capture, held: Held) -> bool:
        """Return whether the post that is held was made of a later answer than this one."""
        known = self._index.captures.get(held.capture) if held.capture is not None else None
        if known is None:
            return capture.time.timestamp() < held.saved
        return (known.url, known.time) != (capture.url, capture.time) and capture.time <= known.time

    def _completed(self, answer: Answer) -> list[Article | Failed | Other]:
        """Return what is made of an answer whose body is in another record."""
        if self._own is None:
            self._own = Workshop(self._settings)
        known: Capture | None
        url, time = answer.capture.url, answer.capture.time
        if answer.more:
            known = self._moments.get((url, time)) or self._index.captures.at(url, time)
        else:
            payload = answer.same.removeprefix("sha256:")
            known = self._payloads.get(_digest(payload)) or self._index.captures.same(payload)
        if known is None:
            reason = "its body is in a capture that is not among these"
            return [Failed(url, reason, answer.capture)] if answer.about else [Other(f"revisits: {reason}")]
        try:
            found = body_at(known, self._output / known.warc)
        except CaptureError as error:
            return [Failed(url, str(error), answer.capture)]
        capture = found.capture if answer.more else answer.capture._replace(payload=found.capture.payload)
        return self._own.make(found._replace(capture=capture, about=answer.about, status=answer.status or found.status))

    def _remember(self, capture: Capture) -> None:
        if capture.payload:
            self._payloads.setdefault(_digest(capture.payload), capture)
        self._moments.setdefault((capture.url, capture.time), capture)

    def _placed(self, capture: Capture) -> Capture:
        """Return `capture` with its file as the index has it: relative to the archive, if it is in it."""
        file, root = Path(capture.warc).resolve(), self._output.resolve()
        inside = file.is_relative_to(root)
        return capture._replace(warc=file.relative_to(root).as_posix() if inside else str(file))

    def _tell(self, change: Change) -> None:
        self.summary.outcomes[change.outcome] += 1
        self._listener(change)


def _digest(payload: str) -> bytes:
    try:
        return bytes.fromhex(payload)
    except ValueError:
        return payload.encode()


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
