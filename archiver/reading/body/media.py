"""The video and audio of a body, and of the structured data of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.cleaning import media_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.cleaning import Medium


def missing(named: Sequence[Medium], html: str, base: str) -> list[Medium]:
    """Return those of `named` that are missing in the body `html` of the page at `base`. A medium is in the body if its
    address is, or its title or picture, since one recording may have several addresses."""
    if not named:
        return []
    known = {value for one in media_in(html, base) for value in one[1:] if value}
    found: list[Medium] = []
    for one in named:
        if known.isdisjoint(one[1:]):
            found.append(one)
            known.update(filter(None, one[1:]))
    return found


def added(named: Sequence[Medium], listed: Sequence[Medium], html: str, base: str) -> list[Medium]:
    """Return the media to add to the body `html` of the page at `base`: those of `named` that it lacks; and those of
    `listed` (from a listing) if there is nothing else of their kind, since they are mostly the same recording at an
    address that goes through hosts which count listeners."""
    first = missing(named, html, base)
    kinds = {one.kind for one in (*first, *media_in(html, base))}
    return [*first, *(one for one in listed if one.kind not in kinds)]


def completed(found: Medium, named: Sequence[Medium]) -> Medium:
    """Return a medium of the body, with title and picture added from `named` where it has none."""
    for one in named:
        if one.address == found.address or (one.poster and one.poster == found.poster):
            return found._replace(title=found.title or one.title, poster=found.poster or one.poster)
    return found
