"""Taking the pictures of an archive into an index that does not know them: the files, which are named by their content,
and the original addresses, which posts name."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from archiver.clock import now
from archiver.errors import StoreError, os_reason
from archiver.index.pictures import Asset
from archiver.pictures.accept import asset_path, size_of
from archiver.places import ASSETS
from archiver.posts.pictures import asset_addresses
from archiver.storage import paths_below
from archiver.storage.regular import read_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archiver.index import Index
    from archiver.storage import Root

PICTURE_NAME_PATTERN = re.compile(r"[0-9a-f]{64}\.([a-z]{3,4})")
MAX_BATCH = 500  # files, or posts, that are looked at together


def take_files(output: Root, index: Index) -> None:
    """Note in the index each file of a picture whose content has the digest in its name: a killed run may have written
    it, or the index is new. Raises StoreError, IndexFileError."""
    for paths in _batches(_paths(output)):
        known = index.pictures.assets(paths)
        index.pictures.note_files(filter(None, (_asset(output, path) for path in paths if path not in known)))


def take_addresses(output: Root, index: Index, posts: Iterable[str]) -> None:
    """Note in the index the original addresses of the pictures that posts show. posts: their paths. Raises
    IndexFileError."""
    if not (output / ASSETS).is_dir():
        return
    for paths in _batches(posts):
        shown: dict[str, str] = {}
        for path in paths:
            try:
                content = read_in(output, path)
            except OSError:  # such a post is reported elsewhere
                continue
            for address, asset in asset_addresses(content).items():
                shown.setdefault(address, asset)
        known = index.pictures.assets(shown.values())
        came = {address: known[path] for address, path in shown.items() if path in known}
        index.pictures.keep(came, now())


def _paths(output: Root) -> Iterator[str]:
    def fail(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise StoreError(f"{error.filename}: cannot be read: {os_reason(error)}") from error

    for path in paths_below(output, ASSETS, fail):
        if PICTURE_NAME_PATTERN.fullmatch(path.rpartition("/")[2]):
            yield path


def _asset(output: Root, path: str) -> Asset | None:
    try:
        content = read_in(output, path)
    except OSError:
        return None
    kind = path.rpartition(".")[2]
    digest = sha256(content).digest()
    if asset_path(digest, kind) != path:
        return None
    return Asset(path, digest, len(content), *size_of(content))


def _batches(paths: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for path in paths:
        batch.append(path)
        if len(batch) == MAX_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
