"""Attempts at the pages of an article that did not give the article, and what they say together."""

from __future__ import annotations

from typing import NamedTuple

from archiver.net.failures import in_words

GONE_STATUSES = frozenset({404, 410})
FINAL_STATUSES = GONE_STATUSES | {401, 402, 403, 451}


class Attempt(NamedTuple):
    """An attempt at a page that did not give the article."""

    host: str
    reason: str
    gone: bool | None  # whether the source says that there is no such article; None: no answer came
    refused: bool = False  # a page came that is no article
    final: bool = False  # asking again on another day would give no other result


Attempts = tuple[Attempt, ...]


class Verdict(NamedTuple):
    """What all attempts say together. gone: the source says that it has no such article. refused: what is there is no
    article, and asking again would not change that."""

    reason: str
    gone: bool
    refused: bool


def attempt_of_status(host: str, reason: str, status: int | None) -> Attempt:
    """Return the attempt that `host` answered with a status that is no success. status: None if no answer came."""
    return Attempt(host, reason, None if status is None else status in GONE_STATUSES, final=status in FINAL_STATUSES)


def judge(attempts: Attempts) -> Verdict:
    """Return what the attempts at all pages of an article say together: the article is gone if all answers that came
    say so; it is refused if every page came and was no article."""
    answers = {one.gone for one in attempts} - {None}
    reason = in_words((one.host, one.reason) for one in attempts)
    return Verdict(reason, answers == {True}, bool(attempts) and all(one.refused for one in attempts))


def are_final(attempts: Attempts) -> bool:
    """Return whether trying again on another day would give no other result."""
    return all(one.final for one in attempts)
