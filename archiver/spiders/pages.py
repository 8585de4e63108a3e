"""Pages that are asked for by their addresses. Of each site one page is asked for at a time: it says which other
addresses it has, and these need not be asked for any more."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import replace
from typing import TYPE_CHECKING

from archiver import identity
from archiver.addresses import web_address
from archiver.identity import normalise, plain_form
from archiver.index import Index
from archiver.net.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.addresses import Reference
    from archiver.index import Held, IndexThread

UNKNOWN_REASON = "the archive knows no address of it; give one"
PRIVATE_REASON = (
    "a private address in a list: it is asked for only where it is named by itself, or its host by a recipe"
)


class WebQueue:
    """The pages that are still to be asked for, by site."""

    def __init__(self, references: Iterable[Reference]) -> None:
        self._waiting: defaultdict[str, deque[Reference]] = defaultdict(deque)
        for reference in references:
            self._waiting[site_of(reference)].append(reference)
        self._seen: set[str] = set()

    @classmethod
    async def of(cls, references: Iterable[Reference], index: IndexThread) -> WebQueue:
        """Return a queue of these pages. A page that the archive knows gets the id that its article has there. Raises
        IndexFileError."""
        wanted = list(references)
        if not wanted:
            return cls(())
        known = await index.run(Index.known_as, {_plain(one) or one.id for one in wanted})
        found = [replace(one, id=(known.get(_plain(one) or one.id) or one.key).id) for one in wanted]
        held = await index.run(Index.held, [one.key for one in found if not web_address(one.address)])
        return cls([_with_address(one, held.get(one.key)) for one in found])

    @property
    def sites(self) -> list[str]:
        """The sites that the pages are on."""
        return list(self._waiting)

    def next(self, site: str) -> Reference | None:
        """Return the next page of a site to ask for, None if there is none. A page whose article has come meanwhile,
        under another address, is passed over."""
        waiting = self._waiting[site]
        while waiting:
            reference = waiting.popleft()
            if self._seen.isdisjoint((_plain(reference), reference.id)):
                return reference
        return None

    def learn(self, reference: Reference, aliases: Iterable[str]) -> None:
        """Note an article that came, and its addresses, so that it is not asked for again at another of them."""
        self._seen.update((*aliases, reference.id))


def site_of(reference: Reference) -> str:
    """Return the site that a page is on."""
    return identity.site_of(normalise(web_address(reference.address)))


def refusal(reference: Reference, trusted: frozenset[str]) -> str:
    """Return why a page must not be asked for, judged by the name of its host; empty if it may be. trusted: the private
    hosts that may be asked."""
    if not web_address(reference.address):
        return UNKNOWN_REASON
    return PRIVATE_REASON if Guard(trusted).refusal(web_address(reference.address)) else ""


def _with_address(reference: Reference, held: Held | None) -> Reference:
    """Return a reference to an article that was named by its id, with the address that its last answer came from, if
    there was one."""
    return replace(reference, address=held.answer.url) if held and held.answer else reference


def _plain(reference: Reference) -> str:
    return plain_form(web_address(reference.address))
