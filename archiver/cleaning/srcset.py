"""The addresses in a `srcset` attribute, as browsers read it (HTML standard, 4.8.4.2.2). No I/O."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CANDIDATES = 100  # addresses of one attribute that are looked at: no page has as many
# Possessive patterns, which never backtrack: a page may have a million blanks there.
SEPARATOR_PATTERN = re.compile(r"[\s,]*+")
ADDRESS_PATTERN = re.compile(r"\S++")
DESCRIPTORS_PATTERN = re.compile(r"(?:[^,(]|\([^)]*+(?:\)|\Z))*+")
# Descriptors that browsers know. A candidate with any other is ignored, as they do: in most cases its address has a
# blank in it, and the part before that leads nowhere.
KNOWN_DESCRIPTORS_PATTERN = re.compile(r"\s*+(?:\d++[wh]\s*+|(?:\d++\.?+\d*+|\.\d++)(?:[eE][+-]?+\d++)?+x\s*+)*+")
SIZE_DESCRIPTOR_PATTERN = re.compile(r"(?:^|\s)(\d{1,9}(?:\.\d{1,9})?)([wx])(?!\S)")


class Candidate(NamedTuple):
    """A picture that is offered. size: its width in pixels (unit `w`), or its density: how many of its pixels make one
    of the page (`x`); None if that is not said."""

    address: str
    size: float | None = None
    unit: str = ""


def candidates(srcset: str) -> list[Candidate]:
    """Return what a `srcset` offers, in its order."""
    return list(islice(_candidates(srcset), MAX_CANDIDATES))


def _candidates(srcset: str) -> Iterator[Candidate]:
    position = 0
    while True:
        start = SEPARATOR_PATTERN.match(srcset, position)
        found = ADDRESS_PATTERN.match(srcset, start.end() if start else position)
        if found is None:
            return
        address = found[0].rstrip(",")
        position = found.end()
        size = None
        if address == found[0]:  # else it ended with a comma, and has no descriptors
            descriptors = DESCRIPTORS_PATTERN.match(srcset, position)
            assert descriptors is not None  # the pattern matches the empty text, too
            position = descriptors.end()
            if not KNOWN_DESCRIPTORS_PATTERN.fullmatch(descriptors[0]):
                continue
            size = SIZE_DESCRIPTOR_PATTERN.search(descriptors[0])
        yield Candidate(address, float(size[1]), size[2]) if size else Candidate(address)
