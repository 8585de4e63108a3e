"""Exports that are directories: one file an article, under names that are safe everywhere and stay the same."""

from __future__ import annotations

import re
import shutil
import unicodedata
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.errors import ExportError
from archiver.posts.frontmatter import double_quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archiver.exports.entry import Entry
    from archiver.storage import Location

Value = str | int | datetime | tuple[str, ...]

# Only small letters, since two names that differ in case only are the same name for some file systems.
PLAIN_NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
OTHER_CHARACTERS_PATTERN = re.compile(r"[^a-z0-9]+")
# Microsoft, "Naming files, paths and namespaces": these are devices, whatever follows a dot.
DEVICE_NAMES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{one}{n}" for one in ("com", "lpt") for n in "0123456789¹²³")]
)
INDEX_NAME = "index"  # for site generators this name means the page of the whole directory
# Characters that file systems forbid, or that end a link to a note.
FORBIDDEN_PATTERN = re.compile(r'[\s\[\]#^|\\/:*?"<>%]+')
MAX_NAME_BYTES = 200  # bytes; file systems take 255, and sync tools add to names


class Folder:
    """A new directory at `path`, to put files in."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made: set[Path] = set()
        self._make(path)

    def write(self, entry: Entry, directory: str, name: str, text: str) -> None:
        """Write `text` in UTF-8 to the file `name` in `directory` (relative; it is made). Raises ExportError when
        another entry has that name already."""
        folder = self._path / directory
        self._make(folder)
        try:
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError as error:
            raise ExportError(f"{entry.key}: another article has the name {directory}/{name}") from error

    def copy(self, file: Location, path: str) -> bool:
        """Copy `file` to `path` (relative) unless there is a copy already, and return whether there is one: the archive
        may have lost the file."""
        place = self._path / path
        self._make(place.parent)
        if not place.exists():
            try:
                if isinstance(file, Path):
                    shutil.copyfile(file, place)
                else:
                    place.write_bytes(file.read_bytes())
            except FileNotFoundError:
                return False
        return True

    def _make(self, folder: Path) -> None:
        if folder not in self._made:
            folder.mkdir(parents=True, exist_ok=True)
            self._made.add(folder)


def recipe_folder(entry: Entry) -> str:
    """Return the name of the directory for entries of this entry's recipe; posts of the owner's have no recipe, their
    form (`own`) is the name."""
    return name_of(entry.recipe or entry.form)


def name_of(value: str) -> str:
    """Return `value` (an id, a recipe, a form) as the name of a file or directory and part of an address: unchanged if
    it has only small letters, digits, `-` and `_`; else those characters of it, and a digest that tells it from others.
    """
    if PLAIN_NAME_PATTERN.fullmatch(value) and value not in DEVICE_NAMES and value != INDEX_NAME:
        return value
    digest = sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{OTHER_CHARACTERS_PATTERN.sub('-', value.lower())[:48].strip('-')}-{digest}".removeprefix("-")


def titled_name(title: str, ending: str) -> str:
    """Return a file name of `title` and `ending` (which makes it unique) of at most 200 bytes. Characters that a file
    system or a link to a note cannot have are replaced by spaces."""
    kept = "".join(
        one for one in unicodedata.normalize("NFC", title) if unicodedata.category(one) not in UNSEEN_CATEGORIES
    )
    kept = FORBIDDEN_PATTERN.sub(" ", kept).strip(". ")
    if kept.partition(".")[0].strip().lower() in DEVICE_NAMES:
        kept = f"_{kept}"
    room = MAX_NAME_BYTES - len(ending.encode()) - 1
    return f"{cut(kept, room).strip()} {ending}".strip()


def cut(text: str, size: int) -> str:
    """Return the beginning of `text` that is not longer than `size` bytes in UTF-8."""
    return text.encode(errors="ignore")[:size].decode(errors="ignore")


UNSEEN_CATEGORIES = frozenset(["Cc", "Cf", "Cs", "Co", "Cn"])  # categories: controls, formats, and what is no character


def front_matter(fields: Mapping[str, Value]) -> str:
    """Return `fields` as YAML between lines of `---`; those that are empty are left out."""
    lines = (f"{key}: {_yaml(value)}\n" for key, value in fields.items() if value not in ("", ()))
    return f"---\n{''.join(lines)}---\n"


def _yaml(value: Value) -> str:
    if isinstance(value, str):
        return double_quoted(value)
    if isinstance(value, tuple):
        return _list(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(double_quoted, values))}]"
