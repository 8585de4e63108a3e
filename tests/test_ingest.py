"""What goes on at a time in the ingest: a batch is decided about while another is written, if they have nothing to do
with each other."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import pytest

from archiver.article import Article, Post
from archiver.captures import Capture
from archiver.configuration import load_configuration
from archiver.coordination import ArticleLeases
from archiver.decide import Believe, Candidate
from archiver.errors import StoreError
from archiver.index.sqlite import SqliteDatabase
from archiver.ingest import Ingester, Submission
from archiver.ingest.turn import Alone
from archiver.session import Session
from archiver.session_options import session_options
from archiver.storage.disk import put_all

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from archiver.index import Answer, Index, IndexThread, Question
    from archiver.ingest.turn import Turn
    from archiver.session import SessionOptions
    from archiver.storage import Put
    from archiver.storage.disk import Outcome

TURNS = 100  # of the event loop, the index and a thread: more than anything here takes
NOON = datetime(2024, 3, 15, 12, tzinfo=UTC)


class GatedStorage:
    """A storage that writes in this process, and only when it is let."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self.asked: list[list[str]] = []  # the paths of each call
        self.gate = asyncio.Event()

    async def put(self, puts: list[Put]) -> list[Outcome]:
        """Write when the gate is open."""
        self.asked.append([put.path for put in puts])
        await self.gate.wait()
        return put_all(self._output, puts)

    def read(self, path: str) -> bytes | None:
        """Return what is in a file."""
        file = self._output / path
        return file.read_bytes() if file.exists() else None


def taken(number: int, text: str = "文", minutes: int = 0, **fields: Any) -> Submission:
    """Return an article that came so many minutes after noon."""
    name = f"20240315000000000{number}"
    post = Post(f"2024-03-15-NW{name}.md", f"---\nlayout: post\n---\n<p>{text}{number}</p>".encode())
    article = Article(
        recipe="eastmoney",
        form="share",
        id=name,
        address=f"http://news.example/{number}",
        page="text",
        rank=0,
        response_url=f"http://news.example/{number}",
        fetched=NOON + timedelta(minutes=minutes),
        title="题",
        published=datetime(2024, 3, 15, 8, tzinfo=ZoneInfo("Asia/Shanghai")),
        text_digest=f"{text}{number}",
        body=f"<p>{text}{number}</p>",
        post=post,
    )
    return Submission(Candidate(replace(article, **fields)))


class NotingRecorder:
    """A recorder that writes nothing. missed: captures of which the index did not tell it, since they were made
    meanwhile or not noted."""

    def __init__(self, index: IndexThread) -> None:
        self._index = index
        self._given: list[Capture] = []
        self.missed: list[Capture] = []

    async def keep(self, evidence: list[Any]) -> list[Capture]:
        """Return a capture for each, after a while."""
        moments = [(one.url, one.time) for one in self._given]
        found = set((await self._index.run(lambda index: index.captures.at(moments))).values())
        for _ in range(TURNS):
            await self._index.run(lambda _: None)
        self.missed += [one for one in self._given if one not in found]
        start = len(self._given)
        new = [Capture("_captures/a.warc.gz", start + at, 1, "00", one, NOON) for at, one in enumerate(evidence)]
        self._given += new
        return new


class Ground:
    """An ingester of an archive, and what can be seen of it."""

    def __init__(self, output: Path, session: Session, options: SessionOptions) -> None:
        self.session = session
        self.storage = GatedStorage(output)
        self.recorder = NotingRecorder(session.index)
        self.ingester = Ingester(
            session.index,
            self.storage,  # type: ignore[arg-type]
            self.recorder,  # type: ignore[arg-type]
            session.renderer,
            options.extract.recipes,
            options.policy,
            session.run,
        )

    def take(self, *batch: Submission, turn: Turn | None = None) -> asyncio.Future[list[Article]]:
        """Set a batch on its way, and believe every text."""
        return asyncio.ensure_future(self.ingester.take(batch, lambda *_: Believe(), turn))

    async def transactions(self, work: Awaitable[object]) -> int:
        """Return how many transactions that write are done for something."""
        said: list[str] = []
        await self.session.index.run(lambda index: _connection(index).set_trace_callback(said.append))
        await work
        await self.session.index.run(lambda index: _connection(index).set_trace_callback(None))
        return said.count("COMMIT")

    async def go_on(self, until: Callable[[], bool] = lambda: False) -> bool:
        """Let everything go on that can, at most until something is so; return whether it is."""
        for _ in range(TURNS):
            if until():
                return True
            await self.session.index.run(lambda _: None)
            await asyncio.to_thread(lambda: None)
        return until()


def on_road(output: Path, play: Callable[[Ground], Awaitable[None]]) -> None:
    """Let `play` happen with the ingester of a new archive."""

    async def perform() -> None:
        options = session_options(load_configuration({"ARCHIVER_OUTPUT": str(output)}, {}))
        session = Session.open(output, options)
        try:
            await session.begin_run("test")
            await play(Ground(output, session, options))
        finally:
            await session.close()

    asyncio.run(perform())


def page(number: int) -> Submission:
    """Return an article that is known by its address."""
    address = f"news.example/{number}"
    return taken(number, recipe="web", form="page", id=str(number) * 20, url=f"http://{address}", aliases=(address,))


def _connection(index: Index) -> sqlite3.Connection:
    database = index._database
    assert isinstance(database, SqliteDatabase)
    return database._connection


def test_a_batch_takes_as_many_transactions_however_large_it_is(tmp_path: Path) -> None:
    """One for what is about to be written, and one for what became of it; of a worker one more, for its turn, which
    ends with the last of them."""

    async def play(ground: Ground) -> None:
        ground.storage.gate.set()
        batches = [[page(number) for number in numbers] for numbers in ((1,), (2, 3, 4), (5,), (6, 7, 8, 9))]
        turns = [None, None, *(ArticleLeases().at([one.article for one in batch]) for batch in batches[2:])]
        counts = [
            await ground.transactions(ground.take(*batch, turn=turn))
            for batch, turn in zip(batches, turns, strict=True)
        ]
        assert counts == [2, 2, 3, 3]
        assert all(turn.is_over for turn in turns if turn)

    on_road(tmp_path, play)


def test_a_turn_ends_whatever_becomes_of_its_batch(tmp_path: Path) -> None:
    async def play(ground: Ground) -> None:
        async def fail(_: list[Put]) -> list[Outcome]:
            raise StoreError("no room")

        ground.storage.put = fail  # type: ignore[assignment]
        turns = ArticleLeases()
        with pytest.raises(StoreError):
            await ground.take(page(1), turn=(turn := turns.at([page(1).article])))
        assert turn.is_over
        leases = await ground.session.index.run(lambda index: index._database.rows("SELECT name FROM leases"))
        assert leases == []

    on_road(tmp_path, play)


def test_a_batch_waits_for_its_turn(tmp_path: Path) -> None:
    class Late(Alone):
        """The turn of somebody who comes third."""

        tries = 0

        def begin(self, index: Index, question: Question) -> Answer | None:
            self.tries += 1
            return None if self.tries < 3 else super().begin(index, question)

    async def play(ground: Ground) -> None:
        ground.storage.gate.set()
        (written,) = await ground.take(page(1), turn=(turn := Late()))
        assert (written.outcome, turn.tries) == ("written", 3)

    on_road(tmp_path, play)


def test_a_batch_is_decided_about_while_another_is_written(tmp_path: Path) -> None:
    async def play(ground: Ground) -> None:
        first, second = ground.take(taken(1)), ground.take(taken(2))
        assert await ground.go_on(lambda: len(ground.storage.asked) == 2)
        ground.storage.gate.set()
        assert [[one.outcome for one in await done] for done in (first, second)] == [["written"], ["written"]]

    on_road(tmp_path, play)


def test_what_is_decided_about_an_article_waits_for_what_is_done_with_it(tmp_path: Path) -> None:
    async def play(ground: Ground) -> None:
        before = ground.take(taken(1), taken(2))
        after = ground.take(taken(3), taken(1, "改", 1))
        await ground.go_on()
        ground.storage.gate.set()
        (written, _), (_, edited) = await before, await after
        assert (written.outcome, edited.outcome) == ("written", "written")
        assert written.post
        (version,) = (tmp_path / "_versions").rglob("*.md")
        assert version.read_bytes() == written.post.content

    on_road(tmp_path, play)


def test_web_pages_wait_for_all_that_is_before_them(tmp_path: Path) -> None:
    async def play(ground: Ground) -> None:
        before = ground.take(taken(1))
        after = ground.take(page(2))
        assert not await ground.go_on(lambda: len(ground.storage.asked) == 2)
        ground.storage.gate.set()
        assert [[one.outcome for one in await done] for done in (before, after)] == [["written"], ["written"]]

    on_road(tmp_path, play)


def test_edits_are_settled_when_all_else_is_done(tmp_path: Path) -> None:
    async def play(ground: Ground) -> None:
        before = ground.take(taken(1))
        assert await ground.go_on(lambda: len(ground.storage.asked) == 1)
        settled = asyncio.ensure_future(ground.ingester.decide_edits())
        await ground.go_on()
        assert not settled.done()
        ground.storage.gate.set()
        assert await settled == []
        assert before.done()

    on_road(tmp_path, play)


def test_what_is_captured_is_known_before_more_is(tmp_path: Path) -> None:
    """A payload is kept once: whoever captures asks the index for those that are there."""

    async def play(ground: Ground) -> None:
        ground.storage.gate.set()
        batches = [taken(number)._replace(evidence=cast("Any", f"http://news.example/{number}")) for number in range(3)]
        await asyncio.gather(*map(ground.take, batches))
        assert ground.recorder.missed == []

    on_road(tmp_path, play)
