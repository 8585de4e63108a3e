"""What a Jekyll site needs around `_posts`: configuration, layouts, home, a page for each category, a feed."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from archiver.errors import StoreError, UsageError, os_reason
from archiver.places import ASSETS, JEKYLL_SITE, POSTS
from archiver.posts.frontmatter import double_quoted
from archiver.posts.site_addresses import category_key, category_paths
from archiver.site.articles import name_of
from archiver.storage import write_atomically
from archiver.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from archiver.exports import Entry
    from archiver.recipes import Recipe

PACKAGED_FILES = files(__package__) / "jekyll_files"
CATEGORY_TEMPLATE = """---
layout: category
title: {title}
category: {category}
---
"""
CONFIG_TEMPLATE = """# What archiver's posts ask of a Jekyll site; all else is yours.
title: {name}
url: {url}
timezone: {zone}
future: true
include: [{assets}]
destination: {destination}
"""


class Wrote(NamedTuple):
    """Files that were written, and those that were there and stay as they are: paths in the directory."""

    written: list[str]
    kept: list[str]


def write_jekyll(
    directory: Path,
    entries: Iterable[Entry],
    recipes: Mapping[str, Recipe],
    fixed: Mapping[str, tuple[str, ...]],
    name: str,
    host: str,
) -> Wrote:
    """Write the files that are not there yet. directory: has the posts, in `_posts`. entries: all of the archive.
    fixed: further paths of the lists of some categories (`fixed_lists`). name: of the site. host: where it will be.

    Raises UsageError for a directory without posts, StoreError where it cannot be written.
    """
    if not (directory / POSTS).is_dir():
        raise UsageError(f"{directory}: no {POSTS} there; name the directory that has the posts")
    names: dict[str, Counter[str]] = defaultdict(Counter)
    spellings: dict[str, set[str]] = defaultdict(set)
    zones: Counter[str] = Counter()
    for entry in entries:
        if not entry.category.strip():  # a post of the owner's, without a category: it is in no list
            continue
        key = category_key(entry.category)
        names[key][name_of(entry)] += 1
        spellings[key].add(one_line(entry.category))
        if recipe := recipes.get(entry.recipe):
            zones[recipe.time_zone] += 1
    zone = zones.most_common(1)[0][0] if zones else "UTC"
    config = CONFIG_TEMPLATE.format(
        name=double_quoted(name),
        url=double_quoted(f"https://{host}"),
        zone=double_quoted(zone),
        assets=ASSETS,
        destination=JEKYLL_SITE,
    )
    wanted = {"_config.yml": config, **dict(_files(PACKAGED_FILES, ""))}
    for key in sorted(names):
        title = min(names[key], key=lambda one: (-names[key][one], one))
        for spelling in sorted(spellings[key], reverse=True):
            first = spelling.split()[0] if spelling.split() else ""
            page = CATEGORY_TEMPLATE.format(title=double_quoted(title), category=double_quoted(first))
            for path in category_paths(key, [spelling], fixed.get(key, ())):
                wanted.setdefault(path, page)
    return _write(directory, wanted)


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _files(one, f"{prefix}{one.name}/")
        else:
            yield f"{prefix}{one.name}", one.read_text("utf-8")


def _write(directory: Path, wanted: Mapping[str, str]) -> Wrote:
    """Write the files that are not there."""
    wrote = Wrote([], [])
    for path, text in sorted(wanted.items()):
        target = directory / path
        if os.path.lexists(target):
            wrote.kept.append(path)
            continue
        try:
            write_atomically(target, text.encode())
        except OSError as error:
            raise StoreError(f"{target}: cannot be written: {os_reason(error)}") from error
        wrote.written.append(path)
    return wrote
