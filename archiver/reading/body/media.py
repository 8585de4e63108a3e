"""The videos and sounds that a body plays, and those that the data of its page names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.cleaning import media_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.cleaning import Medium


def missing(named: Sequence[Medium], html: str, base: str) -> list[Medium]:
    """Return those of `named` that the body `html` of the page `base` has not: neither their address nor, since one
    recording may have several, their title or picture."""
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
    """Return what is to be added to the body `html` of the page `base`: of `named` what it has not; and of what a
    listing says of the article (`listed`) what is of a kind of which there is nothing else, since that leads to the
    same recording through hosts that count listeners."""
    first = missing(named, html, base)
    kinds = {one.kind for one in (*first, *media_in(html, base))}
    return [*first, *(one for one in listed if one.kind not in kinds)]


def completed(found: Medium, named: Sequence[Medium]) -> Medium:
    """Return a medium of the body with title and picture, where it has none and the page's data knows more of it."""
    for one in named:
        if one.address == found.address or (one.poster and one.poster == found.poster):
            return found._replace(title=found.title or one.title, poster=found.poster or one.poster)
    return found
