"""Captures: what a crawl writes into WARC files, and what the index knows of it."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archiver import recipes
from archiver.captures.exchange import Exchange
from archiver.captures.members import whole
from archiver.captures.packing import WriteJob, records
from archiver.captures.writing import DiskWriter
from archiver.replica import Fault, Record
from tests.conftest import Archive
from tests.test_kill import fill, kill
from tests.warcs import ADDRESS, check, every, member, read, rows, warcs

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.replica import Replica
    from archiver.replica.exchange import Reply, Seen
    from archiver.replica.site import Site

LISTING = "eastmoney/market-37"
RECHECK = (LISTING, "--recheck", "2d")
TEXT = r"/NewsData/GetNewsText\.do"
KILLS = 20
CAPTURES = """SELECT warc, offset, length, lower(hex(payload)), url FROM posts JOIN captures ON capture = captures.key
              ORDER BY path"""
CAPTURE = "SELECT lower(hex(payload)) FROM captures WHERE key = {}"


@pytest.fixture
def edited(replica: Replica) -> Record:
    """An article that has a revised form."""
    return next(record for record in replica.articles if record.revised)


def answered(archive: Archive, **options: Any) -> None:
    """Let the articles be sent with these options of an answer."""
    view = archive.replica.routes[TEXT]

    def changed(site: Site, seen: Seen) -> Reply:
        return replace(view(site, seen), **options)

    archive.replica.routes[TEXT] = changed


def test_a_crawl_is_captured(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING, "-s", "ARCHIVER_CONTACT=https://example.org/me")
    (file,) = warcs(archive)
    check(file)
    info, *found = read(file)
    assert (info.type, info.offset) == ("warcinfo", 0)
    fields = dict(line.split(": ", 1) for line in info.body.decode().splitlines())
    assert fields["software"].startswith("archiver/")
    assert fields["format"] == "WARC File Format 1.1"
    assert fields["http-header-user-agent"] == f"{fields['software']} (news archive; https://example.org/me)"
    assert fields["robots"] == "classic"
    assert fields["archiver-setting-ARCHIVER_PROFILE"] == "clean"
    digest = recipes.load_recipes()["eastmoney"].digest()
    assert fields["archiver-recipe-eastmoney"] == f"sha256:{digest}"
    assert Counter(record.type for record in found) == {"response": 14, "request": 14, "metadata": 14}
    for response, request, metadata in zip(found[::3], found[1::3], found[2::3], strict=True):
        assert [response.type, request.type, metadata.type] == ["response", "request", "metadata"]
        assert request.headers["WARC-Concurrent-To"] == metadata.headers["WARC-Refers-To"] == response.id
        assert f"urn:archiver:{response.url}" == f"urn:archiver:{request.url}" == metadata.url
        assert len({one.headers["WARC-Date"] for one in (response, request, metadata)}) == 1
        assert response.headers["WARC-Payload-Digest"] == f"sha256:{sha256(response.body).hexdigest()}"
        assert all(one.headers["WARC-Block-Digest"].startswith("sha256:") for one in (response, request, metadata))
        asked = {name.lower(): value for name, value in request.http}
        assert request.status == f"GET {request.url.removeprefix('http://' + asked['host'])} HTTP/1.1"
        assert asked["accept-encoding"] == "gzip, deflate"
        assert asked["user-agent"] == fields["http-header-user-agent"]
    notes = (record for record in found if record.type == "metadata")
    said = {record.url.removeprefix("urn:archiver:"): json.loads(record.body) for record in notes}
    assert said[ADDRESS.format(article.id)] == {
        "recipe": "eastmoney",
        "id": article.id,
        "page": "text",
        "forms": ["share"],
        "address": article.id,
        "places": [LISTING],
        "known": said[ADDRESS.format(article.id)]["known"],
    }
    assert said[ADDRESS.format(article.id)]["known"]["title"] == article.title
    (listing,) = (about for about in said.values() if "listing" in about)
    assert listing == {"recipe": "eastmoney", "listing": LISTING}


def test_each_record_is_a_gzip_member_and_the_index_knows_where(archive: Archive) -> None:
    archive.crawl(LISTING)
    (file,) = warcs(archive)
    members = list(whole(file))
    assert members == [(record.offset, record.length) for record in read(file)]
    assert sum(length for _, length in members) == file.stat().st_size
    known = rows(archive, CAPTURES)
    assert len(known) == 13
    for warc, offset, length, payload, url in known:
        found = member(archive, warc, offset, length)
        assert (found.type, found.url, sha256(found.body).hexdigest()) == ("response", url, payload)
    ((path, size, digest),) = rows(archive, "SELECT path, size, sha256 FROM warcs")
    assert (archive.output / path, size) == (file, file.stat().st_size)
    assert digest == sha256(file.read_bytes()).digest()


def test_headers_that_are_not_utf8(archive: Archive, article: Record) -> None:
    """They are bytes: nothing fails because of them, and they stay."""
    answered(archive, more=(("X-City", "Malmö"),))  # sent as Latin-1
    assert archive.get("--warc", article.id).returncode == 0
    assert b"X-City: Malm\xf6\r\n" in gzip.decompress(warcs(archive)[0].read_bytes())


def test_answers_stay_as_they_came(archive: Archive, article: Record) -> None:
    cookies = (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2; Path=/"), ("X-Name", "café"))
    answered(archive, more=(*cookies[:2], ("X-Name", "café".encode().decode("latin-1"))), chunked=True)
    archive.replica.fail(Fault.GZIP, id=archive.replica.articles[1].id)
    archive.get("--warc", article.id, archive.replica.articles[1].id)
    first, second = sorted(every(archive, "response"), key=lambda record: record.url)
    assert [pair for pair in first.http if pair in cookies] == list(cookies)
    names = [name for name, _ in first.http]
    assert "Transfer-Encoding" not in names  # the body's is gone
    assert ("X-Crawler-Transfer-Encoding", "chunked") in first.http
    assert json.loads(first.body)["newsid"] == article.id
    assert ("Content-Encoding", "gzip") in second.http
    assert json.loads(gzip.decompress(second.body))["newsid"] == archive.replica.articles[1].id
    check(*warcs(archive))
    ((payload,),) = rows(archive, "SELECT lower(hex(payload)) FROM captures WHERE url LIKE '%001234567'")
    assert payload == sha256(first.body).hexdigest()


def test_redirects_are_captured_with_the_answer(archive: Archive, article: Record) -> None:
    target = f"http://app.jg.eastmoney.com/NewsData/GetNewsText.do?id=NW{article.id}"
    archive.replica.fail(Fault.REDIRECT_TO, path="/NewsData/GetNewsText.do", times=1, location=target)
    assert archive.get("--warc", article.id).returncode == 0
    redirect, answer = every(archive, "response")
    assert (redirect.status, redirect.url) == ("HTTP/1.1 302 Found", ADDRESS.format(article.id))
    assert ("Location", target) in redirect.http
    assert (answer.status, answer.url) == ("HTTP/1.1 200 OK", target)
    (about,) = every(archive, "metadata")
    assert about.headers["WARC-Refers-To"] == answer.id
    assert len(every(archive, "request")) == 2
    assert [row[4] for row in rows(archive, CAPTURES)] == [target]


def test_answers_that_led_to_nothing_are_not_captured(archive: Archive, article: Record) -> None:
    archive.replica.fail(Fault.SERVER_ERROR, id=article.id)
    archive.replica.fail(Fault.NULL, id=archive.replica.articles[1].id, times=1)
    archive.crawl(LISTING, "-s", "RETRY_TIMES=1")
    found = every(archive, "response")
    assert len(found) == 13  # a listing, and articles but for one
    assert {record.status for record in found} == {"HTTP/1.1 200 OK"}
    assert not [record for record in found if record.body == b"null"]


def test_a_listing_is_captured_when_it_lists_something_new(archive: Archive, article: Record) -> None:
    archive.crawl(LISTING)
    archive.crawl(LISTING)
    assert len(warcs(archive)) == 1  # nothing was new: no file
    archive.replica.add(replace(article, id="202606010000000001", date="2026-06-01 09:30:00", text="<p>新闻。</p>" * 9))
    archive.crawl(LISTING)
    assert len(warcs(archive)) == 2
    assert [
        json.loads(record.body).get("listing") for record in read(warcs(archive)[1]) if record.type == "metadata"
    ] == [
        LISTING,
        None,
    ]


@pytest.mark.parametrize(
    ("command", "arguments", "captured"),
    [
        ("crawl", (LISTING, "--no-warc"), False),
        ("crawl", (LISTING, "-s", "ARCHIVER_WARC=False"), False),
        ("crawl", (LISTING, "--dry-run"), False),
        ("get", ("202403150001234567",), False),
        ("get", ("202403150001234567", "--warc"), True),
        ("get", ("202403150001234567", "-s", "ARCHIVER_WARC=True"), True),
    ],
)
def test_whether_answers_are_captured(
    archive: Archive, command: str, arguments: tuple[str, ...], captured: bool
) -> None:
    run = archive.crawl if command == "crawl" else archive.get
    assert run(*arguments).returncode == 0
    assert (archive.output / "_captures").exists() == captured
    if archive.output.exists():
        missing = rows(archive, "SELECT count(*) FROM posts WHERE capture IS NULL")
        assert missing == [(0 if captured else len(archive.posts),)]


@pytest.mark.parametrize("warc", [True, False])
def test_a_recipe_says_whether_its_answers_are_captured(archive: Archive, tmp_path: Path, warc: bool) -> None:
    recipe = yaml.safe_load((recipes.load.PACKAGED_RECIPES / "eastmoney.yaml").read_text(encoding="utf-8"))
    (tmp_path / "eastmoney.yaml").write_text(yaml.safe_dump(recipe | {"warc": warc}, allow_unicode=True), "utf-8")
    own = ("-s", f"ARCHIVER_RECIPES={tmp_path}")
    if warc:
        archive.get(archive.replica.articles[0].id, *own)
    else:
        archive.crawl(LISTING, *own, "--limit", "1")
    assert (archive.output / "_captures").exists() == warc
    archive.crawl(LISTING, *own, "--warc", "--limit", "1")  # what is asked for counts more
    assert any(record.url.startswith(ADDRESS.format("")) for record in every(archive, "response"))


def test_files_are_rolled(archive: Archive) -> None:
    archive.crawl(LISTING, "-s", "ARCHIVER_WARC_SIZE=9000")
    files = warcs(archive)
    assert len(files) > 2
    check(*files)
    assert [file.name.rpartition("-")[2] for file in files] == [f"{n:05}.warc.gz" for n in range(1, len(files) + 1)]
    for file in files:
        kinds = [(record.type, record.offset) for record in read(file)]
        assert kinds[0] == ("warcinfo", 0)
        assert [kind for kind, _ in kinds].count("warcinfo") == 1
        assert kinds[-1][0] == "metadata"  # what belongs together stays together
    assert all(file.stat().st_size >= 9000 for file in files[:-1])
    assert len(rows(archive, "SELECT path FROM warcs")) == len(files)
    assert {archive.output / warc for warc, *_ in rows(archive, CAPTURES)} <= {*files}


def test_the_same_payload_again_is_a_revisit(archive: Archive) -> None:
    archive.crawl(LISTING)
    archive.crawl(*RECHECK, "--force")
    first, second = warcs(archive)
    check(first, second)
    originals = {record.url: record for record in read(first) if record.type == "response"}
    revisits = [record for record in read(second) if record.type == "revisit"]
    assert len(revisits) == 13
    for record in revisits:
        original = originals[record.url]
        assert record.headers["WARC-Refers-To-Target-URI"] == original.url
        assert record.headers["WARC-Refers-To-Date"] == original.headers["WARC-Date"]
        assert record.headers["WARC-Payload-Digest"] == original.headers["WARC-Payload-Digest"]
        assert record.headers["WARC-Profile"].endswith("/revisit/identical-payload-digest")
        assert record.body == b""
        assert ("Content-Type", "application/json;charset=UTF-8") in record.http
    assert not [record for record in read(second) if record.type == "response"]


def test_what_a_lost_file_held_is_captured_anew(archive: Archive) -> None:
    archive.crawl(LISTING)
    for file in warcs(archive):
        file.unlink()
    archive.crawl(*RECHECK, "--force")
    assert len(every(archive, "response")) == 13
    assert every(archive, "revisit") == []


def test_an_unchanged_recheck_adds_nothing(archive: Archive) -> None:
    archive.crawl(LISTING)
    assert archive.crawl(*RECHECK).stdout == "0 written, 13 unchanged, 0 failed\n"
    assert len(warcs(archive)) == 1
    # Another profile has the same words in other markup, but for one article: only that is written.
    assert archive.crawl(*RECHECK, "--profile", "source").stdout == "1 written, 12 unchanged, 0 failed\n"
    assert [record.type for record in read(warcs(archive)[1])] == ["warcinfo", "revisit", "request", "metadata"]


def test_both_versions_of_an_edit_have_their_capture(archive: Archive, edited: Record) -> None:
    archive.crawl(LISTING)
    archive.replica.edit(edited.id)
    assert archive.crawl(*RECHECK).stdout == "1 written, 12 unchanged, 0 failed\n"
    entry = next(
        found
        for line in archive.archiver("export", "jsonl").stdout.splitlines()
        if (found := json.loads(line))["id"] == edited.id
    )
    (earlier,) = entry["versions"]
    titles = []
    for capture in (earlier["capture"], entry["capture"]):
        found = member(archive, capture["warc"], capture["offset"], capture["length"])
        assert sha256(found.body).hexdigest() == capture["payload_sha256"]
        assert found.headers["WARC-Date"] == capture["time"]
        assert found.url == capture["url"]
        titles.append(json.loads(found.body)["title"])
    assert titles == [edited.title, edited.revised["title"]]
    # It was held back until all others had been looked at; that it was believed is said afterwards.
    *_, response, _, held_back, believed = read(warcs(archive)[1])
    assert json.loads(held_back.body) == json.loads(believed.body) | {"held_back": True}
    assert believed.url == f"urn:archiver:{response.url}"
    assert believed.headers["WARC-Date"] == response.headers["WARC-Date"]


def test_forms_that_were_made_in_different_runs_share_a_capture(archive: Archive, article: Record) -> None:
    archive.crawl("eastmoney/rolling")
    archive.crawl(LISTING)
    found = rows(archive, "SELECT count(*), count(DISTINCT capture), count(capture) FROM posts")
    assert found == [(26, 13, 26)]
    assert len(every(archive, "response")) == 14  # and one listing: the other had nothing new
    abouts = [json.loads(record.body) for record in read(warcs(archive)[1]) if record.type == "metadata"]
    (more,) = (about for about in abouts if about.get("id") == article.id)
    assert more["forms"] == ["share"]


def test_forms_that_are_made_in_one_run_share_a_capture(archive: Archive, edited: Record) -> None:
    archive.crawl(LISTING, "eastmoney/rolling")
    archive.replica.edit(edited.id)
    assert archive.crawl(*RECHECK).stdout.startswith("2 written, ")
    (again,) = [one for one in every(archive, "response", "revisit") if edited.revised["title"].encode() in one.body]
    assert [one.url for one in read(warcs(archive)[1]) if one.type in {"response", "revisit"}] == [again.url]
    assert rows(
        archive,
        f"SELECT count(DISTINCT capture) FROM posts JOIN articles ON article = articles.key WHERE id = '{edited.id}'",
    ) == [(1,)]


def test_what_went_to_quarantine_is_captured(archive: Archive, article: Record) -> None:
    archive.replica.add(replace(article, text="<p> </p>", content=""))
    assert archive.crawl(LISTING).returncode == 1
    (about,) = (
        one for one in map(json.loads, (r.body for r in every(archive, "metadata"))) if one.get("id") == article.id
    )
    assert "neither words nor pictures" in about["quarantined"]
    assert len(every(archive, "response")) == 14


def test_a_directory_in_which_nothing_can_be_written(archive: Archive) -> None:
    archive.output.mkdir()
    (archive.output / "_captures").write_text("in the way")
    result = archive.crawl(LISTING)
    assert result.returncode != 0
    assert f"{archive.output / '_captures'}: an answer cannot be captured: " in result.stderr
    assert "Traceback" not in result.stderr
    assert archive.posts == {}
    assert rows(archive, "SELECT count(*) FROM captures") == [(0,)]
    (archive.output / "_captures").unlink()
    archive.sql("UPDATE articles SET due = 0")
    assert archive.crawl(LISTING).stdout == "13 written, 0 unchanged, 0 failed\n"


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = DiskWriter(tmp_path, 10**9, {})
    where = output.write(job(b"first"))
    (file,) = tmp_path.rglob("*.warc.gz")
    before = file.read_bytes()
    real, limit = os.write, 40

    def write(descriptor: int, content: bytes) -> int:
        nonlocal limit
        if limit == 0:
            raise OSError(28, "No space left on device")
        done = real(descriptor, content[:limit])
        limit -= done
        return done

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", write)
        with pytest.raises(OSError, match="No space left"):
            output.write(job(b"second"))
    assert file.read_bytes() == before
    again = output.write(job(b"third"))
    assert (again.warc, again.offset > where.offset) == (where.warc, True)
    with monkeypatch.context() as patched:  # when a file is begun
        patched.setattr(os, "write", write)
        limit = 40
        with pytest.raises(OSError, match="No space left"):
            DiskWriter(tmp_path / "other", 10**9, {}).write(job(b"fourth"))
    output.close()
    assert list(tmp_path.rglob("*.warc.gz")) == [file]
    check(file)
    assert [record.body for record in read(file) if record.type == "response"] == [b"first", b"third"]


def cut_off(archive: Archive, drop: int) -> tuple[Path, int]:
    """Leave the archive as a run that was killed leaves it, its file ending within the last record."""
    (file,) = warcs(archive)
    records = len(read(file))
    with file.open("rb+") as stream:
        stream.truncate(file.stat().st_size - drop)
    archive.sql("UPDATE runs SET ended = NULL")
    archive.sql("DELETE FROM warcs")
    return file, records


def test_the_file_of_a_killed_run_is_ended_by_the_next(archive: Archive) -> None:
    archive.crawl(LISTING, "--limit", "5")
    file, records = cut_off(archive, 20)
    other = archive.output / "_captures" / "others.warc.gz"
    other.write_bytes(b"not ours, and not even packed")
    assert archive.crawl(LISTING).stdout == "8 written, 0 unchanged, 0 failed\n"
    check(file)
    assert len(read(file)) == records - 1
    new = [one for one in warcs(archive) if one not in (file, other)]
    assert len(new) == 1
    check(*new)
    sealed = dict(rows(archive, "SELECT path, size FROM warcs"))
    assert sealed == {one.relative_to(archive.output).as_posix(): one.stat().st_size for one in (file, *new)}
    assert other.read_bytes() == b"not ours, and not even packed"


def test_a_file_in_which_nothing_is_whole_goes(archive: Archive) -> None:
    archive.crawl(LISTING, "--limit", "5")
    (file,) = warcs(archive)
    file.write_bytes(file.read_bytes()[:50])
    archive.sql("UPDATE runs SET ended = NULL")
    archive.sql("DELETE FROM warcs")
    archive.crawl(LISTING)
    assert file not in warcs(archive)
    check(*warcs(archive))


def test_kill_at_any_moment(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    records = fill(archive, 300, monkeypatch)
    kill(archive, KILLS, 3, "DOWNLOAD_DELAY=0.01", "ARCHIVER_WARC_SIZE=60000")
    saved = len(archive.posts)
    assert saved > 20, "the kills left no time to work: give them more"
    assert archive.crawl(LISTING).stdout == f"{len(records) - saved} written, 0 unchanged, 0 failed\n"
    files = warcs(archive)
    check(*files)  # to its end each
    content = {file.relative_to(archive.output).as_posix(): {one.offset: one for one in read(file)} for file in files}
    assert {path for (path,) in rows(archive, "SELECT path FROM warcs")} == content.keys()
    known = rows(archive, CAPTURES)
    assert len(known) == len(records)
    for warc, offset, length, payload, url in known:
        found = content[warc][offset]
        assert (found.length, found.url) == (length, url)
        assert found.headers["WARC-Payload-Digest"] == f"sha256:{payload}"
    articles = [one for file in content.values() for one in file.values() if one.type in ("response", "revisit")]
    counts = Counter(one.url for one in articles if "GetNewsText" in one.url)
    assert len(counts) == len(records)
    # Twice only what was captured when a kill came before its post: no more than were asked for at a time.
    assert sum(counts.values()) - len(records) <= 16 * KILLS
    other = Archive(archive.output.with_name("replayed"), archive.replica)
    assert other.archiver("replay", str(archive.output / "_captures")).returncode == 0
    assert other.posts == archive.posts


def job(body: bytes, headers: tuple[tuple[str, str], ...] = (), **fields: Any) -> WriteJob:
    """The job for an answer."""
    exchange = Exchange(
        url="http://example.org/a?b=ü".replace("ü", "%C3%BC"),
        method="GET",
        asked=(("Host", "example.org"),),
        status=200,
        version="HTTP/1.1",
        reason="OK",
        headers=headers,
        body=body,
        time=datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
        address="192.0.2.1",
    )
    return WriteJob((exchange._replace(**fields),), {"x": "é\ud800"})


NAMES = st.sampled_from(["Set-Cookie", "X-A", "x-a", "Content-Language"])
# Bytes as HTTP lets them be, without blanks around them.
VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f\x85\xa0\xad"), min_size=1)


@given(st.binary(), st.lists(st.tuples(NAMES, VALUES)), st.sampled_from(["", "gzip", "deflate"]))
def test_whatever_is_captured_is_read_back(body: bytes, headers: list[tuple[str, str]], encoding: str) -> None:
    sent = {"": body, "gzip": gzip.compress(body), "deflate": zlib.compress(body)}[encoding]
    headers = [*headers, ("Content-Encoding", encoding)] if encoding else headers
    packed, start, length = records(job(sent, tuple(headers)))
    block = gzip.decompress(packed[start : start + length])
    _, _, http = block.partition(b"\r\n\r\n")
    lines, _, payload = http.partition(b"\r\n\r\n")
    assert payload.removesuffix(b"\r\n\r\n") == sent
    assert lines.split(b"\r\n") == [
        b"HTTP/1.1 200 OK",
        *(f"{name}: {value}".encode("latin-1") for name, value in headers),
    ]
    assert f"WARC-Payload-Digest: sha256:{sha256(sent).hexdigest()}".encode() in block
    assert len(packed) > start + length
