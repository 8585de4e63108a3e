"""The export `wacz`: validated by py-wacz, replayed by pywb and by ourselves, and shown by a real browser."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import sqlite3
import sys
import time
import zipfile
import zlib
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import html
from warcio.archiveiterator import ArchiveIterator

from archiver import recipes
from archiver.errors import ExportError
from archiver.exports import About, load_format
from archiver.exports.cdxj import LINES_PER_BLOCK, Lines, surt
from archiver.exports.read import Entries
from archiver.exports.selection import Selection
from archiver.index import Index
from archiver.recipes import load_recipes
from archiver.replica import Fault, Record, Replica
from tests.conftest import Archive
from tests.consumers import consumer, fetched, run, served_by_pywb
from tests.exported import entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.exports import Entry

LISTING = "eastmoney/market-37"
RECHECK = (LISTING, "--recheck", "2d")
TEXT = "/NewsData/GetNewsText.do"


@dataclass
class Filled:
    """An archive with all that captures can be, and its export."""

    archive: Archive
    wacz: Path
    edited: Record  # there and back again: three captures, the last a revisit of the first
    redirected: Record
    web_page: Record  # captured as HTML

    def inside(self, name: str) -> bytes:
        """A file of the WACZ, unpacked if it is packed."""
        with zipfile.ZipFile(self.wacz) as package:
            content = package.read(name)
        return gzip.decompress(content) if name.endswith(".gz") else content

    @property
    def pages(self) -> list[dict[str, str]]:
        """The pages of the WACZ."""
        return [json.loads(line) for line in self.inside("pages/pages.jsonl").splitlines()[1:]]

    @property
    def lines(self) -> list[dict[str, str]]:
        """The lines of the index, with `key` and `timestamp`."""
        parts = (line.split(" ", 2) for line in self.inside("indexes/index.cdx.gz").decode().splitlines())
        return [{"key": key, "timestamp": moment, **json.loads(fields)} for key, moment, fields in parts]


def entries_of(archive: Archive) -> list[Entry]:
    """Return the entries of an archive."""
    index = Index.read(archive.output)
    try:
        return list(Entries(archive.output, index, load_recipes()).select(Selection()))
    finally:
        index.close()


def export(archive: Archive, target: Path, *entries: Entry) -> Path:
    """Write the WACZ of some entries."""
    load_format("wacz").write(iter(entries), target, About(archive.output, target, "An archive", "a.example"))
    return target


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """An archive of several runs: edits, a redirect, a web page, articles in two forms."""
    root = tmp_path_factory.mktemp("wacz")
    rules = (Path(recipes.__file__).parent / "eastmoney.yaml").read_text(encoding="utf-8")
    (root / "recipes").mkdir()
    (root / "recipes" / "home.yaml").write_text(rules.replace("address: https:", "address: http:"), encoding="utf-8")
    with Replica() as replica:
        archive = Archive(root / "archive", replica)
        edited = next(
            record for record in replica.articles if record.revised and record.id in replica.listings["market-37"]
        )
        redirected, web_page = [record for record in replica.articles if record.id != edited.id][:2]
        replica.fail(
            Fault.REDIRECT_TO,
            id=redirected.id,
            times=1,
            location=f"http://app.jg.eastmoney.com{TEXT}?id=NW{redirected.id}",
        )
        replica.listings["market-37"].remove(web_page.id)
        assert archive.crawl(LISTING).returncode == 0
        assert archive.crawl("eastmoney/rolling", "--limit", "5").returncode == 0
        for record in (edited.edited(), edited):
            time.sleep(1)  # captures of one address in one second are one to pywb
            replica.add(record)
            assert archive.crawl(*RECHECK).returncode == 0
        replica.fail(Fault.NULL, path=TEXT)
        replica.fail(Fault.NOT_FOUND, path=f"/kuaixun/v2/api/article/{web_page.id}")
        options = ("-s", f"ARCHIVER_RECIPES={root / 'recipes'}", "-s", "ARCHIVER_WARC=True", "--force")
        assert archive.get(web_page.id, *options).returncode == 0
        replica.heal()
        wacz = root / "all.wacz"
        result = archive.archiver("export", "wacz", "-o", str(wacz))
        assert (result.returncode, "exported" in result.stderr) == (0, True), result.stderr
        yield Filled(archive, wacz, edited, redirected, web_page)


@pytest.fixture(scope="module")
def pywb(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the WACZ in pywb."""
    with served_by_pywb(tmp_path_factory.mktemp("pywb"), "--unpack-wacz", str(filled.wacz)) as address:
        yield address


def test_py_wacz_finds_it_valid(filled: Filled) -> None:
    result = run(consumer("wacz"), "validate", "-f", str(filled.wacz))
    assert (result.returncode, "Validation succeeded" in result.stdout) == (0, True), result.stdout + result.stderr


def test_files_are_where_replayweb_page_looks(filled: Filled) -> None:
    content = filled.wacz.read_bytes()
    with zipfile.ZipFile(filled.wacz) as package:
        for info in package.infolist():
            # It asks the local header for the length of its extra field only if the directory has one.
            extra = content[info.header_offset + 28 : info.header_offset + 30] if info.extra else b"\0\0"
            start = info.header_offset + 30 + len(info.filename) + int.from_bytes(extra, "little")
            packed = content[start : start + info.compress_size]
            stored = info.compress_type == zipfile.ZIP_STORED
            assert (packed if stored else zlib.decompress(packed, -15)) == package.read(info)


def test_replayweb_page_takes_the_right_original_for_a_revisit(filled: Filled) -> None:
    records = ArchiveIterator(BytesIO(filled.inside("archive/data.warc.gz")))
    revisits = [record.rec_headers for record in records if record.rec_type == "revisit"]
    assert revisits
    for revisit in revisits:
        date = "".join(filter(str.isdigit, revisit.get_header("WARC-Refers-To-Date")))[:17]
        address = revisit.get_header("WARC-Refers-To-Target-URI")
        # The first that is not before that time, in milliseconds, and no revisit itself.
        found = next(
            line
            for line in filled.lines
            if (line["url"], line["mime"]) == (address, "application/json") and line["timestamp"].ljust(17, "0") >= date
        )
        assert found["digest"] == revisit.get_header("WARC-Payload-Digest")


def test_warcio_finds_every_digest_right(filled: Filled, tmp_path: Path) -> None:
    with zipfile.ZipFile(filled.wacz) as package:
        file = package.extract("archive/data.warc.gz", tmp_path)
    result = run(sys.executable, "-m", "warcio.cli", "check", "-v", file)
    assert (result.returncode, "fail" in result.stdout.lower()) == (0, False), result.stdout
    assert result.stdout.count("digest pass") > 50


def test_records_are_those_of_the_archive_byte_for_byte(filled: Filled) -> None:
    ours = b"".join(file.read_bytes() for file in sorted((filled.archive.output / "_captures").rglob("*.warc.gz")))
    with zipfile.ZipFile(filled.wacz) as package:
        info = package.getinfo("archive/data.warc.gz")
        copied = package.read(info)
    assert info.compress_type == zipfile.ZIP_STORED
    kinds, starts, later = [], [], 0
    records = ArchiveIterator(BytesIO(copied))
    for record in records:
        kinds.append(record.rec_type)
        starts.append(records.get_record_offset())
        later += record.rec_type == "metadata" and not record.rec_headers.get_header("WARC-Refers-To")
    ends = [*starts[1:], len(copied)]
    assert [copied[start:end] in ours for start, end in zip(starts, ends, strict=True)] == [
        kind != "warcinfo" for kind in kinds
    ]
    assert kinds[0] == "warcinfo"
    assert later  # other forms of post, and an edit that was held back
    assert set(kinds[1:]) == {"response", "revisit", "request", "metadata"}
    assert kinds.count("request") == kinds.count("response") + kinds.count("revisit")


def test_each_capture_is_there_once(filled: Filled) -> None:
    found = entries_of(filled.archive)
    captures = {one for each in found for one in (each.capture, *(version.capture for version in each.versions)) if one}
    answers = [line for line in filled.lines if line["status"] == "200"]
    assert sorted(line["url"] for line in answers) == sorted(capture.url for capture in captures)
    assert {line["digest"] for line in answers} == {f"sha256:{capture.payload}" for capture in captures}
    assert "warc/revisit" in {line["mime"] for line in filled.lines}
    (redirect,) = (line for line in filled.lines if line["status"] == "302")
    assert filled.redirected.id in redirect["url"]
    assert any(line["url"] == f"http://app.jg.eastmoney.com{TEXT}?id=NW{filled.redirected.id}" for line in answers)


def test_pages_are_the_articles(filled: Filled) -> None:
    found = entries_of(filled.archive)
    assert [page["id"] for page in filled.pages] == [each.key for each in found]
    assert [(page["title"], page["text"], page["articleUrl"]) for page in filled.pages] == [
        (each.title, each.text, each.url) for each in found
    ]
    indexed = {(line["url"], line["timestamp"]) for line in filled.lines}
    assert {(page["url"], "".join(filter(str.isdigit, page["ts"]))[:17]) for page in filled.pages} <= indexed


def test_a_replay_gives_the_same_posts(filled: Filled, tmp_path: Path) -> None:
    again = Archive(tmp_path / "again", filled.archive.replica)
    result = again.archiver("replay", str(filled.wacz))
    assert (result.returncode, result.stderr) == (0, "")
    assert again.posts == filled.archive.posts


def test_pywb_replays_every_capture_as_it_came(filled: Filled, pywb: str) -> None:
    answers = [line for line in filled.lines if line["status"] == "200"]
    payloads = {line["offset"]: fetched(f"{pywb}/{line['timestamp'][:14]}id_/{line['url']}") for line in answers}
    assert len(answers) > 15
    wrong = [
        line
        for line in answers
        # Captures of one address in one second are one to pywb.
        if f"sha256:{sha256(payloads[line['offset']]).hexdigest()}"
        not in {
            one["digest"]
            for one in answers
            if (one["url"], one["timestamp"][:14]) == (line["url"], line["timestamp"][:14])
        }
    ]
    assert not wrong


def test_pywb_replays_what_the_source_sent(filled: Filled, pywb: str) -> None:
    address = f"http://finews.zning.xyz{TEXT}?id=NW{filled.edited.id}"
    assert fetched(f"{pywb}/2099id_/{address}") == fetched(
        f"{filled.archive.replica.url}{TEXT}?id=NW{filled.edited.id}"
    )


def test_pywb_follows_redirects(filled: Filled, pywb: str) -> None:
    (redirect,) = (line for line in filled.lines if line["status"] == "302")
    body = fetched(f"{pywb}/{redirect['timestamp'][:14]}/{redirect['url']}")
    assert filled.redirected.title in body.decode()


def test_a_browser_shows_a_web_page(filled: Filled, pywb: str, tmp_path: Path) -> None:
    if not shutil.which("chromium"):
        pytest.skip("Chromium is missing; to have it: apt-get install chromium")
    (page,) = (page for page in filled.pages if page["id"].endswith(f"{filled.web_page.id}:share"))
    assert page["url"].endswith(f"/a/{filled.web_page.id}.html")
    result = run(
        *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server"),
        *(f"--user-data-dir={tmp_path}", "--dump-dom", f"{pywb}/2099/{page['url']}"),
    )
    document = html.document_fromstring(result.stdout)
    assert document.xpath("string(//h1)") == filled.web_page.title
    words = "".join(str(document.xpath("string(//*[@id='ContentBody'])")).split())
    assert [line for line in page["text"].splitlines() if "".join(line.split()) not in words] == []


def test_keys_are_those_of_the_library(tmp_path: Path) -> None:
    hosts = ("a.example", "WWW.A.example", "www2.a.example", "183.136.162.242", "a.example:80", "a.example:8080")
    pieces = (
        "a",
        "B",
        "%41",
        "%2541",
        "%E4%B8%AD",
        "中",
        "/",
        "//",
        ".",
        "..",
        "&",
        "=",
        "b=2",
        "?",
        "%20",
        "+",
        ";",
        "~",
        "%",
        "|",
        "#x",
    )
    chance = random.Random(0)
    addresses = [
        f"{chance.choice(('http', 'https'))}://{chance.choice(hosts)}/{''.join(chance.choices(pieces, k=5))}"
        f"{'?' * chance.randrange(2)}{''.join(chance.choices(pieces, k=chance.randrange(6)))}"
        for _ in range(3000)
    ]
    code = "import json, sys, surt; json.dump([surt.surt(one) for one in json.load(sys.stdin)], sys.stdout)"
    result = run(consumer("python"), "-W", "ignore", "-c", code, input=json.dumps(addresses))
    pairs = zip(addresses, map(surt, addresses), json.loads(result.stdout), strict=True)
    assert [pair for pair in pairs if pair[1] != pair[2]] == []


def test_a_revisit_brings_what_it_repeats(filled: Filled, tmp_path: Path) -> None:
    one = next(each for each in entries_of(filled.archive) if each.id == filled.edited.id and each.form == "share")
    wacz = export(filled.archive, tmp_path / "one.wacz", replace(one, versions=()))
    small = replace(filled, wacz=wacz)
    assert sorted(line["mime"] for line in small.lines) == ["application/json", "warc/revisit"]
    assert len({line["digest"] for line in small.lines}) == 1
    assert len(small.pages) == 1
    again = Archive(tmp_path / "again", filled.archive.replica)
    assert again.archiver("replay", str(wacz)).returncode == 0
    assert again.posts[Path(one.path).name] == filled.archive.posts[Path(one.path).name]
    assert again.posts.items() <= filled.archive.posts.items()  # the capture is of both forms


def test_a_revisit_of_what_is_gone_is_explained(filled: Filled, tmp_path: Path) -> None:
    shutil.copytree(filled.archive.output, tmp_path / "archive")
    archive = Archive(tmp_path / "archive", filled.archive.replica)
    one = next(each for each in entries_of(archive) if each.id == filled.edited.id and each.form == "share")
    assert one.capture
    archive.sql(
        f"DELETE FROM captures WHERE hex(payload) = '{one.capture.payload.upper()}' AND offset < {one.capture.offset}"
    )
    archive.sql(
        f"DELETE FROM captures WHERE hex(payload) = '{one.capture.payload.upper()}' AND warc < '{one.capture.warc}'"
    )
    with pytest.raises(ExportError, match="has no payload, and the one that has it is not in the archive: http://"):
        export(archive, tmp_path / "no.wacz", replace(one, versions=()))


def test_a_large_index_is_sorted_and_in_blocks() -> None:
    keys = [f"example,a)/{number} 20260101000000" for number in range(3 * LINES_PER_BLOCK)]
    packed = BytesIO()
    with closing(sqlite3.connect("")) as scratch:
        lines = Lines(scratch)
        for key in random.Random(0).sample(keys, len(keys)):
            lines.add(f"{key} {{}}\n")
        meta, *listed = lines.write(packed, "index.cdx.gz").decode().splitlines()
    assert meta.startswith("!meta 0 {")
    content = gzip.decompress(packed.getvalue()).decode().splitlines()
    assert content == [f"{key} {{}}" for key in sorted(keys)]
    for number, line in enumerate(listed):
        key, moment, fields = line.split(" ", 2)
        where = json.loads(fields)
        block = packed.getvalue()[where["offset"] : where["offset"] + where["length"]]
        assert (
            gzip.decompress(block).decode().splitlines()
            == content[number * LINES_PER_BLOCK : (number + 1) * LINES_PER_BLOCK]
        )
        assert content[number * LINES_PER_BLOCK].startswith(f"{key} {moment} ")
    assert len(listed) == 3


def test_only_what_is_selected_is_there(filled: Filled, tmp_path: Path) -> None:
    target = tmp_path / "last.wacz"
    result = filled.archive.archiver("export", "wacz", "-o", str(target), "--last", "1")
    assert result.returncode == 0
    small = replace(filled, wacz=target)
    assert [len(small.pages), len({line["digest"] for line in small.lines})] == [1, 1]


def test_what_has_no_capture_is_counted(filled: Filled, tmp_path: Path) -> None:
    one, other = entries_of(filled.archive)[:2]
    small = replace(filled, wacz=export(filled.archive, tmp_path / "some.wacz", one, replace(other, capture=None)))
    assert [page["id"] for page in small.pages] == [one.key]
    description = json.loads(small.inside("datapackage.json"))["description"]
    assert description == "Articles, as their sources sent them: 1. Left out, since they have no capture: 1."


def test_what_cannot_be_written_is_explained(filled: Filled, tmp_path: Path) -> None:
    one = entries_of(filled.archive)[0]
    capture = one.capture
    assert capture
    elsewhere = replace(one, capture=capture._replace(warc="/elsewhere/a.warc.gz"))
    missing = replace(one, capture=capture._replace(warc="_captures/a.warc.gz"))
    moved = replace(one, capture=capture._replace(offset=capture.offset + 1))
    other = replace(one, capture=capture._replace(url="http://a.example/"))
    for wrong, words in (
        (elsewhere, "/elsewhere/a.warc.gz: the capture of http.* is in this file, which is outside the archive"),
        (missing, f"{filled.archive.output}/_captures/a.warc.gz: .* is missing"),
        (moved, "no whole WARC record at byte"),
        (other, "is no answer of http://a.example/"),
        (entry(), "of 1 articles none has a capture"),
    ):
        with pytest.raises(ExportError, match=words):
            export(filled.archive, tmp_path / "no.wacz", wrong)
    with pytest.raises(ExportError, match="no article of that kind"):
        export(filled.archive, tmp_path / "no.wacz")
    with pytest.raises(ExportError, match=r"must end in \.wacz"):
        export(filled.archive, tmp_path / "no.zip", one)


def test_what_is_broken_behind_a_capture_is_named_by_its_own_place(filled: Filled, tmp_path: Path) -> None:
    shutil.copytree(filled.archive.output, tmp_path / "copy")
    copy = Archive(tmp_path / "copy", filled.archive.replica)
    one = entries_of(copy)[0]
    assert one.capture
    file, end = copy.output / one.capture.warc, one.capture.offset + one.capture.length
    content = bytearray(file.read_bytes())
    content[end] ^= 1
    file.write_bytes(content)
    with pytest.raises(ExportError, match=f"{file}: no whole WARC record at byte {end:,}: "):
        export(copy, tmp_path / "no.wacz", one)
