"""Addresses by which articles are known that no recipe knows by an id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.index.types import ArticleKey
from archiver.index.values import json_text, storable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.index.database import Database
    from archiver.index.types import Finished


def known_as(database: Database, addresses: Iterable[str]) -> dict[str, ArticleKey | None]:
    """Return the article of each address; None for one that pages of several articles say is theirs. An address that
    is not known is not in the answer."""
    asked = {storable(address): address for address in addresses}
    rows = database.rows(
        """SELECT address, recipe, articles.id FROM json_each(?) AS asked
           CROSS JOIN aliases ON address = asked.value LEFT JOIN articles ON articles.key = article""",
        json_text(list(asked)),
    )
    return {asked[address]: ArticleKey(recipe, id_) if recipe is not None else None for address, recipe, id_ in rows}


def put_aliases(database: Database, known: Iterable[tuple[int, str, Finished]]) -> None:
    """Note the addresses of articles of which there are posts. One that several say is theirs is nobody's, for good."""
    found = [(number, one) for number, _, one in known if one.outcome != "dropped"]
    database.write_all(
        """INSERT INTO aliases SELECT ?, key FROM articles WHERE key = ? AND saved IS NOT NULL
           ON CONFLICT DO UPDATE SET article = excluded.article WHERE article IS NOT NULL""",
        [(storable(address), number) for number, one in found for address in one.aliases],
    )
    database.write_all(
        "INSERT OR REPLACE INTO aliases VALUES (?, NULL)",
        [(storable(address),) for _, one in found for address in one.shared],
    )
