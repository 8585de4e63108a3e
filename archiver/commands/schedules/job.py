"""The crawl that is to be scheduled: what any scheduler needs to know of it."""

from __future__ import annotations

import platform
import string
from dataclasses import dataclass
from importlib import resources
from zlib import crc32

# In minutes. Those that divide an hour or a day: no other can be said in a crontab.
INTERVALS = {
    **{f"{minutes}m": minutes for minutes in (5, 10, 15, 20, 30)},
    **{f"{hours}h": 60 * hours for hours in (1, 2, 3, 4, 6, 8, 12)},
    "1d": 24 * 60,
}


@dataclass(frozen=True)
class ScheduledCrawl:
    """A crawl: its name, one of `INTERVALS`, what follows `archiver crawl`, and, apart from that, the output. secrets:
    names of environment variables that the scheduler must be told."""

    name: str
    every: str
    arguments: tuple[str, ...]
    output: str
    secrets: tuple[str, ...] = ()

    def times(self) -> tuple[str, str]:
        """Return the minutes and the hours of its runs, comma-separated; every hour is `*`.

        They are always the same for one job on one machine, others for another, and never the full hour: there all
        the world's jobs begin.
        """
        spread = crc32(f"{platform.node()}\n{self.output}\n{self.name}".encode())
        interval = INTERVALS[self.every]
        if interval < 60:
            return _list(range(1 + spread % (interval - 1), 60, interval)), "*"
        spread, minute = divmod(spread, 59)
        hours = interval // 60
        return str(1 + minute), "*" if hours == 1 else _list(range(spread % hours, 24, hours))


class _Template(string.Template):
    delimiter = "@@"  # what is filled in is full of $ and %


def fill(template: str, **values: str) -> str:
    """Return the packaged `template` with `values` for its `@@name`s."""
    text = resources.files(__package__).joinpath(template).read_text(encoding="utf-8")
    return _Template(text).substitute(values)


def _list(numbers: range) -> str:
    return ",".join(map(str, numbers))
