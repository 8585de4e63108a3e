"""What cleaning returns, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archiver.errors import BodyError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BODY_CHARACTERS = 2_000_000  # characters: a novel has half of that, and cleaning takes some hundred bytes for each


class Cleaned(NamedTuple):
    """A cleaned body. dropped: how many things were left out that a reader may miss: `links` (their words are there)
    and `pictures` whose addresses lead nowhere. gaps: the positions in it where words were separate that the profile
    `source` joins. offers: by the address of a picture, the addresses at which the page offers a larger one."""

    html: str
    dropped: Mapping[str, int]
    gaps: tuple[int, ...] = ()
    offers: Mapping[str, tuple[str, ...]] = {}


def check_size(html: str) -> None:
    """Raise BodyError if `html` is longer than a body can be."""
    if len(html) > MAX_BODY_CHARACTERS:
        raise BodyError(f"the body has {len(html):,} characters; more than {MAX_BODY_CHARACTERS:,} are no article")
