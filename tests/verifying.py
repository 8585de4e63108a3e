"""An archive to verify, and what the tests of that do with it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from archiver.replica import Replica
from tests.conftest import PROJECT, Archive

if TYPE_CHECKING:
    from pathlib import Path

LISTING = "eastmoney/market-37"
NOTHING = "nothing is wrong"
# What docs/verify.md says to do with public tools alone.
(RECIPE,) = re.findall(r"```sh\n(.*?)```", (PROJECT / "docs/verify.md").read_text(encoding="utf-8"), re.DOTALL)


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


def rewrite(archive: Archive, post: Path, content: bytes) -> None:
    """Write a post as a run would that has come no further: what it said before is a version, no manifest has it."""
    path = f"_posts/{post.name}"
    ((revision,),) = archive.rows(f"SELECT revision FROM posts WHERE path = '{path}'")
    version = archive.output / "_versions" / post.stem / f"{revision}.md"
    version.parent.mkdir(parents=True, exist_ok=True)
    version.write_bytes(post.read_bytes())
    post.write_bytes(content)
    archive.sql(
        "INSERT INTO revisions SELECT article, form, revision, sha256, saved, capture, 0 FROM posts "
        f"WHERE path = '{path}'"
    )
    archive.sql(f"UPDATE posts SET revision = revision + 1, listed = 0 WHERE path = '{path}'")
    record(archive, post)


def shell(archive: Archive, command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        ["sh", "-c", command], cwd=archive.output, env=environment, capture_output=True, text=True, check=False
    )
