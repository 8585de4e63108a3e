"""A crontab line."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.commands.schedules.job import fill
from archiver.errors import UsageError

if TYPE_CHECKING:
    from archiver.commands.schedules.job import ScheduledCrawl

# Before each run, the time and the command go into the log.
LOGGING_COMMAND = 'echo "$(date +%Y-%m-%dT%H:%M:%S%z) $*"; exec "$@"'
SECRETS = """\
# It needs these, too. Write them above the line, with their values after the =
# (nobody else can read your crontab):
"""
MAX_COMMAND_BYTES = 998  # bytes; of a longer one Debian's cron refuses the whole crontab


def render(job: ScheduledCrawl) -> str:
    """Return the line for `job`, under comments that say how to install it. Raises UsageError."""
    output = str(Path(job.output).absolute())
    # -P: Python must not import modules from the working directory, which is the archive.
    words = [sys.executable, "-P", "-m", "archiver", "crawl", *job.arguments, "--output", output]
    # Programs called cron differ in how they read two backslashes, and one before a %.
    if wrong := next((word for word in words if "\\" in word), None):
        raise UsageError(f"{wrong!r}: a crontab cannot hold a backslash reliably; name the thing without one")
    minutes, hours = job.times()
    text = fill(
        "crontab.template",
        name=job.name,
        every=job.every,
        minutes=minutes,
        hours=hours,
        noted=_escaped(shlex.join(["sh", "-c", LOGGING_COMMAND, "sh"])),
        secrets="".join([SECRETS, *(f"#   {name}=\n" for name in job.secrets)]) if job.secrets else "",
        directory=_escaped(shlex.quote(output)),
        command=_escaped(shlex.join(words)),
    )
    if len(text.splitlines()[-1].encode()) > MAX_COMMAND_BYTES:
        raise UsageError(
            f"the crontab line would be longer than {MAX_COMMAND_BYTES} bytes; name fewer sources or settings"
        )
    return text


def _escaped(command: str) -> str:
    """Return `command` with each % escaped: in a crontab an unescaped % ends the command."""
    return command.replace("%", r"\%")
