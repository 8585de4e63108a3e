"""Runs that are crossed, cut off, or told to hold back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from archiver.clock import DAY
from archiver.index import Index
from archiver.replica import Fault
from tests import forks

if TYPE_CHECKING:
    from archiver.replica import Record
    from tests.conftest import Archive

LISTING = "eastmoney/market-37"


def start(archive: Archive, *arguments: str) -> subprocess.Popen[str]:
    """Start `archiver crawl` and return its process when it holds the lock and has an index."""
    process = forks.Popen(
        [sys.executable, "-m", "archiver", "crawl", LISTING, "--output", str(archive.output), *arguments],
        env={**os.environ, "http_proxy": archive.replica.url, "no_proxy": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lock, index = (archive.output / "_index" / name for name in ("lock", "index.sqlite"))
    while not (lock.exists() and lock.read_text(encoding="utf-8") and index.exists()):
        assert process.poll() is None
        time.sleep(0.01)
    return process


def test_of_two_runs_at_once_the_second_leaves(archive: Archive, article: Record) -> None:
    archive.replica.fail(Fault.SLOW, listing="market-37", seconds=30)
    first = start(archive)
    for second in (archive.crawl(LISTING), archive.get(article.id)):
        assert second.returncode == 75
        assert second.stderr.startswith(f"archiver: {archive.output}: another run is at work here: process {first.pid}")
        assert f"crawl {LISTING}" in second.stderr
        assert second.stdout == ""
    assert archive.archiver("status").returncode == 0  # reading is always possible
    first.kill()
    first.communicate()
    archive.replica.heal()
    assert archive.crawl(LISTING).stdout == "13 written, 0 unchanged, 0 failed\n"


def test_an_interrupted_run_says_so_and_the_next_goes_on(archive: Archive) -> None:
    process = start(archive, "-s", "CONCURRENT_REQUESTS=2")  # with the delays of the recipe
    while not list(archive.output.glob("_posts/*.md")):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 130
    written = len(archive.posts)
    assert written < 13
    archive.asked()
    assert archive.crawl(LISTING).stdout == f"{13 - written} written, 0 unchanged, 0 failed\n"
    assert len(archive.asked()) == 1 + 13 - written


def test_output_that_is_read_only(archive: Archive) -> None:
    archive.crawl(LISTING, "--limit", "1")
    posts = archive.posts
    if os.getuid() == 0:  # to whom permissions mean nothing
        (archive.output / "_index" / "index.sqlite").unlink()
        (archive.output / "_index" / "index.sqlite").mkdir()
        words = "index.sqlite: cannot be read: Is a directory"
    else:
        (archive.output / "_index").chmod(0o500)
        words = "cannot be opened for writing"
    result = archive.crawl(LISTING)
    assert result.returncode == 1
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert archive.posts == posts


def test_an_index_that_is_no_index(archive: Archive) -> None:
    archive.crawl(LISTING, "--limit", "1")
    file = archive.output / "_index" / "index.sqlite"
    file.write_bytes(b"not a database at all" * 100)
    result = archive.crawl(LISTING)
    assert result.returncode == 1
    assert f"{file}: file is not a database" in result.stderr
    assert "move it away, and make one: `archiver adopt`" in result.stderr
    assert "Traceback" not in result.stderr
    file.unlink()
    result = archive.crawl(LISTING)  # it is made anew from the posts
    assert result.stdout == "12 written, 0 unchanged, 0 failed\n"


def test_an_index_of_a_newer_archiver(archive: Archive) -> None:
    archive.crawl(LISTING, "--limit", "1")
    archive.sql("PRAGMA user_version = 99")
    result = archive.crawl(LISTING)
    assert result.returncode == 1
    assert "made by a newer archiver (schema 99); use that one" in result.stderr


@pytest.mark.parametrize("years", [-3, 3])
def test_a_clock_that_goes_wrong_loses_nothing(archive: Archive, article: Record, years: int) -> None:
    archive.replica.fail(Fault.SERVER_ERROR, id=article.id)
    archive.crawl(LISTING, "--limit", "5", "-s", "RETRY_TIMES=0")
    archive.replica.heal()
    # That run was in another time.
    shift = years * 365 * DAY
    archive.sql(f"UPDATE articles SET due = due + {shift}, first_seen = first_seen + {shift}, saved = saved + {shift}")
    archive.sql(f"UPDATE runs SET started = started + {shift}, ended = ended + {shift}")
    result = archive.crawl(LISTING)
    assert result.returncode == 0
    assert len(archive.posts) == 13
    assert ("its clock was ahead, or this one is behind" in result.stderr) == (years > 0)


def test_so_many_requests(archive: Archive) -> None:
    result = archive.crawl(LISTING, "--max-requests", "6")
    assert result.returncode == 0
    assert result.stdout.endswith("0 failed; the budget is spent, the rest is for the next run\n")
    assert len(archive.replica.requests) == 6
    written = len(archive.posts)
    assert archive.crawl(LISTING).stdout == f"{13 - written} written, 0 unchanged, 0 failed\n"


def test_so_many_seconds(archive: Archive) -> None:
    result = archive.crawl(LISTING, "--max-seconds", "4", "-s", "DOWNLOAD_DELAY=0.8", polite=True)
    assert result.returncode == 0
    assert result.stdout.endswith("the budget is spent, the rest is for the next run\n")
    assert 1 <= len(archive.posts) <= 8
    written = len(archive.posts)
    assert archive.crawl(LISTING).stdout == f"{13 - written} written, 0 unchanged, 0 failed\n"


def test_retry_after_is_remembered_by_the_next_run(archive: Archive) -> None:
    archive.replica.fail(Fault.TOO_MANY, listing="market-37", retry_after=3600)
    assert archive.crawl(LISTING).returncode == 3
    archive.replica.heal()
    archive.asked()
    result = archive.crawl(LISTING)
    assert result.returncode == 3
    assert "the site asked to be left alone until " in result.stderr
    assert archive.asked() == []
    assert "43.240.125.15:1818 asked to be left alone until" in archive.archiver("status").stdout
    archive.sql("UPDATE hosts SET resume = resume - 3600 * 1000000")
    assert archive.crawl(LISTING).returncode == 0


def test_a_short_retry_after_is_waited_for_by_the_next_run(archive: Archive) -> None:
    archive.replica.fail(Fault.TOO_MANY, listing="market-37", retry_after=3)
    archive.crawl(LISTING, "-s", "RETRY_TIMES=0")
    (seen,) = (one for one in archive.replica.requests if one.path != "/robots.txt")
    archive.replica.heal()
    archive.replica.requests.clear()
    assert archive.crawl(LISTING).returncode == 0
    assert archive.replica.requests[0].time - seen.time >= 2.9


def test_crawl_delay_is_obeyed(archive: Archive) -> None:
    archive.replica.robots = "User-agent: *\nCrawl-delay: 1\n"
    archive.crawl(LISTING, "--limit", "3")
    times = [one.time for one in archive.replica.requests if "GetNewsText" in one.path]
    assert len(times) == 3
    assert min(after - before for before, after in pairwise(times)) >= 0.7


def test_robots_txt_is_obeyed_for_listings(archive: Archive) -> None:
    archive.replica.robots = "User-agent: *\nDisallow: /information/\n"
    result = archive.crawl(LISTING)
    assert result.returncode == 3
    assert "forbidden by the site's robots.txt" in result.stderr
    assert archive.asked() == []


def test_robots_txt_is_kept_for_some_hours(archive: Archive) -> None:
    archive.crawl(LISTING)
    archive.replica.requests.clear()
    archive.replica.robots = "User-agent: *\nDisallow: /\n"
    assert archive.crawl(LISTING).returncode == 0
    archive.sql("UPDATE robots SET fetched = fetched - 7 * 3600 * 1000000")
    assert archive.crawl(LISTING).returncode == 3


def test_what_was_written_when_a_run_was_killed_is_found(archive: Archive, article: Record) -> None:
    """A post is on disk, and the index does not know it yet: the next run settles it without asking."""
    archive.crawl(LISTING)
    archive.sql(
        "INSERT INTO intents (article, form, path, sha256, published, text_digest, rules, saved, within, every) "
        "SELECT article, form, path, sha256, published, text_digest, rules, 1, 0, 0 "
        "FROM posts JOIN articles ON key = article"
    )
    archive.sql("DELETE FROM posts")
    archive.sql("UPDATE articles SET state = 'listed', saved = NULL, due = 0")
    archive.sql("INSERT INTO wanted SELECT key, 'share' FROM articles")
    archive.asked()
    assert archive.crawl(LISTING).stdout == "0 written, 0 unchanged, 0 failed\n"
    assert len(archive.asked()) == 1
    index = Index.read(archive.output)
    assert index.catalogue.states() == {"saved": 13}
    index.close()


def test_a_report_says_how_it_went(archive: Archive) -> None:
    archive.crawl(LISTING)
    (run,) = json.loads(archive.archiver("status", "--json").stdout)["runs"]
    assert run["report"]["counts"] == {"written": 13}
    assert run["ended"] >= run["started"]
