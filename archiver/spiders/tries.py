"""Attempts at an article's pages that gave none, and what they say together."""

from __future__ import annotations

from typing import NamedTuple

from archiver.net.failures import in_words

GONE = frozenset({404, 410})
FINAL = GONE | {401, 402, 403, 451}


class Try(NamedTuple):
    """An attempt at a page that did not give what was wanted."""

    host: str
    reason: str
    gone: bool | None  # the source says that there is no such article; None: nobody answered
    refused: bool = False  # there is a page of another kind
    final: bool = False  # the source gives no more today than it will another day


Tries = tuple[Try, ...]


class Verdict(NamedTuple):
    """What all attempts say. gone: the source has the article no more. refused: it is no article, and will be none."""

    reason: str
    gone: bool
    refused: bool


def of_status(host: str, reason: str, status: int | None) -> Try:
    """Return the attempt that `host` answered with `status`; None: nobody answered."""
    return Try(host, reason, None if status is None else status in GONE, final=status in FINAL)


def judge(tries: Tries) -> Verdict:
    """Return what the attempts at all pages of an article come to: it is gone where everybody who answered says so, and
    no article where every page is of another kind."""
    said = {one.gone for one in tries} - {None}
    reason = in_words((one.host, one.reason) for one in tries)
    return Verdict(reason, said == {True}, bool(tries) and all(one.refused for one in tries))


def are_final(tries: Tries) -> bool:
    """Return whether asking again on another day brings no more."""
    return all(one.final for one in tries)
