"""`obsidian`: notes for Obsidian, with properties (its help, "Properties" and "Tags")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.exports.copies import with_copies
from archiver.exports.files import Folder, front_matter, name_of, recipe_folder, titled_name
from archiver.exports.format import About, Format
from archiver.exports.pure_markdown import Dialect, markdown_of
from archiver.posts.read import read
from archiver.storage.regular import read_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.exports.entry import Entry
    from archiver.exports.files import Value

# A tag has letters and digits of any language, `_`, `-`, and `/` before a nested tag.
NO_TAG_PATTERN = re.compile(r"[^\w/-]+")


def write(entries: Iterator[Entry], path: Path, about: About) -> None:
    """Write `RECIPE/TITLE (FORM ID).md` for each entry into the new directory `path`."""
    folder = Folder(path)
    for entry in entries:
        name = titled_name(_first_title(entry, about), f"({name_of(entry.form)} {name_of(entry.id)}).md")
        shown = with_copies(entry, folder, about.output, "../")
        text = front_matter(_properties(entry)) + "\n" + markdown_of(shown, Dialect.OBSIDIAN)
        folder.write(entry, recipe_folder(entry), name, text)


def tag(value: str) -> str:
    """Return `value` as a tag: with `-` for characters that a tag cannot have, and `_` before a tag without letters. It
    may be empty."""
    kept = "/".join(filter(None, (part.strip("-") for part in NO_TAG_PATTERN.sub("-", value).split("/"))))
    return f"_{kept}" if kept and not any(one.isalpha() or one == "_" for one in kept) else kept


def _properties(entry: Entry) -> dict[str, Value]:
    """Return the properties. Obsidian knows no offsets from UTC, so `published` is the local time of the source, and
    `utc_offset` has its offset."""
    return {
        "title": entry.title,
        "aliases": (entry.title,) if entry.title else (),
        "published": entry.published.replace(tzinfo=None),
        "utc_offset": f"{entry.published:%z}",
        "source": entry.source,
        "url": entry.url,
        "category": entry.category,
        "tags": tuple(dict.fromkeys(filter(None, map(tag, entry.tags)))),
        "recipe": entry.recipe,
        "form": entry.form,
        "article_id": entry.id,
        "revision": entry.revision,
        "state": entry.state,
    }


def _first_title(entry: Entry, about: About) -> str:
    """Return the title that the article had at first, so that a note keeps its name when the article is edited: other
    notes may link to it."""
    if entry.versions:
        try:
            return read(read_in(about.output, entry.versions[0].path)).title
        except OSError:
            pass
    return entry.title


FORMAT = Format("notes for Obsidian: Markdown with properties, one file an article", write, target="directory")
