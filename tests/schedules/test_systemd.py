"""The units, saved as docs/scheduling.md says."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from tests.schedules.calls import DIRECTORY, PROJECT, SOURCE, VALUE, Printer, needed, run


@pytest.fixture
def units(schedule: Printer, place: Path) -> list[str]:
    """The paths of both."""
    (awk,) = re.findall(r"^ +(awk .*)$", (PROJECT / "docs/scheduling.md").read_text(), re.MULTILINE)
    directory = place / ".config/systemd/user"
    directory.mkdir(parents=True)
    text = schedule("systemd", SOURCE, "--output", DIRECTORY, "-s", VALUE, "--name", "t", "--every", "2h")
    assert run("sh", "-c", awk, input=text, HOME=str(place)).returncode == 0
    return sorted(map(str, directory.iterdir()))


def test_only_the_run_itself_is_asked_to_stop(units: list[str]) -> None:
    """It ends the processes that work for it when what they have in hand is written."""
    assert "\nKillMode=mixed\n" in Path(units[0]).read_text(encoding="utf-8")


def test_systemd_takes_them(units: list[str], place: Path) -> None:
    analyze = needed("systemd-analyze", "systemd")
    assert [Path(unit).name for unit in units] == ["t.service", "t.timer"]
    ran = run(analyze, "--user", "verify", *units, XDG_RUNTIME_DIR=str(place))
    assert (ran.returncode, ran.stderr) == (0, "")


def test_systemd_reads_what_was_meant(units: list[str], place: Path) -> None:
    needed("systemd-analyze", "systemd")
    root = os.geteuid() == 0  # systemd refuses to test for root
    with tempfile.TemporaryDirectory() as home:
        Path(home, "systemd").mkdir()
        for unit in units:
            shutil.copy(unit, home)
        if root:
            for path in (home, *map(str, Path(home).iterdir())):
                shutil.chown(path, "nobody")
        ran = run(
            *(("runuser", "-u", "nobody", "--") if root else ()),
            *("/lib/systemd/systemd", "--user", "--test", "--unit=t.service"),
            HOME=home,
            XDG_RUNTIME_DIR=home,
            SYSTEMD_UNIT_PATH=f"{home}:",
        )
    (command,) = re.findall(r"Command Line: (.* crawl .*)", ran.stdout)
    # It shows words as a shell reads them. What it reads as $$ is one $ when it runs.
    words = run("sh", "-c", f"printf '%s\\0' {command}").stdout.replace("$$", "$").split("\0")[:-1]
    output = str(place / DIRECTORY)
    assert words == [sys.executable, *"-P -m archiver crawl".split(), SOURCE, "-s", VALUE, "--output", output]
    assert re.findall("ReadWritePaths: (.*)", ran.stdout) == [output]
    assert "ProtectSystem: strict" in ran.stdout
