"""What commands show: progress while they run, tables, problems, alarms."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from itertools import compress
from typing import TYPE_CHECKING, Any, Self, TextIO
from unicodedata import east_asian_width

from tqdm import tqdm

from archiver.text import with_short_words
from archiver.views.plain import as_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from archiver.run_report import Result

MAX_TITLE_WIDTH = 200  # columns: no headline is longer, but what a source calls one may be
MIN_COLUMN_WIDTH = 8  # columns of the terminal: a column of a table is not cut to less
# Characters that JSON may contain unescaped, but that terminals obey or that change the direction of text.
OBEYED_PATTERN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
RED, PLAIN_COLOUR = "\x1b[1;31m", "\x1b[0m"


class Meter(tqdm):  # type: ignore[type-arg]
    """A progress bar of tqdm that shows `progress_line` instead of a bar."""

    @staticmethod
    def format_meter(  # type: ignore[override]
        n: int, total: int | None, elapsed: float, ncols: int | None = None, postfix: str | None = None, **_: object
    ) -> str:
        """Return the line."""
        return progress_line(n, total, elapsed, postfix or "", ncols or 0)


def progress_line(number: int, total: int | None, seconds: float, waiting: str = "", columns: int = 0) -> str:
    """Return the progress of a run: `13 of 26 articles, 00:05, 2.6 a second, 00:05 left, waiting for a.example`.

    total: None if it is not known. columns: the width of the terminal; 0: the line is not cut.
    """
    parts = [f"{number:,} of {count(total, 'article')}" if total is not None else count(number, "article")]
    parts.append(tqdm.format_interval(int(seconds)))
    if number and seconds > 0:
        rate = number / seconds
        parts.append(f"{rate:.1f} a second" if rate >= 1 else f"{1 / rate:.1f} s each")
        if total is not None and total > number:
            parts.append(f"{tqdm.format_interval(int((total - number) / rate))} left")
    line = ", ".join([*parts, *([waiting] if waiting else [])])
    return line[: columns - 1] if columns else line


class Display:
    """A progress display on a terminal, and a line for each article that gave no post. A context manager."""

    def __init__(
        self, output: Path, *, total: int | None = None, json_lines: bool = False, progress: bool = True
    ) -> None:
        """total: the number of articles, if known. json_lines: also print a line of JSON for each result."""
        self._output = output
        self._json_lines = json_lines
        self._shown: set[str] = set()
        self._progress = Meter(
            total=total,
            disable=not (progress and sys.stderr.isatty()),
            leave=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.close()

    @property
    def is_shown(self) -> bool:
        """Whether the progress is shown: only on a terminal, and only if it is wanted."""
        return not self._progress.disable

    def expect(self, total: int) -> None:
        """Show the number of articles known so far."""
        self._progress.total = max(total, self._progress.n)
        self._progress.refresh()

    def wait_for(self, host: str) -> None:
        """Show which host is being waited for."""
        self._progress.set_postfix_str(f"waiting for {host}", refresh=True)

    def show(self, result: Result) -> None:
        """Count the result of an address; if there is no post, print why."""
        if self.is_shown and result.address not in self._shown:  # an article may be two posts
            self._shown.add(result.address)
            self._progress.update()
        if result.reason:
            where = f" (kept in {self._output}/_quarantine)" if result.outcome == "quarantined" else ""
            say(f"{result.address}: {result.reason}{where}")
        if self._json_lines:
            print_json(_as_json(result))


def print_alarms(alarms: Sequence[str], stream: TextIO | None = None, start: str = "") -> None:
    """Print a line for each alarm. On a terminal the word ALARM is red, unless NO_COLOR is set (no-color.org)."""
    stream = stream or sys.stderr
    word = f"{RED}ALARM{PLAIN_COLOUR}" if stream.isatty() and not os.environ.get("NO_COLOR") else "ALARM"
    for alarm in alarms:
        tqdm.write(f"{start}{word}: {printable(alarm)}", file=stream)


def print_table(head: list[str], rows: list[list[object]]) -> None:
    """Print a table. A Chinese character counts as two columns of the terminal.

    If the terminal is too narrow, empty columns are left out. Then the widest columns are cut; last the first column,
    which names the rows, but not to less than half of the terminal. If even that is too wide, each row is printed as a
    list.
    """
    table = [head, *([printable(str(cell)) for cell in row] for row in rows)]
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    widths = _widths(table)
    if _whole(widths) > columns:
        filled = [any(row[number] for row in table[1:]) for number in range(len(head))]
        table = [list(compress(row, filled)) for row in table]
        widths = _widths(table)
        while _whole(widths) > columns and max(widths[1:], default=0) > MIN_COLUMN_WIDTH:
            widths[widths.index(max(widths[1:]), 1)] -= 1
        while _whole(widths) > columns and widths and widths[0] > max(columns // 2, MIN_COLUMN_WIDTH):
            widths[0] -= 1
        if _whole(widths) > columns:
            _print_lists(table, columns)
            return
    for row in table:
        cells = (_fit(cell, width) for cell, width in zip(row, widths, strict=True))
        print_line("  ".join(cells).rstrip())


def _widths(table: list[list[str]]) -> list[int]:
    return [max(map(width_of, column)) for column in zip(*table, strict=True)]


def _whole(widths: list[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def _print_lists(table: list[list[str]], columns: int) -> None:
    """Print the first cell of each row, and below it the other cells, each with the name of its column."""
    for first, *cells in table[1:]:
        print_line(cut(first, columns))
        for name, cell in zip(table[0][1:], cells, strict=True):
            if cell:
                print_line(cut(f"  {name}: {cell}", columns))


def count(number: int, what: str) -> str:
    """Return `1 request`, `2 requests`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """Return a text from outside as people are shown it: with each control character replaced by `�`, since a terminal
    would obey it, and with long addresses shortened. Surrogates, for bytes of a file name that are not UTF-8, stay:
    `main` has the streams escape them."""
    short = with_short_words(text)
    return "".join(one if one.isprintable() or "\ud800" <= one <= "\udfff" else "�" for one in short)


def say(text: str) -> None:
    """Print a message on standard error, in one line that a person can read, whatever is in it."""
    tqdm.write(printable(f"archiver: {text}"), file=sys.stderr)  # tqdm moves the progress line out of the way


def print_json(value: Any, indent: int | None = None) -> None:
    """Print `value` as JSON. Characters that a terminal obeys or that change the direction of text are escaped."""
    text = json.dumps(as_json(value), ensure_ascii=False, indent=indent)
    print_line(OBEYED_PATTERN.sub(lambda found: json.dumps(found[0])[1:-1], text))


def print_line(line: str) -> None:
    """Print `line`. If the reader has closed the pipe (as `| head` does), discard all further output: the command
    itself goes on, since its work is still wanted."""
    try:
        tqdm.write(line, file=sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()


def discard_stdout() -> None:
    """Discard all further standard output: otherwise Python would report a broken pipe when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def width_of(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    return sum(1 + (east_asian_width(character) in "WF") for character in text)


def _fit(text: str, width: int) -> str:
    """Return `text` in exactly `width` columns: padded with spaces, or cut with `…` at its end."""
    text = cut(text, width)
    return text + " " * (width - width_of(text))


def cut(text: str, width: int) -> str:
    """Return `text`, or as much of its beginning as fits into so many columns with `…` at its end."""
    if width_of(text[: width + 1]) <= width:  # a character has a column at least
        return text
    shown = text[: max(width - 1, 0)]
    while width_of(shown) >= width and shown:
        shown = shown[:-1]
    return f"{shown}…"


def _as_json(result: Result) -> dict[str, object]:
    article = result.article
    record: dict[str, object] = {"address": result.address, "outcome": result.outcome}
    if result.reason:
        record["reason"] = result.reason
    if article:
        record |= {
            "id": article.id,
            "recipe": article.recipe,
            "title": article.title,
            "published": article.published,
            "source": article.source,
            "url": article.url,
            "authors": article.authors,
            "path": article.path or None,
            "response_url": article.response_url,
            "fetched": article.fetched,
            "rules": article.rules,
            "dropped": article.dropped,
        }
    return record
