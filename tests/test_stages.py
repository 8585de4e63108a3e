"""Errors, foreseen or not, at every stage of a run: one of an article costs that one, one of the archive itself ends
the run once; there is no traceback, nothing is lost, and the exit status says so."""

from __future__ import annotations

import asyncio
import inspect
from datetime import UTC, datetime
from itertools import cycle
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.test import get_crawler
from twisted.python.failure import Failure

from archiver import errors
from archiver.addresses import resolve
from archiver.answer import Answer, Asked
from archiver.crawl_archive import ArchiveExtension, archive_of
from archiver.errors import ERRORS_OF_THE_ARCHIVE, ArchiverError, WorkerError
from archiver.extensions.report import Report
from archiver.extensions.watch import Watch
from archiver.extraction import ExtractOptions, Unusable, extractor
from archiver.index import Index
from archiver.index.runs import Runs
from archiver.pages.listing import ListingPage
from archiver.pages.load import page_for
from archiver.recipes import load_recipes
from archiver.recorder import Recorder
from archiver.replica.records import load_records
from archiver.signals import article_failed
from archiver.spiders.share import ShareSpider
from archiver.storage.storage import Storage
from archiver.workers.pool import WorkerPool
from archiver.workers.process import WorkerProcess
from tests import forks

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.replica import Replica
    from tests.conftest import Archive

KEPT = [record.id for record in load_records()[:3]]
FIRST = KEPT[0]
LISTING = "eastmoney/headlines"
ALL = "3 written, 0 unchanged, 0 failed\n"
UNFORESEEN = (RuntimeError("odd\nin two lines"), RecursionError(), MemoryError(), KeyError("x"), OSError(5, "no"))


def named() -> list[Exception]:
    """One of each error that has a name."""
    classes = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, ArchiverError)]
    return [
        one("what", "why") if issubclass(one, errors.NotAnArticleError) else one("what happened") for one in classes
    ]


EVERY = [*named(), *UNFORESEEN]


def raising(error: Exception, real: Callable[..., Any], when: Callable[..., bool] = lambda *_, **__: True) -> Any:
    """What stands for `real`, and raises `error` where `when` says so of what it is called with."""

    def raises(*arguments: Any, **options: Any) -> Any:
        if when(*arguments, **options):
            raise error
        return real(*arguments, **options)

    return raises


@pytest.fixture
def small(archive: Archive, replica: Replica) -> Archive:
    """An archive of a source with three articles."""
    for record in replica.articles:
        if record.id not in KEPT:
            replica.withdraw(record.id)
    return archive


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_whatever_a_page_raises_costs_its_answer(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extractor, "page_for", raising(error, page_for))
    recipes = load_recipes()
    asked = Asked("eastmoney", "1", recipes["eastmoney"].pages[0].name, "http://example.com/1", ("share",))
    answer = Answer("http://example.com/1", "text/html", b"", datetime.now(UTC))
    found = extractor.Extractor(ExtractOptions(recipes)).extract(answer, asked)
    assert isinstance(found, Unusable)
    assert "\n" not in found.reason


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_what_a_callback_raises_costs_its_answer_or_ends_the_run(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The errors of the archive end the run, any other is told of the address."""
    monkeypatch.setattr(ArchiveExtension, "close_spider", lambda *_: None)
    crawler = get_crawler(ShareSpider, {"EXTENSIONS": {"archiver.crawl_archive.ArchiveExtension": 1}})
    crawler._apply_settings()
    crawler.spider = spider = ShareSpider.from_crawler(crawler)
    told: list[str] = []
    reference = resolve("NW202112242224680477", load_recipes().values())

    def listen(address: str, reason: str) -> None:
        told.append(f"{address}: {reason}")

    crawler.signals.connect(listen, article_failed)
    request = Request("http://example.com/1", cb_kwargs={"reference": reference})
    failure = Failure(error)  # type: ignore[no-untyped-call]
    spider.take_error(failure, Response(request.url, request=request))
    if isinstance(error, ERRORS_OF_THE_ARCHIVE):
        assert (archive_of(crawler).failure, told) == (error, [])
    else:
        assert archive_of(crawler).failure is None
        (line,) = told
        assert line.startswith(f"{reference.address}: a fault of this program: {type(error).__name__}")
        assert "\n" not in line


def test_a_run_ends_also_where_what_it_waits_for_has_just_ended() -> None:
    """From Python 3.12 on it waited for ever, without a pause."""
    crawler = get_crawler(ShareSpider, {"EXTENSIONS": {"archiver.crawl_archive.ArchiveExtension": 1}})
    crawler._apply_settings()
    archive = archive_of(crawler)
    done: list[str] = []

    async def work() -> None:
        done.append("work")

    async def end() -> None:
        archive.do_soon(work())
        await asyncio.sleep(0)  # the work has ended, and its callbacks have not run
        await archive.settle()

    asyncio.run(end())
    assert done == ["work"]


# Where one article is at stake: whether what is called there is about a certain one.
OF_ONE: dict[str, tuple[str, Callable[..., bool]]] = {
    "callback": ("archiver.spiders.article.answer_of", lambda response: FIRST in response.url),
    "step": ("archiver.extraction.extractor.validate", lambda article, _: FIRST in article.id),
    "decide": ("archiver.ingest.planner.decide", lambda held, *_: FIRST in held.key.id),
}


@pytest.mark.parametrize("stage", OF_ONE)
def test_what_nobody_foresaw_costs_one_article(small: Archive, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        throw(stage, RuntimeError("odd\nin two lines"), patched)
        result = small.crawl(LISTING)
    assert (result.returncode, result.stdout) == (1, "2 written, 0 unchanged, 1 failed\n")
    (line,) = result.stderr.splitlines()
    assert FIRST in line
    assert "RuntimeError: odd in two lines" in line
    small.sql("UPDATE articles SET due = 0 WHERE saved IS NULL")
    assert small.crawl(LISTING).stdout == "1 written, 0 unchanged, 0 failed\n"


def test_a_listing_that_cannot_be_taken_is_an_alarm(small: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(ListingPage, "entries", raising(RuntimeError("odd"), ListingPage.entries))
        result = small.crawl(LISTING)
    assert result.returncode == 3
    assert "could not be read: a fault of this program: RuntimeError: odd" in result.stderr
    assert "Traceback" not in result.stderr
    assert small.crawl(LISTING).stdout == ALL


# Where it is the archive itself.
OF_ALL: dict[str, tuple[type, str]] = {
    "storage": (Storage, "put"),
    "recorder": (Recorder, "keep"),
    "recorder, at its end": (Recorder, "_seal"),
    "queue": (Index, "claim"),
    "what is held": (Index, "look_up"),
    "intents": (Index, "begin"),
    "results": (Index, "finish"),
    "end of the run": (Runs, "end"),
    "watch": (Watch, "compare"),
    "report": (Report, "end"),
}


@pytest.mark.parametrize("stage", OF_ALL)
def test_what_goes_wrong_with_the_archive_ends_the_run_once(
    small: Archive, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        throw(stage, RuntimeError("odd\nin two lines"), patched)
        result = small.crawl(LISTING)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "archiver: a fault of this program: RuntimeError: odd in two lines\n"
    again = small.crawl(LISTING)
    assert (again.returncode, again.stderr) == (0, "")
    assert len(small.posts) == 3


def throw(stage: str, error: Exception, patch: pytest.MonkeyPatch) -> None:
    """Let `error` be raised at a stage."""
    if stage in OF_ONE:
        place, when = OF_ONE[stage]
        patch.setattr(place, raising(error, resolve_name(place), when))
    else:
        where, name = OF_ALL[stage]
        patch.setattr(where, name, raising(error, getattr(where, name)))


@pytest.mark.parametrize(
    ("error", "stage"),
    list(zip(EVERY, cycle((*OF_ONE, *OF_ALL)), strict=False)),
    ids=lambda one: one if isinstance(one, str) else type(one).__name__,
)
def test_no_error_at_any_stage_loses_anything(
    small: Archive, error: Exception, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each error that has a name at one of the stages: all of them at all stages would take minutes."""
    with monkeypatch.context() as patched:
        throw(stage, error, patched)
        result = small.crawl(LISTING)
    assert result.returncode != 0
    assert result.stderr.startswith("archiver: ")
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) <= len(KEPT)
    small.sql("UPDATE articles SET due = 0 WHERE saved IS NULL")
    assert small.crawl(LISTING).returncode == 0
    assert len(small.posts) == len(KEPT)


def test_an_extension_that_fails_fails_the_run(small: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """The articles are there, and the log has one line for each error."""
    monkeypatch.setattr(Watch, "item_scraped", raising(RuntimeError("odd\nin two lines"), Watch.item_scraped))
    result = small.crawl(LISTING)
    assert (result.returncode, result.stdout) == (1, "3 written, 0 unchanged, 1 failed\n")
    *errors_, last = result.stderr.splitlines()
    assert len(errors_) == 3
    assert all(line.endswith("RuntimeError: odd in two lines") for line in errors_)
    assert last == "archiver: the run: 3 of its parts failed: the log says which"


def test_a_process_that_an_answer_kills_costs_that_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> list[object]:
        pool = WorkerPool[str, str]("tests.workers_that_die:serve", None, 1)
        try:
            return await asyncio.gather(*map(pool.submit, ["a", "die", "b", "fail"]), return_exceptions=True)
        finally:
            await pool.close()

    monkeypatch.setattr(WorkerProcess, "_start", forks.start_worker)
    first, died, second, failed = asyncio.run(work())
    assert (first, second) == ("A", "B")
    assert isinstance(died, WorkerError)
    assert isinstance(failed, WorkerError)
    assert str(failed).endswith("failed: RuntimeError: odd")
