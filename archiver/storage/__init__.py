"""The files of an archive: a path, bytes and what should be there in; written, unchanged or edited out."""

from archiver.storage.atomic import PREFIX, SUFFIX, sync_directory, write_atomically
from archiver.storage.disk import DISK_FAILED, Put, keep_version, put_all, sweep, versions
from archiver.storage.storage import Storage

__all__ = [
    "DISK_FAILED",
    "PREFIX",
    "SUFFIX",
    "Put",
    "Storage",
    "keep_version",
    "put_all",
    "sweep",
    "sync_directory",
    "versions",
    "write_atomically",
]
