"""`archiver extract` and `archiver.extract`: any news page that is at hand, without an archive or the network."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import pkgutil
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

import archiver
from archiver.commands import main
from archiver.errors import NotAnArticleError
from archiver.replica.exchange import HTML, Reply, typed
from tests.conftest import NO_DELAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Archive

ADDRESS = "https://harbour.example/2026/03/04/bridge"
BRIDGE = ADDRESS.replace("https", "http")  # the replica is a proxy, and cannot speak TLS
SENTENCE = (
    "The council of the harbour town voted on Wednesday to rebuild the bridge that the flood of last winter closed."
)
PAGE = f"""<!doctype html><html lang="en"><head><title>Council to rebuild the bridge | Harbour Post</title></head><body>
<article><h1>Council to rebuild the bridge</h1><p class="byline">By Jane Doe</p>
<time datetime="2026-03-04T10:00:00+01:00">4 March 2026</time>
{"".join(f"<p>{SENTENCE} It was vote number {number}.</p>" for number in range(5))}</article></body></html>"""
STUB = f"""<!doctype html><html lang="en"><head><title>Council to rebuild the bridge</title>
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Council to rebuild the bridge",
"isAccessibleForFree": false}}</script></head><body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<h1>Council to rebuild the bridge</h1><div class="article-body"><p>{SENTENCE}</p></div></body></html>"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[str], str]]:
    """Run `archiver extract`; returns the exit status, the lines that it printed, and what it said of errors."""

    def run_it(*arguments: str) -> tuple[int, list[str], str]:
        status = main(["extract", *arguments])
        printed = capsys.readouterr()
        return status, printed.out.splitlines(), printed.err

    return run_it


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A file with an article."""
    file = tmp_path / "page.html"
    file.write_text(PAGE, encoding="utf-8")
    return file


def test_a_page_is_a_line_of_json(run: Any, page: Path) -> None:
    status, (line,), errors = run(str(page), "--address", ADDRESS)
    found = json.loads(line)
    assert (status, errors) == (0, "")
    assert found["title"] == "Council to rebuild the bridge"
    assert found["published"] == "2026-03-04T10:00:00+01:00"
    assert (found["authors"], found["language"], found["canonical"]) == (["Jane Doe"], "en", ADDRESS)
    assert "vote number 4" in found["text"]
    assert found["rules"].keys() >= {"title", "published", "authors", "body"}


def test_markdown_for_a_person(run: Any, page: Path) -> None:
    status, lines, _ = run("--markdown", str(page))
    assert (status, lines[0]) == (0, "# Council to rebuild the bridge")
    assert lines[2].startswith("Jane Doe · ")


def test_what_is_no_article_is_refused_and_costs_no_other(run: Any, page: Path) -> None:
    (page.parent / "front.html").write_text("<html><body><p>hi</body></html>", encoding="utf-8")
    status, lines, _ = run(str(page.parent))
    refused, read = map(json.loads, lines)
    assert status == 1
    assert refused["refused"]
    assert read["title"] == "Council to rebuild the bridge"


def test_what_cannot_be_read_in_a_directory_is_named_and_costs_no_other(run: Any, page: Path) -> None:
    (page.parent / "dangling.html").symlink_to("nowhere")
    os.mkfifo(page.parent / "pipe.html")
    mirrored = page.parent / "a.html"  # as mirrors have it: a page with pages below it
    mirrored.mkdir()
    page.rename(mirrored / "page.html")
    status, lines, errors = run(str(page.parent))
    found = {record["file"]: record for record in map(json.loads, lines)}
    assert (status, errors) == (1, "")
    assert list(found) == [str(page.parent / name) for name in ("a.html/page.html", "dangling.html", "pipe.html")]
    assert found[str(mirrored / "page.html")]["title"] == "Council to rebuild the bridge"
    assert [record.get("failed") for record in found.values()] == [
        None,
        "cannot be read: No such file or directory",
        "cannot be read: it is no file",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("crawl.warc", b"WARC/1.0\r\nWARC-Type: response\r\n\r\n" + PAGE.encode()),
        ("crawl.arc", b"filedesc://crawl.arc 0.0.0.0 20260304100000 text/plain 76\n" + PAGE.encode()),
        ("crawl.warc.gz", gzip.compress(b"WARC/1.0\r\n", mtime=0)),
        ("crawl.wacz", b"PK\x03\x04"),
    ],
    ids=["warc", "arc", "warc.gz", "wacz"],
)
def test_a_capture_is_no_page_and_what_reads_it_is_said(run: Any, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    status, (line,), _ = run(str(tmp_path / name))
    assert status == 1
    assert "--to parquet DIR" in json.loads(line)["advice"]


def test_standard_input(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PAGE.encode())))
    status, (line,), _ = run("-")
    assert (status, json.loads(line)["file"]) == (0, "-")


@pytest.mark.parametrize("name", ["missing.html", "empty"])
def test_a_mistake_is_said(run: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    status, lines, errors = run(str(tmp_path / name))
    assert (status, lines) == (2, [])
    assert str(tmp_path / name) in errors


def test_the_python_api() -> None:
    reading = archiver.extract(PAGE.encode(), ADDRESS, fetched=datetime(2026, 3, 5, tzinfo=UTC))
    assert isinstance(reading, archiver.Reading)
    assert pickle.loads(pickle.dumps(reading)) == reading
    with pytest.raises(NotAnArticleError, match="no article"):
        archiver.extract(b"%PDF-1.7 ...", ADDRESS, content_type="application/pdf")


def test_no_part_of_the_package_takes_the_name_of_what_is_offered() -> None:
    """A module that is imported becomes an attribute of its package, and would hide a function of its name."""
    modules = {module.name for module in pkgutil.iter_modules(archiver.__path__)}
    assert modules.isdisjoint(archiver.__all__)


@pytest.fixture
def site(archive: Archive) -> Archive:
    """An archive beside a site that has an article, and pages that are none."""
    pages = {
        "/2026/03/04/bridge": PAGE,
        "/": "<html><title>Harbour Post</title><body>"
        + "".join(f"<h2><a href='/2026/{number}'>Something happened, {number}</a></h2>" for number in range(40)),
        "/gone": "<html><title>Page not found</title><h1>Page not found</h1>",
        "/wall": "<html><title>Before you continue</title><h1>Before you continue</h1><p>We use cookies.",
        "/app": "<html><div id=root></div><noscript>You need to enable JavaScript to run this app.</noscript>",
        "/stub": STUB,
    }
    for path, content in pages.items():
        archive.replica.routes[path] = lambda *_, content=content: typed(content, HTML)
    return archive


def test_an_address_is_fetched_politely_and_no_archive_is_made(site: Archive) -> None:
    result = site.invoke("extract", *NO_DELAY, BRIDGE, f"{BRIDGE}#top", env={"ARCHIVER_OUTPUT": str(site.output)})
    assert (result.returncode, result.stderr) == (0, "")
    found = json.loads(result.stdout)  # one line: both are one address
    assert found["title"] == "Council to rebuild the bridge"
    assert found.items() >= {"asked": BRIDGE, "address": BRIDGE, "published": "2026-03-04T10:00:00+01:00"}.items()
    assert site.replica.requests[0].path == "/robots.txt"
    assert all(seen.headers["user-agent"].startswith("archiver/") for seen in site.replica.requests)
    assert not site.output.exists()


def test_what_robots_txt_forbids_is_not_fetched(site: Archive) -> None:
    site.replica.robots = "User-agent: *\nDisallow: /2026/\n"
    result = site.invoke("extract", *NO_DELAY, BRIDGE)
    assert result.returncode == 1
    assert json.loads(result.stdout) == {
        "asked": BRIDGE,
        "address": BRIDGE,
        "failed": "forbidden by the site's robots.txt",
    }


def test_no_redirect_is_followed_into_a_private_network(site: Archive) -> None:
    site.replica.routes["/away"] = lambda *_: Reply(302, headers={"Location": "http://10.0.0.1/secret"})
    result = site.invoke("extract", "--markdown", *NO_DELAY, "http://harbour.example/away")
    assert (result.returncode, result.stdout) == (1, "")
    assert "redirects to http://10.0.0.1/secret, a private address that was not asked for" in result.stderr


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/", "leads to others"),
        ("/gone", "an error page"),
        ("/wall", "a consent wall"),
        ("/app", "JavaScript must draw"),
        ("/stub", "a paywall"),
    ],
)
def test_a_page_that_is_no_article_is_refused_with_reason_and_evidence(site: Archive, path: str, reason: str) -> None:
    result = site.invoke("extract", *NO_DELAY, f"http://harbour.example{path}")
    found = json.loads(result.stdout)
    assert result.returncode == 1
    assert reason in found["refused"]
    assert found["evidence"]


@pytest.mark.parametrize(
    ("command", "options"), [("extract", ()), ("extract", ("--markdown",)), ("explain", ()), ("explain", ("--json",))]
)
def test_an_address_of_a_source_with_ids_is_said_to_be_one(
    site: Archive, command: str, options: tuple[str, ...]
) -> None:
    site.replica.routes["/html_News/NewsShare.html"] = lambda *_: typed("<div id=root></div>", HTML)
    share = "http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW202112242224680477"
    result = site.invoke(command, *NO_DELAY, *options, share, env={"ARCHIVER_OUTPUT": str(site.output)})
    assert result.returncode == 1
    assert "archiver get 202112242224680477" in " ".join((result.stdout + result.stderr).split())
    assert not site.output.exists()


def test_files_and_addresses_together(site: Archive, page: Path) -> None:
    result = site.invoke("extract", "--markdown", *NO_DELAY, BRIDGE, str(page))
    assert result.returncode == 0
    assert result.stdout.count("# Council to rebuild the bridge\n") == 2


@pytest.mark.parametrize("word", ["http://", "ftp://harbour.example/x", "javascript://x"])
def test_what_is_no_address_of_the_web_is_a_mistake(run: Any, word: str) -> None:
    status, lines, errors = run(word)
    assert (status, lines) == (2, [])
    assert "no address of the web" in errors


def test_a_paywalled_beginning_is_kept_when_it_is_asked_for(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "stub.html"
    file.write_text(STUB, encoding="utf-8")
    status, (line,), _ = run(str(file))
    assert (status, json.loads(line)["refused"]) == (1, "a paywall")
    status, (line,), _ = run("--keep-paywalled", str(file))
    found = json.loads(line)
    assert (status, found["paywalled"], found["title"]) == (0, True, "Council to rebuild the bridge")
    assert found["text"].startswith(SENTENCE)
    assert run(str(file), "--keep-paywalled", "--markdown")[1][2] == "for those who pay: perhaps only its beginning"


@pytest.mark.parametrize(
    "call",
    [
        "Subscribe to continue reading.",
        "This article is for subscribers",
        "Dieser Artikel ist nur für Abonnenten.",
        "Cet article est réservé aux abonnés",
        "Contenido exclusivo para suscriptores",
        "Lees verder met een abonnement",
        "付费后即可阅读全文",
        "この記事は有料会員限定です",
    ],
)
def test_a_page_that_tells_its_readers_to_pay_shows_a_stub(call: str) -> None:
    page = f"<html><title>Bridge</title><h1>Bridge</h1><article><p>{SENTENCE}</p></article><div>{call}</div></html>"
    with pytest.raises(NotAnArticleError, match="a paywall"):
        archiver.extract(page.encode(), ADDRESS)
    paragraphs = "".join(f"<p>{SENTENCE} It was vote number {number}.</p>" for number in range(8))
    whole = page.replace(f"<p>{SENTENCE}</p>", paragraphs)
    assert not archiver.extract(whole.encode(), ADDRESS).paywalled
