"""The numbered pages of a list. They are counted from the oldest article on, so that articles stay on their page and
only the newest page grows. An article that comes late goes to the page of its time; a page that grows to more than
twice its size by that is split."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from archiver.site.record import SiteRecord

ARTICLES_PER_PAGE = 50  # articles on a page
BEFORE_ALL = (-(2**63), 0)  # a place before all articles

Place = tuple[int, int]  # the moment of an article, and its number


class Range(NamedTuple):
    """A numbered page. begin: the place where it begins. end: the place before which it ends; None: it is the newest
    page."""

    label: str
    begin: Place
    end: Place | None


def settle(record: SiteRecord, list_: int) -> tuple[list[Range], set[str]]:
    """Return the pages of a list, the oldest first, and the labels of those that must be written. Pages that have
    become too long are split first."""
    bounds = _bounds(record, list_)
    known = {label for label, _ in bounds}
    touched = record.rows("SELECT moment, entry FROM touched WHERE list = ? ORDER BY moment, entry", list_)
    begins = [begin for _, begin in bounds]
    numbers = {bisect_right(begins, place) - 1 for place in touched}
    dirty = {bounds[number][0] for number in numbers}
    for number in sorted(numbers):
        newest = number == len(bounds) - 1
        end = None if newest else bounds[number + 1][1]
        dirty |= _split(record, list_, Range(*bounds[number], end), known)
    pages = _ranges(_bounds(record, list_))
    if len(pages) > len(bounds):  # neighbours link to one another
        before = {label: (one, other) for one, label, other in _neighbours([label for label, _ in bounds])}
        after = {label: (one, other) for one, label, other in _neighbours([page.label for page in pages])}
        dirty |= {label for label, around in after.items() if before.get(label) != around}
    return pages, dirty


def _bounds(record: SiteRecord, list_: int) -> list[tuple[str, Place]]:
    found = record.rows("SELECT label, moment, entry FROM ranges WHERE list = ? ORDER BY moment, entry", list_)
    if not found:
        record.run("INSERT INTO ranges VALUES (?, ?, ?, '1')", list_, *BEFORE_ALL)
        return [("1", BEFORE_ALL)]
    return [(label, (moment, entry)) for label, moment, entry in found]


def _split(record: SiteRecord, list_: int, page: Range, known: set[str]) -> set[str]:
    """Split a page that is too long, and return the labels of the pages that came of it; nothing if it was not. The
    newest page keeps its oldest articles, and the others go to new pages after it. Any other page keeps its newest
    articles, and the others go to new pages before it (with labels such as `3-1`)."""
    size = record.rows(
        "SELECT count(*) FROM members WHERE list = ? AND (moment, entry) >= (?, ?) AND (moment, entry) < (?, ?)",
        *(list_, *page.begin, *(page.end or (2**63 - 1, 0))),
    )[0][0]
    if size <= (ARTICLES_PER_PAGE if page.end is None else 2 * ARTICLES_PER_PAGE):
        return set()
    cuts = record.rows(
        """SELECT moment, entry FROM (SELECT moment, entry, row_number() OVER (ORDER BY moment, entry) AS place
           FROM members WHERE list = ? AND (moment, entry) >= (?, ?) AND (moment, entry) < (?, ?))
           WHERE place > 1 AND place % ? = 1""",
        *(list_, *page.begin, *(page.end or (2**63 - 1, 0)), ARTICLES_PER_PAGE),
    )
    begins = [page.begin, *cuts]
    if page.end is None:
        labels = [page.label, *(str(_newest(known) + number) for number in range(1, len(begins)))]
    else:
        free = (f"{page.label}-{number}" for number in range(1, 2**31) if f"{page.label}-{number}" not in known)
        labels = [*(next(free) for _ in cuts), page.label]
    for label, begin in zip(labels, begins, strict=True):
        record.run("INSERT OR REPLACE INTO ranges VALUES (?, ?, ?, ?)", list_, *begin, label)
    known |= set(labels)
    return set(labels)


def _newest(labels: set[str]) -> int:
    return max(int(label) for label in labels if label.isdecimal())


def _ranges(bounds: list[tuple[str, Place]]) -> list[Range]:
    ends = [begin for _, begin in bounds[1:]]
    return [Range(label, begin, end) for (label, begin), end in zip(bounds, [*ends, None], strict=True)]


def _neighbours(labels: list[str]) -> list[tuple[str, str, str]]:
    around = ["", *labels, ""]
    return [(around[place - 1], label, around[place + 1]) for place, label in enumerate(labels, 1)]
