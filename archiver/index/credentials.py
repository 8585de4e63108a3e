"""Credentials of ours in an index, in rows that earlier versions wrote. They are found, and replaced as it is done
today."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from archiver.index.values import document_text, storable
from archiver.private import (
    REMOVED_MARK,
    WEB_ADDRESS_PATTERN,
    authority,
    public_address,
    public_arguments,
    public_text,
    public_texts,
)
from archiver.server_address import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archiver.index.database import Database

# Headers of requests on a command line, which has blanks in them.
HEADERS_OPTION_PATTERN = re.compile(r"(DEFAULT_REQUEST_HEADERS=)\{[^}]*(?:\}|$)")


class _Column(NamedTuple):
    """A column, and how its values are made public. others: the other columns of its table's key; None: it is in no
    key."""

    table: str
    name: str
    public: Callable[[str], str]
    others: tuple[str, ...] | None = None


def _label(text: str) -> str:
    """Return the name of a listing without credentials: it may be an address, which follows the name of its source."""
    source, slash, rest = text.partition("/")
    return f"{source}/{public_address(rest)}" if slash and WEB_ADDRESS_PATTERN.match(rest) else public_address(text)


def _host(text: str) -> str:
    return authority(f"//{text}")


def _document(text: str) -> str:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):  # the value is damaged, which is reported elsewhere
        return text
    public = public_texts(document)
    return text if public == document else document_text(public)


def _command(text: str) -> str:
    words = HEADERS_OPTION_PATTERN.sub(rf"\1{REMOVED_MARK}", text).split(" ")
    return without_secrets(" ".join(public_arguments(words)))


# All columns with addresses, or texts about them; except those with addresses that are still to be asked for: of
# followed sites, listed articles and pictures.
ADDRESS_COLUMNS = (
    _Column("aliases", "address", public_address, ()),
    _Column("answers", "url", public_address),
    _Column("articles", "reason", public_text),
    _Column("captures", "url", public_address),
    _Column("gone", "listing", _label, ()),
    _Column("hosts", "host", _host, ()),
    _Column("listing_stats", "content", _document),
    _Column("listing_stats", "listing", _label, ("run",)),
    _Column("pictures", "reason", public_text),
    _Column("resting", "listing", _label, ()),
    _Column("robots", "address", public_address, ()),
    _Column("runs", "command", _command),
    _Column("runs", "report", _document),
    _Column("sightings", "place", _label, ("article",)),
    _Column("unfinished", "listing", _label, ()),
    _Column("validators", "listing", _label, ("endpoint",)),
    _Column("workers", "command", _command),
    _Column("workers", "results", _document),
)


class Credentials:
    """Credentials of ours, by the columns that have them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self) -> dict[str, int]:
        """Return how many values of each column have credentials in them."""
        counts = {f"{one.table}.{one.name}": len(dict(self._private(one))) for one in ADDRESS_COLUMNS}
        return {name: number for name, number in counts.items() if number}

    def remove(self) -> bool:
        """Replace all of them, and return whether there were any. Where a row with the new value is there already, that
        one stays."""
        found = self._database.transact(self._replace)
        if found:
            self._database.forget_replaced()
        return found

    def _replace(self) -> bool:
        found = False
        for one in ADDRESS_COLUMNS:
            for was, public in dict(self._private(one)).items():
                found = True
                statement = f"UPDATE {one.table} SET {one.name} = ?2 WHERE {one.name} = ?1"
                if one.others is None:
                    self._database.write(statement, was, public)
                    continue
                same = "".join(f" AND other.{key} = {one.table}.{key}" for key in one.others)
                known = f"SELECT 1 FROM {one.table} AS other WHERE other.{one.name} = ?2{same}"
                self._database.write(f"{statement} AND NOT EXISTS ({known})", was, public)
                self._database.write(f"DELETE FROM {one.table} WHERE {one.name} = ?", was)
        return found

    def _private(self, column: _Column) -> Iterator[tuple[str, str]]:
        """Yield each value of a column with credentials in it, and what replaces it."""
        for (value,) in self._database.each(
            f"SELECT {column.name} FROM {column.table} WHERE {column.name} LIKE '%=%' OR {column.name} LIKE '%@%'"
            + (f" OR {column.name} LIKE '%--on-alarm%'" if column.public is _command else "")
        ):
            public = storable(column.public(value))
            if public != value:
                yield value, public
