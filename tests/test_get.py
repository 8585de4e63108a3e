"""`archiver get` and `scrapy crawl share`, end to end against the replica."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import io
import json
import os
import pty
import signal
import struct
import sys
import termios
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from archiver import Archive as ArchiveApi
from archiver import commands
from archiver.commands import demo
from archiver.errors import IndexFileError
from archiver.index import Index
from archiver.replica import Record
from archiver.run_report import RunReport
from tests.conftest import invoke

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

    from archiver.replica import Replica
    from tests.conftest import Archive

HOST = "http://finews.zning.xyz"


def last_line(text: str) -> str:
    """Return the last line of `text`."""
    return text.strip().splitlines()[-1]


@pytest.fixture
def article(replica: Replica) -> Record:
    """The first article of the replica."""
    return replica.articles[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030"])
def test_a_list_may_be_in_any_encoding_that_its_beginning_tells(
    encoding: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = "# 三篇文章\r\n\r\n甲:1\n 乙:2 \r丙:3"
    content = (codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b"") + text.encode(encoding)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    listed: list[str] = []

    def get(*_: object, **given: Any) -> RunReport:
        listed.extend(given["listed"])
        return RunReport({}, (), (), 0, {})

    monkeypatch.setattr(ArchiveApi, "get", get)
    assert commands.main(["get", "-", "--output", str(tmp_path)]) == 0
    assert listed == ["甲:1", "乙:2", "丙:3"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", ["get", "extract"])
def test_a_standard_input_that_is_closed_is_said(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setenv("ARCHIVER_OUTPUT", str(tmp_path))
    assert commands.main([command, "-"]) == 2
    assert capsys.readouterr().err == "archiver: -: there is no standard input to read\n"


def test_an_address_gives_a_post(archive: Archive, article: Record) -> None:
    result = archive.get(f"{HOST}/html_News/NewsShare.html?infoCode={article.infocode}")
    assert result.returncode == 0
    assert result.stdout == "1 written, 0 unchanged, 0 failed\n"
    assert result.stderr == ""
    (name, content), *others = archive.posts.items()
    assert others == []
    assert name == f"{article.date[:10]}-{article.infocode}.md"
    lines = content.decode().split("\n")
    assert lines[:7] == [
        "---",
        "layout: post",
        f'title: "{article.title}"',
        f"date: {article.date} +0800",
        "categories: linlanwanbao",
        f"tags: {article.medianame}新闻",
        "---",
    ]
    assert lines[-4:] == [
        "",
        f"<{HOST}/html_News/NewsShare.html?infoCode={article.infocode}>",
        "",
        f"[返回{article.medianame}新闻](//finews.withounder.com/category/linlanwanbao.html)"
        "｜[返回首页](//finews.withounder.com/)",
    ]
    assert "\n".join(lines[7:-4]) == article.text.replace("\u3000\u3000", "")


def test_one_address_or_another_the_same_post(archive: Archive, article: Record) -> None:
    posts: set[tuple[str, bytes]] = set()
    for number, address in enumerate(
        (
            f"{HOST}/html_News/NewsShare.html?infoCode={article.infocode}",
            f"{HOST}/html_News/NewsShare.html?x=1&infocode={article.id}#top",
            f"http://choicewzp1.eastmoney.com/html_News/NewsShare.html?infoCode={article.infocode}",
            f"http://app.jg.eastmoney.com/html_News/NewsShare.html?infoCode={article.infocode}",
            f"https://choicew2z.eastmoney.com/info/information/detail.html?infocode={article.infocode}",
            f"https://finance.eastmoney.com/a/{article.id}.html",
            f"http://stock.eastmoney.com/news/1345,{article.id}.html",
            article.infocode,
            article.infocode.lower(),
            article.id,
        )
    ):
        archive.output = archive.output.with_name(str(number))
        result = archive.get(address)
        assert result.returncode == 0, f"{address}: {result.stderr}"
        posts.add(*archive.posts.items())
    assert len(posts) == 1


def test_a_share_page_is_asked_for_at_its_own_host(archive: Archive, article: Record) -> None:
    archive.get(f"http://app.jg.eastmoney.com/html_News/NewsShare.html?infoCode={article.infocode}")
    assert {seen.host for seen in archive.replica.requests} == {"app.jg.eastmoney.com"}


def test_one_article_under_two_names_is_fetched_once(archive: Archive, article: Record) -> None:
    result = archive.get(article.id, article.infocode, article.url)
    assert (result.returncode, last_line(result.stdout)) == (0, "1 written, 0 unchanged, 0 failed")
    assert [seen.path for seen in archive.replica.requests].count("/NewsData/GetNewsText.do") == 1


def test_all_articles_of_the_replica_in_both_profiles(archive: Archive) -> None:
    articles = archive.replica.articles
    for profile in ("clean", "source"):
        result = archive.get("--profile", profile, *(record.id for record in articles))
        assert (result.returncode, result.stderr) == (0, "")
        assert len(archive.posts) == len(articles)
        assert not any(b"\r\n" in content for content in archive.posts.values()) or profile == "source"


def test_a_list_on_standard_input(archive: Archive) -> None:
    ids = [record.id for record in archive.replica.articles[:3]]
    result = archive.get("-", input="\n".join(["\ufeff# three articles", "", *ids]))
    assert last_line(result.stdout) == "3 written, 0 unchanged, 0 failed"


def test_an_empty_list_is_an_error(archive: Archive) -> None:
    result = archive.get("-", input="\n# nothing\n")
    assert (result.returncode, result.stderr) == (2, "archiver: no address was given\n")


def test_json_has_a_line_for_each_address(archive: Archive, article: Record) -> None:
    result = archive.get("--json", article.url, "nonsense")
    unknown, written = (json.loads(line) for line in result.stdout.splitlines())
    assert result.returncode == 1
    assert last_line(result.stderr) == "1 written, 0 unchanged, 1 failed"
    assert (unknown["address"], unknown["outcome"]) == ("nonsense", "failed")
    assert "no recipe knows" in unknown["reason"]
    assert written["outcome"] == "written"
    assert written["id"] == article.id
    assert written["title"] == article.title
    assert written["published"] == article.date.replace(" ", "T") + "+08:00"
    assert (archive.output / written["path"]).is_file()
    assert written["rules"] == {
        "title": "text:title",
        "time": "text:date iso",
        "source": "text:medianame",
        "url": "recover:id",
        "body": "text:text",
    }


def test_an_unchanged_article_touches_nothing(archive: Archive, article: Record) -> None:
    archive.get(article.id)
    (post,) = (archive.output / "_posts").iterdir()
    before = post.stat()
    result = archive.get(article.id)
    assert (result.returncode, last_line(result.stdout)) == (0, "0 written, 1 unchanged, 0 failed")
    after = post.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_force_rewrites(archive: Archive, article: Record) -> None:
    archive.get(article.id)
    (post,) = (archive.output / "_posts").iterdir()
    before = post.stat().st_mtime_ns
    content = post.read_bytes()
    result = archive.get("--force", article.id)
    assert last_line(result.stdout) == "1 written, 0 unchanged, 0 failed"
    assert post.stat().st_mtime_ns > before
    assert post.read_bytes() == content


def test_an_edited_article_is_updated(archive: Archive) -> None:
    edited = next(record for record in archive.replica.articles if record.revised)
    archive.get(edited.id)
    before = archive.post(edited.id)
    archive.replica.edit(edited.id)
    result = archive.get(edited.id)
    assert last_line(result.stdout) == "1 written, 0 unchanged, 0 failed"
    assert archive.post(edited.id) != before


def test_an_article_that_cannot_be_a_post_goes_to_quarantine(archive: Archive) -> None:
    record = Record(id="202406010000000001", title="", date="", medianame="", text="<p>没有标题的一段话。</p>")
    archive.replica.add(record)
    result = archive.get(record.id)
    assert (result.returncode, last_line(result.stdout)) == (1, "0 written, 0 unchanged, 1 failed")
    assert f"{record.id}: no title" in result.stderr
    assert archive.posts == {}
    (kept,) = (archive.output / "_quarantine").iterdir()
    quarantined = json.loads(kept.read_text(encoding="utf-8"))
    assert "no title" in quarantined["reason"]
    assert quarantined["body"] == record.text


def test_a_missing_time_is_the_ids_date(archive: Archive) -> None:
    record = Record(id="202406010000000002", title="题", date="", medianame="某报", text="<p>一段话。</p>")
    archive.replica.add(record)
    (line,) = archive.json(record.id)
    assert line["published"] == "2024-06-01T00:00:00+08:00"
    assert line["rules"]["time"] == "recover:id compact"
    assert "date: 2024-06-01 00:00:00 +0800" in archive.post(record.id)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["example/202406010000000002"], 1, "no recipe knows"),
        (["ftp://finance.eastmoney.com/a/202406010000000002.html"], 1, "only http and https"),
        ([f"{HOST}/html_News/NewsShare.html?infoCode=../../../etc/passwd"], 1, "names no article"),
        (["--profile", "pretty", "202406010000000002"], 2, "there is no pretty; there are clean, source"),
        (["-s", "ARCHIVER_PROFILE=pretty", "202406010000000002"], 2, "expected clean or source, got 'pretty'"),
        (["-s", "ARCHIVER_RECIPES=/nowhere", "202406010000000002"], 2, "/nowhere: no such directory"),
        (["-s", "NONSENSE", "202406010000000002"], 2, "expected NAME=VALUE"),
        ([], 2, "the following arguments are required"),
    ],
)
def test_a_mistake_is_explained(archive: Archive, arguments: list[str], status: int, words: str) -> None:
    result = archive.get(*arguments)
    assert result.returncode == status
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert archive.replica.requests == []


def test_an_output_that_cannot_be_is_explained(archive: Archive, article: Record) -> None:
    archive.output.write_text("a file is in the way")
    result = archive.get(article.id)
    assert result.returncode == 1
    assert result.stderr == f"archiver: {archive.output}: is no directory; name the archive's with --output\n"


def test_settings_come_from_the_environment(archive: Archive, article: Record) -> None:
    archive.get(article.id, env={"ARCHIVER_SITE": "news.example.org", "ARCHIVER_CONTACT": "me@example.org"})
    assert "](//news.example.org/)" in archive.post(article.id)
    assert all("; me@example.org)" in seen.headers["user-agent"] for seen in archive.replica.requests)


def test_a_settings_module_that_is_not_there(archive: Archive, article: Record) -> None:
    result = archive.get(article.id, env={"SCRAPY_SETTINGS_MODULE": "no.such.module"})
    assert result.returncode == 2
    assert result.stderr.startswith("archiver: SCRAPY_SETTINGS_MODULE: cannot import no.such.module")


def test_your_own_settings_module(archive: Archive, article: Record, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from archiver.settings import *\nARCHIVER_SITE = 'mine.example.org'\n")
    environment = {"SCRAPY_SETTINGS_MODULE": "mine", "PYTHONPATH": str(tmp_path)}
    assert archive.get(article.id, env=environment, timeout=60).returncode == 0  # a process finds that module
    assert "](//mine.example.org/)" in archive.post(article.id)


MANY = 400


def test_an_interrupted_run_says_so(archive: Archive) -> None:
    # More than Scrapy takes on at once, which it finishes; and far more than there is time for until the signal comes.
    for number in range(MANY):
        archive.replica.add(Record(f"2024060100{number:08}", "题", "2024-06-01 08:00:00", "某报", "<p>一段话。</p>"))
    process = archive.start("-s", "DOWNLOAD_DELAY=0.1", *(record.id for record in archive.replica.articles))
    while not archive.posts:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert last_line(output) == f"{len(archive.posts)} written, 0 unchanged, 0 failed"
    assert 0 < len(archive.posts) < MANY
    assert errors == "archiver: stopping; again to stop at once\n"


def test_a_reader_that_leaves_stops_nothing(archive: Archive) -> None:
    articles = archive.replica.articles
    process = archive.start("--json", *(record.id for record in articles))
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, f"{len(articles)} written, 0 unchanged, 0 failed\n")
    assert len(archive.posts) == len(articles)


def test_progress_is_shown_on_a_terminal(archive: Archive, article: Record) -> None:
    terminal, its_other_end = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = archive.start(article.id, stderr=its_other_end)
    os.close(its_other_end)
    shown = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while chunk := os.read(terminal, 1024):
            shown += chunk
    os.close(terminal)
    assert process.communicate()[0] == "1 written, 0 unchanged, 0 failed\n"
    assert b"0 of 1 article," in shown


def test_scrapy_knows_the_spiders(archive: Archive) -> None:
    anew = archive.run("-m", "scrapy", "list", capture_output=True)  # by a process that has loaded nothing else
    assert anew.stdout.split() == ["listing", "pictures", "share"]


def test_scrapy_crawl_does_the_same(archive: Archive, article: Record, tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    settings = ("-s", f"ARCHIVER_OUTPUT={archive.output}", "-s", "DOWNLOAD_DELAY=0")
    result = archive.scrapy("crawl", "share", "-a", f"url={article.url}", "-O", str(feed), *settings)
    assert result.returncode == 0
    assert "1 written, 0 unchanged, 0 failed" in result.stderr
    assert article.title in archive.post(article.id)
    assert json.loads(feed.read_text(encoding="utf-8"))["title"] == article.title


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["-a", "url=nonsense"], 1, "no recipe knows"),
        ([], 2, "give one with -a url=ADDRESS"),
        (["-a", "url=202406010000000002", "-s", "ARCHIVER_PROFILE=pretty"], 2, "expected clean or source"),
    ],
)
def test_scrapy_crawl_tells_failure(archive: Archive, arguments: list[str], status: int, words: str) -> None:
    result = archive.scrapy("crawl", "share", *arguments, "-s", f"ARCHIVER_OUTPUT={archive.output}")
    assert result.returncode == status
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_the_demo_shows_a_post(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], *, env: dict[str, str], check: bool) -> CompletedProcess[str]:
        assert command[:4] == [sys.executable, "-P", "-m", "archiver"]
        done = invoke(*command[4:], env=env)
        print(done.stdout)
        return done

    monkeypatch.setattr("subprocess.run", run)
    monkeypatch.setattr(demo, "DELAY_SECONDS", "0")
    result = archive.invoke("demo", "--output", str(archive.output))
    assert (result.returncode, result.stderr) == (0, "")
    count = len(archive.replica.articles)
    assert f"{count} written, 0 unchanged, 0 failed" in result.stdout
    assert f"1 written, {count - 1} unchanged, 0 failed" in result.stdout
    assert f"The posts are in {archive.output}/_posts/" in result.stdout
    assert archive.post(archive.replica.articles[0].id) in result.stdout


def test_an_index_that_fails_in_a_run_ends_it_without_a_traceback(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise IndexFileError("index.sqlite: disk I/O error")

    monkeypatch.setattr(Index, "begin", fail)
    done = archive.get(*(record.id for record in archive.replica.articles))
    assert done.returncode == 1
    assert "index.sqlite: disk I/O error" in done.stderr
    assert "Traceback" not in done.stderr
    assert archive.posts == {}
