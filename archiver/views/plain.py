"""Values in the types of JSON; times are in ISO 8601 with their offset. No I/O."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

SECOND_PRECISION = "seconds"


def as_json(value: Any) -> Any:
    """Return `value` (made of dataclasses, named tuples, mappings, sequences, times, paths) in the types of JSON."""
    if isinstance(value, datetime):
        return value.isoformat(timespec=SECOND_PRECISION)
    if isinstance(value, Path):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return as_json(value._asdict())
    if isinstance(value, dict):
        return {str(key): as_json(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(one) for one in value]
    return value


def show_time(moment: datetime) -> str:
    """Return a time as it is shown to people: ISO 8601 in this machine's zone (`2026-11-27T10:40:11+08:00`)."""
    return moment.astimezone().isoformat(timespec=SECOND_PRECISION)
