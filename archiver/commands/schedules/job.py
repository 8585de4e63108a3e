"""The crawl to schedule: what every scheduler needs to know about it."""

from __future__ import annotations

import platform
import string
from dataclasses import dataclass
from importlib import resources
from zlib import crc32

# In minutes. All of them divide an hour or a day: a crontab cannot express others.
INTERVALS = {
    **{f"{minutes}m": minutes for minutes in (5, 10, 15, 20, 30)},
    **{f"{hours}h": 60 * hours for hours in (1, 2, 3, 4, 6, 8, 12)},
    "1d": 24 * 60,
}


@dataclass(frozen=True)
class ScheduledCrawl:
    """A crawl. every: one of `INTERVALS`. arguments: what follows `archiver crawl` in the command, without the output.
    secrets: names of environment variables that must be set for the crawl."""

    name: str
    every: str
    arguments: tuple[str, ...]
    output: str
    secrets: tuple[str, ...] = ()

    def times(self) -> tuple[str, str]:
        """Return the minutes and the hours of its runs, comma-separated; every hour is `*`.

        A job on a machine always gets the same times; other jobs and machines mostly get other ones. No run begins at
        the full hour, when most scheduled jobs everywhere begin.
        """
        spread = crc32(f"{platform.node()}\n{self.output}\n{self.name}".encode())
        interval = INTERVALS[self.every]
        if interval < 60:
            return _list(range(1 + spread % (interval - 1), 60, interval)), "*"
        spread, minute = divmod(spread, 59)
        hours = interval // 60
        return str(1 + minute), "*" if hours == 1 else _list(range(spread % hours, 24, hours))


class _Template(string.Template):
    delimiter = "@@"  # the templates contain many $ and %


def fill(template: str, **values: str) -> str:
    """Return the packaged `template` with each `@@name` in it replaced by the value of that name."""
    text = resources.files(__package__).joinpath(template).read_text(encoding="utf-8")
    return _Template(text).substitute(values)


def _list(numbers: range) -> str:
    return ",".join(map(str, numbers))
