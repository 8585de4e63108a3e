"""An entry as a record of plain values, for formats with named fields: the schema that docs/export.md documents."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from archiver.captures import Capture
    from archiver.cleaning import Medium
    from archiver.exports.entry import Entry

SCHEMA_VERSION = 1  # raised when a field is removed or changes its meaning, not when one is added
FIELDS = (
    *("schema", "key", "recipe", "id", "form", "url", "title", "published", "source"),
    *("authors", "language", "modified", "canonical", "paywalled", "category", "tags", "quote"),
    *(
        "text",
        "html",
        "media",
        "path",
        "sha256",
        "revision",
        "saved",
        "first_seen",
        "checked",
        "state",
        "listings",
        "rules",
    ),
    *("capture", "versions"),
)
CAPTURE_FIELDS = ("warc", "offset", "length", "payload_sha256", "url", "time")
# The columns of a table. Fields that are no text, number or list of texts have no column, with two exceptions: the
# capture has a column for each of its fields, and media have one with their addresses.
COLUMNS = (
    *(name for name in FIELDS if name not in ("rules", "capture", "versions")),
    *(f"capture_{name}" for name in CAPTURE_FIELDS),
)


def record(entry: Entry) -> dict[str, Any]:
    """Return `entry` with texts, numbers, lists and objects only: FIELDS, in that order. Times are ISO 8601:
    `published` in the source's zone, all others in UTC."""
    return {
        "schema": SCHEMA_VERSION,
        "key": entry.key,
        "recipe": entry.recipe,
        "id": entry.id,
        "form": entry.form,
        "url": entry.url,
        "title": entry.title,
        "published": entry.published.isoformat(),
        "source": entry.source,
        "authors": list(entry.authors),
        "language": entry.language,
        "modified": utc(entry.modified) if entry.modified else None,
        "canonical": entry.canonical,
        "paywalled": entry.paywalled,
        "category": entry.category,
        "tags": list(entry.tags),
        "quote": entry.quote,
        "text": entry.text,
        "html": entry.html,
        "media": media_record(entry.media),
        "path": entry.path,
        "sha256": entry.sha256,
        "revision": entry.revision,
        "saved": utc(entry.saved),
        "first_seen": utc(entry.first_seen),
        "checked": utc(entry.checked) if entry.checked else None,
        "state": entry.state,
        "listings": list(entry.listings),
        "rules": dict(entry.rules),
        "capture": capture_record(entry.capture),
        "versions": [
            {
                "revision": version.revision,
                "path": version.path,
                "sha256": version.sha256,
                "saved": utc(version.saved),
                "capture": capture_record(version.capture),
            }
            for version in entry.versions
        ],
    }


def columns(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as a row of a table: COLUMNS, in that order."""
    capture = record["capture"] or {}
    row = {name: record[name] for name in COLUMNS if name in record}
    if media := row.get("media"):
        row["media"] = [one["url"] for one in media]
    return row | {f"capture_{name}": capture.get(name) for name in CAPTURE_FIELDS}


def media_record(media: Sequence[Medium]) -> list[dict[str, str]]:
    """Return videos and sounds as records."""
    return [{"kind": one.kind, "url": one.address, "title": one.title, "poster": one.poster} for one in media]


def capture_record(capture: Capture | None) -> dict[str, Any] | None:
    """Return a capture as a record: CAPTURE_FIELDS, in that order."""
    return capture and {
        "warc": capture.warc,
        "offset": capture.offset,
        "length": capture.length,
        "payload_sha256": capture.payload,
        "url": capture.url,
        "time": utc(capture.time),
    }


def utc(time: datetime) -> str:
    """Return `time` in UTC, as RFC 3339 has it."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
