"""A pipe in place of a file of an archive is named, and nobody waits for what never comes from it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PROJECT

if TYPE_CHECKING:
    from tests.conftest import Archive

MANIFEST = "_manifests/2026/11/000009-20261101T000000Z.sha256"


@pytest.mark.parametrize(
    ("path", "command"),
    [
        *(("_index/index.sqlite", command) for command in ("verify", "crawl", "status", "export jsonl", "site build")),
        *(("_index/lock", command) for command in ("crawl", "manifest")),
        *((MANIFEST, command) for command in ("crawl", "manifest", "verify", "site build")),
    ],
)
def test_a_pipe_is_named(archive: Archive, path: str, command: str) -> None:
    assert archive.crawl("eastmoney/headlines").returncode == 0
    pipe = archive.output / path
    pipe.parent.mkdir(parents=True, exist_ok=True)
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    # In a process of its own, which can be ended if it waits.
    result = archive.run("-m", "archiver", *command.split(), "--output", str(archive.output), timeout=60)
    assert result.returncode == 1
    assert "it is no file" in result.stdout + result.stderr
    assert "None" not in result.stdout + result.stderr
    assert "fault" not in result.stderr


@pytest.mark.parametrize(
    ("path", "command", "status"),
    [
        *(("_posts/*.md", command, 1) for command in ("adopt", "replay", "replay --force")),
        *(("_posts/*.md", command, 1) for command in ("verify --repair", "site build")),
        *(("_posts/*.md", command, 0) for command in ("replay --diff", "pictures", "status")),
        *(("_captures/*/*/*.gz", command, 1) for command in ("verify --remove-credentials", "replay", "verify")),
        ("_captures/x.warc.gz", "verify --remove-credentials", 1),
        ("_index/verifications.jsonl", "verify", 0),
        ("_index/verifications.jsonl", "status", 0),
        ("_index/reports/*.json", "verify", 0),
    ],
)
def test_nobody_waits_for_a_pipe(archive: Archive, path: str, command: str, status: int) -> None:
    """Whoever reads it: what must not go on without it is named."""
    assert archive.crawl("eastmoney/headlines").returncode == 0
    pipe = next(archive.output.glob(path), archive.output / path)
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    words = command.replace("adopt", f"adopt {archive.output}").split()
    output = () if words[0] == "adopt" else ("--output", str(archive.output))
    result = archive.run("-m", "archiver", *words, *output, timeout=60)
    assert result.returncode == status, result.stdout + result.stderr
    assert not status or "it is no file" in result.stdout + result.stderr
    assert "fault" not in result.stderr


def test_what_the_system_says_is_read_in_one_way() -> None:
    """`strerror` is None for an error that does not come from the system."""
    for file in (PROJECT / "archiver").rglob("*.py"):
        assert file.name == "errors.py" or not re.search(r"\.strerror\b", file.read_text()), file
