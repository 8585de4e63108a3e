"""Scheduled crawls, through the real command against the replica: every listing, only what is new, nothing lost."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from archiver import counting, recipes
from archiver.commands.display import Display
from archiver.replica import Fault

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.replica import Record
    from tests.conftest import Archive

TEXT = "/NewsData/GetNewsText.do?id=NW"
# The listings that answer over plain HTTP: the replica is an HTTP proxy. The others are tested with http for https.
PLAIN = ["rolling", "headlines", "market-37", "market-38", "market-39", "search", "push-list"]
FIVE = [f"eastmoney/{name}" for name in ("rolling", "headlines", "market-37", "search", "push-list")]
EVERY = list(recipes.load_recipes()["eastmoney"].listings)


@pytest.fixture
def plain_recipe(tmp_path: Path) -> tuple[str, str]:
    """The option for a recipe like eastmoney, with http for https."""
    text = (recipes.load.PACKAGED_RECIPES / "eastmoney.yaml").read_text(encoding="utf-8").replace("https://", "http://")
    (tmp_path / "eastmoney.yaml").write_text(text, encoding="utf-8")
    return "-s", f"ARCHIVER_RECIPES={tmp_path}"


@pytest.mark.parametrize("name", EVERY)
def test_every_listing(archive: Archive, plain_recipe: tuple[str, str], name: str) -> None:
    listing = f"{name}?id=S1" if name == "column" else name
    result = archive.crawl(f"eastmoney/{listing}", *plain_recipe)
    count = len(archive.replica.articles)
    assert (result.returncode, result.stdout) == (0, f"{count} written, 0 unchanged, 0 failed\n")
    first, *others = archive.asked()
    assert TEXT not in first
    assert sorted(others) == sorted(f"{TEXT}{record.id}" for record in archive.replica.articles)
    form = "categories: emnews" if name == "rolling" else "html_News/NewsShare.html?infoCode=NW"
    assert all(form in post.decode() for post in archive.posts.values())
    assert archive.crawl(f"eastmoney/{listing}", *plain_recipe).stdout == "0 written, 0 unchanged, 0 failed\n"
    assert len(archive.asked()) == 1


def test_a_second_run_makes_one_request_for_each_listing_and_writes_nothing(archive: Archive) -> None:
    archive.crawl(*FIVE)
    archive.asked()
    times = {file: file.stat().st_mtime_ns for file in archive.output.rglob("*.md")}
    archive.replica.requests.clear()
    assert archive.crawl(*FIVE).stdout == "0 written, 0 unchanged, 0 failed\n"
    assert len(archive.replica.requests) == 5
    assert {file: file.stat().st_mtime_ns for file in archive.output.rglob("*.md")} == times


def test_two_forms_of_one_article_come_from_one_fetch(archive: Archive) -> None:
    count = len(archive.replica.articles)
    result = archive.crawl("eastmoney/rolling", "eastmoney/market-37")
    assert result.stdout == f"{2 * count} written, 0 unchanged, 0 failed\n"
    assert len(archive.asked()) == 2 + count
    record = archive.replica.articles[0]
    names = [name for name in archive.posts if record.id in name]
    assert names == [f"2024-03-15-{record.id}.md", f"2024-03-15-NW{record.id}.md"]


def test_two_forms_of_one_article_come_from_one_fetch_in_two_runs(archive: Archive) -> None:
    count = len(archive.replica.articles)
    together = archive.crawl("eastmoney/rolling", "eastmoney/market-37", "-s", "ARCHIVER_OUTPUT=x")  # --output counts
    posts = archive.posts
    archive.output = archive.output.with_name("other")
    archive.crawl("eastmoney/rolling")
    archive.asked()
    result = archive.crawl("eastmoney/market-37")
    assert together.returncode == result.returncode == 0
    assert result.stdout == f"{count} written, 0 unchanged, 0 failed\n"
    assert archive.asked() == ["/information/newmarket/web/webapi?marketType=37&count=100"]
    assert archive.posts == posts


def test_one_post_only(archive: Archive) -> None:
    count = len(archive.replica.articles)
    one = ("-s", "ARCHIVER_EVERY_FORM=False")
    assert archive.crawl("eastmoney/rolling", *one).stdout == f"{count} written, 0 unchanged, 0 failed\n"
    assert archive.crawl("eastmoney/market-37", *one).stdout == "0 written, 0 unchanged, 0 failed\n"
    assert len(archive.posts) == count


def test_only_what_is_new_is_fetched(archive: Archive) -> None:
    archive.crawl("eastmoney/market-37")
    record = replace(archive.replica.articles[0], id="202606010000000001", date="2026-06-01 09:30:00")
    archive.replica.add(record)
    archive.asked()
    assert archive.crawl("eastmoney/market-37").stdout == "1 written, 0 unchanged, 0 failed\n"
    assert archive.asked()[1:] == [f"{TEXT}{record.id}"]


def test_paged_listings_go_on_while_nothing_is_known(archive: Archive, plain_recipe: tuple[str, str]) -> None:
    search = "eastmoney/search"
    archive.replica.listings["search"] = [record.id for record in archive.replica.articles[:1]]
    archive.crawl(search)
    new = [f"2026060100000{number:05}" for number in range(120)]
    for number, article_id in enumerate(new):
        record = archive.replica.articles[0]
        archive.replica.add(replace(record, id=article_id, date="2026-06-01 09:30:00", text=f"<p>{number}</p>" * 9))
    archive.replica.listings["search"] = [*new, archive.replica.articles[0].id]
    archive.asked()
    assert archive.crawl(search).stdout == "120 written, 0 unchanged, 0 failed\n"
    assert sum("GetNewsBySearch" in target for target in archive.asked()) == 3


@pytest.mark.parametrize(("pages", "articles"), [("1", 50), ("2", 60)])
def test_so_many_pages(archive: Archive, pages: str, articles: int) -> None:
    record = archive.replica.articles[0]
    new = [f"2026060100000{number:05}" for number in range(60)]
    for number, article_id in enumerate(new):
        archive.replica.add(replace(record, id=article_id, text=f"<p>{number}</p>" * 9))
    archive.replica.listings["search"] = new
    result = archive.crawl("eastmoney/search", "--pages", pages)
    assert result.stdout == f"{articles} written, 0 unchanged, 0 failed\n"


def test_since(archive: Archive) -> None:
    result = archive.crawl("eastmoney/market-37", "--since", "2024-03-20")
    dates = [record.date[:10] for record in archive.replica.articles]
    expected = sum(date >= "2024-03-20" or not date for date in dates)  # one has no date: nobody knows that it is older
    assert result.stdout == f"{expected} written, 0 unchanged, 0 failed\n"


def test_a_limit_leaves_the_rest_to_the_next_run(archive: Archive) -> None:
    assert archive.crawl("eastmoney/market-37", "--limit", "4").stdout == "4 written, 0 unchanged, 0 failed\n"
    archive.replica.listings["market-37"] = archive.replica.listings["market-37"][:1]
    rest = len(archive.replica.articles) - 4
    assert archive.crawl("eastmoney/market-37").stdout == f"{rest} written, 0 unchanged, 0 failed\n"


def test_a_dry_run_writes_nothing(archive: Archive) -> None:
    record = archive.replica.articles[0]
    result = archive.crawl("eastmoney/rolling", "eastmoney/market-37", "--dry-run")
    assert result.returncode == 0
    assert f"eastmoney {record.id} rolling,share {record.title}\n" in result.stdout
    assert result.stdout.endswith(f"\n{len(archive.replica.articles)} articles are due\n")
    assert len(archive.asked()) == 2
    assert not archive.output.exists()
    archive.crawl("eastmoney/market-37", "--limit", "3")
    before = {file: file.read_bytes() for file in archive.output.rglob("*.md")}
    assert archive.crawl("eastmoney/market-37", "--dry-run").stdout.endswith("\n10 articles are due\n")
    assert {file: file.read_bytes() for file in archive.output.rglob("*.md")} == before
    assert archive.crawl("eastmoney/market-37").stdout == "10 written, 0 unchanged, 0 failed\n"


def test_a_fallback_is_asked_when_an_endpoint_fails(archive: Archive, plain_recipe: tuple[str, str]) -> None:
    archive.replica.fail(Fault.BLOCK_PAGE, listing="rolling")
    archive.replica.fail(Fault.SERVER_ERROR, listing="kuaixun")
    result = archive.crawl("eastmoney/rolling", *plain_recipe, "-s", "RETRY_TIMES=0")
    assert result.stdout == f"{len(archive.replica.articles)} written, 0 unchanged, 0 failed\n"
    assert result.returncode == 3  # a block page came
    (alarm,) = (line for line in result.stderr.splitlines() if "ALARM" in line)
    assert alarm.startswith("archiver: ALARM: the answer is a web page, not JSON (a block page?)")
    assert alarm.endswith(" (183.136.162.242)")
    assert any("getFastNewsList" in target for target in archive.asked())


def test_a_failed_article_is_asked_for_again_when_it_is_due(archive: Archive) -> None:
    record = archive.replica.articles[0]
    archive.replica.fail(Fault.SERVER_ERROR, id=record.id)
    quick = ("-s", "RETRY_TIMES=0")
    result = archive.crawl("eastmoney/market-37", *quick)
    assert (result.returncode, result.stdout) == (1, "12 written, 0 unchanged, 1 failed\n")
    assert f"archiver: {record.id}: " in result.stderr
    archive.replica.heal()
    archive.asked()
    assert archive.crawl("eastmoney/market-37", *quick).stdout == "0 written, 0 unchanged, 0 failed\n"
    assert len(archive.asked()) == 1
    (row,) = [one for one in status(archive)["listings"] if one["listing"] == "eastmoney/market-37"]
    assert row["waiting"] == 1
    archive.sql("UPDATE articles SET due = due - 600 * 1000000 WHERE state = 'failed'")
    assert archive.crawl("eastmoney/market-37", *quick).stdout == "1 written, 0 unchanged, 0 failed\n"


def test_an_article_is_given_up_after_some_tries(archive: Archive) -> None:
    record = archive.replica.articles[0]
    archive.replica.fail(Fault.NULL, id=record.id)
    archive.replica.listings["market-37"] = [record.id]
    for _ in range(7):
        assert archive.crawl("eastmoney/market-37", "-s", "RETRY_TIMES=0").returncode == 1
        archive.sql("UPDATE articles SET due = 0 WHERE due IS NOT NULL")
    assert archive.crawl("eastmoney/market-37").stdout == "0 written, 0 unchanged, 0 failed\n"
    (history,) = archive.archiver("history", record.id).stdout.splitlines()[:1]
    assert history.startswith(f"eastmoney {record.id}: failed (the answer is empty: null")
    archive.replica.heal()
    assert archive.crawl("eastmoney/market-37", "--retry").stdout == "1 written, 0 unchanged, 0 failed\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere: no such source; there are: eastmoney"),
        (["eastmoney/nothing"], "no such listing; eastmoney has: rolling, headlines"),
        (["eastmoney/column"], "say which one: eastmoney/column?id=…"),
        (["eastmoney/search?colour=red"], "no parameter colour; search has: types, title, text, source"),
        (
            ["eastmoney/rolling", "--since", "soon"],
            "since: expected a date such as 2026-08-19, a time or a span such as 2d, got 'soon'",
        ),
        (["eastmoney/rolling", "--limit", "few"], "limit: expected a number, got 'few'"),
        (["eastmoney/rolling", "--limit", "-1"], "limit: expected a number that is not negative"),
        (["eastmoney/rolling", "--recheck", "2 days"], "ARCHIVER_RECHECK: expected a length of time such as 30m"),
        (["eastmoney/rolling", "--max-requests", "x"], "ARCHIVER_MAX_REQUESTS: expected a number, got 'x'"),
        (["eastmoney/rolling", "-s", "ARCHIVER_LAYOUT=week"], "ARCHIVER_LAYOUT: expected flat or month, got 'week'"),
    ],
)
def test_a_mistake_is_explained_and_costs_nothing(archive: Archive, arguments: list[str], words: str) -> None:
    result = archive.crawl(*arguments)
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert archive.replica.requests == []


def test_scrapy_crawl_does_the_same(archive: Archive) -> None:
    settings = ("-s", f"ARCHIVER_OUTPUT={archive.output}", "-s", "DOWNLOAD_DELAY=0")
    result = archive.scrapy("crawl", "listing", "-a", "source=eastmoney", "-a", "listing=market-37", *settings)
    assert result.returncode == 0
    assert len(archive.posts) == len(archive.replica.articles)


def test_by_month(archive: Archive) -> None:
    record = archive.replica.articles[0]
    archive.crawl("eastmoney/market-37", "-s", "ARCHIVER_LAYOUT=month")
    path = archive.output / "_posts" / "2024" / "03" / f"2024-03-15-NW{record.id}.md"
    content = path.read_bytes()
    # Another layout later moves nothing: addresses and histories stay.
    assert archive.crawl("eastmoney/market-37", "--recheck", "1d").stdout == "0 written, 13 unchanged, 0 failed\n"
    flat = archive.output.with_name("flat")
    archive.output = flat
    archive.crawl("eastmoney/market-37")
    assert (flat / "_posts" / path.name).read_bytes() == content


def test_the_report_of_a_run(archive: Archive) -> None:
    record = archive.replica.articles[0]
    archive.replica.fail(Fault.NOT_FOUND, id=record.id)
    result = archive.crawl("eastmoney/market-37", "--json")
    report = json.loads(result.stdout)
    (file,) = (archive.output / "_index" / "reports").glob("*.json")
    assert json.loads(file.read_text(encoding="utf-8")) | {"duration": 0} == report | {"duration": 0}
    assert report["counts"] == {"written": 12, "failed": 1}
    (failure,) = report["failures"]
    assert failure["address"] == record.id
    assert "HTTP status 404" in failure["reason"]
    assert report["bytes"] > 10_000
    (listing,) = report["listings"]
    assert {name: listing[name] for name in ("listing", "listed", "new", "saved", "failed")} == {
        "listing": "eastmoney/market-37",
        "listed": 13,
        "new": 13,
        "saved": 12,
        "failed": 1,
    }


def status(archive: Archive) -> Any:
    """Return what `archiver status --json` says."""
    return json.loads(archive.archiver("status", "--json").stdout)


def test_status_before_the_first_run(archive: Archive) -> None:
    result = archive.archiver("status")
    assert (result.returncode, result.stdout) == (1, "")
    assert "there is no index: nothing has been crawled into it yet" in result.stderr
    assert not archive.output.exists()


def test_an_article_found_by_its_address_is_known(archive: Archive, article: Record) -> None:
    archive.get(article.id)
    assert archive.crawl("eastmoney/market-37").stdout == "12 written, 0 unchanged, 0 failed\n"


def test_progress_has_a_total(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    totals: list[int] = []
    monkeypatch.setattr(Display, "is_shown", True)
    monkeypatch.setattr(Display, "expect", lambda _, total: totals.append(total))
    monkeypatch.setattr(counting, "MIN_INTERVAL_SECONDS", 0)
    assert archive.crawl("eastmoney/market-37", "eastmoney/rolling", "--limit", "5").returncode == 0
    assert totals
    assert max(totals) == 5
    totals.clear()
    assert archive.crawl("eastmoney/market-37", "eastmoney/rolling").returncode == 0
    assert totals[-1] == 8
    monkeypatch.setattr(Display, "is_shown", False)
    totals.clear()
    assert archive.crawl("eastmoney/market-37").returncode == 0
    assert totals == []
