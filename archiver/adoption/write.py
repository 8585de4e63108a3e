"""Writing mended posts: first the files, durably, then the index. If the process is killed between the two, the next
run finds out what was written."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.adoption.facts import adoption, published
from archiver.adoption.files import earlier
from archiver.clock import now
from archiver.errors import DISK_ADVICE, StoreError, os_reason, with_advice
from archiver.index.types import ArticleKey, Finished, Intent
from archiver.posts.read import read
from archiver.storage import (
    DISK_FAILED_OUTCOME,
    TEMPORARY_PREFIX,
    TEMPORARY_SUFFIX,
    Put,
    is_there,
    keep_version,
    put_all,
    sync_directory,
)
from archiver.storage.regular import read_in
from archiver.storage.stored import StoredFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.adoption.names import Named
    from archiver.index import Index
    from archiver.index.types import Adoption
    from archiver.problems import ProblemKind
    from archiver.storage import Root

FIRST_FILE_NUMBER = 1000  # added to the numbers of temporary files, so that they differ from those of batches


class RepairPlan(NamedTuple):
    """A post that is to be written anew: its old and new path, its old and new content, and what is mended by that."""

    path: str
    to: str
    named: Named
    old: bytes
    new: bytes
    done: Mapping[ProblemKind, str]
    there: bool = False  # the post has its new name already, and only the old one is to be removed


def write(output: Root, index: Index, plans: list[RepairPlan]) -> list[str]:
    """Write posts, each after its old bytes were kept as an earlier version; return for each why it could not be
    written, empty if it was. Raises IndexFileError; and, after what was written is noted, StoreError if the disk takes
    nothing more."""
    moment = now()
    disk: list[str] = []  # the error of the disk, if there was one
    adoptions = _adoptions(index, plans)
    index.begin([_intent(one, moment) for one in adoptions if one], moment)
    failures = [_keep(output, plan, disk) for plan in plans]
    ready = [number for number, failure in enumerate(failures) if not failure]
    places = {number: _place(output, plans[number], number) for number in ready}
    jobs = [(number, Put(place, plans[number].new, None, force=True)) for number, place in places.items() if place]
    outcomes = put_all(output, [job for _, job in jobs])
    for (number, _), (outcome, why) in zip(jobs, outcomes, strict=True):
        failures[number] = why if outcome in ("failed", DISK_FAILED_OUTCOME) else ""
        if outcome == DISK_FAILED_OUTCOME:
            disk.append(f"{output / plans[number].path}: not written: {why}")
    for number, place in places.items():
        if place != plans[number].path:
            failures[number] = failures[number] or _rename(output, place, plans[number])
            if place:
                with suppress(OSError):  # a later run sweeps what is left
                    (output / place).unlink(missing_ok=True)
    written = [
        one._replace(earlier=tuple(earlier(output, one.path)), instead=True)
        for one, failure in zip(adoptions, failures, strict=True)
        if one and not failure
    ]
    index.adopt(written, moment)
    index.finish([Finished(one.key, one.form, "dropped") for one in adoptions if one], moment)
    if disk:
        raise StoreError(disk[0])
    return failures


def _adoptions(index: Index, plans: list[RepairPlan]) -> list[Adoption | None]:
    """Return what the index is to know of each post; None if it knows another post of the article."""
    held = index.held(_key(plan.named) for plan in plans)
    adoptions: list[Adoption | None] = []
    for plan in plans:
        named = plan.named
        post = read(plan.new, quoted=named.form.quote is not None)
        when = published(named, post)
        paths = [one.path for one in held[_key(named)].posts if one.form == named.form_name]
        known = when is not None and {plan.path, plan.to}.issuperset(paths)
        adoptions.append(adoption(plan.to, named, post, plan.new, when) if known and when else None)
    return adoptions


def _key(named: Named) -> ArticleKey:
    return ArticleKey(named.recipe.name, named.id)


def _intent(adoption: Adoption, now: int) -> Intent:
    return Intent(
        adoption.key,
        adoption.form,
        adoption.path,
        adoption.sha256,
        adoption.published,
        adoption.text_digest,
        {},
        now,
        signature=adoption.signature,
    )


def _keep(output: Root, plan: RepairPlan, disk: list[str]) -> str:
    """Keep the old bytes of a post that changes; return why that failed, empty if it did not. An error of the disk is
    added to `disk`; after that nothing is tried any more."""
    if disk:
        return disk[0]
    if plan.to != plan.path and not plan.there and is_there(output, plan.to):
        return f"{plan.to} is there"
    try:
        if plan.new != plan.old:
            keep_version(output, plan.to, plan.old)
    except OSError as error:
        why = f"its old bytes cannot be kept: {with_advice(error)}"
        if error.errno in DISK_ADVICE:
            disk.append(f"{output / plan.path}: {why}")
        return why
    return ""


def _place(output: Root, plan: RepairPlan, number: int) -> str:
    """Return the path at which a post is written first: its own if it stays; else one beside it with a name that is no
    post's; empty in a store, where a file is created whole under its new name."""
    if plan.to == plan.path:
        return plan.to
    if not isinstance(output, Path):
        return ""
    return str(
        Path(plan.to).with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{FIRST_FILE_NUMBER + number}{TEMPORARY_SUFFIX}")
    )


def _rename(output: Root, written: str, plan: RepairPlan) -> str:
    """Give a post its new name, unless there is a file with that name, and remove the old name, both durably. written:
    its present path; in a store it is created with the new name. Return why that failed, empty if it did not."""
    old, place = output / plan.path, output / plan.to
    try:
        if plan.there or (isinstance(place, StoredFile) and not place.create(plan.new)):
            if read_in(output, plan.to) != plan.new:
                return f"{plan.to} is another one now"
        elif isinstance(output, Path):
            os.link(output / written, output / plan.to)  # a rename would replace an existing file
            sync_directory((output / plan.to).parent)
    except OSError as error:
        return f"{plan.to} cannot be written: {os_reason(error)}"
    try:
        old.unlink()
        if isinstance(old, Path):
            sync_directory(old.parent)
    except OSError as error:
        return f"{plan.path} cannot be removed: {os_reason(error)}"
    return ""
