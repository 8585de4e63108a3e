"""What somebody may have meant by a name that there is not. No I/O."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str], prefix: str = "") -> str:
    """Return `; did you mean NAME?` with the name among `known` that is nearest to `name`, nothing if none is near.

    prefix: what all of `known` begin with, which makes none of them nearer.
    """
    rests = {one.removeprefix(prefix).casefold(): one for one in known}
    near = get_close_matches(name.removeprefix(prefix).casefold(), rests, n=1, cutoff=0.6)
    return f"; did you mean {rests[near[0]]}?" if near else ""
