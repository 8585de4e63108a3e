"""Finding captured pages that are the same article, since they have an address in common."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from archiver.index import Index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.index import ArticleKey, IndexThread
    from archiver.replay.spool import CandidateOutline

MAX_ADDRESSES = 5000  # addresses for which the index is asked at a time


class United(NamedTuple):
    """Candidates; those that are the same article by their addresses have the same key. kin: by key, all keys under
    which the archive knows that article."""

    outlines: list[CandidateOutline]
    kin: dict[ArticleKey, set[ArticleKey]]


async def unite(outlines: Sequence[CandidateOutline], index: IndexThread) -> United:
    """Give those of `outlines` that are the same article by their addresses the same key: the one under which the
    archive knows the article, or else that of its first answer. Raises IndexFileError."""
    in_order = [one for one in sorted(outlines, key=attrgetter("place", "key")) if one.aliases]
    if not in_order:
        return United(list(outlines), {})
    addresses = list(dict.fromkeys(address for one in in_order for address in one.aliases))
    known: dict[str, ArticleKey | None] = {}
    for start in range(0, len(addresses), MAX_ADDRESSES):
        known |= await index.run(Index.known_as, addresses[start : start + MAX_ADDRESSES])
    groups = _Groups()
    for one in in_order:
        groups.join([address for address in one.aliases if known.get(address, one.key) is not None])
    keys: dict[str, ArticleKey] = {}
    kin: dict[ArticleKey, set[ArticleKey]] = {}
    for address, key in known.items():
        if key is not None:
            kin.setdefault(keys.setdefault(groups.first(address), key), set()).add(key)
    united: list[CandidateOutline] = []
    for one in in_order:
        own = next((address for address in one.aliases if known.get(address, one.key) is not None), "")
        united.append(one._replace(key=keys.setdefault(groups.first(own), one.key)) if own else one)
    return United([*(one for one in outlines if not one.aliases), *united], kin)


class _Groups:
    """Groups of addresses that belong together (disjoint sets)."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def first(self, address: str) -> str:
        """Return the address that stands for the group of `address`."""
        root = address
        while (above := self._above.get(root, root)) != root:
            root = above
        while address != root:
            address, self._above[address] = self._above.get(address, root), root
        return root

    def join(self, addresses: Sequence[str]) -> None:
        """Note that addresses belong together."""
        for address in addresses[1:]:
            self._above[self.first(address)] = self.first(addresses[0])
