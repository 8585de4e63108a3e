"""The pages that list articles."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import yaml

from archiver.replica.exchange import JSON, SCRIPT, Reply, Seen, as_text, typed
from archiver.replica.records import data_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.replica.records import Record

_SIZE = 20
# What a source leaves out where it fails: what the title, the time, the publisher and the address are filled with.
_BLANKED = {"$title", "$date", "$milliseconds", "$medianame", "$url"}


@dataclass(frozen=True)
class ReplicaListing:
    """One listing: which requests ask for it, and how it shows articles. The fields are those of listings.yaml."""

    name: str
    path: str
    size: str
    answer: Mapping[str, Any]
    row: Mapping[str, Any]
    page: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    wrap: Mapping[str, str] = field(default_factory=dict)

    def serves(self, seen: Seen) -> bool:
        """Whether the request asks for this listing."""
        params = seen.params
        return self._in_path(seen) is not None and all(
            params.get(name.lower()) == value for name, value in self.query.items()
        )

    def show(self, records: Sequence[Record], seen: Seen) -> Reply:
        """The page that the request asks for of a listing of all these records."""
        found = self._in_path(seen)
        params = {**seen.params, **(found.groupdict() if found else {})}
        size = _number(params.get(self.size.lower()), _SIZE)
        start = (_number(params.get(self.page.lower()), 1) - 1) * size
        items = [_filled(self.row, partial(getattr, record)) for record in records[start : start + size]]
        text = as_text(_filled(self.answer, {"items": items, "total": len(records)}.__getitem__))
        for name, form in self.wrap.items():
            if params.get(name):
                return typed(form.format(params[name], text), SCRIPT)
        return typed(text, JSON)

    def renamed(self) -> ReplicaListing:
        """The listing with other names for all keys of its items."""
        return replace(self, row={f"x_{name}": value for name, value in self.row.items()})

    def blank(self) -> ReplicaListing:
        """The listing with items that have no title, time, source and address."""
        return replace(self, row={name: "" if value in _BLANKED else value for name, value in self.row.items()})

    def _in_path(self, seen: Seen) -> re.Match[str] | None:
        return re.fullmatch(self.path, unquote(seen.path))


@cache
def listings() -> dict[str, ReplicaListing]:
    """All listings by name."""
    return {name: ReplicaListing(name, **entry) for name, entry in yaml.safe_load(data_text("listings.yaml")).items()}


def find_listing(seen: Seen) -> ReplicaListing | None:
    """The listing that a request asks for, if it asks for one."""
    return next((listing for listing in listings().values() if listing.serves(seen)), None)


def newest_first(records: Sequence[Record]) -> list[str]:
    """The ids of the records by date; the id's own date stands in for a missing one."""
    return [record.id for record in sorted(records, key=_moment, reverse=True)]


def _moment(record: Record) -> tuple[str, str]:
    return record.date or f"{record.id[:4]}-{record.id[4:6]}-{record.id[6:8]}", record.id


def _number(given: str | None, default: int) -> int:
    return int(given) if given and re.fullmatch(r"[1-9][0-9]{0,5}", given) else default


def _filled(template: Any, value_of: Callable[[str], object]) -> Any:
    if isinstance(template, Mapping):
        return {name: _filled(part, value_of) for name, part in template.items()}
    if isinstance(template, str) and template.startswith("$"):
        return value_of(template[1:])
    return template
