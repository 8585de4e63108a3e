"""Merging alarms: one line for each cause, which comes first in the line. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# A listing or a host, and what is wrong.
LABEL_PATTERN = re.compile(r"([^\s:]+/[^\s:]+|[^\s:]+(?::\d+)?): (.+)", re.DOTALL)
ADDRESSES_PATTERN = re.compile(r" \([a-z][a-z0-9+.-]*://[^()]*\)")  # the addresses in a cause
MAX_NAMED = 3  # labels that a line names
MAX_LINE_CHARACTERS = 200  # characters of a line


def merge_alarms(alarms: Iterable[str]) -> list[str]:
    """Return alarms (`LABEL: CAUSE`) as lines that begin with the cause. Alarms with the same cause become one line,
    which names some of the labels and says how many there are. Addresses in a cause are kept only in a line with a
    single label, if they fit."""
    causes: dict[str, list[tuple[str, str]]] = {}
    for alarm in alarms:
        found = LABEL_PATTERN.fullmatch(alarm)
        label, cause = found.groups() if found else ("", alarm)
        cause = " ".join(cause.split())
        causes.setdefault(_without_repeats(ADDRESSES_PATTERN.sub("", cause)), []).append((label, cause))
    return [
        _line(
            places[0][1] if len(places) == 1 and len(places[0][1]) <= MAX_LINE_CHARACTERS else cause,
            [label for label, _ in places if label],
        )
        for cause, places in causes.items()
    ]


def _without_repeats(cause: str) -> str:
    return "; ".join(dict.fromkeys(cause.split("; ")))


def _line(cause: str, labels: list[str]) -> str:
    shown = cause if len(cause) <= MAX_LINE_CHARACTERS else f"{cause[: MAX_LINE_CHARACTERS - 1]}…"
    if not labels:
        return shown
    if len(labels) == 1:
        return f"{shown} ({labels[0]})"
    more = f" and {len(labels) - MAX_NAMED} more" if len(labels) > MAX_NAMED else ""
    return f"{shown} ({len(labels)} places: {', '.join(labels[:MAX_NAMED])}{more})"
