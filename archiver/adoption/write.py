"""Writing mended posts: the files first, durably, then the index; after a kill between the two the index finds out."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.adoption.facts import intent, known, published
from archiver.adoption.files import earlier
from archiver.index import seconds
from archiver.posts import Job
from archiver.posts.disk import PREFIX, SUFFIX, commit, keep_version, sync_directory
from archiver.posts.read import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.adoption.names import Named
    from archiver.adoption.problems import Kind
    from archiver.index import Index, Intent

OWN = 1000  # numbers of temporary files that no batch has


class Plan(NamedTuple):
    """A post that is to be written anew: where from and where to, what, and what that mends."""

    path: str
    to: str
    named: Named
    old: bytes
    new: bytes
    done: Mapping[Kind, str]
    there: bool = False  # the post has its new name already, and only the old one is to be removed


class _Adoption(NamedTuple):
    intent: Intent
    known: Mapping[str, str]
    saved: int


def write(output: Path, index: Index, plans: list[Plan]) -> list[str]:
    """Write posts, each after its old bytes were kept as an earlier version; return for each why it could not be
    written, nothing if it was. Raises IndexFileError."""
    adoptions = [_adoption(index, plan) for plan in plans]
    for adoption in adoptions:
        if adoption:
            index.holdings.intend(adoption.intent, seconds())
    index.commit()
    failures = [_keep(output, plan) for plan in plans]
    ready = [number for number, failure in enumerate(failures) if not failure]
    jobs = [(number, Job(_place(plans[number], number), plans[number].new, "rewrite")) for number in ready]
    outcomes = commit(output, [job for _, job in jobs])
    for (number, job), (outcome, why) in zip(jobs, outcomes, strict=True):
        failures[number] = why if outcome == "failed" else ""
        if job.path != plans[number].path:
            failures[number] = failures[number] or _rename(output, job.path, plans[number])
            with suppress(OSError):  # what is left is swept by a later run
                (output / job.path).unlink(missing_ok=True)
    for plan, adoption, failure in zip(plans, adoptions, failures, strict=True):
        if adoption and not failure:
            index.holdings.adopt(*adoption, earlier(output, plan.to), instead=True)
        if adoption:
            index.holdings.drop(adoption.intent)
    index.commit()
    return failures


def _adoption(index: Index, plan: Plan) -> _Adoption | None:
    """Return what the index is to know of a post; None if it knows another one of the article."""
    named = plan.named
    held = index.holdings.post(named.recipe.name, named.id, named.form_name)
    post = read(plan.new, quoted=named.form.quote is not None)
    when = published(named, post)
    if when is None or (held and held.path not in (plan.path, plan.to)):
        return None
    return _Adoption(intent(plan.to, named, post, plan.new, when), known(named, post), int(when.timestamp()))


def _keep(output: Path, plan: Plan) -> str:
    """Keep the old bytes of a post that changes; return why that failed, if it did."""
    if plan.to != plan.path and not plan.there and os.path.lexists(output / plan.to):
        return f"{plan.to} is there"
    try:
        if plan.new != plan.old:
            keep_version(output, plan.to, plan.old)
    except OSError as error:
        return f"its old bytes cannot be kept: {error.strerror}"
    return ""


def _place(plan: Plan, number: int) -> str:
    """Return where a post is written first: where it is, or beside it under a name that is no post's."""
    if plan.to == plan.path:
        return plan.to
    return str(Path(plan.to).with_name(f"{PREFIX}{os.getpid()}-{OWN + number}{SUFFIX}"))


def _rename(output: Path, written: str, plan: Plan) -> str:
    """Give a post that is written its new name, unless there is a file of that name, and then remove the old one, both
    durably; return why that failed, if it did."""
    old, place = output / plan.path, output / plan.to
    try:
        if not plan.there:
            os.link(output / written, place)  # a rename would replace what is there
            sync_directory(place.parent)
        elif place.read_bytes() != plan.new:
            return f"{plan.to} is another one now"
    except OSError as error:
        return f"{plan.to} cannot be written: {error.strerror}"
    try:
        old.unlink()
        sync_directory(old.parent)
    except OSError as error:
        return f"{plan.path} cannot be removed: {error.strerror}"
    return ""
