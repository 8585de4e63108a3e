"""What the tests of schedules share: the command, programs that note their calls, and values that are hard to quote."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from archiver.commands import main

PROJECT = Path(__file__).parent.parent.parent
DIRECTORY = "a 50% $HOME \"x\" 'y' ${{ secrets.Z }} 报"
VALUE = "ARCHIVER_CONTACT=%h 100%% $(id) `id` ${HOME} '${{ secrets.Y }}' #"
SOURCE = "eastmoney/search?title=芯片 $&text='%'"


class Printer:
    """Calls `archiver schedule`."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str, status: int = 0) -> str:
        """Return what it prints: on standard error if it should end with another status than 0."""
        if arguments[0] == "github" and not any(one.startswith("--package") for one in arguments):
            arguments = (*arguments, "--package", "./dist/it.whl")
        assert main(["schedule", *arguments]) == status
        captured = self.capsys.readouterr()
        assert (captured.err if status == 0 else captured.out) == ""
        return captured.out if status == 0 else captured.err


def calls(program: Path) -> list[str]:
    """Return the arguments of all calls of `program`."""
    file = program.with_name(f"{program.name}.calls")
    return file.read_text().split("\0")[:-1] if file.exists() else []


def run(*command: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run `command`; a variable in capitals goes into its environment."""
    environment = {**os.environ, **{name: options.pop(name) for name in list(options) if name.isupper()}}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60, **options)


def needed(program: str, package: str) -> str:
    """Return `program`; skip the test where it is missing."""
    if not shutil.which(program):
        pytest.skip(f"{program} is missing; to have it: apt-get install {package}")
    return program
