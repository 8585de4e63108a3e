"""How long a site is left alone, rule by rule, without a clock that runs."""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.settings import Settings

from archiver.clock import SECOND, moment
from archiver.crawl_archive import MAX_HOST_REST_MICROS
from archiver.net.backoff import BackoffMiddleware, retry_after
from archiver.net.budget import BudgetMiddleware, BudgetSpentError
from archiver.net.pause import Pause

if TYPE_CHECKING:
    from collections.abc import Coroutine

NOW = 1_800_000_000 * SECOND
MAX = 120
URL = "http://site.example/a"
OTHER = "http://other.example/a"


class Archive:
    """As much of one as a host needs that asked to be left alone: it is kept for later runs, too."""

    def __init__(self, hosts: dict[str, int] | None = None) -> None:
        self.hosts: dict[str, int] = hosts or {}

    def hold_host(self, host: str, until: int) -> None:
        self.hosts[host] = until


class Crawler:
    """As much of one as a retry needs."""

    def __init__(self, budget: BudgetMiddleware | None = None) -> None:
        self.budget = budget
        self.spider = self.crawler = self.stats = self  # it asks one after the other for the same few things
        self.settings = Settings()

    def get_downloader_middleware(self, _: type) -> BudgetMiddleware | None:
        return self.budget

    def inc_value(self, *_: Any) -> None:
        """Nobody counts."""


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits, none of which takes any time; the clock stands."""
    found: list[float] = []

    async def sleep(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr("archiver.net.backoff.asyncio.sleep", sleep)
    monkeypatch.setattr("archiver.net.backoff.random.uniform", max)
    monkeypatch.setattr("archiver.net.backoff.now", lambda: NOW)
    return found


def middleware(archive: Archive | None = None, **settings: Any) -> BackoffMiddleware:
    values = {"ARCHIVER_BACKOFF": 1.0, "ARCHIVER_RETRY_AFTER_MAX": MAX, "RETRY_TIMES": 2, **settings}
    one = BackoffMiddleware(Settings(values), archive or Archive())  # type: ignore[arg-type]
    one.crawler = Crawler()  # type: ignore[assignment]
    return one


def response(status: int, retry: str = "", url: str = URL) -> Response:
    return Response(url, status=status, headers={"Retry-After": retry} if retry else {})


def answered(one: BackoffMiddleware, answer: Response, request: Request | None = None) -> Request | Response:
    request = request or Request(URL)
    one.notice(request, answer)
    return asyncio.run(one.process_response(request, answer))


def test_a_retry_waits_twice_as_long_each_time(waits: list[float]) -> None:
    one, request = middleware(), Request(URL)
    for _ in range(2):
        found = answered(one, response(500), request)
        assert isinstance(found, Request)
        request = found
    assert isinstance(answered(one, response(500), request), Response)  # RETRY_TIMES
    assert waits == [1.25, 2.5]  # with all of the jitter


def test_no_retry_waits_longer_than_a_site_may_ask_for(waits: list[float]) -> None:
    one = middleware(ARCHIVER_BACKOFF=MAX / 2, RETRY_TIMES=9)
    answered(one, response(500), Request(URL, meta={"retry_times": 8}))
    assert waits == [MAX * 1.25]


@pytest.mark.parametrize("status", [200, 301, 304, 400, 403, 404, 410, 501])
def test_other_answers_are_not_asked_for_again(waits: list[float], status: int) -> None:
    assert isinstance(answered(middleware(), response(status)), Response)
    assert waits == []


def test_a_retry_waits_as_long_as_the_site_says(waits: list[float]) -> None:
    answered(middleware(), response(503, "7"))
    answered(middleware(), response(429, str(MAX)))
    assert waits == [7, MAX]


@pytest.mark.parametrize("status", [429, 503])
def test_a_site_that_is_overloaded_is_left_alone_by_all_requests(waits: list[float], status: int) -> None:
    archive = Archive()
    one = middleware(archive)
    one.notice(Request(URL), response(status, "9"))
    assert 8 < one.pause.left("site.example") <= 9
    assert one.pause.left("other.example") == 0
    assert archive.hosts == {"site.example": NOW + 9 * SECOND}  # other runs know of it, too


def test_a_site_that_is_overloaded_and_says_no_time_is_left_alone_by_this_run(waits: list[float]) -> None:
    archive = Archive()
    one = middleware(archive)
    one.notice(Request(URL), response(503))
    assert 0 < one.pause.left("site.example") <= 1.25
    assert archive.hosts == {}


def test_a_request_that_is_not_to_be_retried_is_not(waits: list[float]) -> None:
    one, request = middleware(), Request(URL, meta={"dont_retry": True})
    assert isinstance(answered(one, response(500), request), Response)
    assert asyncio.run(one.process_exception(request, TimeoutError())) is None
    assert waits == []


def test_a_failure_that_may_pass_is_tried_again_and_no_other(waits: list[float]) -> None:
    one = middleware(RETRY_EXCEPTIONS=[TimeoutError])
    assert isinstance(asyncio.run(one.process_exception(Request(URL), TimeoutError())), Request)
    assert asyncio.run(one.process_exception(Request(URL), RuntimeError())) is None
    assert waits == [1.25]


@pytest.mark.parametrize("status", [200, 404, 500, 502])
def test_an_answer_that_speaks_for_one_address_holds_nothing_back(waits: list[float], status: int) -> None:
    archive = Archive()
    one = middleware(archive)
    one.notice(Request(URL), response(status, "9999"))
    assert one.pause.left("site.example") == 0
    assert archive.hosts == {}
    one.refuse(Request(URL))


def test_a_wait_that_is_too_long_is_left_to_later_runs(waits: list[float]) -> None:
    archive = Archive()
    one = middleware(archive)
    assert isinstance(answered(one, response(503, str(MAX + 1))), Response)
    assert waits == []
    assert archive.hosts == {"site.example": NOW + (MAX + 1) * SECOND}
    with pytest.raises(IgnoreRequest, match=r"left alone until .* \(Retry-After\)"):
        one.refuse(Request(URL))
    one.refuse(Request(OTHER))
    with pytest.raises(IgnoreRequest, match="left alone until"):
        middleware(archive).refuse(Request(URL))  # the next run


def test_nobody_is_believed_to_mean_more_than_a_week(waits: list[float]) -> None:
    archive = Archive()
    answered(middleware(archive), response(429, "9" * 400))
    assert archive.hosts == {"site.example": NOW + MAX_HOST_REST_MICROS}


@pytest.mark.parametrize("seconds", [0.5, MAX])
def test_a_short_wait_of_an_earlier_run_is_waited_for(waits: list[float], seconds: float) -> None:
    one = middleware(Archive({"site.example": NOW + int(seconds * SECOND)}))
    asyncio.run(one.process_request(Request(URL)))
    assert 0 < one.pause.left("site.example") <= seconds


def test_a_host_that_is_closed_is_refused_before_anything_is_asked(waits: list[float]) -> None:
    one = middleware(Archive({"site.example": NOW + (MAX + 1) * SECOND}))
    with pytest.raises(IgnoreRequest, match=r"left alone until .* \(Retry-After or Crawl-delay\)"):
        asyncio.run(one.process_request(Request(URL)))


def test_a_host_that_wants_longer_between_requests_than_we_wait_gets_one(waits: list[float]) -> None:
    archive = Archive()
    one = middleware(archive)
    assert not one.ask_once("site.example", MAX)
    one.take_turn(Request(URL))
    one.take_turn(Request(URL))
    assert one.ask_once("site.example", MAX + 1)
    one.refuse(Request(URL))
    assert archive.hosts == {}
    one.take_turn(Request(URL))
    assert archive.hosts == {"site.example": NOW + (MAX + 1) * SECOND}
    with pytest.raises(IgnoreRequest, match=r"\(Crawl-delay\)"):
        one.take_turn(Request(URL))
    one.take_turn(Request(OTHER))
    assert one.ask_once("site.example", MAX + 1)  # said again: it stays closed
    with pytest.raises(IgnoreRequest):
        one.take_turn(Request(URL))


def test_such_a_host_gets_one_again_when_its_time_has_passed(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its robots.txt is read once in a run; what it asks for counts as long as the run lasts."""
    archive = Archive()
    one = middleware(archive)
    one.ask_once("site.example", MAX + 1)
    one.take_turn(Request(URL))
    later = NOW + (MAX + 1) * SECOND
    monkeypatch.setattr("archiver.net.backoff.now", lambda: later)
    one.take_turn(Request(URL))
    assert archive.hosts == {"site.example": later + (MAX + 1) * SECOND}
    with pytest.raises(IgnoreRequest):
        one.take_turn(Request(URL))


@given(st.integers(0, 10**6))
def test_retry_after_in_seconds(seconds: int) -> None:
    assert retry_after(response(503, str(seconds))) == seconds


@pytest.mark.parametrize(
    "date", ["Fri, 15 Jan 2027 08:01:00 GMT", "Fri, 15 Jan 2027 08:01:00 -0000", "Fri, 15 Jan 2027 09:01:00 +0100"]
)
def test_retry_after_as_a_date(waits: list[float], date: str) -> None:
    assert moment(NOW).isoformat() == "2027-01-15T08:00:00+00:00"
    assert retry_after(response(503, date)) == 60


@pytest.mark.parametrize(
    "value",
    [
        *("", "soon", "-5", "1.5", "1e3", formatdate(0), "Mon, 99 Foo 2026 00:00:00 GMT", "²"),
        *("Mon, 1 Jan 99999999999999999999 00:00:00 GMT", "Fri, 1 Jan 2027 00:00:00 +9999999999999"),
    ],
)
def test_retry_after_that_says_nothing(value: str) -> None:
    assert retry_after(response(503, value)) == 0


def test_who_waits_for_a_host_looks_again_whether_it_may_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, slept = [100.0], list[float]()
    monkeypatch.setattr("archiver.net.pause.time.monotonic", lambda: clock[0])

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds
        if len(slept) == 1:
            pause.hold("site.example", 3)  # another answer asked for it meanwhile

    pause = Pause(sleep)
    pause.hold("site.example", 5)
    pause.hold("site.example", 1)  # the longer one counts
    asyncio.run(pause.wait("other.example"))
    assert slept == []
    asyncio.run(pause.wait("site.example"))
    assert slept == [5, 3]


def test_no_wait_is_longer_than_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    clock = [100.0]

    async def wait_for(waiting: Coroutine[Any, Any, bool], seconds: float) -> None:
        waiting.close()
        slept.append(seconds)
        clock[0] += seconds
        raise TimeoutError

    monkeypatch.setattr("archiver.net.budget.asyncio.wait_for", wait_for)
    monkeypatch.setattr("archiver.net.budget.time.monotonic", lambda: clock[0])
    budget = BudgetMiddleware(0, 10)
    asyncio.run(budget.sleep(4))
    with pytest.raises(BudgetSpentError, match="the time of the run is up"):
        asyncio.run(budget.sleep(60))
    assert slept == [4, 6]
    assert budget.left == 0
    assert budget.spent
    with pytest.raises(BudgetSpentError, match="the time of the run is up"):
        asyncio.run(budget.process_request(Request(URL)))


def test_so_many_requests_and_no_more() -> None:
    budget = BudgetMiddleware(2, 0)
    asyncio.run(budget.process_request(Request(URL)))
    assert not budget.spent
    asyncio.run(budget.process_request(Request(URL)))
    assert budget.spent
    with pytest.raises(BudgetSpentError, match="ARCHIVER_MAX_REQUESTS"):
        asyncio.run(budget.process_request(Request(URL)))
    assert budget.left == float("inf")


def test_workers_make_as_many_requests_together_as_the_run_may() -> None:
    class Shared:
        left = 5

        async def take_requests(self, most: int) -> int:
            taken = min(most, -(-self.left // 2))
            self.left -= taken
            return taken

        async def return_requests(self, count: int) -> None:
            self.left += count

    async def work() -> None:
        shared = Shared()
        budgets = [BudgetMiddleware(5, 0) for _ in range(2)]
        for budget in budgets:
            budget.share(shared)
            assert not budget.spent
            await budget.process_request(Request(URL))
        one, other = budgets
        await one.return_unused()  # it has nothing to do
        for _ in range(3):
            await other.process_request(Request(URL))
        for budget in budgets:
            with pytest.raises(BudgetSpentError, match="ARCHIVER_MAX_REQUESTS"):
                await budget.process_request(Request(URL))
            assert budget.spent
        assert (one.made, other.made) == (1, 4)

    asyncio.run(work())


def test_a_retry_does_not_outlast_the_run() -> None:
    """Its wait counts in the budget of the run."""
    one = middleware(ARCHIVER_BACKOFF=60.0)
    one.crawler = Crawler(BudgetMiddleware(0, 0.01))  # type: ignore[assignment]
    with pytest.raises(BudgetSpentError):
        asyncio.run(one.process_response(Request(URL), response(500)))
