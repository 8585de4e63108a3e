"""Removing our credentials from captures: files that contain one are written anew without it, and put into a
manifest."""

from __future__ import annotations

import os
import re
import zlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.captures import CAPTURES
from archiver.captures.members import GZIP_WINDOW, digest
from archiver.captures.packing import RULES_FIELD, RULES_VERSION
from archiver.captures.regions import GZIP_START
from archiver.captures.rewriting import copy_without_credentials, find_credentials
from archiver.errors import CaptureError, StoreError, os_reason
from archiver.index.captures import Sealed
from archiver.litter import is_litter
from archiver.manifest import add_manifest
from archiver.storage import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, opened, sync_directory
from archiver.storage.stored import StoredFile
from archiver.verify.files import walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.captures.rewriting import RecordPlace
    from archiver.index import Index
    from archiver.storage import Location, Root

WARC_NAME_PATTERN = re.compile(r"\.warc(?:\.gz)?$", re.IGNORECASE)
# Decompressed bytes within which the first record of a file names the rules by which it was written.
HEAD_BYTES = 1 << 12
PUBLIC_SUFFIX = "-public"  # added to the name of a file that was written anew


def remove_credentials(output: Root, index: Index) -> list[str]:
    """Write each WARC file of the archive that contains one of our credentials anew without it, delete the old one, and
    return the paths of the new ones.

    index: open for writing. A manifest names the digests of the old and of the new file; the index gets the new places
    of the captures. If this is interrupted, it can be run again, and goes on. Raises CaptureError, StoreError.
    """
    files = [path for path in sorted(walk(output, CAPTURES, {})) if may_hold_credentials(output / path)]
    return [_replace(output, index, path) for path in files if any(find_credentials(output / path))]


def may_hold_credentials(file: Location) -> bool:
    """Return whether a file is a WARC file that does not state that it was written without credentials, by the present
    rules. Raises CaptureError."""
    return bool(WARC_NAME_PATTERN.search(file.name)) and not is_litter(file.name) and not keeps_rules(file)


def keeps_rules(file: Location) -> bool:
    """Return whether a WARC file states that it was written by the present rules. Raises CaptureError."""
    try:
        with opened(file, 0, HEAD_BYTES) as stream:
            head = stream.read(HEAD_BYTES)
            if head.startswith(GZIP_START):
                head = zlib.decompressobj(GZIP_WINDOW).decompress(head, HEAD_BYTES)
    except zlib.error:
        return False
    except OSError as error:
        raise CaptureError(f"{file}: cannot be read: {os_reason(error)}") from error
    return f"\r\n{RULES_FIELD}: {RULES_VERSION}\r\n".encode() in head


def _replace(output: Root, index: Index, path: str) -> str:
    """Write a file anew and return its path."""
    old = output / path
    folder, _, name = path.rpartition("/")
    stem, dot, rest = name.partition(".")
    sealed_as = f"{folder}/{stem}{PUBLIC_SUFFIX}{dot}{rest}"
    new = output / sealed_as
    was = digest(old).hex()
    try:
        places = _write_anew(old, new)
        sealed = Sealed(sealed_as, new.stat().st_size, digest(new))
        if path in index.captures.sealed() or index.captures.has(path):
            index.together(lambda: _note(output, index, path, was, sealed, places))
        old.unlink()
        if isinstance(old, Path):
            sync_directory(old.parent)
    except OSError as error:
        raise StoreError(f"{old}: cannot be written anew: {os_reason(error)}; run it again") from error
    return sealed.path


def _write_anew(old: Location, new: Location) -> Mapping[int, RecordPlace]:
    """Write `old` to `new` without credentials, durably and atomically; what a killed run left at `new` is replaced.
    Return where each record is now, by its old offset. Raises OSError, CaptureError, StoreError."""
    if isinstance(new, StoredFile):
        content = BytesIO()  # a file in a store is one object, as large as one that is captured
        places = copy_without_credentials(old, content)
        new.write(content.getvalue())
        return places
    temporary = new.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}{TEMPORARY_SUFFIX}")
    try:
        with temporary.open("wb") as stream:
            places = copy_without_credentials(old, stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(new)
        sync_directory(new.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return places


def _note(output: Root, index: Index, path: str, was: str, sealed: Sealed, places: Mapping[int, RecordPlace]) -> None:
    """Note in the index and in a manifest that a file was written anew. was: the digest of the old file."""
    index.captures.replace_file(path, sealed, places)
    add_manifest(output, index, {path: was})
