"""Writing mended posts: the files first, durably, then the index; after a kill between the two the index finds out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archiver.adoption.facts import intent, known, published
from archiver.adoption.files import earlier
from archiver.index import seconds
from archiver.posts import Job
from archiver.posts.disk import commit, keep_version
from archiver.posts.read import read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from archiver.adoption.names import Named
    from archiver.adoption.problems import Kind
    from archiver.index import Index, Intent


class Plan(NamedTuple):
    """A post that is to be written anew: where from and where to, what, and what that mends."""

    path: str
    to: str
    named: Named
    old: bytes
    new: bytes
    done: Mapping[Kind, str]


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
    outcomes = commit(output, [Job(plans[number].to, plans[number].new, "rewrite") for number in ready])
    for number, (outcome, why) in zip(ready, outcomes, strict=True):
        failures[number] = why if outcome == "failed" else _remove(output, plans[number])
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
    if when is None or (held and held.path != plan.path):
        return None
    return _Adoption(intent(plan.to, named, post, plan.new, when), known(named, post), int(when.timestamp()))


def _keep(output: Path, plan: Plan) -> str:
    """Keep the old bytes of a post that changes; return why that failed, if it did."""
    try:
        if plan.new != plan.old:
            keep_version(output, plan.to, plan.old)
    except OSError as error:
        return f"its old bytes cannot be kept: {error.strerror}"
    return ""


def _remove(output: Path, plan: Plan) -> str:
    """Remove the file of a post that has a new name and is there, durably; return why that failed, if it did."""
    try:
        if plan.to != plan.path:
            (output / plan.path).unlink()
    except OSError as error:
        return f"{plan.path} cannot be removed: {error.strerror}"
    return ""
