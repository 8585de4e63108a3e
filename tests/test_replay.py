"""Replay: captures in, the same posts out, without the network."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brotli
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.addresses import Reference, page_addresses, page_at
from archiver.captures import regions as regions_module
from archiver.captures.answers import answers
from archiver.captures.packing import records
from archiver.captures.regions import regions
from archiver.index import Index
from archiver.recipes import load_recipes
from archiver.recipes.load import PACKAGED_RECIPES
from archiver.replica import Fault, Record
from tests.conftest import PROJECT, Archive
from tests.test_captures import NAMES, VALUES, answered, cut_off, job
from tests.warcs import ADDRESS, article_json, foreign, read, rows, warcs

if TYPE_CHECKING:
    from archiver.replica import Replica

LISTING = "eastmoney/market-37"
ROLLING = "eastmoney/rolling"
RECHECK = (LISTING, "--recheck", "2d")
CLOSED = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
TABLES = (
    """SELECT recipe, id, form, path, sha256, revision, posts.saved, posts.rules, url, time, warc, offset, payload
       FROM posts JOIN articles ON articles.key = article JOIN captures ON captures.key = capture
       ORDER BY recipe, id, form""",
    """SELECT recipe, id, form, revision, sha256, revisions.saved, url, time FROM revisions
       JOIN articles ON articles.key = article LEFT JOIN captures ON captures.key = capture ORDER BY 1, 2, 3, 4""",
    "SELECT * FROM captures ORDER BY key",
)


def replay(archive: Archive, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run `archiver replay`, where nothing can be asked for."""
    return archive.archiver("replay", *arguments, env=CLOSED, **options)


def beside(archive: Archive, name: str) -> Archive:
    """Another archive, an empty one."""
    return Archive(archive.output.with_name(name), archive.replica)


def tree(archive: Archive) -> dict[str, bytes]:
    """The posts and their versions by path."""
    return {
        file.relative_to(archive.output).as_posix(): file.read_bytes()
        for part in ("_posts", "_versions")
        for file in sorted((archive.output / part).rglob("*"))
        if file.is_file()
    }


def state(archive: Archive) -> dict[str, tuple[int, bytes]]:
    """All files of an archive."""
    return {
        file.relative_to(archive.output).as_posix(): (file.stat().st_mtime_ns, file.read_bytes())
        for file in sorted(archive.output.rglob("*"))
        if file.is_file()
    }


@pytest.fixture
def edited(replica: Replica) -> Record:
    """An article that has a revised form."""
    return next(record for record in replica.articles if record.revised)


@pytest.fixture
def lived(archive: Archive, edited: Record) -> Archive:
    """An archive with second forms, edits, an article that was withdrawn, one in quarantine, and revisits."""
    site = archive.replica
    bad = site.articles[5]
    site.add(replace(bad, text="<p> </p>", content=""))
    assert archive.crawl(LISTING).stdout == "12 written, 0 unchanged, 1 failed\n"
    site.add(bad)
    assert archive.crawl(ROLLING).returncode == 0
    site.edit(edited.id)
    site.withdraw(site.articles[0].id)
    assert archive.crawl(*RECHECK).stdout.startswith("2 written, ")
    site.add(replace(edited, title="又一个题目"))
    assert archive.crawl(*RECHECK, "--force").returncode == 0
    assert len(warcs(archive)) == 4
    return archive


def test_a_replay_gives_the_posts_that_are_there(lived: Archive) -> None:
    other, third = beside(lived, "other"), beside(lived, "third")
    result = replay(other, "--jobs", "1", str(lived.output))
    assert tree(other) == tree(lived)
    assert any(path.endswith("/2.md") for path in tree(lived))
    assert result.returncode == 1  # one is still in quarantine
    assert "neither words nor pictures" in result.stderr
    assert "  1  listings\n" in result.stdout
    replay(third, "--jobs", "2", str(lived.output))
    assert tree(third) == tree(lived)
    assert [rows(third, table) for table in TABLES] == [rows(other, table) for table in TABLES]
    before = state(third)
    again = replay(third, str(lived.output))
    assert again.stdout.startswith("0 written, ")
    assert tree(third) == tree(lived)
    assert {path: before[path] for path in tree(third)} == {path: state(third)[path] for path in tree(third)}
    assert [rows(third, table) for table in TABLES] == [rows(other, table) for table in TABLES]


def test_a_replay_of_its_own_captures_changes_nothing(lived: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    before, tables = state(lived), [rows(lived, table) for table in TABLES]
    result = replay(lived)
    assert result.stdout.startswith("0 written, ")
    after = state(lived)
    assert after.keys() == before.keys()
    assert {path for path in after if after[path] != before[path]} <= {"_index/index.sqlite", "_index/lock"}
    assert [rows(lived, table) for table in TABLES] == tables
    # By a relative path it is the same archive.
    relative = os.path.relpath(lived.output, PROJECT)
    result = lived.invoke("replay", "--output", relative, env=CLOSED)
    assert result.stdout.startswith("0 written, ")
    assert [rows(lived, table) for table in TABLES] == tables


def test_an_edit_that_was_not_believed_is_not_replayed(archive: Archive) -> None:
    archive.crawl(LISTING)
    archive.replica.fail(Fault.SAME_BODY)
    assert archive.crawl(*RECHECK).returncode == 3
    other = beside(archive, "other")
    result = replay(other, str(archive.output))
    assert result.stdout.splitlines()[0] == "13 written, 0 unchanged, 0 failed"
    assert "held back until they were believed" in result.stdout
    assert tree(other) == tree(archive)


def test_a_post_that_was_deleted_is_made_again(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING)
    before = tree(archive)
    next((archive.output / "_posts").glob(f"*{article.id}.md")).unlink()
    assert replay(archive).stdout.startswith("1 written, 12 unchanged, 0 failed\n")
    assert tree(archive) == before
    assert rows(archive, "SELECT count(*) FROM revisions") == [(0,)]


def rule(archive: Archive, old: str, new: str) -> tuple[str, str]:
    """The option for a recipe like eastmoney, in which something is otherwise."""
    directory = archive.output.with_name("recipes")
    directory.mkdir(exist_ok=True)
    text = (PACKAGED_RECIPES / "eastmoney.yaml").read_text(encoding="utf-8")
    assert old in text
    (directory / "eastmoney.yaml").write_text(text.replace(old, new), encoding="utf-8")
    return "-s", f"ARCHIVER_RECIPES={directory}"


def test_what_a_new_rule_changes_is_shown_first(lived: Archive, edited: Record) -> None:
    own = rule(lived, "tag: '{source}新闻'", "tag: '{source}要闻'")
    before, posts = state(lived), tree(lived)
    holder = Index.open(lived.output)  # somebody else is at work
    result = replay(lived, "--diff", *own)
    holder.close()
    share = [path for path in posts if path.startswith("_posts") and "-NW" in path]
    assert result.stdout.count("\n--- _posts/") + result.stdout.startswith("--- _posts/") == len(share)
    assert f"--- {share[0]}\n+++ {share[0]}\n" in result.stdout
    assert "新闻\n" in result.stdout
    assert "要闻\n" in result.stdout
    assert f"\n{len(share)} would change or be new, " in result.stdout
    assert {path: content for path, (_, content) in state(lived).items() if path != "_index/lock"} == {
        path: content for path, (_, content) in before.items() if path != "_index/lock"
    }
    assert tree(lived) == posts
    result = replay(lived, *own)
    assert result.stdout.startswith(f"{len(share)} written, ")
    after = tree(lived)
    for path in share:
        assert "要闻" in after[path].decode()
        stem = path.removeprefix("_posts/").removesuffix(".md")
        earlier = sorted(name for name in after if name.startswith(f"_versions/{stem}/"))
        assert after[earlier[-1]] == posts[path]
    assert replay(lived, *own).stdout.startswith("0 written, ")
    assert replay(lived, *own, "--diff").stdout.startswith("0 would change or be new, ")


def test_another_profile(archive: Archive) -> None:
    archive.crawl(LISTING)
    result = replay(archive, "--diff", "--profile", "source")
    changed = int(result.stdout.split(" would change")[0].rpartition("\n")[2])
    assert changed > 0
    assert replay(archive, "--profile", "source").stdout.startswith(f"{changed} written, ")
    fresh = beside(archive, "fresh")
    fresh.crawl(LISTING, "--profile", "source")
    assert fresh.posts == archive.posts


def test_a_post_changed_by_hand_stays_and_is_named(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING)
    (file,) = (archive.output / "_posts").glob(f"*{article.id}.md")
    file.write_bytes(mine := file.read_bytes() + b"mine\n")
    own = rule(archive, "tag: '{source}新闻'", "tag: '{source}要闻'")
    name = f"_posts/{file.name}"
    for arguments in (("--diff",), ()):
        result = replay(archive, *own, *arguments)
        assert "12 w" in result.stdout
        assert f"archiver: {name}: was changed by hand, and stays (--force overrides)\n" in result.stderr
        assert f"+++ {name}" not in result.stdout
        assert file.read_bytes() == mine
    assert replay(archive, *own, "--force").returncode == 0
    assert "要闻" in file.read_text(encoding="utf-8")
    assert (archive.output / "_versions" / file.stem / "1.md").read_bytes() == mine


def test_older_captures_replace_nothing(archive: Archive, edited: Record) -> None:
    archive.crawl(LISTING)
    archive.replica.edit(edited.id)
    archive.crawl(*RECHECK)
    posts = tree(archive)
    assert replay(archive, str(warcs(archive)[0])).stdout.startswith(
        "0 written, 12 unchanged, 1 older than their posts"
    )
    other = beside(archive, "other")
    replay(other, *map(str, reversed(warcs(archive))))
    assert other.post(edited.id) == archive.post(edited.id)
    assert tree(archive) == posts


def test_an_index_that_was_lost_gets_its_captures_again(archive: Archive, edited: Record) -> None:
    archive.crawl(LISTING)
    archive.replica.edit(edited.id)
    archive.crawl(*RECHECK)
    before = tree(archive)
    shutil.rmtree(archive.output / "_index")
    result = replay(archive)
    assert result.stdout.startswith("0 written, ")
    assert tree(archive) == before
    for table in ("posts", "revisions"):
        assert rows(archive, f"SELECT count(*) FROM {table} WHERE capture IS NULL") == [(0,)]


def test_it_needs_the_lock(archive: Archive) -> None:
    archive.crawl(LISTING)
    index = Index.open(archive.output)
    result = replay(archive)
    index.close()
    assert result.returncode == 75
    assert "another run is at work here" in result.stderr


def test_a_killed_replay_leaves_nothing_behind(archive: Archive) -> None:
    archive.crawl(LISTING)
    other = beside(archive, "other")
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(other.output), str(archive.output)], stdout=subprocess.PIPE, cwd=PROJECT
    )
    assert process.stdout
    process.stdout.readline()
    children = children_of(process.pid)
    assert len(children) == 2
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 120
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < deadline, "the processes that make posts live on"
        time.sleep(0.05)
    assert replay(other, str(archive.output)).returncode == 0
    assert tree(other) == tree(archive)


KILLED = """
import asyncio, sys
from archiver.commands import main
from archiver.replay.replay import Replay
from archiver.workers.process import WorkerProcess
async def hang(self, *_):
    both = [WorkerProcess("archiver.extraction.serve:serve", self._options.extract) for _ in range(2)]
    try:
        for process in both:
            await process.call([])
        print("reading", flush=True)
        await asyncio.sleep(60)
    finally:
        for process in both:
            await process.close()
Replay._gather = hang
main(["replay", "--jobs", "2", "--output", *sys.argv[1:]])
"""


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_interrupted(archive: Archive) -> None:
    archive.crawl(LISTING)
    other = beside(archive, "other")
    command = [sys.executable, "-c", KILLED, str(other.output), str(archive.output)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=PROJECT, start_new_session=True
    ) as process:
        assert process.stdout
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate()
    assert errors == b"archiver: stopping; again to stop at once\narchiver: stopped\n"
    assert replay(other, str(archive.output)).returncode == 0
    assert tree(other) == tree(archive)


# What other tools make.


def made(archive: Archive, name: str, content: bytes) -> str:
    """A file beside the archive."""
    file = archive.output.with_name(name)
    file.write_bytes(content)
    return str(file)


def expected(archive: Archive, *ids: str) -> dict[str, bytes]:
    """The posts that `archiver get` makes of articles."""
    other = beside(archive, "expected")
    assert other.get(*ids).returncode == 0
    return other.posts


def encoded(archive: Archive, encoding: str) -> tuple[bytes, list[tuple[str, str]]]:
    """The first article, as a server sends it in an encoding."""
    body = article_json(archive, archive.replica.articles[0].id)
    raw_deflate = zlib.compressobj(wbits=-15)
    chunks = [body[at : at + 700] for at in range(0, len(body), 700)]
    chunked = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    return {
        "plain": (body, []),
        "gzip": (gzip.compress(body), [("Content-Encoding", "gzip")]),
        "gzip, taken off": (body, [("Content-Encoding", "gzip")]),
        "deflate": (zlib.compress(body), [("content-encoding", "deflate")]),
        "raw deflate": (raw_deflate.compress(body) + raw_deflate.flush(), [("Content-Encoding", "deflate")]),
        "br": (brotli.compress(body), [("Content-Encoding", "br")]),
        "chunked": (chunked, [("Transfer-Encoding", "chunked")]),
        "chunks gone": (body, [("Transfer-Encoding", "chunked")]),
    }[encoding]


ENCODINGS = ["plain", "gzip", "gzip, taken off", "deflate", "raw deflate", "br", "chunked", "chunks gone"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings(archive: Archive, encoding: str) -> None:
    """In one process: what a worker does."""
    body, headers = encoded(archive, encoding)
    address = ADDRESS.format(archive.replica.articles[0].id)
    file = Path(made(archive, "foreign.warc.gz", foreign([(address, body, headers)])))
    (answer,) = (answer for region in regions(file) for answer in answers(region))
    assert answer.body == article_json(archive, archive.replica.articles[0].id)
    assert (answer.problem, answer.about, answer.capture.url) == ("", {}, address)


@pytest.mark.parametrize(("encoding", "body"), [("br", b"\0no"), ("gzip", b"\x1f\x8b\x08broken"), ("foo", b"\0")])
def test_an_encoding_that_is_broken_or_unknown(archive: Archive, encoding: str, body: bytes) -> None:
    address = ADDRESS.format(archive.replica.articles[0].id)
    file = made(archive, "foreign.warc.gz", foreign([(address, body, [("Content-Encoding", encoding)])]))
    result = replay(archive, file)
    assert (result.returncode, result.stdout) == (1, "0 written, 0 unchanged, 1 failed\n")
    assert f"archiver: {address}: " in result.stderr
    assert encoding in result.stderr
    assert "Traceback" not in result.stderr


def test_foreign_files(archive: Archive) -> None:
    ids = [record.id for record in archive.replica.articles[:6]]
    bodies = [article_json(archive, article_id) for article_id in ids]
    addresses = [ADDRESS.format(article_id) for article_id in ids]
    plain: list[tuple[str, str]] = []
    bracketed = foreign([(f"<{addresses[0]}>", bodies[0], plain)])
    other_pages = [
        ("http://unknown.example/a/1.html", b"<p>page</p>", plain),
        ("http://[::1/x", b"no address", plain),
        ("http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW" + ids[0], b"<p>shell</p>", plain),
    ]
    files = [
        made(archive, "a.warc.gz", bracketed),
        made(archive, "b.warc", foreign([(addresses[1], bodies[1], plain), *other_pages], packed=False, version="1.1")),
        made(archive, "c.warc", foreign([(addresses[2], bodies[2], plain)])),  # packed, whatever its name says
    ]
    inner = foreign([(addresses[3], bodies[3], plain)]), foreign([(addresses[4], bodies[4], plain)], packed=False)
    wacz = archive.output.with_name("d.wacz")
    with zipfile.ZipFile(wacz, "w") as pack:
        pack.writestr("pages/pages.jsonl", "{}\n")
        pack.writestr("archive/1.warc.gz", inner[0])
        pack.writestr("archive/2.warc", inner[1])
    missing = foreign([(addresses[5], b"{}", plain)], packed=False).replace(b"200 OK", b"404 No")
    led = foreign([("http://unknown.example/old", b"", plain)], packed=False).replace(b"200 OK", b"301 No")
    files += [str(wacz), made(archive, "e.warc", missing), made(archive, "f.warc", led)]
    result = replay(archive, *files)
    assert (result.returncode, result.stdout.splitlines()[0]) == (0, "5 written, 0 unchanged, 0 failed")
    assert "  1  no recipe knows such a page of unknown.example\n" in result.stdout
    assert "  1  finews.zning.xyz answered with status 404\n" in result.stdout
    assert "  1  unknown.example answered with status 301\n" in result.stdout
    assert "Traceback" not in result.stderr
    assert archive.posts == expected(archive, *ids[:5])
    for warc, offset in rows(archive, "SELECT warc, offset FROM captures"):
        assert Path(warc).is_absolute()
        assert Path(warc).read_bytes()[offset : offset + 2] in (b"\x1f\x8b", b"WA")


def test_broken_files_are_named_and_the_rest_goes_on(archive: Archive, article: Record) -> None:
    ids = [record.id for record in archive.replica.articles[:4]]
    parts = [
        foreign([(ADDRESS.format(article_id), article_json(archive, article_id), [])], info=False) for article_id in ids
    ]
    torn = bytearray(parts[1])
    torn[len(torn) // 2] ^= 0xFF
    files = {
        "broken.warc.gz": foreign([]) + parts[0] + bytes(torn) + parts[2],
        "cut.warc.gz": foreign([]) + parts[3] + parts[1][:-30],
        "nothing.warc.gz": b"this is no WARC file\n" * 9,
        "nothing.warc": b"this is no WARC file either\n" * 9,
        "single.warc.gz": gzip.compress(gzip.decompress(foreign([]) + parts[1])),
        "nothing.wacz": b"PK no zip at all",
    }
    paths = [made(archive, name, content) for name, content in files.items()]
    result = replay(archive, *paths)
    assert result.returncode == 1
    assert result.stdout == "3 written, 0 unchanged, 0 failed\n"
    assert "Traceback" not in result.stderr
    lines = result.stderr.splitlines()
    assert len(lines) == len(files)
    for path in paths:
        assert sum(line.startswith(f"archiver: {path}: ") for line in lines) == 1, path
    assert "several records" in result.stderr
    assert archive.posts == expected(archive, ids[0], ids[2], ids[3])


@pytest.mark.parametrize(
    ("name", "words"),
    [("none.warc", "there is no such file"), ("text.txt", "neither WARC nor WACZ"), ("empty", "no WARC or WACZ file")],
)
def test_what_cannot_be_replayed(archive: Archive, name: str, words: str) -> None:
    path = archive.output.with_name(name)
    if name == "empty":
        path.mkdir()
    elif name == "text.txt":
        path.write_text("text")
    result = replay(archive, str(path))
    assert result.returncode == 1
    assert result.stderr.startswith(f"archiver: {path}: {words}")
    assert not archive.output.exists()
    assert replay(archive).returncode == 1  # nor is there anything of its own


def test_the_file_of_a_killed_run(archive: Archive) -> None:
    archive.crawl(LISTING, "--limit", "5")
    file, _ = cut_off(archive, 20)
    other = beside(archive, "other")
    result = replay(other, str(file))
    assert result.returncode == 1
    assert f"archiver: {file}: broken at byte " in result.stderr
    assert "the file ends within a record" in result.stderr
    assert len(other.posts) == 5


def test_what_wget_captures(archive: Archive) -> None:
    if not shutil.which("wget"):
        pytest.skip("wget is not installed")
    ids = [record.id for record in archive.replica.articles[:3]]
    answered(archive, chunked=True)
    base = archive.output.with_name("wget")
    subprocess.run(
        ["wget", "-q", "-O", os.devnull, f"--warc-file={base}", *(ADDRESS.format(one) for one in ids)],
        env={**os.environ, "http_proxy": archive.replica.url, "no_proxy": ""},
        check=True,
    )
    result = replay(archive, f"{base}.warc.gz")
    assert (result.returncode, result.stdout) == (0, "3 written, 0 unchanged, 0 failed\n")
    assert result.stderr == ""
    assert archive.posts == expected(archive, *ids)


def test_revisits_of_other_tools(archive: Archive, article: Record) -> None:
    """Their digests are SHA-1: the body is found by the address and the date of the record that has it."""
    address, date = ADDRESS.format(article.id), "2026-03-04T05:06:07Z"
    buffer = BytesIO(first := foreign([(address, article_json(archive, article.id), [])]))
    buffer.seek(len(first))
    writer = WARCWriter(buffer, gzip=True)
    for refers in (address, "http://elsewhere.example/"):
        http = StatusAndHeaders("200 OK", [("Content-Type", "application/json")], "HTTP/1.1")
        headers = {"WARC-Date": "2026-03-05T05:06:07Z"}
        digest = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
        writer.write_record(
            writer.create_revisit_record(address, digest, refers, date, http_headers=http, warc_headers_dict=headers)
        )
    result = replay(archive, made(archive, "foreign.warc.gz", buffer.getvalue()))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "1 written, 1 unchanged, 0 failed",
        "no post is made of 1 other record:",
        "  1  revisits: its body is in a capture that is not among these",
    ]


def test_json_lines(archive: Archive) -> None:
    archive.crawl(LISTING)
    result = replay(beside(archive, "other"), "--json", str(archive.output))
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["outcome"] for line in lines] == ["written"] * 13
    assert result.stderr.startswith("13 written, ")


# Properties.

IDS = st.from_regex(r"\A20[12][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])[0-9]{8,12}\Z")


@given(IDS)
def test_each_page_is_known_by_its_address(article_id: str) -> None:
    for recipe in load_recipes().values():
        for page, address in page_addresses(Reference(recipe, article_id, article_id)):
            found = page_at(address, [recipe])
            assert found
            assert (found[0].id, found[0].recipe, found[1].name) == (article_id, recipe, page.name)


ONE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


@ONE
@given(st.binary(), st.lists(st.tuples(NAMES, VALUES)), st.sampled_from(["", "gzip", "deflate"]))
@example(b"\r\nWARC-Type: request\r\n", [], "")  # an answer that would like to be passed over
@example(b"", [("WARC-Type", "request")], "")
def test_what_is_captured_is_replayed(
    tmp_path: Path, body: bytes, headers: list[tuple[str, str]], encoding: str
) -> None:
    sent = {"": body, "gzip": gzip.compress(body), "deflate": zlib.compress(body)}[encoding]
    headers = [*headers, ("Content-Encoding", encoding)] if encoding else headers
    task = job(sent, tuple(headers))
    file = tmp_path / "x.warc.gz"
    file.write_bytes(records(task)[0])
    (answer,) = (answer for region in regions(file) for answer in answers(region))
    assert (answer.body, answer.status, answer.problem) == (body, 200, "")
    assert answer.capture.time == task.exchanges[0].time
    assert (answer.capture.offset, answer.capture.length) == records_place(file)
    assert answer.about == task.about


def records_place(file: Path) -> tuple[int, int]:
    """Where the answer is in a file of one."""
    (found,) = (record for record in read(file) if record.type == "response")
    return found.offset, found.length


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with answers of many sizes, some of them gzip themselves, and more about some."""
    file = tmp_path_factory.mktemp("sample") / "sample.warc.gz"
    with file.open("wb") as stream:
        for number in range(25):
            body = gzip.compress(f"{number} ".encode() * number * 40)
            task = job(body, (("Content-Encoding", "gzip"),), url=f"http://example.org/{number}")
            if number % 3:
                stream.write(records(task._replace(about={"number": number}))[0])
            else:
                stream.write(foreign([(f"http://example.org/{number}", body, [("Content-Encoding", "gzip")])]))
    return file


@ONE
@given(st.integers(1, 9000))
def test_parts_of_any_size_give_each_answer_once(sample: Path, size: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(regions_module, "MAX_REGION_BYTES", max(size, 40))
        found = [answer for region in regions(sample) for answer in answers(region)]
    assert [answer.capture.url for answer in found] == [f"http://example.org/{number}" for number in range(25)]
    assert [answer.body for answer in found] == [f"{number} ".encode() * number * 40 for number in range(25)]
    assert [answer.about for answer in found] == [{"number": number} if number % 3 else {} for number in range(25)]


@pytest.mark.parametrize("first", ["replay", "crawl", "adopt"])
def test_an_index_that_is_newer_than_the_archive_learns_which_captures_are_whole(archive: Archive, first: str) -> None:
    """Whoever opens it first to write has the index know them: it needs no repair, and the manifests fit."""
    archive.crawl(LISTING)
    shutil.rmtree(archive.output / "_index")
    before = {file: file.read_bytes() for file in archive.output.rglob("*.warc.gz")}
    if first == "adopt":
        assert archive.invoke("adopt", str(archive.output)).returncode == 0
    again = archive.crawl(LISTING) if first != "replay" else archive.archiver("replay")
    assert again.returncode == 0, again.stderr
    verified = archive.archiver("verify")
    assert (verified.returncode, verified.stderr) == (0, ""), verified.stdout
    assert {file: file.read_bytes() for file in before} == before
