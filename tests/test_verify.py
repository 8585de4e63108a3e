"""Verify and manifest: each kind of damage is found and named, what captures allow is restored, the chain holds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from archiver.replica import Replica
from tests.conftest import Archive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LISTING = "eastmoney/market-37"
NOTHING = "nothing is wrong"
# As docs/verify.md has them: public tools alone.
CHAIN = "cat _manifests/*/*/*.sha256 | grep ' _manifests/' | sha256sum --check --quiet"
SUM = """cat _manifests/*/*/*.sha256 |
awk '/^# removed  / { delete last[substr($0, 12)]; next }
     !/^#/ && !/  _manifests\\// { last[substr($0, 67)] = $0 }
     END { for (path in last) print last[path] }' |
sha256sum --check --quiet"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with an article that was edited."""
    with Replica() as replica:
        archive = Archive(tmp_path_factory.mktemp("made") / "archive", replica)
        assert archive.crawl(LISTING).returncode == 0
        edited = next(article for article in replica.articles if article.revised)
        replica.edit(edited.id)
        archive.sql("UPDATE articles SET due = 0")
        assert archive.crawl(LISTING).stdout.startswith("1 written")
    return archive.output


@pytest.fixture
def archive(made: Path, tmp_path: Path, replica: Replica) -> Archive:
    """A copy of it."""
    shutil.copytree(made, tmp_path / "archive")
    return Archive(tmp_path / "archive", replica)


def verify(archive: Archive, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    """Run `archiver verify`; return its status, the problems, and the summary."""
    result = archive.archiver("verify", "--json", *arguments)
    assert "Traceback" not in result.stderr
    return result.returncode, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def files(archive: Archive, pattern: str) -> list[Path]:
    return sorted(archive.output.glob(pattern))


def contents(archive: Archive) -> dict[str, bytes]:
    """All posts, versions and captures."""
    found = (file for part in ("_posts", "_versions", "_captures") for file in (archive.output / part).rglob("*"))
    return {str(file.relative_to(archive.output)): file.read_bytes() for file in found if file.is_file()}


def flip(file: Path, at: int) -> None:
    """Flip a bit."""
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


def record(archive: Archive, post: Path) -> None:
    """Make the index say that a post is as it should be."""
    digest = sha256(post.read_bytes()).hexdigest()
    archive.sql(f"UPDATE posts SET sha256 = x'{digest}' WHERE path = '_posts/{post.name}'")


def shell(archive: Archive, command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        ["sh", "-c", command], cwd=archive.output, env=environment, capture_output=True, text=True, check=False
    )


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
    post.write_bytes(post.read_bytes().replace(b"\n---\n", b'\n---\n<p><img src="/assets/a%20b.jpg?x=1"></p>', 1))
    record(archive, post)
    archive.sql("UPDATE posts SET listed = 0")
    archive.archiver("manifest")
    status, problems, _ = verify(archive)
    if what:
        assert status == 1
        assert [(one["kind"], one["path"]) for one in problems] == [("picture", "assets/a b.jpg")]
        assert problems[0]["what"] == f"{what}; _posts/{post.name} shows it"
    else:
        assert (status, problems) == (0, [])


def test_each_run_that_changes_something_has_a_manifest(archive: Archive) -> None:
    assert len(files(archive, "_manifests/*/*/*.sha256")) == 2
    assert archive.crawl(LISTING).returncode == 0
    first, second = files(archive, "_manifests/*/*/*.sha256")
    lines = second.read_text().splitlines()
    assert lines[0] == "# archiver manifest 1"
    assert lines[1] == f"{sha256(first.read_bytes()).hexdigest()}  {first.relative_to(archive.output)}"
    assert sorted(line[66:].partition("/")[0] for line in lines[2:]) == ["_captures", "_posts", "_versions"]
    result = archive.archiver("manifest")
    assert result.stdout == f"{sha256(second.read_bytes()).hexdigest()}  {second.relative_to(archive.output)}\n"
    assert len(files(archive, "_manifests/*/*/*.sha256")) == 2


def test_public_tools_check_it(archive: Archive) -> None:
    assert shell(archive, CHAIN).stderr == ""
    result = shell(archive, SUM)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("pattern", ["_posts/*.md", "_versions/*/*.md", "_captures/**/*.warc.gz"])
@pytest.mark.parametrize("damage", [lambda file: flip(file, 50), lambda file: file.unlink()])
def test_public_tools_find_what_was_changed(archive: Archive, pattern: str, damage: Callable[[Path], None]) -> None:
    file = files(archive, pattern)[0]
    damage(file)
    result = shell(archive, SUM)
    assert result.returncode == 1
    assert str(file.relative_to(archive.output)) in result.stdout + result.stderr


def test_a_post_and_the_index_changed_together(archive: Archive) -> None:
    """Whoever forges both is found by the manifests; who forges these too, by the digest that was published."""
    published = archive.archiver("manifest").stdout
    post = files(archive, "_posts/*.md")[0]
    flip(post, 100)
    record(archive, post)
    _, problems, _ = verify(archive)
    assert [(one["kind"], one["path"]) for one in problems] == [("manifest", f"_posts/{post.name}")]
    manifest = next(file for file in files(archive, "_manifests/*/*/*") if post.name in file.read_text())
    old = next(line for line in manifest.read_text().splitlines() if line.endswith(post.name))
    new = f"{sha256(post.read_bytes()).hexdigest()}  _posts/{post.name}"
    manifest.write_text(manifest.read_text().replace(old, new))
    forged = verify(archive)[1]
    assert {one["kind"] for one in forged} <= {"manifest"}
    assert forged or archive.archiver("manifest").stdout != published


def test_a_manifest_that_is_gone(archive: Archive) -> None:
    files(archive, "_manifests/*/*/*.sha256")[0].unlink()
    status, problems, _ = verify(archive)
    assert status == 1
    assert {one["kind"] for one in problems} == {"manifest"}


def test_a_manifest_that_cannot_be_written_fails_the_run(tmp_path: Path, replica: Replica) -> None:
    archive = Archive(tmp_path / "archive", replica)
    archive.output.mkdir()
    (archive.output / "_manifests").write_text("in the way")
    result = archive.crawl(LISTING)
    assert result.returncode == 1
    assert "no manifest can be written" in result.stderr
    assert "Traceback" not in result.stderr
    assert len(archive.posts) == 13
    (archive.output / "_manifests").unlink()
    assert archive.archiver("manifest").returncode == 0  # nothing is lost
    assert verify(archive)[0] == 0


def test_an_adopted_archive_is_put_on_record(archive: Archive) -> None:
    """And a post that a repair renames is on record under its new name alone."""
    for part in ("_index", "_manifests", "_captures", "_versions"):
        shutil.rmtree(archive.output / part)
    post = files(archive, "_posts/*.md")[0]
    wrong = post.with_name(post.name.replace(post.name[:10], "2001-01-01"))
    post.rename(wrong)
    assert archive.archiver("manifest").returncode == 1  # there is no index
    archive.run("-m", "archiver", "adopt", str(archive.output))
    assert archive.archiver("manifest").returncode == 0
    assert shell(archive, SUM).returncode == 0
    assert verify(archive)[0] == 0
    wrong.rename(post)
    archive.run("-m", "archiver", "adopt", str(archive.output))
    archive.archiver("manifest")
    assert "# removed  _posts/2001-01-01" in files(archive, "_manifests/*/*/*")[-1].read_text()
    assert shell(archive, SUM).returncode == 0
    assert verify(archive)[:2] == (0, [])
