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


def test_what_the_system_says_is_read_in_one_way() -> None:
    """`strerror` is None for an error that does not come from the system."""
    for file in (PROJECT / "archiver").rglob("*.py"):
        assert file.name == "errors.py" or not re.search(r"\.strerror\b", file.read_text()), file
