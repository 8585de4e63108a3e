"""Verify: each kind of damage is found and named, and what captures allow is restored."""

from __future__ import annotations

import errno
import gzip
import json
import os
import re
import shutil
import socket
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archiver.captures.members import mend
from archiver.extraction import ExtractOptions
from archiver.index import Index
from archiver.index.lock import Holder
from archiver.index.manifests import ArchivedFile, Manifests
from archiver.manifest import head
from archiver.recipes import load_recipes
from archiver.replica import Replica
from archiver.verify.repair import Repair
from archiver.verify.verify import Verification
from tests import test_verify_captures as captures
from tests.conftest import Archive
from tests.verifying import (
    LISTING,
    NOTHING,
    RECIPE,
    archive,
    contents,
    files,
    flip,
    made,
    rewrite,
    shell,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["archive", "made"]  # fixtures


def test_a_whole_archive(archive: Archive) -> None:
    status, problems, summary = verify(archive)
    assert (status, problems) == (0, [])
    assert summary.endswith(f"{NOTHING}\n")
    result = archive.archiver("verify")
    assert result.stdout.endswith(f"{NOTHING}\n")
    assert result.stderr == ""


def test_without_an_index(tmp_path: Path, replica: Replica) -> None:
    result = Archive(tmp_path / "none", replica).archiver("verify")
    assert result.returncode == 1
    assert "there is no index" in result.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("pattern", ["_posts/*.md", "_versions/*/*.md"])
@pytest.mark.parametrize("where", [0, 100, -1])
def test_a_flipped_bit(archive: Archive, pattern: str, where: int) -> None:
    whole = contents(archive)
    file = files(archive, pattern)[0]
    path = str(file.relative_to(archive.output))
    flip(file, where)
    bad = file.read_bytes()
    status, problems, summary = verify(archive)
    assert status == 1
    assert [(one["kind"], one["path"], one["repaired"]) for one in problems] == [("changed", path, "")]
    assert "1 problem\n" in summary

    status, problems, summary = verify(archive, "--repair")
    assert status == 0
    assert problems[0]["repaired"].startswith("made again from its capture")
    assert "nothing is wrong, 1 repaired" in summary
    assert contents(archive) == whole
    assert (archive.output / "_quarantine/changed" / path).read_bytes() == bad  # nothing is lost
    assert verify(archive)[:2] == (0, [])


@pytest.mark.parametrize("pattern", ["_posts/*.md", "_versions/*/*.md"])
def test_a_missing_file(archive: Archive, pattern: str) -> None:
    whole = contents(archive)
    file = files(archive, pattern)[-1]
    file.unlink()
    _, problems, _ = verify(archive)
    assert [(one["kind"], one["path"]) for one in problems] == [("missing", str(file.relative_to(archive.output)))]
    assert verify(archive, "--repair")[0] == 0
    assert contents(archive) == whole


def test_all_posts_missing(archive: Archive) -> None:
    whole = contents(archive)
    shutil.rmtree(archive.output / "_posts")
    shutil.rmtree(archive.output / "_versions")
    assert len(verify(archive)[1]) == 14
    status, problems, _ = verify(archive, "--repair")
    assert status == 0, problems
    assert contents(archive) == whole
    assert archive.crawl(LISTING).stdout == "0 written, 0 unchanged, 0 failed\n"


@pytest.mark.parametrize(
    "path", ["_posts/new.md", "_versions/2024-01-01-x/1.md", "_captures/2026/x.warc.gz", "_captures/x"]
)
def test_a_foreign_file(archive: Archive, path: str) -> None:
    file = archive.output / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"foreign")
    status, problems, _ = verify(archive)
    assert status == 1
    assert [one["path"] for one in problems] == [path]
    assert problems[0]["what"] == "the index does not know it"


def test_a_flipped_bit_in_a_capture(archive: Archive) -> None:
    """Wherever it is, it is found; where it hits an answer, the answer is named."""
    warc = files(archive, "_captures/**/*.warc.gz")[0]
    whole = warc.read_bytes()
    (record,) = archive.rows("SELECT offset, length, url FROM captures JOIN posts ON capture = key LIMIT 1")
    offset, length, url = record
    for at in (20, offset + length // 2, len(whole) - 5):
        flip(warc, at)
        status, problems, _ = verify(archive)
        assert status == 1, at
        assert {one["kind"] for one in problems} == {"capture"}
        assert all(one["path"] == str(warc.relative_to(archive.output)) for one in problems)
        assert at != offset + length // 2 or any(url in one["what"] for one in problems)
        warc.write_bytes(whole)
    assert verify(archive)[0] == 0


def test_a_capture_cut_off_and_a_missing_one(archive: Archive) -> None:
    first, second = files(archive, "_captures/**/*.warc.gz")
    content = first.read_bytes()
    first.write_bytes(content[: len(content) // 2])
    second.unlink()
    status, problems, _ = verify(archive)
    assert status == 1
    assert {one["kind"] for one in problems} == {"capture", "missing"}
    assert any(one["path"] == str(second.relative_to(archive.output)) for one in problems)


def test_what_no_capture_can_restore(archive: Archive) -> None:
    """The reason is said, and the file that is there stays."""
    shutil.rmtree(archive.output / "_captures")
    file = files(archive, "_posts/*.md")[0]
    flip(file, 100)
    bad = file.read_bytes()
    status, problems, _ = verify(archive, "--repair")
    assert status == 1
    (changed,) = (one for one in problems if one["kind"] == "changed")
    assert "cannot be repaired: its capture was in _captures/" in changed["advice"]
    assert file.read_bytes() == bad


def test_an_archive_without_captures(tmp_path: Path, replica: Replica) -> None:
    archive = Archive(tmp_path / "archive", replica)
    archive.crawl(LISTING, "--no-warc")
    assert verify(archive)[0] == 0
    files(archive, "_posts/*.md")[0].unlink()
    status, problems, _ = verify(archive, "--repair")
    assert status == 1
    assert "its answer was not captured" in problems[0]["advice"]


def test_other_rules_make_another_post(archive: Archive) -> None:
    """A post is restored as it was, or not at all."""
    file = files(archive, "_posts/*.md")[0]
    file.unlink()
    status, problems, _ = verify(archive, "--repair", "-s", "ARCHIVER_SITE=other.example")
    assert status == 1
    assert "today's rules make another post of its capture" in problems[0]["advice"]
    assert not file.exists()
    assert verify(archive, "--repair")[0] == 0


def test_an_unreadable_index(archive: Archive) -> None:
    index = archive.output / "_index" / "index.sqlite"
    for extra in files(archive, "_index/index.sqlite-*"):
        extra.unlink()
    content = bytearray(index.read_bytes())
    content[5000:9000] = bytes(4000)
    index.write_bytes(content)
    result = archive.archiver("verify")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "index.sqlite" in result.stderr + result.stdout


def test_a_run_that_was_killed(archive: Archive) -> None:
    """Its capture is not ended; the repair ends it, and cuts off what is torn."""
    last = files(archive, "_captures/**/*.warc.gz")[-1]
    path = str(last.relative_to(archive.output))
    archive.sql(f"DELETE FROM warcs WHERE path = '{path}'")
    shutil.rmtree(archive.output / "_manifests")
    archive.sql("UPDATE posts SET listed = 0")
    archive.sql("UPDATE revisions SET listed = 0")
    archive.sql("UPDATE warcs SET listed = 0")
    whole = last.read_bytes()
    last.write_bytes(whole + whole[:200])
    _, problems, _ = verify(archive)
    assert [(one["kind"], one["path"]) for one in problems] == [("unended", path)]
    assert verify(archive, "--repair")[0] == 0
    assert last.read_bytes() == whole
    assert verify(archive)[:2] == (0, [])


def open_capture(archive: Archive, content: bytes) -> Path:
    """Leave a WARC file as a killed run does."""
    warc = archive.output / "_captures" / "2026" / "archiver-20261122000000.warc.gz"
    warc.parent.mkdir(parents=True, exist_ok=True)
    warc.write_bytes(content)
    return warc


RECORDS = [gzip.compress(b"WARC/1.1\r\n%d" % number + bytes(range(256)) * 9, mtime=0) for number in range(3)]


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (b"".join(RECORDS), b"".join(RECORDS)),
        (b"".join(RECORDS) + RECORDS[0][:50], b"".join(RECORDS)),
        (b"".join(RECORDS) + bytes(50), b"".join(RECORDS)),  # what a crash of the machine leaves
        (RECORDS[0][:50], None),
        (b"", None),
    ],
)
def test_what_a_killed_run_left_half_written_is_cut_off(tmp_path: Path, content: bytes, left: bytes | None) -> None:
    file = tmp_path / "a.warc.gz"
    file.write_bytes(content)
    assert mend(file) == (left and (len(left), sha256(left).digest()))
    assert (file.read_bytes() if file.exists() else None) == left


@pytest.mark.parametrize(
    "content",
    [
        RECORDS[0] + RECORDS[1][:60] + b"?" + RECORDS[1][61:] + RECORDS[2],
        RECORDS[0][:60] + b"?" + RECORDS[0][61:] + RECORDS[1],
        RECORDS[0][:60] + RECORDS[1],
        RECORDS[0] + RECORDS[1][:60] + RECORDS[2][:300],
        b"?" + RECORDS[0][1:],
        b"no record",
    ],
)
def test_a_capture_that_is_broken_elsewhere_stays(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.warc.gz"
    file.write_bytes(content)
    assert mend(file) is None
    assert file.read_bytes() == content


@pytest.mark.parametrize("content", [RECORDS[0] + RECORDS[1][:50], RECORDS[0][:50]])
def test_nothing_is_cut_off_what_a_link_leads_to(tmp_path: Path, content: bytes) -> None:
    """No run of this archive wrote it there; another one may be at it."""
    link, file = tmp_path / "a.warc.gz", tmp_path / "of-another-archive.warc.gz"
    file.write_bytes(content)
    link.symlink_to(file)
    assert mend(link) is None
    assert (file.read_bytes(), link.is_symlink()) == (content, True)


def test_a_whole_file_that_is_a_link_is_one(tmp_path: Path) -> None:
    link, file = tmp_path / "a.warc.gz", tmp_path / "b.warc.gz"
    file.write_bytes(RECORDS[0])
    link.symlink_to(file)
    assert mend(link) == (len(RECORDS[0]), sha256(RECORDS[0]).digest())


def test_records_that_were_noted_are_not_cut_off(tmp_path: Path) -> None:
    """The last one of a file that is as long as it was is broken, not torn."""
    file = tmp_path / "a.warc.gz"
    content = RECORDS[0] + RECORDS[1][:-9] + b"?" + RECORDS[1][-8:]
    file.write_bytes(content)
    assert mend(file, len(content)) is None
    assert file.read_bytes() == content
    assert mend(file, len(content) + 1) == (len(RECORDS[0]), sha256(RECORDS[0]).digest())  # it was longer


def test_what_a_run_at_work_has_open_is_a_note(archive: Archive) -> None:
    """Nothing is wrong because of it; once the run has ended, what it left open is a problem again."""
    archive.sql("DELETE FROM warcs WHERE path = (SELECT max(path) FROM warcs)")
    shutil.rmtree(archive.output / "_manifests")
    for table in ("posts", "revisions", "warcs"):
        archive.sql(f"UPDATE {table} SET listed = 0")
    lock = archive.output / "_index/lock"
    holder = Holder(os.getppid(), socket.gethostname(), "2026-01-01 00:00:00 +0000", "archiver crawl")
    lock.write_text(json.dumps(holder._asdict()))
    status, problems, summary = verify(archive)
    assert (status, [one["kind"] for one in problems]) == (0, ["open"])
    assert summary.endswith(f"{NOTHING}\n")
    lock.write_text("")
    status, problems, _ = verify(archive)
    assert (status, problems[0]["kind"]) == (1, "unended")


def test_a_killed_run_and_a_flipped_bit(archive: Archive) -> None:
    """Neither the next run nor the repair throws the rest of the file away."""
    ((path, offset, length),) = archive.rows("SELECT warc, offset, length FROM captures ORDER BY key LIMIT 1")
    warc = archive.output / path
    archive.sql(f"DELETE FROM warcs WHERE path = '{path}'")
    flip(warc, offset + length // 2)
    content = warc.read_bytes()
    archive.crawl("eastmoney/rolling")
    assert warc.read_bytes() == content
    status, problems, _ = verify(archive, "--repair")
    assert status == 1
    assert warc.read_bytes() == content
    (unended,) = (one for one in problems if one["kind"] == "unended")
    assert (unended["path"], unended["repaired"]) == (path, "")
    assert "it is broken before its end" in unended["advice"]
    (broken,) = (one for one in problems if one["kind"] == "capture")
    assert f"byte {offset:,} is broken" in broken["what"]


def test_a_capture_of_another_tool_is_not_ended(archive: Archive) -> None:
    """No run would, so none is waited for."""
    first = files(archive, "_captures/**/*.warc.gz")[0]
    shutil.copy(first, first.with_name("other.warc.gz"))
    _, problems, _ = verify(archive, "--repair")
    assert [(one["kind"], one["repaired"]) for one in problems] == [("foreign", "")]


def test_an_empty_capture(archive: Archive) -> None:
    first = files(archive, "_captures/**/*.warc.gz")[0]
    first.write_bytes(b"")
    post = archive.output / archive.rows("SELECT path FROM posts LIMIT 1")[0][0]
    post.unlink()
    for arguments in ((), ("--repair",)):
        status, problems, _ = verify(archive, *arguments)
        assert status == 1
        assert {one["kind"] for one in problems} == {"missing", "capture"}


def test_a_second_repair_keeps_what_the_first_one_kept(archive: Archive) -> None:
    post = files(archive, "_posts/*.md")[0]
    contents_: list[bytes] = []
    for at in (100, 101, 102):
        flip(post, at)
        contents_.append(post.read_bytes())
        assert verify(archive, "--repair")[0] == 0
    beside = files(archive, f"_quarantine/changed/_posts/{post.name}*")
    assert [file.name for file in beside] == [post.name, f"{post.name}.1", f"{post.name}.2"]
    assert [file.read_bytes() for file in beside] == contents_


@pytest.mark.parametrize("failing", ["write_atomically", "keep_beside"])
def test_a_repair_that_cannot_write_leaves_what_is_there(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def fail(file: Path, *_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(file))

    post = files(archive, "_posts/*.md")[0]
    flip(post, 100)
    bad = post.read_bytes()
    monkeypatch.setattr(f"archiver.verify.repair.{failing}", fail)
    index = Index.open(archive.output)
    repair = Repair(archive.output, index, ExtractOptions(load_recipes()))
    repaired = [repair.repaired(one) for one in Verification(archive.output, index).problems()]
    index.close()
    assert [(one.kind, one.repaired) for one in repaired] == [("changed", "")]
    assert "No space left on device" in repaired[0].advice
    assert post.read_bytes() == bad


def intended(archive: Archive, kind: str) -> None:
    """Make the archive as a run leaves it that is killed when it has just written a post, or an edited one."""
    condition = "revision > 1" if kind == "edited" else "revision = 1"
    ((article, form, path),) = archive.rows(f"SELECT article, form, path FROM posts WHERE {condition} LIMIT 1")
    where = f"WHERE article = {article} AND form = '{form}'"
    archive.sql(
        f"""INSERT INTO intents (article, form, path, sha256, published, text_digest, rules, saved, capture)
            SELECT posts.article, posts.form, path, posts.sha256, published, text_digest, rules, posts.saved,
            posts.capture FROM posts JOIN articles ON key = article {where}"""
    )
    if kind == "edited":
        archive.sql(
            f"""UPDATE posts SET revision = 1, (sha256, saved, capture, listed) = (SELECT sha256, saved, capture, listed
                FROM revisions {where}) {where}"""
        )
        archive.sql(f"DELETE FROM revisions {where}")
    else:
        archive.sql(f"DELETE FROM posts {where}")
    assert (archive.output / path).is_file()


@pytest.mark.parametrize("kind", ["new", "edited"])
def test_a_post_that_a_killed_run_had_just_written(archive: Archive, kind: str) -> None:
    """It is as it was meant to be: there is nothing wrong with it, and nothing to repair."""
    intended(archive, kind)
    whole = contents(archive)
    assert verify(archive)[:2] == (0, [])
    assert archive.rows("SELECT count(*) FROM intents") == [(1,)]
    assert verify(archive, "--repair")[:2] == (0, [])
    assert archive.rows("SELECT count(*) FROM intents") == [(0,)]
    assert contents(archive) == whole
    assert verify(archive)[:2] == (0, [])
    assert shell(archive, RECIPE).stdout == archive.archiver("manifest").stdout


def test_a_repair_waits_for_no_run(archive: Archive) -> None:
    index = Index.open(archive.output)
    result = archive.archiver("verify", "--repair")
    assert result.returncode == 75
    assert "another run is at work" in result.stderr
    index.close()


def test_a_run_at_work(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it writes while we look is no problem."""
    post, edited = files(archive, "_posts/*.md")[:2]
    new = post.with_name("2030-01-01-new.md")
    original = Manifests.files

    def files_and_then(self: Manifests) -> Iterator[ArchivedFile]:
        monkeypatch.setattr(Manifests, "files", original)
        yield from list(original(self))
        post.rename(new)
        archive.sql(f"UPDATE posts SET path = '_posts/{new.name}', listed = 0 WHERE path = '_posts/{post.name}'")
        archive.sql(f"INSERT INTO removed VALUES ('_posts/{post.name}')")
        rewrite(archive, edited, edited.read_bytes() + b"more")

    monkeypatch.setattr(Manifests, "files", files_and_then)
    index = Index.read(archive.output)
    assert list(Verification(archive.output, index).problems()) == []
    index.close()


@pytest.mark.parametrize("directory", ["_posts", "_versions", "_captures", "_captures/2026/11", "_manifests"])
def test_an_unreadable_directory(archive: Archive, monkeypatch: pytest.MonkeyPatch, directory: str) -> None:
    """It is one problem: what is in it is not missing."""
    scandir, listdir = os.scandir, os.listdir
    (directory,) = (str(one.relative_to(archive.output)) for one in files(archive, directory.replace("2026/11", "*/*")))

    def refuse(function: Callable[..., Any]) -> Callable[..., Any]:
        def refused(path: str) -> Any:
            if str(path) == str(archive.output / directory):
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return function(path)

        return refused

    monkeypatch.setattr(os, "scandir", refuse(scandir))
    monkeypatch.setattr(os, "listdir", refuse(listdir))
    index = Index.read(archive.output)
    problems = list(Verification(archive.output, index).problems())
    index.close()
    assert [(one.kind, one.path) for one in problems] == [("unreadable", directory)]
    if directory == "_manifests":
        with pytest.raises(PermissionError):
            head(archive.output)


@pytest.mark.parametrize("pattern", ["_posts/*.md", "_versions/*/*.md", "_captures/**/*.warc.gz"])
def test_a_pipe_in_the_place_of_a_file(archive: Archive, pattern: str) -> None:
    """It is not waited for."""
    file = files(archive, pattern)[0]
    file.unlink()
    os.mkfifo(file)
    for arguments in ((), ("--repair",)):
        _, problems, _ = verify(archive, *arguments)
        assert [(one["kind"], one["path"]) for one in problems] == [
            ("unreadable", str(file.relative_to(archive.output)))
        ]


@pytest.mark.parametrize("pattern", ["_posts/*.md", "_versions/*/*.md"])
def test_a_link_that_leads_nowhere(archive: Archive, pattern: str) -> None:
    whole = contents(archive)
    file = files(archive, pattern)[0]
    file.unlink()
    file.symlink_to("nowhere")
    _, problems, _ = verify(archive)
    assert [(one["kind"], one["path"]) for one in problems] == [("missing", str(file.relative_to(archive.output)))]
    assert verify(archive, "--repair")[0] == 0
    assert contents(archive) == whole
    assert not file.is_symlink()


def test_a_picture_whose_name_no_file_can_have(archive: Archive) -> None:
    post = files(archive, "_posts/*.md")[0]
    rewrite(archive, post, post.read_bytes() + b'<img src="/%00.png">')
    archive.archiver("manifest")
    _, problems, _ = verify(archive)
    assert [(one["kind"], one["path"]) for one in problems] == [("picture", "\0.png")]


@pytest.mark.parametrize("empty", ["2999", "2999/01", "2026/12", "notes"])
def test_empty_directories_of_manifests(archive: Archive, empty: str) -> None:
    """The chain goes on from the last manifest, whatever directories there are."""
    (archive.output / "_manifests" / empty).mkdir(parents=True)
    before = archive.archiver("manifest").stdout
    assert before
    archive.sql("UPDATE posts SET listed = 0")
    after = archive.archiver("manifest").stdout
    assert after.split("/")[-1].startswith("000003-")
    assert before in (archive.output / after[66:-1]).read_text()
    assert verify(archive)[:2] == (0, [])


def test_a_name_that_was_given_up_and_taken_again(archive: Archive) -> None:
    """It is on record as what is there now."""
    path, other = (row[0] for row in archive.rows("SELECT path FROM posts LIMIT 2"))
    archive.sql(f"INSERT INTO removed VALUES ('{path}'), ('_posts/2001-01-01-old.md')")
    archive.sql(f"UPDATE posts SET listed = 0 WHERE path IN ('{path}', '{other}')")
    published = archive.archiver("manifest").stdout
    lines = (archive.output / published[66:-1]).read_text().splitlines()
    assert lines[2] == "# removed  _posts/2001-01-01-old.md"
    assert sorted(line[66:] for line in lines[3:]) == sorted([path, other])
    assert verify(archive)[:2] == (0, [])
    assert shell(archive, RECIPE).stdout == published


def test_what_comes_into_the_next_manifest_is_no_problem(archive: Archive) -> None:
    """A run that was killed, or a replay that was interrupted, had no time to write one."""
    post = files(archive, "_posts/*.md")[0]
    rewrite(archive, post, post.read_bytes() + b"more")
    for table in ("posts", "revisions", "warcs"):
        archive.sql(f"UPDATE {table} SET listed = 0")
    assert verify(archive)[:2] == (0, [])
    assert len(files(archive, "_manifests/*/*/*")) == 2
    assert verify(archive, "--repair")[:2] == (0, [])
    assert len(files(archive, "_manifests/*/*/*")) == 3
    assert shell(archive, RECIPE).stdout == archive.archiver("manifest").stdout


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "it is not there"),
        (b"", "it is empty"),
        (b"\xff\xd8\xff\xe0" + b"x" * 100, "its end is missing"),
        (b"\xff\xd8\xff\xe0" + b"x" * 100 + b"\xff\xd9", ""),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 30, "its end is missing"),
        (b"RIFF\x64\0\0\0WEBP" + b"x" * 30, "its end is missing"),
    ],
)
def test_pictures_of_the_archive(archive: Archive, content: bytes | None, what: str) -> None:
    post = files(archive, "_posts/*.md")[0]
    picture = archive.output / "assets" / "a b.jpg"
    picture.parent.mkdir()
    if content is not None:
        picture.write_bytes(content)
    shown = b'\n---\n<p><img src="/assets/a%20b.jpg?x=1"></p>'
    rewrite(archive, post, post.read_bytes().replace(b"\n---\n", shown, 1))
    archive.archiver("manifest")
    status, problems, _ = verify(archive)
    if what:
        assert status == 1
        assert [(one["kind"], one["path"]) for one in problems] == [("picture", "assets/a b.jpg")]
        assert problems[0]["what"] == f"{what}; _posts/{post.name} shows it"
    else:
        assert (status, problems) == (0, [])


def test_credentials_are_removed_by_the_command(tmp_path: Path) -> None:
    index = captures.make(tmp_path / "archive", frozenset({1}))
    index.close()
    with Replica() as replica:
        archive = Archive(tmp_path / "archive", replica)
        status, problems, _ = verify(archive)
        assert (status, [one["kind"] for one in problems]) == (1, ["credential", "credential"])
        assert [one["path"] for one in problems][1:] == ["_index/index.sqlite"]  # the address of the record
        assert "s3cr3t" not in str(problems)
        status, problems, said = verify(archive, "--remove-credentials")
        assert (status, problems) == (0, [])
        assert re.search(r"written anew without credentials: _captures/\S+-public\.warc\.gz\n", said)
        assert verify(archive)[:2] == (0, [])


def test_credentials_are_removed_from_what_earlier_versions_noted(archive: Archive) -> None:
    key = "s3cr3tA1b2c3d4e5f6"
    address = f"http://jane:pa55word@www.example/a?key={key}"
    report, kept = archive.output / "_index/reports/2024-01-01T00-00-00Z-1.json", archive.output / "_quarantine/a.json"
    broken = archive.output / "_quarantine/b.json"
    for file, document in (
        (report, {"failures": [f"{address}: no"]}),
        (kept, {"url": address, "body": f"at {address}"}),
    ):
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(document))
    broken.write_text("{")
    archive.sql(f"INSERT INTO robots VALUES ('{address}', 200, x'', 1)")
    archive.sql(f"UPDATE runs SET command = 'archiver get {address}' WHERE run = 1")
    status, problems, _ = verify(archive)
    named = [(one["kind"], one["path"], one["what"]) for one in problems]
    assert (status, named) == (
        1,
        [
            ("credential", "_index/index.sqlite", "values in it hold one: 1 in robots.address, 1 in runs.command"),
            ("credential", "_index/reports/2024-01-01T00-00-00Z-1.json", "it holds one"),
            ("credential", "_quarantine/a.json", "it holds one"),
        ],
    )
    assert all("--remove-credentials" in one["advice"] for one in problems)
    assert key not in str(problems)
    status, problems, said = verify(archive, "--remove-credentials")
    assert (status, problems, said.count("written anew without credentials: ")) == (0, [], 3)
    public = "http://www.example/a?key=removed-9f3db809"
    assert json.loads(report.read_text()) == {"failures": [f"{public}: no"]}
    # What a source says stays as it came: it may be quoted, but it is no address that was asked for.
    assert json.loads(kept.read_text()) == {"url": public, "body": f"at {address}"}
    assert broken.read_text() == "{"
    assert [command for (command,) in archive.rows("SELECT command FROM runs WHERE run = 1")] == [
        f"archiver get {public}"
    ]
    assert [
        file for file in (archive.output / "_index").iterdir() if file.is_file() and key in file.read_text("latin-1")
    ] == []
    assert verify(archive, "--remove-credentials")[:2] == (0, [])


def test_litter_fails_nothing(archive: Archive) -> None:
    for part in ("_posts", "_captures", "_versions"):
        (archive.output / part / ".DS_Store").write_bytes(b"x")
    status, problems, summary = verify(archive)
    assert (status, {one["kind"] for one in problems}) == (0, {"litter"})
    assert summary.endswith(f"{NOTHING}\n")
    assert archive.archiver("replay").returncode == 0


def test_a_repair_sweeps_what_killed_runs_left(archive: Archive) -> None:
    places = [archive.output / part / ".archiver-1.tmp" for part in ("_posts", "_captures", "_manifests", "_index")]
    for place in places:
        place.write_bytes(b"half")
    assert verify(archive)[:2] == (0, [])
    assert all(place.exists() for place in places)
    assert verify(archive, "--repair")[:2] == (0, [])
    assert not any(place.exists() for place in places)


def test_a_name_that_is_not_utf8_ends_no_repair(archive: Archive) -> None:
    for part in ("_posts", "_captures"):
        Path(os.fsdecode(os.fsencode(archive.output / part) + b"/caf\xe9.md")).write_bytes(b"x")
    for arguments in ((), ("--repair",)):
        status, problems, _ = verify(archive, *arguments)
        assert (status, {one["path"] for one in problems}) == (1, {"_posts/caf\\xe9.md", "_captures/caf\\xe9.md"})
        assert archive.archiver("verify", *arguments).stderr == ""
