"""Where the archiver works while it is measured: a directory of its own, on a real disk."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import yaml

from archiver.places import POSTS
from archiver.recipes.load import PACKAGED_RECIPES
from bench.articles import article_id, samples
from bench.figures import BenchError
from bench.pipelines import RECIPE, Line
from bench.server import LISTED, LISTINGS, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "bench"  # of the recipe


@contextmanager
def workplace(host: str) -> Iterator[Path]:
    """Make a directory, in the working directory, with a recipe for the server at `host`; remove it afterwards."""
    with TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as name:
        recipe = yaml.safe_load((PACKAGED_RECIPES / f"{RECIPE}.yaml").read_text(encoding="utf-8"))
        recipe["name"] = NAME
        recipe["addresses"][0]["hosts"] = recipe["pages"][0]["hosts"] = [host]
        recipe["listings"] = {f"list-{number}": _listing(host, number) for number in range(LISTINGS)}
        Path(name, "bench.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
        yield Path(name)
    os.sync()  # the next crawl must not wait for what this one left


def _listing(host: str, number: int) -> dict[str, object]:
    address = f"http://{{host}}/listing/{number}?page={{page}}&size={{size}}"
    fields = {name: [name] for name in ("id", "title", "time", "source", "digest", "url")}
    return {"size": LISTED, "endpoints": [{"address": address, "hosts": [host], "items": "items", "fields": fields}]}


def check(directory: Path, count: int) -> None:
    """Raise BenchError unless `count` posts are in `directory` and one of them is what it has to be."""
    posts = sorted(Path(directory, POSTS).glob("*.md"))
    if len(posts) != count:
        raise BenchError(f"{directory} has {len(posts)} posts instead of {count}")
    number = count // 2
    line = Line("clean")
    expected = line.post(line.answer(samples(SAMPLES)[number % SAMPLES], article_id(number)))
    if Path(directory, POSTS, expected.name).read_bytes() != expected.content:
        raise BenchError(f"{expected.name} is not the post that it should be")


def file_system(directory: Path) -> str:
    """Return the type of the file system that `directory` is on. Raises BenchError if that is mere memory."""
    mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    kind = max((mount for mount in mounts if directory.is_relative_to(mount[0])), key=lambda mount: len(mount[0]))[1]
    if kind in ("tmpfs", "ramfs"):
        raise BenchError(f"{directory} is on {kind}, where nothing is durable; run this from a directory on a disk")
    return kind
