"""What is read of sites that are followed, and of indexes of sitemaps."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from archiver.index.types import NamedSource
from archiver.index.values import can_be_key, json_text, storable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from archiver.index.database import Database


class Sources:
    """Notes of sources, for later runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def named_by(self, parent: str) -> list[NamedSource]:
        """Return the sources that are noted for an address that is followed, or for a listing that is an index of
        sitemaps."""
        return self.named_by_each([parent])[parent]

    def named_by_each(self, parents: Collection[str]) -> dict[str, list[NamedSource]]:
        """Return the sources that are noted for each of several such addresses."""
        rows = self._database.rows(
            """SELECT sources.parent, address, kind, title, found, modified FROM json_each(?) AS one
               CROSS JOIN sources ON sources.parent = one.value ORDER BY sources.parent, address""",
            json_text(sorted({storable(parent) for parent in parents})),
        )
        found: defaultdict[str, list[NamedSource]] = defaultdict(list)
        for parent, *source in rows:
            found[parent].append(NamedSource(*source))
        return {parent: found.get(storable(parent), []) for parent in parents}

    def put(self, parent: str, sources: Iterable[NamedSource]) -> None:
        """Note sources that `parent` names; each replaces what was noted of the same source before."""
        values = [
            (storable(parent), storable(one.address), one.kind, storable(one.title), one.found, one.modified)
            for one in sources
            if can_be_key(parent, one.address)
        ]
        self._database.write_all(
            """INSERT INTO sources (parent, address, kind, title, found, modified) VALUES (?, ?, ?, ?, ?, ?)
               ON CONFLICT (parent, address) DO UPDATE SET kind = excluded.kind, title = excluded.title,
               found = excluded.found, modified = excluded.modified""",
            values,
        )

    def forget(self, parent: str) -> None:
        """Forget the sources that `parent` names."""
        self._database.write("DELETE FROM sources WHERE parent = ?", storable(parent))

    def drop(self, listing: str, now: int) -> None:
        """Note that a listing is gone for good."""
        if can_be_key(listing):
            self._database.write("INSERT INTO gone VALUES (?, ?) ON CONFLICT DO NOTHING", storable(listing), now)

    def gone(self) -> dict[str, int]:
        """Return the listings that are gone for good, and since when that is known."""
        return dict(self._database.rows("SELECT listing, time FROM gone"))
