"""The files of an archive. In: a path, its new content, and the digest of what should be there now. Out: written,
unchanged, edited (by somebody else), or failed."""

from archiver.storage.atomic import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, sync_directory, write_atomically
from archiver.storage.disk import DISK_FAILED_OUTCOME, Put, sweep
from archiver.storage.location import (
    STORED_PARTS,
    Location,
    Root,
    SplitRoot,
    directory_of,
    fail,
    file_at,
    is_there,
    located,
    pass_over,
    paths_below,
)
from archiver.storage.regular import opened, read_in
from archiver.storage.writing import keep_version, put_all, reach, versions

__all__ = [
    "DISK_FAILED_OUTCOME",
    "STORED_PARTS",
    "TEMPORARY_PREFIX",
    "TEMPORARY_SUFFIX",
    "Location",
    "Put",
    "Root",
    "SplitRoot",
    "directory_of",
    "fail",
    "file_at",
    "is_there",
    "keep_version",
    "located",
    "opened",
    "pass_over",
    "paths_below",
    "put_all",
    "reach",
    "read_in",
    "sweep",
    "sync_directory",
    "versions",
    "write_atomically",
]
