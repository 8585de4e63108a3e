"""An entry as a record of plain values, for formats with named fields: the schema that docs/export.md documents."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.captures import Capture
    from archiver.exports.entry import Entry

SCHEMA = 1  # grows when a field goes or changes its meaning, not when one is added


def record(entry: Entry) -> dict[str, Any]:
    """Return `entry` with texts, numbers, lists and objects only. Times are ISO 8601: `published` in the source's zone,
    all others in UTC."""
    return {
        "schema": SCHEMA,
        "recipe": entry.recipe,
        "id": entry.id,
        "form": entry.form,
        "url": entry.url,
        "title": entry.title,
        "published": entry.published.isoformat(),
        "source": entry.source,
        "category": entry.category,
        "tags": list(entry.tags),
        "quote": entry.quote,
        "text": entry.text,
        "html": entry.html,
        "path": entry.path,
        "sha256": entry.sha256,
        "revision": entry.revision,
        "saved": utc(entry.saved),
        "first_seen": utc(entry.first_seen),
        "checked": utc(entry.checked) if entry.checked else None,
        "state": entry.state,
        "listings": list(entry.listings),
        "rules": dict(entry.rules),
        "capture": _capture(entry.capture),
        "versions": [
            {
                "revision": version.revision,
                "path": version.path,
                "sha256": version.sha256,
                "saved": utc(version.saved),
                "capture": _capture(version.capture),
            }
            for version in entry.versions
        ],
    }


def utc(time: datetime) -> str:
    """Return `time` in UTC, as RFC 3339 has it."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _capture(capture: Capture | None) -> dict[str, Any] | None:
    return capture and {
        "warc": capture.warc,
        "offset": capture.offset,
        "length": capture.length,
        "payload_sha256": capture.payload,
        "url": capture.url,
        "time": utc(capture.time),
    }
