"""Posts in an object store: a post is replaced if its object is as expected. The store checks that in the same step
(conditional requests: If-None-Match, If-Match)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from archiver.errors import StoreError
from archiver.places import VERSIONS
from archiver.storage.disk import DISK_FAILED_OUTCOME, Outcome, Put

if TYPE_CHECKING:
    from archiver.storage.location import SplitRoot
    from archiver.storage.stored import StoredFile

_ASKING = ThreadPoolExecutor(max_workers=16, thread_name_prefix="store")  # as many requests at a time


def put_all(root: SplitRoot, puts: list[Put]) -> list[Outcome]:
    """Do what `disk.put_all` does."""
    return list(_ASKING.map(partial(_put, root), puts))


def versions(root: SplitRoot, path: str) -> list[StoredFile]:
    """Do what `disk.versions` does."""
    directory = _versions(root, path)
    names = [name for name in directory.below() if name.endswith(".md") and name[:-3].isdecimal()]
    return [directory / name for name in sorted(names, key=lambda name: int(name[:-3]))]


def keep_version(root: SplitRoot, path: str, content: bytes) -> None:
    """Do what `disk.keep_version` does. Raises StoreError."""
    while True:
        known = versions(root, path)
        if known and known[-1].read_bytes() == content:
            return
        number = int(known[-1].stem) + 1 if known else 1
        if (_versions(root, path) / f"{number}.md").create(content):
            return


def _put(root: SplitRoot, put: Put) -> Outcome:
    try:
        return _swapped(root, put), ""
    except StoreError as error:
        return DISK_FAILED_OUTCOME, str(error)


def _swapped(root: SplitRoot, put: Put) -> str:
    """Write a post if what is at its place may be replaced, and return what became of it. If somebody else writes there
    meanwhile, the store refuses, and what is there then is looked at again. Raises StoreError."""
    place = root.store / put.path
    if put.expected is None and place.create(put.content):
        return "written"
    while True:
        try:
            present, tag = place.read_tagged()
        except FileNotFoundError:
            if place.create(put.content):
                return "written"
            continue
        if not put.force:
            if present == put.content:
                return "unchanged"
            if put.expected is None or sha256(present).digest() != put.expected:
                return "edited"
        if present != put.content:
            keep_version(root, put.path, present)
        if place.replace_tagged(put.content, tag):
            return "written"


def _versions(root: SplitRoot, path: str) -> StoredFile:
    return root.store / VERSIONS / path.rpartition("/")[2].removesuffix(".md")
