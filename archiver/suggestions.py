"""What somebody may have meant by a name that there is not. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONG = 5  # letters, from which on a name may have two slips in it, if it begins as it should
LONGER = 8  # from which on it may have them anywhere
BEGUN = 3  # letters that are enough to begin a name with


def did_you_mean(name: str, known: Iterable[str], prefix: str = "") -> str:
    """Return `; did you mean NAME?` with the name among `known` that is nearest to `name`, nothing if none is near.

    Near is a name with a slip in it: a letter too many, one that is missing, another one, or two that changed places;
    with two of them, if it is a longer name; or one that goes on where this one ends, or the other way round. A number
    is no slip of another one. Capitals, and dashes before an option, count for nothing. prefix: what all of `known`
    begin with, which makes none of them nearer.
    """
    given = _letters(name, prefix)
    near = [(nearness, one) for one in known if (nearness := _nearness(given, _letters(one, prefix))) is not None]
    return f"; did you mean {min(near, key=lambda found: found[0])[1]}?" if near else ""


def _letters(name: str, prefix: str) -> str:
    return (name.removeprefix(prefix).lstrip("-") or name).casefold()


def _nearness(given: str, known: str) -> int | None:
    """Return how far `known` is from what was given, the less the nearer; None if that is too far."""
    if given == known:
        return 0
    # Any letter is one slip from any other.
    if min(len(given), len(known)) < 2 or given[0].isdecimal():
        return None
    length = max(len(given), len(known))
    slips = 2 if length >= LONGER or (length >= LONG and given[0] == known[0]) else 1
    if abs(len(given) - len(known)) <= slips and (distance := slips_between(given, known)) <= slips:
        return distance
    shorter, longer = sorted((given, known), key=len)
    return slips + 1 if len(shorter) >= BEGUN and longer.startswith(shorter) else None


def slips_between(one: str, other: str) -> int:
    """Return with how few slips `one` becomes `other`: a letter more, less or changed, or two neighbours that change
    places (the distance of Damerau and Levenshtein, with no letter in two slips)."""
    before, row = list[int](), list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        earlier, before, row = before, row, [number]
        for place, theirs in enumerate(other, 1):
            least = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != theirs))
            if number > 1 and place > 1 and letter == other[place - 2] and one[number - 2] == theirs:
                least = min(least, earlier[place - 2] + 1)
            row.append(least)
    return row[-1]
