"""Reads the pages that a command line names: files, directories, standard input and addresses."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.addresses import SCHEME_PATTERN, resolve
from archiver.errors import UnknownAddressError, UsageError, os_reason
from archiver.statuses import SIGNALLED
from archiver.storage import regular
from archiver.urls import resolve_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from archiver.answer import Answer
    from archiver.archive import Archive

PAGE_SUFFIXES = (".html", ".htm", ".xhtml")


@dataclass(frozen=True, slots=True)
class InputPage:
    """A page and the name by which the command line gave it; or the problem, if it could not be fetched, or
    not be read in a directory."""

    name: str
    content: bytes = b""
    address: str | None = None
    content_type: str | None = None
    fetched: datetime | None = None  # None: not known
    is_fetched: bool = False  # whether the command line named it by its address
    problem: str = ""


def each_page(words: list[str], archive: Archive, address: str | None, take: Callable[[InputPage], None]) -> int:
    """Call `take` with each of the pages that `words` name: first files, then fetched pages as they arrive.

    address: where pages in files came from. Returns the exit status of a run that was stopped, or 0. Raises
    UsageError for a file that cannot be read, or for an invalid address, before anything is fetched.
    """
    addresses = [_address(word) for word in words if SCHEME_PATTERN.match(word)]
    for page in _saved([word for word in words if not SCHEME_PATTERN.match(word)], address):
        take(page)
    if not addresses:
        return 0

    def came(address: str, what: Answer | str) -> None:
        if isinstance(what, str):
            take(InputPage(address, address=address, is_fetched=True, problem=what))
        else:
            take(InputPage(address, what.body, what.url, what.content_type, what.fetched, is_fetched=True))

    stopped = archive.fetch(*addresses, taken=came)
    return SIGNALLED + stopped if stopped else 0


def advice(archive: Archive, *addresses: str | None) -> str:
    """Return advice for a page at one of these addresses that was refused: if it names an article of a source with
    article ids, `archiver get` fetches that article. Empty if there is no advice."""
    for address in filter(None, addresses):
        try:
            reference = resolve(address, archive.recipes.values())
        except UnknownAddressError:
            continue
        if not reference.recipe.is_web:
            return (
                f"it names an article of the source {reference.recipe.name}: `archiver get {reference.id}` fetches that"
            )
    return ""


def _address(word: str) -> str:
    """Return an address as a browser would ask for it, without its fragment. Raises UsageError."""
    if not (address := resolve_url(word).partition("#")[0]):
        raise UsageError(f"{word}: no address of the web; expected http:// or https:// and a host")
    return address


def read_stdin() -> bytes:
    """Return the whole standard input. Raises UsageError if it is closed or cannot be read."""
    if sys.stdin is None:  # `<&-`
        raise UsageError("-: there is no standard input to read")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise UsageError(f"-: standard input cannot be read: {os_reason(error)}") from error


def _saved(paths: list[str], address: str | None) -> Iterator[InputPage]:
    """Yield the pages that `paths` name. Raises UsageError for one that cannot be read; but in a directory such a file
    costs no other, and is yielded with the problem."""
    for text in paths:
        if text == "-":
            yield InputPage("-", read_stdin(), address)
            continue
        path = Path(text)
        if path.is_dir():
            yield from _in_directory(path, address)
            continue
        try:
            yield InputPage(text, path.read_bytes(), address)
        except FileNotFoundError as error:
            raise UsageError(f"{path}: no such file; an address begins http:// or https://") from error
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {os_reason(error)}") from error


def _in_directory(directory: Path, address: str | None) -> Iterator[InputPage]:
    """Yield the pages in a directory and in those below it, by their names. Raises UsageError if there is none."""
    files = sorted(file for file in directory.rglob("*") if file.suffix.lower() in PAGE_SUFFIXES and not file.is_dir())
    if not files:
        raise UsageError(f"{directory}: no page in it ({', '.join(PAGE_SUFFIXES)})")
    for file in files:
        try:
            yield InputPage(str(file), regular.read(file), address)
        except OSError as error:
            yield InputPage(str(file), address=address, problem=f"cannot be read: {os_reason(error)}")
