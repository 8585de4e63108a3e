"""What a crawl shows of itself while it runs."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, Protocol, Self
from unicodedata import east_asian_width

from tqdm import tqdm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scrapy.crawler import Crawler

    from archiver.extensions.report import Result

SHOWN = 20  # problems of a kind


class Display:
    """A progress display on a terminal, and a line for each article that gave no post. A context manager."""

    def __init__(self, crawler: Crawler, *, unit: str, total: int | None = None, json_lines: bool = False) -> None:
        """json_lines: print a line of JSON for each result as well."""
        self._output = crawler.settings["ARCHIVER_OUTPUT"]
        self._json_lines = json_lines
        self._progress = tqdm(total=total, unit=unit, disable=not sys.stderr.isatty(), leave=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.close()

    def show(self, result: Result) -> None:
        """Show what became of an address."""
        self._progress.update()
        if result.reason:
            where = f" (kept in {self._output}/_quarantine)" if result.outcome == "quarantined" else ""
            tqdm.write(f"archiver: {result.address}: {result.reason}{where}", file=sys.stderr)
        if self._json_lines:
            print_line(json.dumps(_as_json(result), ensure_ascii=False))


def print_table(head: list[str], rows: list[list[object]]) -> None:
    """Print rows under a head, in columns that are as wide as a terminal shows them: a Chinese character takes two."""
    table = [head, *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        print_line("  ".join(cells).rstrip())


class Problem(Protocol):
    """Something that is wrong with a file of the archive."""

    @property
    def kind(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def advice(self) -> str: ...
    @property
    def repaired(self) -> str: ...


def print_problems(problems: Sequence[Problem], headings: Mapping[Any, str]) -> None:
    """Print problems under the heading of each kind, a line each; what comes from a file without its control
    characters."""
    for kind, heading in headings.items():
        found = [problem for problem in problems if problem.kind == kind]
        if found:
            print_line(f"{heading}: {len(found):,}")
        for problem in found[:SHOWN]:
            text = f"{problem.path}: {problem.what}: "
            text += f"repaired: {problem.repaired}" if problem.repaired else problem.advice
            print_line("  " + "".join(character if character.isprintable() else "�" for character in text))
        if len(found) > SHOWN:
            print_line(f"  … and {len(found) - SHOWN:,} more")


def _width(text: str) -> int:
    return sum(1 + (east_asian_width(character) in "WF") for character in text)


def print_line(line: str) -> None:
    """Print `line`. Where nobody reads any more (`| head`), the articles are still wanted: the rest goes nowhere."""
    try:
        tqdm.write(line, file=sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
            "published": article.published.isoformat() if article.published else None,
            "source": article.source,
            "path": article.path or None,
            "response_url": article.response_url,
            "fetched": article.fetched.isoformat(timespec="seconds"),
            "rules": article.rules,
            "dropped": article.dropped,
        }
    return record
