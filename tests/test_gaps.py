"""Gaps through which articles, edits or alarms could be lost: each was one once, or could have been."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from archiver.replica import Fault
from tests import forks
from tests.conftest import NO_DELAY

if TYPE_CHECKING:
    from archiver.replica import Record
    from tests.conftest import Archive

LISTING = "eastmoney/market-37"
SEARCH = "eastmoney/search"
PAGE_2 = "pageIndex=2"


def add_news(archive: Archive, count: int) -> None:
    """Publish new articles, the only ones in the search but for one that is known."""
    model = archive.replica.articles[0]
    new = [f"2026060100000{number:05}" for number in range(count)]
    for number, article_id in enumerate(new):
        archive.replica.add(replace(model, id=article_id, date="2026-06-01 09:30:00", text=f"<p>{number}</p>" * 20))
    archive.replica.listings["search"] = [*new, model.id]


def first_run(archive: Archive) -> None:
    """Read the search for the first time, with one article in it."""
    archive.replica.listings["search"] = [archive.replica.articles[0].id]
    assert archive.crawl(SEARCH).returncode == 0


@pytest.mark.parametrize("how", ["error", "budget", "error with validators"])
def test_pages_that_were_cut_off_are_read_by_the_next_run(archive: Archive, how: str) -> None:
    archive.replica.validators = how == "error with validators"
    first_run(archive)
    add_news(archive, 120)
    if how == "budget":
        archive.crawl(SEARCH, "--max-requests", "1")
    else:
        archive.replica.fail(Fault.SERVER_ERROR, path="/NewsData/GetNewsBySearch.do")
        whole = archive.replica.respond

        def only_the_first_page(seen):  # type: ignore[no-untyped-def]
            if PAGE_2 not in seen.query:
                archive.replica.heal()
            else:
                archive.replica.fail(Fault.SERVER_ERROR, path="/NewsData/GetNewsBySearch.do")
            return whole(seen)

        archive.replica.respond = only_the_first_page  # type: ignore[method-assign]
        archive.replica.stop()
        archive.replica.start()
        assert archive.crawl(SEARCH, "-s", "RETRY_TIMES=0").returncode == 3
        archive.replica.respond = whole  # type: ignore[method-assign]
        archive.replica.stop()
        archive.replica.start()
        archive.replica.heal()
    archive.crawl(SEARCH)
    assert len(archive.posts) == 121
    archive.asked()
    archive.crawl(SEARCH)
    assert len(archive.asked()) == 1


def test_a_run_that_passes_articles_over_does_not_hide_them_from_the_next(archive: Archive) -> None:
    archive.replica.validators = True
    archive.crawl(LISTING, "--since", "2024-03-20")
    archive.crawl(LISTING)
    assert len(archive.posts) == 13


def test_an_index_that_was_lost_misses_no_page(archive: Archive) -> None:
    first_run(archive)
    add_news(archive, 120)
    shutil.rmtree(archive.output / "_index")
    archive.crawl(SEARCH)
    assert len(archive.posts) == 121


def test_an_index_that_was_lost_still_finds_edits(archive: Archive) -> None:
    today = datetime.now(
        UTC
    )  # what counts as recent does so from now; the date is none that can be, so the id's counts
    record = replace(archive.replica.articles[0], id=f"{today:%Y%m%d}0000000001", date="2099-01-01 00:00:00")
    archive.replica.add(record)
    archive.crawl(LISTING)
    shutil.rmtree(archive.output / "_index")
    archive.replica.add(replace(record, text=f"{record.text}<p>更正。</p>"))
    assert archive.crawl(LISTING).stdout == "1 written, 0 unchanged, 0 failed\n"


def test_a_withdrawn_article_that_is_listed_again_is_asked_for(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING)
    archive.replica.withdraw(article.id)
    archive.crawl(LISTING, "--recheck", "2d")
    archive.replica.add(replace(article, text=f"{article.text}<p>更正。</p>", content=""))
    assert archive.crawl(LISTING).stdout == "0 written, 0 unchanged, 0 failed\n"  # not at once
    archive.sql("UPDATE articles SET checked = checked - 7 * 3600 * 1000000")
    assert archive.crawl(LISTING).stdout == "1 written, 0 unchanged, 0 failed\n"


def test_an_index_that_was_never_finished_is_made_again(archive: Archive) -> None:
    (archive.output / "_index").mkdir(parents=True)
    (archive.output / "_index" / "index.sqlite").write_bytes(b"")
    assert archive.crawl(LISTING).returncode == 0


def test_settings_of_the_environment_count_for_every_command(archive: Archive, article: Record) -> None:
    environment = {"ARCHIVER_OUTPUT": str(archive.output)}
    assert archive.invoke("crawl", LISTING, "-s", "DOWNLOAD_DELAY=0", env=environment).returncode == 0
    assert "13 saved" in archive.invoke("status", env=environment).stdout
    assert archive.invoke("history", article.id, env=environment).returncode == 0


def test_a_host_that_wants_to_be_left_alone_is_within_the_run_too(archive: Archive) -> None:
    archive.replica.fail(Fault.TOO_MANY, path="/NewsData/GetNewsText.do", retry_after=3600)
    hosts = ("app.jg.eastmoney.com", "choicewzp1.eastmoney.com", "finews.zning.xyz")
    one_at_a_time = {host: {"concurrency": 1, "delay": 0} for host in hosts}
    slots = f"DOWNLOAD_SLOTS={json.dumps(one_at_a_time)}"
    archive.crawl(LISTING, "-s", "DOWNLOAD_DELAY=0", "-s", slots, polite=True)
    assert sorted(seen.host for seen in archive.replica.requests if "GetNewsText" in seen.path) == sorted(hosts)


def test_since_is_also_for_what_waits(archive: Archive) -> None:
    archive.crawl(LISTING, "--limit", "2")
    assert archive.crawl(LISTING, "--since", "2025-01-01").stdout == "1 written, 0 unchanged, 0 failed\n"  # no date
    assert archive.crawl(LISTING).stdout == "10 written, 0 unchanged, 0 failed\n"


def test_since_is_in_the_zone_of_the_source(archive: Archive) -> None:
    record = replace(archive.replica.articles[0], id="202606010000000001", date="2026-06-01 05:00:00")
    archive.replica.add(record)
    archive.replica.listings["market-37"] = [record.id]
    result = archive.crawl(LISTING, "--since", "2026-06-01", env={"TZ": "UTC"})
    assert result.stdout == "1 written, 0 unchanged, 0 failed\n"


def test_pages_end_where_nothing_is_left(archive: Archive) -> None:
    archive.crawl(SEARCH, "--pages", "40")
    assert sum("GetNewsBySearch" in target for target in archive.asked()) == 2


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("ARCHIVER_DRY_RUN=maybe", "expected True or False, got 'maybe'"),
        ("ARCHIVER_FORCE=x", "expected True or False, got 'x'"),
        ("ARCHIVER_BACKOFF=x", "expected seconds or a length of time such as 30s, 2m or 6h, got 'x'"),
        ("ARCHIVER_MAX_REQUESTS=-3", "expected a number that is not negative"),
        ("ARCHIVER_MAX_SECONDS=nan", "expected seconds or a length of time"),
        ("RETRY_TIMES=x", "expected a number, got 'x'"),
        ("ARCHIVER_OUTPUT=", "expected a directory"),
    ],
)
def test_a_wrong_setting_is_explained(archive: Archive, setting: str, words: str) -> None:
    result = archive.invoke("crawl", LISTING, "-s", "DOWNLOAD_DELAY=0", "-s", setting)
    assert result.returncode == 2
    assert f"{setting.partition('=')[0]}: {words}" in result.stderr
    assert "Traceback" not in result.stderr
    assert archive.replica.requests == []


def test_history_of_a_post_that_is_no_utf_8(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING)
    (file,) = (archive.output / "_posts").glob(f"*{article.id}.md")
    file.write_bytes(file.read_bytes().decode().encode("gb18030"))
    archive.crawl(LISTING, "--recheck", "2d", "--force")
    assert archive.archiver("history", article.id).returncode == 0
    command = ("-m", "archiver", "history", article.id, "--version", "1", "--output", str(archive.output))
    assert "云帆" in archive.run(*command, encoding="gb18030").stdout


def test_a_report_that_cannot_be_kept_is_an_error(archive: Archive) -> None:
    archive.crawl(LISTING)
    shutil.rmtree(archive.output / "_index" / "reports")
    (archive.output / "_index" / "reports").write_text("in the way")
    result = archive.crawl(LISTING)
    assert result.returncode == 1
    assert "the report cannot be kept: File exists" in result.stderr


def test_a_file_that_the_index_does_not_know_is_not_overwritten(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING, "--limit", "1")
    file = archive.output / "_posts" / f"2024-03-15-NW{article.id}.md"
    file.write_text("---\ntitle: mine\n---\nby hand\n")
    result = archive.crawl(LISTING)
    unknown = "a file that the index does not know is in its place, and stays (--force overrides)"
    assert f"archiver: {article.id}: {unknown}\n" in result.stderr
    assert file.read_text() == "---\ntitle: mine\n---\nby hand\n"
    archive.asked()
    archive.crawl(LISTING)
    assert len(archive.asked()) == 1
    archive.get(article.id, "--force")
    assert article.title in file.read_text()


def test_another_profile_alone_rewrites_nothing(archive: Archive) -> None:
    archive.crawl(LISTING, "--profile", "source")
    posts = archive.posts
    result = archive.crawl(LISTING, "--recheck", "2d")
    assert result.stdout.startswith("0 written, ")
    assert archive.posts == posts
    shutil.rmtree(archive.output / "_index")
    archive.replica.listings["rolling"] = [record.id for record in archive.replica.articles]
    archive.crawl("eastmoney/rolling", "--profile", "clean")
    assert archive.posts.items() >= posts.items()
    assert archive.crawl(LISTING, "--recheck", "5000d", "--force").stdout.startswith("26 written, ")


def test_two_forms_that_fail_are_one_failure(archive: Archive, article: Record) -> None:
    archive.replica.add(replace(article, title="", digest=""))
    archive.replica.listings["rolling"] = archive.replica.listings["market-37"] = [article.id]
    archive.replica.fail(Fault.BLANK_FIELDS, listing="rolling")
    archive.replica.fail(Fault.BLANK_FIELDS, listing="market-37")
    archive.crawl(LISTING, "eastmoney/rolling")
    (one,) = [one for one in json.loads(archive.archiver("status", "--json").stdout)["listings"] if one["waiting"]][:1]
    assert one["waiting"] == 1


def test_a_file_in_the_way_is_not_asked_about_for_ever(archive: Archive, article: Record) -> None:
    archive.replica.listings["market-37"] = [article.id]
    file = archive.output / "_posts" / f"2024-03-15-NW{article.id}.md"
    file.parent.mkdir(parents=True)
    file.write_text("---\ntitle: mine\n---\nby hand\n")
    archive.crawl(LISTING)
    for _ in range(9):
        archive.sql("UPDATE articles SET due = 0, saved = saved - 3 * 86400000000 WHERE due IS NOT NULL")
        archive.crawl(LISTING)
    archive.asked()
    assert archive.crawl(LISTING).stderr == ""
    assert len(archive.asked()) == 1
    assert archive.get("--force", article.id).stdout == "1 written, 0 unchanged, 0 failed\n"


def test_a_post_changed_by_hand_is_reported_also_when_its_source_is_not(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING)
    (file,) = (archive.output / "_posts").glob(f"*{article.id}.md")
    mine = file.read_bytes().replace("云帆".encode(), b"<em>Yunfan</em>")
    file.write_bytes(mine)
    result = archive.crawl(LISTING, "--recheck", "2d")
    assert "the post was changed by hand, and stays (--force overrides)" in result.stderr
    assert file.read_bytes() == mine


def test_no_other_form_is_made_of_an_answer_that_was_not_believed(archive: Archive) -> None:
    archive.crawl(LISTING)
    archive.replica.fail(Fault.SAME_BODY)
    assert archive.crawl(LISTING, "--recheck", "2d").returncode == 3
    archive.replica.heal()
    archive.crawl("eastmoney/rolling")
    rolling = {name: post.decode() for name, post in archive.posts.items() if "NW" not in name}
    assert len(rolling) == 13
    archive.output = archive.output.with_name("whole")
    archive.crawl("eastmoney/rolling")
    assert {name: post.decode() for name, post in archive.posts.items()} == rolling


def test_another_form_is_made_of_the_latest_answer(archive: Archive) -> None:
    edited = next(record for record in archive.replica.articles if record.revised)
    archive.crawl(LISTING)
    archive.replica.edit(edited.id)
    archive.get(edited.id)
    archive.crawl("eastmoney/rolling")
    (post,) = (post.decode() for name, post in archive.posts.items() if name.endswith(f"-{edited.id}.md"))
    assert edited.revised["title"] in post


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["duplicates"],
        ["duplicates", "--renew"],
        ["history", "202403150001234567"],
        ["manifest"],
        ["pictures"],
        ["verify", "--repair"],
    ],
)
def test_looking_where_there_is_no_index_is_an_error(archive: Archive, command: list[str]) -> None:
    result = archive.archiver(*command)
    assert (result.returncode, result.stdout) == (1, "")
    said = f"archiver: {archive.output}: there is no index: nothing has been crawled into it yet; name another archive"
    assert result.stderr.startswith(said)
    assert result.stderr.count("\n") == 1
    assert not archive.output.exists()


def test_a_wrong_layout_costs_nothing(archive: Archive) -> None:
    assert archive.crawl(LISTING, "-s", "ARCHIVER_LAYOUT=week").returncode == 2
    assert not archive.output.exists()


def test_on_a_terminal_a_run_ends_with_a_table(archive: Archive) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "archiver", "crawl", LISTING, "--output", str(archive.output), *NO_DELAY]
    environment = {**os.environ, "http_proxy": archive.replica.url, "no_proxy": ""}
    with forks.Popen(command, env=environment, stdout=theirs) as run:
        assert run.wait(60) == 0
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    head, row, cost, last = shown.splitlines()
    assert head.split() == ["listing", "listed", "new", "saved", "failed"]
    assert row.split() == [LISTING, "13", "13", "13", "0"]
    assert re.fullmatch(r"\d+ requests, [\d,]+ bytes, \d+\.\d s", cost)
    assert last == "13 written, 0 unchanged, 0 failed"
