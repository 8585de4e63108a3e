"""Quiet is an error: what a listing gives is compared with what it has given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from archiver.index import Index
from archiver.listing_stats import ListingStats, alarms, carry
from archiver.replica import Fault

if TYPE_CHECKING:
    from tests.conftest import Archive

LISTING = "eastmoney/market-37"
DAY = 86400
NOW = 1_800_000_000


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.EMPTY_LIST, "is empty; it has had 13 items"),
        (Fault.RENAMED, "13 of 13 items name no article; the first has nothing at infocode"),
        (Fault.BLANK_FIELDS, "0% of items have a title; it has been 92%"),
        (Fault.BLOCK_PAGE, "the answer is a web page, not JSON (a block page?)"),
        (Fault.NULL, "could not be read: the answer is no listing: there is no list at record"),
        (Fault.EMPTY, "could not be read: the answer is empty"),
        (Fault.TRUNCATED_JSON, "could not be read: the answer is not JSON"),
        (
            Fault.NOT_FOUND,
            "could not be read: HTTP status 404: there is nothing at this address; has the listing moved?",
        ),
        (Fault.SERVER_ERROR, "could not be read: HTTP status 500"),
        (Fault.RESET, "could not be read: "),
    ],
)
def test_a_listing_that_fails_is_an_alarm_and_costs_nothing(archive: Archive, fault: Fault, words: str) -> None:
    archive.crawl(LISTING)
    posts = archive.posts
    archive.replica.fail(fault, listing="market-37")
    result = archive.crawl(LISTING, "-s", "RETRY_TIMES=0")
    assert (result.returncode, result.stdout) == (3, "0 written, 0 unchanged, 0 failed\n")
    assert "ALARM: " in result.stderr
    assert f" ({LISTING})\n" in result.stderr
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert archive.posts == posts
    shown = archive.archiver("status")
    assert shown.returncode == 3
    assert words[:40] in shown.stdout
    archive.replica.heal()
    assert archive.crawl(LISTING).returncode == 0
    assert archive.archiver("status").returncode == 0


def test_one_listing_that_fails_does_not_keep_another_from_being_read(archive: Archive) -> None:
    archive.replica.fail(Fault.SERVER_ERROR, listing="headlines")
    result = archive.crawl(LISTING, "eastmoney/headlines", "-s", "RETRY_TIMES=0")
    assert (result.returncode, result.stdout) == (3, "13 written, 0 unchanged, 0 failed\n")


def test_a_listing_that_was_always_empty_is_no_alarm(archive: Archive) -> None:
    archive.replica.listings["market-37"] = []
    for _ in range(2):
        assert archive.crawl(LISTING).returncode == 0


def test_block_pages_for_articles_are_an_alarm(archive: Archive) -> None:
    archive.replica.fail(Fault.BLOCK_PAGE, path="/NewsData/GetNewsText.do")
    result = archive.crawl(LISTING, "-s", "RETRY_TIMES=0")
    assert result.returncode == 3
    (line,) = [line for line in result.stderr.splitlines() if "not JSON (a block page?)" in line and "ALARM" in line]
    assert line.startswith("archiver: ALARM: the answer is a web page")
    assert "finews.zning.xyz" in line
    assert f"ALARM: 13 of 13 articles could not be had ({LISTING})" in result.stderr


def test_articles_whose_fields_vanish_are_an_alarm(archive: Archive) -> None:
    archive.crawl(LISTING)
    for number in range(8):
        record = archive.replica.articles[number]
        new = f"2026060100000{number:05}"
        archive.replica.add(replace(record, id=new, date="", medianame="", text=f"<p>{number}</p>{record.text}"))
    result = archive.crawl(LISTING)
    assert "ALARM: 0% of articles have a time; it has been 92% (eastmoney/market-37)" in result.stderr
    assert result.returncode == 3


def history(count: int, **others: Any) -> list[dict[str, Any]]:
    """Return earlier runs, the latest first, an hour apart, with 10 items each of which 9 articles were saved."""
    return [
        {**ListingStats("x", listed=10, saved=9, newest=NOW).as_dict(), "time": NOW - number * 3600, **others}
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("age", "longest_gap", "moves", "rhythm", "found"),
    [
        (2 * DAY, 3600, 5, None, ["its newest item is 2 d old; it may be 24 h"]),
        (5 * DAY, 3600, 4, None, []),  # too little is known
        (23 * 3600, 600, 99, None, []),  # news has nights
        (5 * DAY, 2 * DAY, 99, None, []),
        (7 * DAY, 2 * DAY, 99, None, ["its newest item is 7 d old; it may be 6 d"]),
        (2 * DAY, 0, 0, DAY, ["its newest item is 2 d old; it may be 24 h"]),
        (2 * DAY, 600, 99, 3 * DAY, []),
    ],
)
def test_the_newest_item_may_be_so_old(
    age: int, longest_gap: int, moves: int, rhythm: int | None, found: list[str]
) -> None:
    current = ListingStats("x", listed=10, newest=NOW - age, rhythm=rhythm, longest_gap=longest_gap, moves=moves)
    assert alarms(current, history(9), NOW) == found


@pytest.mark.parametrize("every", [300, 3600, 12 * 3600])
def test_silence_is_noticed_however_often_one_looks(every: int) -> None:
    """News each hour for a week, and then none: an alarm comes after a day, not sooner and not never."""
    before: list[dict[str, Any]] = []
    for now in range(NOW, NOW + 21 * DAY, every):
        newest = min(now, NOW + 7 * DAY) // 3600 * 3600
        current = ListingStats("x", listed=10, newest=newest)
        carry(current, before)
        if found := alarms(current, before, now):
            break
        before = [{**current.as_dict(), "time": now}, *before[:29]]
    assert found
    assert DAY <= now - (NOW + 7 * DAY) <= 2 * DAY


def test_a_listing_without_times_has_no_rhythm() -> None:
    assert alarms(ListingStats("x", listed=10, moves=9), history(9), NOW) == []


def test_days_of_silence_stay_an_alarm(archive: Archive) -> None:
    """What was an alarm once does not become what is usual."""
    archive.crawl(LISTING)
    archive.replica.fail(Fault.EMPTY_LIST, listing="market-37")
    assert [archive.crawl(LISTING).returncode for _ in range(4)] == [3, 3, 3, 3]


def test_the_index_does_not_grow_with_every_run(archive: Archive) -> None:
    archive.crawl(LISTING)
    for table in ("runs (run, started, command)", "listing_stats (run, time, listing, good, content)"):
        columns = table.partition("(")[2].removesuffix(")").replace("run, ", "", 1)
        archive.sql(
            f"WITH RECURSIVE n(x) AS (SELECT 2 UNION ALL SELECT x + 1 FROM n WHERE x < 1500) "
            f"INSERT INTO {table} SELECT x, {columns} FROM n, {table.partition(' ')[0]} WHERE run = 1"
        )
    archive.sql("UPDATE listing_stats SET good = 0 WHERE run > 100")
    archive.crawl(LISTING)
    index = Index.read(archive.output)
    assert [run.number for run in index.runs.latest(5000)] == list(range(1501, 500, -1))
    assert len(index.listings.stats(LISTING, 5000)) == 1001 + 29  # of those without alarm the last 30
    assert len(index.listings.stats(LISTING, 5000, good=True)) == 30
    index.close()


def test_few_items_tell_little_of_a_share() -> None:
    before = history(2, filled_share={"title": 1.0})
    assert alarms(ListingStats("x", listed=4, newest=NOW, filled_share={"title": 0.0}), before, NOW) == []
    assert alarms(ListingStats("x", listed=5, newest=NOW, filled_share={"title": 0.4}), before, NOW) == [
        "40% of items have a title; it has been 100%"
    ]
    assert alarms(ListingStats("x", listed=5, newest=NOW, filled_share={"title": 0.6}), before, NOW) == []


def test_bodies_that_shrink_are_an_alarm() -> None:
    before = history(3, articles={"body": 900.0})
    current = ListingStats("x", listed=9, newest=NOW, saved=9, articles={"body": 120.0})
    assert alarms(current, before, NOW) == ["bodies of articles have 120 characters; it has been 900"]
    assert alarms(current, before[:2], NOW) == []  # too little is known


def test_a_change_that_lasts_a_week_is_how_it_is_now() -> None:
    before = history(3, filled_share={"title": 1.0}, time=NOW - 8 * DAY)
    assert alarms(ListingStats("x", listed=9, newest=NOW, filled_share={"title": 0.0}), before, NOW) == []


def now_with(**values: Any) -> ListingStats:
    """Return what a listing of today gave."""
    return ListingStats("x", **{"listed": 10, "newest": NOW, **values})


@pytest.mark.parametrize(
    ("values", "before", "found"),
    [
        # Emptiness: where there was something before, and where not all that is there is unreadable.
        ({"listed": 0}, {}, ["is empty; it has had 10 items"]),
        ({"listed": 0}, {"listed": 0}, []),
        ({"listed": 1}, {}, []),
        ({"listed": 0, "unreadable": 0, "error": "gone"}, {}, ["could not be read: gone"]),
        # Items that name no article: more than half of all.
        ({"listed": 0, "unreadable": 3}, {}, ["3 of 3 items name no article"]),
        ({"listed": 5, "unreadable": 5}, {}, []),
        (
            {"listed": 5, "unreadable": 6, "no_id": "nothing"},
            {},
            ["6 of 11 items name no article; the first has nothing"],
        ),
        # Articles that could not be had: five, and more than half.
        ({"saved": 0, "failed": 4}, {}, []),
        ({"saved": 0, "failed": 5}, {}, ["5 of 5 articles could not be had"]),
        ({"saved": 5, "failed": 5}, {}, []),
        ({"saved": 4, "failed": 5}, {}, ["5 of 9 articles could not be had"]),
        ({"saved": 5, "failed": 6}, {}, ["6 of 11 articles could not be had"]),
        # Shares: half of what it has been is enough; runs with few items say little, and some say nothing of a field.
        ({"filled_share": {"title": 0.4}}, {"filled_share": {"title": 0.8}}, []),
        ({"filled_share": {"title": 0.4}}, {"filled_share": {"title": 0.8}, "listed": 4}, []),
        (
            {"filled_share": {"title": 0.4}},
            {"filled_share": {"title": 0.9}, "listed": 5},
            ["40% of items have a title; it has been 90%"],
        ),
        ({"filled_share": {"title": 0.0}}, {"filled_share": {"time": 1.0}}, []),
        ({"saved": 5, "articles": {"body": 400.0}}, {"articles": {"body": 800.0}}, []),
        (
            {"saved": 5, "articles": {"body": 399.0}},
            {"articles": {"body": 800.0}},
            ["bodies of articles have 399 characters; it has been 800"],
        ),
        ({"saved": 4, "articles": {"body": 1.0}}, {"articles": {"body": 800.0}}, []),
        # Silence.
        ({"newest": NOW - DAY, "moves": 5, "longest_gap": 3600}, {}, []),
        (
            {"newest": NOW - DAY - 1, "moves": 5, "longest_gap": 3600},
            {},
            ["its newest item is 24 h old; it may be 24 h"],
        ),
        ({"newest": NOW - 3600, "rhythm": 3600}, {}, []),
    ],
)
def test_each_rule_has_its_edge(values: dict[str, Any], before: dict[str, Any], found: list[str]) -> None:
    assert alarms(now_with(**values), history(3, **before), NOW) == found


def test_one_run_is_enough_to_know_what_is_filled_and_none_is_not() -> None:
    current = now_with(filled_share={"title": 0.0})
    assert alarms(current, history(1, filled_share={"title": 1.0}), NOW) == [
        "0% of items have a title; it has been 100%"
    ]
    assert alarms(current, [], NOW) == []


@pytest.mark.parametrize(("ago", "found"), [(7 * DAY, 1), (7 * DAY + 1, 0)])
def test_a_change_counts_for_a_week(ago: int, found: int) -> None:
    before = history(3, filled_share={"title": 1.0}, time=NOW - ago)
    assert len(alarms(now_with(filled_share={"title": 0.0}), before, NOW)) == found


@pytest.mark.parametrize(
    ("newest", "earlier", "gap", "moves"),
    [
        (NOW, {"newest": NOW - 500, "longest_gap": 100, "moves": 3}, 500, 4),
        (NOW, {"newest": NOW - 500, "longest_gap": 900, "moves": 3}, 900, 4),
        (NOW, {"newest": NOW, "longest_gap": 100, "moves": 3}, 100, 3),
        (NOW, {"newest": NOW + 9, "longest_gap": 100, "moves": 3}, 100, 3),
        (NOW, {"newest": None, "longest_gap": 100, "moves": 3}, 100, 3),
        (None, {"newest": NOW, "longest_gap": 100, "moves": 3}, 100, 3),
    ],
)
def test_what_is_carried_over(newest: int | None, earlier: dict[str, Any], gap: int, moves: int) -> None:
    current = now_with(newest=newest)
    carry(current, [*history(1, **earlier), *history(1, newest=1, longest_gap=9999, moves=99)])
    assert (current.longest_gap, current.moves) == (gap, moves)


def test_a_source_that_has_one_text_for_all_is_noticed_one_by_one(archive: Archive) -> None:
    archive.replica.fail(Fault.SAME_BODY)
    statuses = [archive.crawl(LISTING, "--limit", "1").returncode for _ in range(5)]
    assert statuses == [0, 0, 3, 3, 3]
    assert len(archive.posts) == 2


def test_an_error_page_as_short_text_overwrites_nothing(archive: Archive) -> None:
    archive.crawl(LISTING)
    posts = archive.posts
    for record in archive.replica.articles:
        archive.replica.add(replace(record, text="<p>系统繁忙，请稍后再试</p>", content=""))
    assert archive.crawl(LISTING, "--recheck", "2d").returncode == 3
    assert archive.posts == posts


def test_the_future_says_nothing_of_a_rhythm(archive: Archive) -> None:
    record = archive.replica.articles[0]
    archive.replica.add(replace(record, id="209906010000000001", date="2099-06-01 09:30:00"))
    archive.crawl(LISTING)
    index = Index.read(archive.output)
    (one,) = index.listings.stats(LISTING, 1)
    index.close()
    assert one.stats["newest"] < NOW


def test_an_alarm_does_not_hide_behind_an_unchanged_answer(archive: Archive) -> None:
    archive.replica.validators = True
    archive.crawl(LISTING)
    archive.replica.listings["market-37"] = []
    assert [archive.crawl(LISTING).returncode for _ in range(3)] == [3, 3, 3]


def test_alarms_of_a_whole_run_are_in_its_status(archive: Archive) -> None:
    archive.replica.fail(Fault.BLOCK_PAGE, id=archive.replica.articles[0].id)
    archive.crawl(LISTING, "-s", "RETRY_TIMES=0")
    shown = archive.archiver("status")
    assert shown.returncode == 3
    assert "ALARM: the answer is a web page" in shown.stdout


def test_a_dry_run_says_why_it_is_not_well(archive: Archive) -> None:
    archive.crawl(LISTING)
    archive.replica.fail(Fault.EMPTY_LIST, listing="market-37")
    result = archive.crawl(LISTING, "--dry-run")
    assert (result.returncode, result.stdout) == (3, "0 articles are due\n")
    assert "ALARM: is empty" in result.stderr
