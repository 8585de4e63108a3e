"""Fixtures of the tests of schedules."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.schedules.calls import Printer

if TYPE_CHECKING:
    from pathlib import Path

SPECIFIC = ("ARCHIVER_", "GIT_", "XDG_", "SYSTEMD_")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory to work in, and nothing particular in the environment."""
    for name in [name for name in os.environ if name.startswith(SPECIFIC)]:
        monkeypatch.delenv(name)
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def schedule(capsys: pytest.CaptureFixture[str]) -> Printer:
    """The command."""
    return Printer(capsys)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of programs that are found first. Each notes its arguments in `NAME.calls` and ends with $STATUS."""
    directory = tmp_path / "my programs"
    directory.mkdir()
    for name in ("archiver", "gh", "sleep"):
        program = directory / name
        program.write_text('#!/bin/sh\necho "said"\nprintf "%s\\0" "$@" >>"$0.calls"\nexit ${STATUS:-0}\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
    monkeypatch.setattr(sys, "executable", str(directory / "archiver"))
    return directory
