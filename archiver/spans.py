"""Lengths of time as people write them: `30m`, `2d`. No I/O."""

from __future__ import annotations

import re
from datetime import timedelta

SPAN_PATTERN = re.compile(r"^(\d{1,6})([smhdw])$", re.ASCII)
UNIT_OF_LETTER = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_span(text: str) -> timedelta:
    """Return the length of time that `text` names: a number and one of s, m, h, d, w. Raises ValueError."""
    match = SPAN_PATTERN.match(text.strip())
    if not match:
        raise ValueError(f"expected a length of time such as 30m, 6h, 2d or 1w, got {text!r}")
    return timedelta(**{UNIT_OF_LETTER[match[2]]: int(match[1])})


def show_span(span: timedelta) -> str:
    """Return `span` as people read it, in the largest unit that fits, rounded down: `3 d`, `5 h`, `12 min`, `40 s`.
    Less than two days is given in hours."""
    seconds = max(0, round(span.total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length * (2 if unit == "d" else 1):
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
