"""The crontab line."""

from __future__ import annotations

import fcntl
import re
from typing import TYPE_CHECKING

import pytest

from tests.schedules.calls import DIRECTORY, SOURCE, VALUE, Printer, calls, needed, run

if TYPE_CHECKING:
    from pathlib import Path


def printed_line(schedule: Printer, output: str = DIRECTORY) -> str:
    """Return the line, as cron has it."""
    return schedule("cron", SOURCE, "--output", output, "-s", VALUE, "--name", "t").splitlines()[-1]


def given_to_the_shell(line: str) -> str:
    """Return what cron gives to the shell."""
    command = line.split(maxsplit=5)[5]
    assert not re.search(r"(?<!\\)%", command)
    return command.replace(r"\%", "%")


def test_cron_takes_it(schedule: Printer, tmp_path: Path) -> None:
    crontab = needed("crontab", "cron")
    dry_run = "-n" if "dry run" in run(crontab, "-h").stderr else "-T"
    file = tmp_path / "crontab"
    file.write_text(schedule("cron", SOURCE, "--output", DIRECTORY, "-s", VALUE), encoding="utf-8")
    assert run(crontab, dry_run, str(file)).returncode == 0
    file.write_text(f"{file.read_text()}61 * * * * true\n")
    assert run(crontab, dry_run, str(file)).returncode != 0


def test_it_crawls_what_was_asked_for_and_where(schedule: Printer, programs: Path, place: Path) -> None:
    ran = run("sh", "-c", given_to_the_shell(printed_line(schedule)), cwd="/")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    output = place / DIRECTORY
    crawl = ["-P", "-m", "archiver", "crawl", SOURCE, "-s", VALUE, "--output", str(output)]
    assert calls(programs / "archiver") == crawl
    first, *others = (output / "_t.log").read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} .*", first)
    assert first.endswith(f" -m archiver crawl {SOURCE} -s {VALUE} --output {output}")
    assert others == ["said"]


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("status", [1, 3, 75, 130])
def test_only_failures_are_mailed(schedule: Printer, status: int) -> None:
    ran = run("sh", "-c", given_to_the_shell(printed_line(schedule)), STATUS=str(status))
    mail = rf"archiver: t ended with exit status {status}; its log ends so:\n\S+ .* crawl .*\nsaid\n"
    assert re.fullmatch("" if status == 75 else mail, ran.stdout)
    assert ran.stderr == ""


def test_runs_do_not_pile_up(schedule: Printer, programs: Path, place: Path) -> None:
    command = given_to_the_shell(printed_line(schedule, "out"))
    run("sh", "-c", command)
    once = calls(programs / "archiver")
    with (place / "out" / "_t.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = run("sh", "-c", command)
    assert (ran.stdout, ran.stderr, calls(programs / "archiver")) == ("", "", once)
