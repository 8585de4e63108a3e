"""`archiver site build`: from nothing, and after a hundred new articles; beside Hugo and Jekyll on the same posts."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from archiver.archive import Archive
from archiver.index.location import file_of
from archiver.places import SITE
from bench import command
from bench.exports import link_posts
from bench.figures import BenchError, Ratio
from bench.fill import fill
from bench.place import NAME, workplace
from bench.site_record import put_into_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.command import Done

SIZES = (1_000, 10_000, 100_000)  # articles
CATEGORIES = 20
MOST = 1_000_000  # articles of a site of which only the record is made, not the pages
NEW = 100  # that come later
RECENT = 1000  # articles whose posts a build may read, of those that it knows
SAME = 1.5  # seconds and files after new articles, of the largest site to the middle one; and its memory
HUGO = 50_000  # articles of the largest site that it builds here
JEKYLL = 5_000
REBUILD = 0.1  # what the largest site takes after new articles, to what others take to build everything
AIMS = {"hugo": 1.0}  # what a site takes from nothing, to what the same takes another
# Of the same, in processor time: from nothing, and after new ones.
FLOORS = {"jekyll": (0.3, 0.05), "hugo": (1.2, 0.05)}
# Layouts that show what our pages do, but for the versions and the evidence.
LAYOUTS = {
    "single.html": '<!DOCTYPE html><html lang="zh"><title>{{ .Title }}</title><h1>{{ .Title }}</h1>'
    "<p>{{ .Params.source }} {{ .Date }}</p>{{ .Content }}</html>",
    "list.html": '<!DOCTYPE html><html lang="zh"><title>{{ .Title }}</title><h1>{{ .Title }}</h1><ul>'
    '{{ range (.Paginate .Pages).Pages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul></html>',
}


class Built(NamedTuple):
    """A cold build, and the one after new articles. search: bytes of the files of titles."""

    cold: Done | None
    later: Done
    search: int

    @property
    def written(self) -> int:
        """The files that the later build wrote."""
        return int(self.later.output.split(";")[1].split()[0])


class Beside(NamedTuple):
    """Cold builds of the same posts: that of another generator, and ours right after it."""

    name: str
    size: int
    theirs: Done
    ours: Done


def run(*, quick: bool, largest: int = MOST) -> list[Ratio]:
    """Print what builds take; return the ratios. largest: articles; what would have more is left out."""
    scale = 10 if quick else 1
    sizes = [size // scale for size in SIZES if size <= max(largest, SIZES[1])]
    most = largest // scale
    built = {size: _measure(size) for size in sizes}
    if most > sizes[-1]:
        built[most] = _measure_later(most)
    print(f"site: from nothing, and after {NEW} new articles; the start of the command included; s are seconds\n")
    print(
        f"{'':>10}{'from nothing':>39}{f'after {NEW} new':>40}{'search':>11}\n"
        f"{'articles':>10}{'s':>9}{'CPU s':>9}{'ms each':>9}{'peak MB':>12}"
        f"{'s':>9}{'CPU s':>9}{'peak MB':>13}{'files':>9}{'MB':>11}"
    )
    for size, (cold, later, search) in built.items():
        first = _columns(cold, size) if cold else "".join(f"{'-':>{wide}}" for wide in (9, 9, 9, 12))
        titles = f"{search / 1e6:>11.1f}" if cold else f"{'-':>11}"
        print(
            f"{size:>10,}{first}{later.wall:>9.2f}{later.cpu:>9.2f}{later.peak:>13.1f}{built[size].written:>9}{titles}"
        )
    others = []
    for name, size in (("jekyll", min(JEKYLL, largest) // scale), ("hugo", min(HUGO, largest) // scale)):
        if theirs := _other(name, size):
            others.append(Beside(name, size, theirs, _cold(size)))
            print(f"{size:>10,}{_columns(others[-1].ours, size)}   archiver, beside")
            print(f"{size:>10,}{_columns(theirs, size)}   {name}", flush=True)
    return [*_steady(built, sizes, quick=quick), *_beside(built, others, quick=quick)]


def _columns(done: Done, size: int) -> str:
    """Return what it took to build a site of so many articles."""
    return f"{done.wall:>9.1f}{done.cpu:>9.1f}{1000 * done.cpu / size:>9.2f}{done.peak:>12.1f}"


def _steady(built: Mapping[int, Built], sizes: Sequence[int], *, quick: bool) -> list[Ratio]:
    """Return how the largest sites compare with the middle one. quick: a short round is mostly start: no floor."""
    middle, large, last = built[sizes[1]], built[sizes[-1]], list(built.values())[-1]
    assert middle.cold
    assert large.cold
    names = f"{max(built):,} articles / {sizes[1]:,}"
    floor = None if quick else SAME
    return [
        Ratio(f"site: processor time after {NEW} new, {names}", last.later.cpu / middle.later.cpu, SAME, floor=floor),
        Ratio(f"site: files after {NEW} new, {names}", last.written / middle.written, SAME, floor=floor),
        Ratio(
            f"site: memory from nothing, {sizes[-1]:,} / {sizes[1]:,}",
            *(large.cold.peak / middle.cold.peak, SAME),
            floor=floor,
        ),
    ]


def _beside(built: Mapping[int, Built], others: Sequence[Beside], *, quick: bool) -> list[Ratio]:
    """Return how sites compare with those of others, in seconds and, as a machine may have other work, in processor
    time: one of as many articles from nothing, and the largest after new ones."""
    last = list(built.values())[-1].later
    ratios = []
    for name, size, theirs, ours in others:
        cold = f"{size:,} articles from nothing, archiver / {name}"
        rebuilt = f"{max(built):,} articles after {NEW} new / {name}'s of {size:,}"
        ratios += [
            Ratio(f"site: seconds, {cold}", ours.wall / theirs.wall, AIMS.get(name)),
            Ratio(
                f"site: processor time, {cold}",
                *(ours.cpu / theirs.cpu, AIMS.get(name)),
                # Of few articles the start of the command is the most.
                floor=None if quick else FLOORS[name][0],
            ),
            Ratio(f"site: seconds, {rebuilt}", last.wall / theirs.wall, REBUILD),
            Ratio(
                f"site: processor time, {rebuilt}",
                *(last.cpu / theirs.cpu, REBUILD),
                # What a build takes for itself counts for more where the others have less to build.
                floor=None if quick or max(built) < SIZES[-1] else FLOORS[name][1],
            ),
        ]
    return ratios


def _measure(size: int) -> Built:
    with workplace("share.example") as directory:
        _fill(directory, size)
        cold = _build(directory)
        return Built(cold, *_later(directory, size))


def _cold(size: int) -> Done:
    with workplace("share.example") as directory:
        _fill(directory, size)
        return _build(directory)


def _measure_later(size: int) -> Built:
    """Measure the build after new articles where all others are in the record of the site, but have no pages."""
    with workplace("share.example") as directory:
        _fill(directory, size, f"WHERE article <= {NEW} OR article > {size - RECENT}")
        _change(directory, "CREATE TABLE middle AS SELECT * FROM posts WHERE article > ?", NEW)
        _change(directory, "DELETE FROM posts WHERE article > ?", NEW)
        _build(directory)
        _change(directory, "INSERT INTO posts SELECT * FROM middle WHERE article > ?", NEW)
        put_into_record(directory)
        return Built(None, *_later(directory, size))


def _fill(directory: Path, size: int, among: str = "") -> None:
    """Make an archive of `size` articles, and have those that come later ready. among: a condition (SQL) for the
    articles whose posts are there."""
    fill(directory, NAME, size + NEW)
    link_posts(directory, CATEGORIES, among)
    _change(directory, "CREATE TABLE later AS SELECT * FROM posts WHERE article > ?", size)
    _change(directory, "DELETE FROM posts WHERE article > ?", size)


def _later(directory: Path, size: int) -> tuple[Done, int]:
    _change(directory, "INSERT INTO posts SELECT * FROM later WHERE article > ?", size)
    later = _build(directory)
    if f"{size + NEW:,} articles" not in later.output:
        raise BenchError(f"the site has not all of its articles: {later.output}")
    return later, sum(file.stat().st_size for file in (directory / SITE / "search").glob("titles-*.json"))


def _build(directory: Path) -> Done:
    return command.archiver("site", "build", "--output", str(directory), ARCHIVER_RECIPES=str(directory))


def _other(name: str, size: int) -> Done | None:
    """Have Hugo or Jekyll build a site of the same posts; None where it is not there."""
    if not shutil.which(name):
        print(f"{name} is not there to compare with")
        return None
    with workplace("share.example") as directory:
        fill(directory, NAME, size)
        link_posts(directory)
        archive = Archive(directory, recipes=[str(directory)])
        if name == "jekyll":
            archive.write_jekyll()
            words = ["jekyll", "build", "--quiet", "--source", str(directory), "--destination", f"{directory}/_jekyll"]
        else:
            (directory / "hugo" / "content").mkdir(parents=True)
            archive.export("hugo", directory / "hugo" / "content" / "articles")
            layouts = directory / "hugo" / "layouts" / "_default"
            layouts.mkdir(parents=True)
            for file, text in LAYOUTS.items():
                (layouts / file).write_text(text, encoding="utf-8")
            (directory / "hugo" / "config.yaml").write_text(
                "baseURL: https://site.example/\ntitle: Site\npaginate: 50\n"
            )
            words = ["hugo", "--quiet", "--source", str(directory / "hugo")]
        done = command.run(*words, LANG="C.UTF-8")
        os.sync()
        return done


def _change(directory: Path, statement: str, size: int) -> None:
    with closing(sqlite3.connect(file_of(directory))) as connection:
        connection.execute(statement.replace("?", str(size)))
        connection.commit()
