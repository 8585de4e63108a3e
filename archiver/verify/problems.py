"""The kinds of problem that an archive can have. No I/O."""

from __future__ import annotations

from archiver.index.damage import REMAKE_ADVICE
from archiver.problems import ProblemKind

REPAIR_OPTION = "--repair"
REMOVE_OPTION = "--remove-credentials"


def made_of_it(posts: int) -> str:
    """Return how many posts were made of a record, in words."""
    return f"{posts:,} post{' was' if posts == 1 else 's were'} made of it"


class Kind(ProblemKind):
    """The kinds of problem; docs/verify.md explains them."""

    MISSING = (
        "missing",
        "files that the index has and the disk has not",
        f"{REPAIR_OPTION} makes it again from its capture",
    )
    CHANGED = (
        "changed",
        "files that are not as they were written",
        f"{REPAIR_OPTION} makes it again from its capture, and keeps this one beside",
    )
    FOREIGN = ("foreign", "files that the index does not know", "`archiver adopt` takes a post in; move others away")
    UNREADABLE = ("unreadable", "files that cannot be read", "make it readable")
    CAPTURE = ("capture", "broken captures", "put a whole copy of the file in its place")
    UNENDED = ("unended", "captures that a killed run did not end", f"{REPAIR_OPTION} ends it")
    OPEN = (
        "open",
        "captures that the run at work has open (a note)",
        "verify again when it has ended",
        True,
    )
    PICTURE = (
        "picture",
        "pictures that posts show and that are not there, or not whole",
        "put a copy of it in its place",
    )
    MANIFEST = (
        "manifest",
        "manifests that do not fit",
        "compare with a copy of the archive, or with the digest that was published",
    )
    INDEX = ("index", "damage to the index", REMAKE_ADVICE)
    CREDENTIAL = (
        "credential",
        "captures and notes with a credential of yours",
        f"`archiver verify {REMOVE_OPTION}` writes the file anew without it",
    )
    LITTER = ("litter", "files that systems and editors left (a note)", "delete it, or leave it", True)
