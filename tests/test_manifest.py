"""Manifests: what each run changed is on record, the chain holds, and public tools can check it."""

from __future__ import annotations

import re
import shutil
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Archive
from tests.verifying import LISTING, RECIPE, archive, files, flip, made, record, shell, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archiver.replica import Replica

__all__ = ["archive", "made"]  # fixtures


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
    """All that is printed is the manifest whose digest was published."""
    result = shell(archive, RECIPE)
    assert (result.stdout, result.stderr) == (archive.archiver("manifest").stdout, "")


def test_a_manifest_may_be_signed_in_its_place(archive: Archive) -> None:
    last = files(archive, "_manifests/*/*/*")[-1]
    last.with_name(f"{last.name}.sig").write_text("signature")
    assert shell(archive, RECIPE).stdout == archive.archiver("manifest").stdout
    assert verify(archive)[:2] == (0, [])


@pytest.mark.parametrize("name", ["note.sha256", "2026/note.sha256", "2026/11/note.sha256"])
def test_what_looks_like_a_manifest(archive: Archive, name: str) -> None:
    file = archive.output / "_manifests" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("")
    _, problems, _ = verify(archive)
    assert [(one["kind"], one["path"]) for one in problems] == [("foreign", f"_manifests/{name}")]


def test_public_tools_check_an_archive_with_one_manifest(archive: Archive) -> None:
    shutil.rmtree(archive.output / "_manifests")
    for table in ("posts", "revisions", "warcs"):
        archive.sql(f"UPDATE {table} SET listed = 0")
    published = archive.archiver("manifest").stdout
    assert len(files(archive, "_manifests/*/*/*")) == 1
    result = shell(archive, RECIPE)
    assert (result.stdout, result.stderr) == (published, "")


@pytest.mark.parametrize("pattern", ["_posts/*.md", "_versions/*/*.md", "_captures/**/*.warc.gz"])
@pytest.mark.parametrize("damage", [lambda file: flip(file, 50), lambda file: file.unlink()])
def test_public_tools_find_what_was_changed(archive: Archive, pattern: str, damage: Callable[[Path], None]) -> None:
    file = files(archive, pattern)[0]
    damage(file)
    result = shell(archive, RECIPE)
    assert f"{file.relative_to(archive.output)}: FAILED" in result.stdout


@pytest.mark.parametrize("path", ["_posts/new.md", "_versions/2024-01-01-x/1.md", "_captures/2026/x y.warc.gz"])
def test_public_tools_find_what_is_in_no_manifest(archive: Archive, path: str) -> None:
    file = archive.output / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"foreign")
    assert shell(archive, RECIPE).stdout == archive.archiver("manifest").stdout + f"{path}\n"


@pytest.mark.parametrize("name", ["000001-29991231T000000Z.sha256", "999999-29991231T000000Z.sha256", "note.sha256"])
@pytest.mark.parametrize("chained", [False, True])
def test_public_tools_find_a_forged_manifest(archive: Archive, name: str, *, chained: bool) -> None:
    """Whether or not it names an earlier one, and whatever it is called: a post was changed, and it says so."""
    published = archive.archiver("manifest").stdout
    first, last = files(archive, "_manifests/*/*/*")
    post = files(archive, "_posts/*.md")[0]
    flip(post, 100)
    lines = [f"{sha256(post.read_bytes()).hexdigest()}  _posts/{post.name}"]
    if chained:
        lines.append(f"{sha256(first.read_bytes()).hexdigest()}  {first.relative_to(archive.output)}")
    forged = last.with_name(name)
    forged.write_text("".join(f"{line}\n" for line in lines))
    result = shell(archive, RECIPE)
    assert len(re.findall(r"^[0-9a-f]{64}  _manifests/", result.stdout, re.MULTILINE)) > 1
    assert published in result.stdout
    assert f"{forged.relative_to(archive.output)}\n" in result.stdout


@pytest.mark.parametrize("forge", [lambda file: flip(file, 30), lambda file: file.unlink()])
def test_public_tools_find_a_changed_manifest(archive: Archive, forge: Callable[[Path], None]) -> None:
    published = archive.archiver("manifest").stdout
    first = files(archive, "_manifests/*/*/*")[0]
    named = f"{sha256(first.read_bytes()).hexdigest()}  {first.relative_to(archive.output)}\n"
    forge(first)
    result = shell(archive, RECIPE)
    assert result.stdout.startswith(named)
    assert published in result.stdout


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
    archive.invoke("adopt", str(archive.output))
    assert archive.archiver("manifest").returncode == 0
    assert shell(archive, RECIPE).stdout == archive.archiver("manifest").stdout
    assert verify(archive)[0] == 0
    wrong.rename(post)
    archive.invoke("adopt", str(archive.output))
    archive.archiver("manifest")
    assert "# removed  _posts/2001-01-01" in files(archive, "_manifests/*/*/*")[-1].read_text()
    assert shell(archive, RECIPE).stdout == archive.archiver("manifest").stdout
    assert verify(archive)[:2] == (0, [])


def test_an_adoption_hides_nothing(archive: Archive) -> None:
    """A changed post that a new index takes for what was written: what was on record is gone, and that is said."""
    post = files(archive, "_posts/*.md")[0]
    path = f"_posts/{post.name}"
    gone = sha256(post.read_bytes()).hexdigest()
    flip(post, 300)
    shutil.rmtree(archive.output / "_index")
    assert archive.invoke("adopt", str(archive.output)).returncode == 0
    status, problems, _ = verify(archive)
    assert status == 1
    (found,) = (one for one in problems if one["path"] == path)
    assert (found["kind"], gone[:12] in found["what"]) == ("manifest", True)
    assert f"gone: {gone}  {path}\n" in shell(archive, RECIPE).stdout
