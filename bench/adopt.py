"""`archiver adopt` on one core: an index made anew of posts on disk, beside what reading the files alone costs."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from archiver.places import INDEX, POSTS
from bench import command
from bench.articles import article_id, samples
from bench.figures import BenchError, Ratio, spread
from bench.pipelines import Line
from bench.place import workplace
from bench.server import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 20_000
ROUNDS = 3
AIM = 3000  # posts a second


def run(*, quick: bool) -> list[Ratio]:
    """Print how fast posts are adopted; return the ratios."""
    count = COUNT // 10 if quick else COUNT
    adopting, reading = [], []
    with workplace("share.example") as directory:
        size = _make_posts(directory, count)
        os.sync()
        load = os.getloadavg()[0]
        with _one_core():
            for _ in range(ROUNDS):
                reading.append(_read(directory))
                shutil.rmtree(directory / INDEX, ignore_errors=True)
                done = command.archiver("adopt", str(directory))
                adopting.append(done.wall)
                if not done.output.startswith(f"{count:,} posts adopted ({count:,} articles), 0 broken"):
                    raise BenchError(f"not all of {count:,} posts were adopted: {done.output}")
    print(
        f"adopt: {count:,} posts of {size / count / 1000:.1f} kB in the mean, {ROUNDS} rounds in turns, "
        f"on one core, files in the cache, the start of the command included, load {load:.1f} before\n"
    )
    print(f"{'':<24}{'posts/s':>28}{'ms/post':>22}")
    for name, taken in (("archiver adopt", adopting), ("reading the files", reading)):
        rates, each = [count / one for one in taken], [1000 * one / count for one in taken]
        print(f"{name:<24}{spread(rates):>28}{spread(each, 3):>22}")
    return [
        Ratio("adopt: archiver adopt / reading the files alone", median(adopting) / median(reading)),
        Ratio(f"adopt: posts a second / {AIM:,}", count / median(adopting) / AIM, 1.0, at_least=True),
    ]


def _make_posts(directory: Path, count: int) -> int:
    """Write `count` posts and return their size, in bytes."""
    line, made, size = Line("clean"), samples(SAMPLES), 0
    Path(directory, POSTS).mkdir()
    for number in range(count):
        post = line.post(line.answer(made[number % SAMPLES], article_id(number)))
        size += Path(directory, POSTS, post.name).write_bytes(post.content)
    return size


def _read(directory: Path) -> float:
    """Return the seconds that it takes to read all posts."""
    begun = time.perf_counter()
    for file in Path(directory, POSTS).iterdir():
        file.read_bytes()
    return time.perf_counter() - begun


@contextmanager
def _one_core() -> Iterator[None]:
    """Have this process, and those that it starts, run on one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
