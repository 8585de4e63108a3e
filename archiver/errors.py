"""What can go wrong, by name. Each message says what happened, to what, and what to do about it."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

FAULT = "a fault of this program"
# Errors that concern the disk or the machine, not one file: nothing more can be kept until the user has done this.
DISK_ADVICE = {
    errno.ENOSPC: "make room, and run again: nothing is lost",
    errno.EDQUOT: "make room, and run again: nothing is lost",
    errno.EIO: "look at the disk, and run again: nothing is lost",
    errno.EROFS: "make it writable, and run again: nothing is lost",
    errno.ENODEV: "is the disk still there? run again: nothing is lost",
    errno.ENXIO: "is the disk still there? run again: nothing is lost",
    errno.ESTALE: "is the disk still there? run again: nothing is lost",
    errno.EMFILE: "let it open more files (ulimit -n), and run again: nothing is lost",
    errno.ENFILE: "let it open more files, and run again: nothing is lost",
    errno.ENOMEM: "let it have more memory, and run again: nothing is lost",
    errno.EAGAIN: "let it start more processes (ulimit -u), and run again: nothing is lost",
}


class ArchiverError(Exception):
    """The base of every error that this package raises for its user to read."""


def os_reason(error: OSError) -> str:
    """Return the operating system's message for an error; for an OSError without one, its own text."""
    return error.strerror or str(error) or type(error).__name__


def with_advice(error: OSError) -> str:
    """Return the operating system's message for an error, and what to do about it if that is known."""
    advice = DISK_ADVICE.get(error.errno or 0)
    return f"{os_reason(error)}; {advice}" if advice else os_reason(error)


def in_a_line(error: BaseException) -> str:
    """Return an unexpected error as one line, with its class."""
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def as_archiver_error(error: Exception) -> ArchiverError:
    """Return an ArchiverError as it is, and any other error as a FaultError."""
    return error if isinstance(error, ArchiverError) else FaultError(fault(error))


def fault(error: BaseException) -> str:
    """Return an unexpected error as one line that calls it a fault of this program."""
    return f"{FAULT}: {in_a_line(error)}"


class SupervisorError(ArchiverError):
    """A run of workers that no worker brought to its end."""


class OverError(ArchiverError):
    """A worker came too late to join a run: the run has nothing left to do."""


class UsageError(ArchiverError):
    """An invalid command, option or setting: nothing was done."""


class RecipeError(ArchiverError):
    """A recipe that cannot be used: names the file, the key and what was expected there."""


class PluginError(ArchiverError):
    """An add-on or recipes of another package that cannot be used: names the entry point, and what is wrong."""


class UnknownAddressError(ArchiverError):
    """An address or id that no recipe knows."""


class UnknownListingError(ArchiverError):
    """A source, a listing, or a parameter of a listing that no recipe has."""


class PageError(ArchiverError):
    """An answer that is not the article it should be: a block page, a broken JSON text, an empty body."""


class BlockPageError(PageError):
    """A web page in the place of data: mostly one that asks whether we are human."""


class GoneError(PageError):
    """An answer that says that there is no such article (any more)."""


class BodyError(ArchiverError):
    """A body that cannot be cleaned, because it is too large for an article."""


class NotAnArticleError(PageError):
    """A page that is no article, or does not show one. `reason`: what it is instead. `evidence`: what shows that.
    `may_pass`: whether the article may be there another time, since what is in its place is an error page, a login or
    consent wall, or a script that did not run."""

    def __init__(self, reason: str, evidence: str, *, may_pass: bool = False) -> None:
        super().__init__(reason, evidence)
        self.reason = reason
        self.evidence = evidence
        self.may_pass = may_pass

    def __str__(self) -> str:
        return f"the page is no article: {self.reason} ({self.evidence})"


class NeedsScriptsError(NotAnArticleError):
    """A page that shows nothing until its scripts have run."""


class BrowserError(ArchiverError):
    """A page that the browser could not draw, or a missing browser: says what is wrong, and how to get one."""


class BrowserEndedError(BrowserError):
    """A browser that ended while it showed a page."""


class PictureError(ArchiverError):
    """Bytes that are no picture, or a picture that is not kept: says what they are instead, or which limit they
    exceed."""


class TimeFormatError(ArchiverError):
    """A time in a form that is not known, or without a complete date."""


class StoreError(ArchiverError):
    """A post that could not be written; whatever was at its place is still there."""


class IndexFileError(ArchiverError):
    """An index that cannot be read or written: names the file and what to do."""


class IndexServerError(IndexFileError):
    """An index on a server that cannot be read or written: names the server and what to do."""


class LockedError(ArchiverError):
    """Another run is at work in the archive: says who. since: since when, None if that is not known."""

    def __init__(self, message: str, since: datetime | None = None) -> None:
        super().__init__(message)
        self.since = since


class StuckError(LockedError):
    """Another run has been at work in the archive for so long that it may never end: says who."""


class QuarantineError(ArchiverError):
    """An article that cannot become a post: it is kept in quarantine with the reason."""


class TemplateError(ArchiverError):
    """A template of the site that fails: names the file, the line and what is wrong there."""


class ExportError(ArchiverError):
    """An export that cannot be made: names the format, or the file, and what to do."""


class CaptureError(ArchiverError):
    """A capture (WARC) that cannot be written or read: names the file, and where in it."""


class FaultError(ArchiverError):
    """An unexpected error that ends the whole run or command: a fault of this program."""


class MachineError(ArchiverError):
    """The machine has no more processes, open files or the like: says which, and what to do."""


# These end the whole run, since nothing could be kept. Any other error concerns only one article or answer.
ERRORS_OF_THE_ARCHIVE = (StoreError, IndexFileError, CaptureError, LockedError, MachineError, FaultError)


class WorkerError(ArchiverError):
    """A worker process ended before its work was done, took too long, or failed."""


class WorkerLostError(WorkerError):
    """A worker process ended for an unknown reason: somebody killed it, memory was short, or the job itself ends every
    process that works on it."""


class EngineError(ArchiverError):
    """An engine that cannot be used: it cannot be reached, went away, or runs another version of this program."""


class DiscoveryError(ArchiverError):
    """A feed, a sitemap or a list of feeds that cannot be read: says what it is instead, or which limit it exceeds."""
