"""Checking the content of undamaged WARC files: for our credentials, and for answers that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.captures.answers import answers
from archiver.captures.regions import regions
from archiver.captures.rewriting import find_credentials
from archiver.errors import CaptureError
from archiver.problems import problem
from archiver.verify.credentials import may_hold_credentials
from archiver.verify.problems import Kind, made_of_it

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archiver.problems import Problem
    from archiver.storage import Location

MAX_NAMED = 3  # addresses that are named for each file


def problems_inside(file: Location, path: str, posts: Mapping[int, int]) -> Iterator[Problem]:
    """Yield what is wrong inside a WARC file. posts: how many posts were made of the record at each offset.

    A file that states that it was written by the present rules is not looked through: they were followed then.
    """
    try:
        if not may_hold_credentials(file):
            return
        yield from _credentials(file, path)
        yield from _unreadable(file, path, posts)
    except CaptureError:  # it is broken, which is reported by another check
        return


def _credentials(file: Location, path: str) -> Iterator[Problem]:
    findings = list(find_credentials(file))
    if findings:
        what = ", ".join(sorted({word for one in findings for word in one.what}))
        urls = list(dict.fromkeys(one.url for one in findings))
        more = f" and {len(urls) - MAX_NAMED} more" if len(urls) > MAX_NAMED else ""
        where = f"{', '.join(urls[:MAX_NAMED])}{more}"
        yield problem(Kind.CREDENTIAL, path, f"{len(findings):,} of its records hold one ({what}): {where}")


def _unreadable(file: Location, path: str, posts: Mapping[int, int]) -> Iterator[Problem]:
    for region in regions(file):
        for answer in answers(region, lambda _: None):
            count = posts.get(answer.capture.offset, 0)
            if count and answer.problem:
                where = f"{answer.capture.url}: the record at byte {answer.capture.offset:,}"
                yield problem(
                    Kind.CAPTURE,
                    path,
                    f"{where} cannot be read: {answer.problem}; {made_of_it(count)}",
                    "ask for it again: `archiver get --force`",
                )
