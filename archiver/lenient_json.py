"""JSON as sources write it: with line ends within strings, and with numbers that have more digits than Python reads. No
I/O."""

from __future__ import annotations

import json


def _number(digits: str) -> float:
    """Return a whole number; one that has more digits than Python reads is infinite, as it is in scripts."""
    try:
        return int(digits)
    except ValueError:
        return float(digits)


LENIENT_DECODER = json.JSONDecoder(strict=False, parse_int=_number)
