"""`archiver export` of a million articles: rows a second, and memory that does not grow."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING

from archiver.index.location import file_of
from archiver.places import POSTS
from bench import command
from bench.articles import article_id, samples
from bench.figures import BenchError, Ratio
from bench.fill import fill
from bench.pipelines import Line
from bench.place import NAME, workplace
from bench.server import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from bench.command import Done

SIZES = (10_000, 1_000_000)  # articles
OTHERS = ("csv", "sqlite", "parquet", "netscape")  # formats measured with the fewest
SAME = 1.1  # the memory of the larger export to the smaller
LINKS = 50_000  # names of one file: file systems allow some more


def run(*, quick: bool) -> list[Ratio]:
    """Print how fast articles are exported; return the ratios."""
    small, large = (size // 10 if quick else size for size in SIZES)
    done: dict[tuple[str, int], Done] = {}
    for size in (small, large):
        with workplace("share.example") as directory:
            fill(directory, NAME, size)
            link_posts(directory)
            for name in ("jsonl", *(OTHERS if size == small else ())):
                done[name, size] = _export(directory, name)
    print("exports: posts in the cache or not, as the memory allows; the start of the command included\n")
    print(f"{'':<12}{'articles':>12}{'rows/s':>12}{'peak MB':>12}")
    for (name, size), one in done.items():
        print(f"{name:<12}{size:>12,}{size / one.wall:>12,.0f}{one.peak:>12.1f}")
    return [
        Ratio(
            f"exports: memory, {large:,} articles / {small:,}",
            done["jsonl", large].peak / done["jsonl", small].peak,
            SAME,
        )
    ]


def _export(directory: Path, name: str) -> Done:
    target = directory / f"export.{name}"
    done = command.archiver(
        "export", name, "-o", str(target), "--output", str(directory), ARCHIVER_RECIPES=str(directory)
    )
    if not target.exists():
        raise BenchError(f"nothing was exported as {name}")
    target.unlink()
    return done


def link_posts(directory: Path, categories: int = 0, among: str = "") -> None:
    """Make a post for each article of the index: names of some files that are posts. categories: so many are there (0:
    those of their sources). among: a condition (SQL) for the articles whose files are there, too."""
    line, made, sources = Line("clean"), samples(SAMPLES), directory / "sources"
    sources.mkdir()
    (directory / POSTS).mkdir(exist_ok=True)
    contents = [line.post(line.answer(sample, article_id(number))).content for number, sample in enumerate(made)]
    if categories:
        contents = [
            re.sub(rb"(?m)^categories: .*$", b"categories: bench%d" % (number % categories), content, count=1)
            for number, content in enumerate(contents)
        ]
    digests = [sha256(content).digest() for content in contents]
    with closing(sqlite3.connect(file_of(directory))) as connection:
        for article, path in connection.execute(f"SELECT article, path FROM posts {among} ORDER BY article"):
            number = article - 1
            source = sources / f"{number % SAMPLES}-{number // (SAMPLES * LINKS)}"
            if not source.exists():
                source.write_bytes(contents[number % SAMPLES])
            os.link(source, f"{directory}/{path}")
        connection.create_function("digest", 1, lambda article: digests[(article - 1) % SAMPLES], deterministic=True)
        connection.execute("UPDATE posts SET sha256 = digest(article)")
        connection.commit()
