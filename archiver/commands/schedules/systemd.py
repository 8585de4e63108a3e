"""A systemd service and its timer."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.commands.schedules.job import INTERVALS, fill

if TYPE_CHECKING:
    from archiver.commands.schedules.job import ScheduledCrawl


SECRETS = """\
# A line NAME=VALUE in it for each of {names}.
# It is for you alone: chmod 600 ~/.config/{name}.env
EnvironmentFile=%h/.config/{name}.env
"""


def render(job: ScheduledCrawl) -> str:
    """Return the two units for `job`, each under a comment that says where to save it."""
    output = str(Path(job.output).absolute())
    # -P: Python must not import modules from the working directory.
    words = [sys.executable, "-P", "-m", "archiver", "crawl", *job.arguments, "--output", output]
    program, *arguments = map(_quoted, words)
    minutes, hours = job.times()
    return fill(
        "systemd.template",
        name=job.name,
        every=job.every,
        minutes=minutes,
        hours=hours,
        delay=str(INTERVALS[job.every] * 6),  # seconds: a tenth of the interval
        command=" ".join([program, *(argument.replace("$", "$$") for argument in arguments)]),
        secrets=SECRETS.format(names=", ".join(job.secrets), name=job.name) if job.secrets else "",
        output=_quoted(output),
        shell_output=shlex.quote(output),
    )


def _quoted(value: str) -> str:
    """Return `value` as one word of a unit file."""
    return '"' + value.replace("\\", r"\\").replace('"', r"\"").replace("%", "%%") + '"'
