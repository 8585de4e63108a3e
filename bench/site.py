"""`archiver site build`: from nothing, and after a hundred new articles; and what a query of the search loads."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from archiver.index.index import DIRECTORY, FILE
from archiver.places import SITE
from bench import command
from bench.exports import link_posts
from bench.figures import BenchError, Ratio
from bench.fill import fill
from bench.place import NAME, workplace

if TYPE_CHECKING:
    from pathlib import Path

    from bench.command import Done

SIZES = (1_000, 10_000, 100_000)  # articles
NEW = 100  # that come later
SAME = 1.5  # seconds after new articles, of the largest site to the middle one; and its memory


class Built(NamedTuple):
    """A cold build, and the one after new articles."""

    cold: Done
    later: Done
    titles: int  # bytes of the search


def run(*, quick: bool) -> list[Ratio]:
    """Print what builds take; return the ratios."""
    sizes = [size // 10 for size in SIZES] if quick else list(SIZES)
    built = {size: _measure(size) for size in sizes}
    print(f"site: from nothing, and after {NEW} new articles; the start of the command included\n")
    print(f"{'articles':>10}{'ms/article':>12}{'peak MB':>10}{'later, s':>10}{'MB':>10}{'files':>8}{'search MB':>11}")
    for size, (cold, later, titles) in built.items():
        written = later.output.split(";")[1].split()[0]
        print(
            f"{size:>10,}{1000 * cold.wall / size:>12.2f}{cold.peak:>10.1f}{later.wall:>10.2f}{later.peak:>10.1f}"
            f"{written:>8}{titles / 1e6:>11.1f}"
        )
    _, middle, largest = built.values()
    names = [f"{sizes[2]:,} articles / {sizes[1]:,}"] * 2
    return [
        Ratio(f"site: seconds after {NEW} new, {names[0]}", largest.later.wall / middle.later.wall, SAME),
        Ratio(f"site: memory from nothing, {names[1]}", largest.cold.peak / middle.cold.peak, SAME),
    ]


def _measure(size: int) -> Built:
    with workplace("share.example") as directory:
        fill(directory, NAME, size + NEW)
        link_posts(directory)
        _change(directory, "CREATE TABLE later AS SELECT * FROM posts WHERE article > ?", size)
        _change(directory, "DELETE FROM posts WHERE article > ?", size)
        cold = _build(directory)
        _change(directory, "INSERT INTO posts SELECT * FROM later WHERE article > ?", size)
        later = _build(directory)
        titles = sum(file.stat().st_size for file in (directory / SITE / "search").glob("titles-*.json"))
        if f"{size + NEW:,} articles" not in later.output:
            raise BenchError(f"the site has not all of its articles: {later.output}")
        return Built(cold, later, titles)


def _build(directory: Path) -> Done:
    return command.archiver("site", "build", "--output", str(directory), ARCHIVER_RECIPES=str(directory))


def _change(directory: Path, statement: str, size: int) -> None:
    with closing(sqlite3.connect(directory / DIRECTORY / FILE)) as connection:
        connection.execute(statement.replace("?", str(size)))
        connection.commit()
