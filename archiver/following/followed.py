"""The archive's own list of what it follows: a file of YAML in it, an entry for each site and each feed.

Its name begins with an underscore, so that Jekyll leaves it alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from archiver.errors import StoreError, UsageError, os_reason
from archiver.identity import normalise, plain_form
from archiver.storage import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

FOLLOWED_FILE = "_followed.yaml"
FILE_HEAD = (
    "# What this archive follows: `archiver crawl` reads it. A site is asked what it has; a feed is read as it is.\n"
    "# `archiver follow` writes here.\n"
)
SOURCE_KINDS = ("site", "feed")
ABOUT_KEYS = ("title", "home")
# Loader and dumper in C, if they are there: they read a list of thousands in a moment.
YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
YAML_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True, slots=True)
class Followed:
    """A site that is followed, named by any address of it; or a feed (`is_feed`), with what a list of feeds says of
    it."""

    address: str  # normalised
    is_feed: bool = False
    title: str = ""
    home: str = ""


def read_followed(output: Path) -> list[Followed]:
    """Return what the archive in `output` follows, in the order of its file; empty if there is no such file. Raises
    UsageError for a file that cannot be read, and for an invalid entry."""
    file = output / FOLLOWED_FILE
    if file.exists() and not file.is_file():  # a pipe, for example, from which a read would never return
        raise UsageError(f"{file}: cannot be read: it is no file")
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), YAML_LOADER)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {os_reason(error)}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise UsageError(f"{file}: is not readable as YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content or [], list):
        raise UsageError(f"{file}: expected a list of entries, got {type(content).__name__}")
    entries = [_entry(entry, f"{file}: entry {number}") for number, entry in enumerate(content or [], 1)]
    return list({plain_form(one.address): one for one in reversed(entries)}.values())[::-1]


def add_followed(output: Path, new: Iterable[Followed]) -> list[Followed]:
    """Add sites and feeds to those that the archive follows, and return the ones that were not followed yet. Raises
    UsageError as `read_followed`, and StoreError if the file cannot be written."""
    followed = read_followed(output)
    known = {plain_form(one.address) for one in followed}
    found = {plain_form(one.address): one for one in reversed(list(new))}
    added = [one for form, one in reversed(found.items()) if form not in known]
    if added:
        file = output / FOLLOWED_FILE
        try:
            before = file.read_text(encoding="utf-8") if file.exists() else ""
        except OSError as error:
            raise StoreError(f"{file}: cannot be read: {os_reason(error)}") from error
        before = before or FILE_HEAD
        text = before + ("" if before.endswith("\n") else "\n") + _as_yaml(added)
        _write(file, text if _lists(text, len(followed) + len(added)) else FILE_HEAD + _as_yaml([*followed, *added]))
    return added


def remove_followed(output: Path, addresses: Sequence[str]) -> list[Followed]:
    """Remove addresses from those that the archive follows, and return the removed entries. Raises UsageError as
    `read_followed`, and for an address that is not followed: then nothing is changed; and StoreError."""
    followed = read_followed(output)
    forms = {plain_form(address): address for address in addresses}
    if missing := forms.keys() - {plain_form(one.address) for one in followed}:
        named = ", ".join(sorted(forms[form] for form in missing))
        raise UsageError(f"{named}: not followed; `archiver follow --list` shows what is")
    kept = [one for one in followed if plain_form(one.address) not in forms]
    _write(output / FOLLOWED_FILE, FILE_HEAD + (_as_yaml(kept) if kept else ""))
    return [one for one in followed if plain_form(one.address) in forms]


def _lists(text: str, at_least: int) -> bool:
    """Return whether `text` is a list of that many entries. Lines cannot be added to a file that somebody wrote in
    another form, such as indented or in brackets: it is written anew."""
    try:
        content = yaml.load(text, YAML_LOADER)
    except yaml.YAMLError:
        return False
    return isinstance(content, list) and len(content) >= at_least


def _entry(entry: object, where: str) -> Followed:
    """Return an entry of the file. Raises UsageError."""
    if not isinstance(entry, dict):
        raise UsageError(f"{where}: expected `site: ADDRESS` or `feed: ADDRESS`, got {entry!r}")
    if unknown := entry.keys() - {*SOURCE_KINDS, *ABOUT_KEYS}:
        raise UsageError(
            f"{where}: {', '.join(sorted(map(str, unknown)))}: expected {', '.join((*SOURCE_KINDS, *ABOUT_KEYS))}"
        )
    kinds = [kind for kind in SOURCE_KINDS if kind in entry]
    if len(kinds) != 1:
        raise UsageError(f"{where}: expected one of `site: ADDRESS` and `feed: ADDRESS`")
    for name, value in entry.items():
        if isinstance(value, dict | list):
            raise UsageError(f"{where}: {name}: expected text, got {value!r}")
    said = {name: "" if value is None else str(value) for name, value in entry.items()}
    address = normalise(said[kinds[0]])
    if not address:
        raise UsageError(f"{where}: {said[kinds[0]]}: no address of the web; expected one that begins https://")
    return Followed(address, kinds[0] == "feed", said.get("title", ""), normalise(said.get("home", "")))


def _as_yaml(followed: Iterable[Followed]) -> str:
    entries = [
        {"feed" if one.is_feed else "site": one.address}
        | ({"title": one.title} if one.title else {})
        | ({"home": one.home} if one.home else {})
        for one in followed
    ]
    text: str = yaml.dump(entries, Dumper=YAML_DUMPER, allow_unicode=True, sort_keys=False, width=1000)
    return text


def _write(file: Path, text: str) -> None:
    try:
        write_atomically(file, text.encode())
    except OSError as error:
        raise StoreError(f"{file}: cannot be written: {os_reason(error)}") from error
