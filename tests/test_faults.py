"""What the net does to a crawl: each fault is explained, costs nothing that was good, and does not spread."""

from __future__ import annotations

import resource
import time
from dataclasses import replace
from email.utils import formatdate
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archiver import recipes
from archiver.replica import Fault, Record

if TYPE_CHECKING:
    from archiver.replica import Replica
    from tests.conftest import Archive

TEXT = "/NewsData/GetNewsText.do"


@pytest.fixture
def article(replica: Replica) -> Record:
    """The first article of the replica."""
    return replica.articles[0]


@pytest.mark.parametrize(
    ("fault", "options", "words"),
    [
        (Fault.NOT_FOUND, {}, "HTTP status 404: there is no such article, or it was withdrawn"),
        (Fault.SERVER_ERROR, {}, "HTTP status 500: the site is in trouble"),
        (Fault.BLOCK_PAGE, {}, "a web page, not JSON (a block page?)"),
        (Fault.NULL, {}, "the answer is empty: null"),
        (Fault.EMPTY, {}, "the answer is empty"),
        (Fault.TRUNCATED_JSON, {}, "the answer is not JSON"),
        (Fault.CUT_SHORT, {}, "the answer is cut off: the connection closed before its end"),
        (Fault.OTHER_ARTICLE, {}, "the answer is another article"),
        (Fault.REDIRECT_LOOP, {}, "redirects in a circle"),
        (Fault.REDIRECT_FILE, {}, "redirects to file:///etc/passwd, where only"),
        (Fault.REDIRECT_TO, {"location": "http://127.0.0.1:1/x"}, "a private address that was not asked for"),
        (Fault.REDIRECT_TO, {"location": "http://[::ffff:10.0.0.1]/x"}, "a private address that was not asked for"),
        (Fault.REDIRECT_TO, {"location": "http://localhost/x"}, "a private address that was not asked for"),
        (Fault.REDIRECT_TO, {"location": "http://2130706433/x"}, "a private address that was not asked for"),
        (Fault.REDIRECT_TO, {"location": "http://169.254.169.254/latest"}, "a private address that was not asked for"),
        (Fault.REDIRECT_TO, {"location": "data:text/html,x"}, "where only the same scheme or https is followed"),
        (Fault.GZIP_BOMB, {}, "larger than DOWNLOAD_MAXSIZE allows"),
        (Fault.RESET, {}, "Connection reset by peer"),
    ],
    ids=lambda value: str(value.get("location", "")) if isinstance(value, dict) else None,
)
def test_a_fault_is_explained_and_spoils_nothing(
    archive: Archive, article: Record, fault: Fault, options: dict[str, Any], words: str
) -> None:
    assert archive.get(article.id).returncode == 0
    good = archive.posts
    other = archive.replica.articles[1]
    archive.replica.fail(fault, id=article.id, **options)
    result = archive.get(article.id, other.id)
    assert result.returncode == 1
    assert result.stdout == "1 written, 0 unchanged, 1 failed\n"
    assert f"archiver: {article.id}: " in result.stderr
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert archive.posts.items() > good.items()
    assert len(archive.posts) == 2


@pytest.mark.parametrize(
    "fault", [Fault.GZIP, Fault.JSONP, Fault.ASSIGNMENT, Fault.BOM, Fault.MISLABELLED_GBK, Fault.GBK, Fault.UTF8_AS_GBK]
)
def test_an_odd_answer_gives_the_same_post(archive: Archive, article: Record, fault: Fault) -> None:
    archive.get(article.id)
    plain = archive.posts
    archive.replica.fail(fault, id=article.id)
    result = archive.get("--force", article.id)
    assert (result.returncode, result.stdout) == (0, "1 written, 0 unchanged, 0 failed\n")
    assert archive.posts == plain


def test_a_passing_fault_is_retried(archive: Archive, article: Record) -> None:
    archive.replica.fail(Fault.SERVER_ERROR, id=article.id, times=2)
    assert archive.get(article.id).returncode == 0
    assert len(asked(archive.replica)) == 3


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.UNAVAILABLE])
def test_retry_after_is_honoured_by_all_requests_to_the_host(archive: Archive, fault: Fault) -> None:
    ids = [record.id for record in archive.replica.articles[:5]]
    archive.replica.fail(fault, path=TEXT, times=1, retry_after=1)
    result = archive.get(*ids, "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1", "-s", "DOWNLOAD_DELAY=0.1")
    assert (result.returncode, result.stdout) == (0, "5 written, 0 unchanged, 0 failed\n")
    first, *others = asked(archive.replica)
    assert len(others) == 5
    assert min(others) - first >= 1


def test_retry_after_may_be_a_date(archive: Archive, article: Record) -> None:
    date = int(time.time()) + 3
    archive.replica.fail(Fault.UNAVAILABLE, id=article.id, times=1, retry_after=formatdate(date, usegmt=True))
    assert archive.get(article.id).returncode == 0
    _, second = asked(archive.replica)
    assert second > date - time.time() + time.monotonic() - 0.1  # the clocks are read one after the other


def test_a_long_retry_after_is_not_waited_for(archive: Archive, article: Record) -> None:
    archive.replica.fail(Fault.TOO_MANY, id=article.id, retry_after=3600)
    started = time.monotonic()
    result = archive.get(article.id)
    assert time.monotonic() - started < 20
    assert result.returncode == 1
    assert "it asks to wait 3600 s" in result.stderr


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.DRIP])
def test_a_slow_answer_times_out(archive: Archive, article: Record, fault: Fault) -> None:
    archive.replica.fail(fault, id=article.id, seconds=60)
    result = archive.get(article.id, "-s", "DOWNLOAD_TIMEOUT=0.5", "-s", "RETRY_TIMES=0")
    assert result.returncode == 1
    assert "no answer in time (DOWNLOAD_TIMEOUT)" in result.stderr


def test_a_host_that_is_not_there(archive: Archive, article: Record) -> None:
    archive.replica.stop()
    result = archive.get(article.id, "-s", "RETRY_TIMES=0")
    archive.replica.start()
    assert result.returncode == 1
    assert "no connection: " in result.stderr
    assert "Traceback" not in result.stderr


def test_robots_txt_is_obeyed(archive: Archive, article: Record) -> None:
    archive.replica.robots = "User-agent: archiver\nDisallow: /NewsData/\n"
    result = archive.get(article.id)
    assert result.returncode == 1
    assert "forbidden by the site's robots.txt" in result.stderr
    assert asked(archive.replica) == []


def test_requests_keep_their_distance(archive: Archive) -> None:
    ids = [record.id for record in archive.replica.articles[:4]]
    assert archive.get(*ids, polite=True).returncode == 0
    times = asked(archive.replica)
    assert all(later - earlier >= 0.49 for earlier, later in pairwise(times))


def test_no_request_says_it_is_a_browser(archive: Archive, article: Record) -> None:
    archive.get(article.id)
    assert {seen.headers["user-agent"].partition("/")[0] for seen in archive.replica.requests} == {"archiver"}
    assert {seen.headers["accept-encoding"] for seen in archive.replica.requests} == {"gzip, deflate"}


@pytest.fixture
def plain_http(tmp_path: Path) -> tuple[str, str]:
    """The setting for a recipe that asks for every page without TLS, which the replica as a proxy cannot see into."""
    recipe = (Path(recipes.__file__).parent / "eastmoney.yaml").read_text(encoding="utf-8")
    directory = tmp_path / "recipes"
    directory.mkdir()
    (directory / "home.yaml").write_text(recipe.replace("address: https:", "address: http:"), encoding="utf-8")
    return ("-s", f"ARCHIVER_RECIPES={directory}")


def test_the_next_page_is_asked_when_one_fails(archive: Archive, article: Record, plain_http: tuple[str, str]) -> None:
    archive.replica.fail(Fault.NULL, path=TEXT)
    (line,) = archive.json(article.id, *plain_http)
    assert (line["outcome"], line["rules"]["title"]) == ("written", "api:data.art_title")
    archive.replica.fail(Fault.NOT_FOUND, path=f"/kuaixun/v2/api/article/{article.id}")
    archive.output = archive.output.with_name("page")
    (line,) = archive.json(article.id, *plain_http)
    assert (line["outcome"], line["rules"]["title"]) == ("written", "page:.title")
    assert line["published"] == article.date.replace(" ", "T")[:16] + ":00+08:00"
    assert line["source"] == article.medianame
    assert article.title in archive.post(article.id)


def test_a_lesser_page_replaces_nothing(archive: Archive, article: Record, plain_http: tuple[str, str]) -> None:
    archive.get(article.id)
    good = archive.posts
    archive.replica.fail(Fault.NULL, path=TEXT)
    archive.replica.fail(Fault.NOT_FOUND, path=f"/kuaixun/v2/api/article/{article.id}")
    result = archive.get(article.id, *plain_http)
    assert (result.returncode, result.stdout) == (0, "0 written, 1 unchanged, 0 failed\n")
    assert archive.posts == good


@pytest.mark.parametrize(
    ("largest", "words"),
    [
        (1_500_000, "not written: File too large"),
        (1_000, "index.sqlite: disk I/O error; look at the disk, and run again"),
    ],
    ids=["post", "index"],
)
def test_a_full_disk_is_explained_and_spoils_nothing(archive: Archive, largest: int, words: str) -> None:
    record = archive.replica.articles[0]
    archive.get(record.id)
    good = archive.posts
    archive.replica.add(replace(record, text="<p>长文</p>" * 150_000, content=""))

    def no_large_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    result = archive.get(record.id, preexec_fn=no_large_files)
    assert result.returncode == 1
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert archive.posts == good
    assert archive.get(record.id).stdout == "1 written, 0 unchanged, 0 failed\n"


def asked(replica: Replica) -> list[float]:
    """Return when articles were asked for."""
    return [seen.time for seen in replica.requests if seen.path == TEXT]
