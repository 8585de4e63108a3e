"""Suggestions for misspelt names. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MIN_LONG_LETTERS = 5  # a name of so many letters may have two slips, if its first letter is right
MIN_LONGER_LETTERS = 8  # a name of so many letters may have two slips anywhere
MIN_BEGUN_LETTERS = 3  # so many letters are enough to be taken for the beginning of a longer name


def did_you_mean(name: str, known: Iterable[str], prefix: str = "") -> str:
    """Return `; did you mean NAME?` with the name among `known` that is nearest to `name`, nothing if none is near.

    A name is near if it differs by one slip: an additional, missing or other letter, or two letters in exchanged
    places; a longer name may differ by two slips. A name is also near if it is the beginning of the other. Numbers are
    not compared. Upper and lower case, and dashes before an option, make no difference. prefix: a common beginning of
    all `known` names, which is left out of the comparison.
    """
    given = _letters(name, prefix)
    near = [(nearness, one) for one in known if (nearness := _nearness(given, _letters(one, prefix))) is not None]
    return f"; did you mean {min(near, key=lambda found: found[0])[1]}?" if near else ""


def _letters(name: str, prefix: str) -> str:
    return (name.removeprefix(prefix).lstrip("-") or name).casefold()


def _nearness(name: str, known: str) -> int | None:
    """Return the distance of `known` from `name`; None if it is too far."""
    if name == known:
        return 0
    # A single letter would be one slip from any other.
    if min(len(name), len(known)) < 2 or name[0].isdecimal():
        return None
    length = max(len(name), len(known))
    slips = 2 if length >= MIN_LONGER_LETTERS or (length >= MIN_LONG_LETTERS and name[0] == known[0]) else 1
    if abs(len(name) - len(known)) <= slips and (distance := slips_between(name, known)) <= slips:
        return distance
    shorter, longer = sorted((name, known), key=len)
    return slips + 1 if len(shorter) >= MIN_BEGUN_LETTERS and longer.startswith(shorter) else None


def slips_between(first: str, second: str) -> int:
    """Return the least number of slips that turn `first` into `second`: a letter inserted, removed or changed, or two
    neighbours exchanged (Damerau-Levenshtein distance, in its restricted form: no letter is part of two slips)."""
    before, row = list[int](), list(range(len(second) + 1))
    for number, letter in enumerate(first, 1):
        earlier, before, row = before, row, [number]
        for place, letter_there in enumerate(second, 1):
            least = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != letter_there))
            if number > 1 and place > 1 and letter == second[place - 2] and first[number - 2] == letter_there:
                least = min(least, earlier[place - 2] + 1)
            row.append(least)
    return row[-1]
