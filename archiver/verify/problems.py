"""What can be wrong with an archive, by name. No I/O."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from archiver.index.damage import REMAKE


class Kind(StrEnum):
    """The kinds of problem; docs/verify.md explains them."""

    MISSING = "missing"
    CHANGED = "changed"
    FOREIGN = "foreign"
    UNREADABLE = "unreadable"
    CAPTURE = "capture"
    UNENDED = "unended"
    PICTURE = "picture"
    MANIFEST = "manifest"
    INDEX = "index"
    CREDENTIAL = "credential"
    LITTER = "litter"


HEADINGS = {
    Kind.MISSING: "files that the index has and the disk has not",
    Kind.CHANGED: "files that are not as they were written",
    Kind.FOREIGN: "files that the index does not know",
    Kind.UNREADABLE: "files that cannot be read",
    Kind.CAPTURE: "broken captures",
    Kind.UNENDED: "captures that a killed run did not end",
    Kind.PICTURE: "pictures that posts show and that are not there, or not whole",
    Kind.MANIFEST: "manifests that do not fit",
    Kind.INDEX: "damage to the index",
    Kind.CREDENTIAL: "captures with a credential of yours",
    Kind.LITTER: "files that systems and editors left (a note)",
}
NOTES = frozenset({Kind.LITTER})  # nothing is wrong because of these
REPAIR = "--repair"
REMOVE = "--remove-credentials"
ADVICE = {
    Kind.MISSING: f"{REPAIR} makes it again from its capture",
    Kind.CHANGED: f"{REPAIR} makes it again from its capture, and keeps this one beside",
    Kind.FOREIGN: "`archiver adopt` takes a post in; move others away",
    Kind.UNREADABLE: "make it readable",
    Kind.CAPTURE: "put a copy of the file in its place",
    Kind.UNENDED: f"{REPAIR} ends it",
    Kind.PICTURE: "put a copy of it in its place",
    Kind.MANIFEST: "compare with a copy of the archive, or with the digest that was published",
    Kind.INDEX: REMAKE,
    Kind.CREDENTIAL: f"`archiver verify {REMOVE}` writes the file anew without it",
    Kind.LITTER: "delete it, or leave it",
}


class Problem(NamedTuple):
    """Something that is wrong: the file (in the archive), what, what can be done about it, and what was."""

    kind: Kind
    path: str
    what: str
    advice: str
    repaired: str = ""


def problem(kind: Kind, path: str, what: str, advice: str = "") -> Problem:
    """Return a problem, with the advice for its kind unless there is a better one."""
    return Problem(kind, printable_path(path), what, advice or ADVICE[kind])


def printable_path(path: str) -> str:
    """Return a path as it can be shown: of a name that is not UTF-8, the bytes that are not, as `\\xff`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
