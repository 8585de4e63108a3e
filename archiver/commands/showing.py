"""Prints a field of an article: its value, the rule that gave it, and the candidates that agreed with it or lost."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from archiver.commands.display import print_line
from archiver.commands.wrapping import wrap
from archiver.views.plain import as_json

if TYPE_CHECKING:
    from archiver.reading import Field

LABEL_COLUMNS = 12  # columns for the names of fields
MAX_SHOWN_CHARACTERS = 2_000  # characters of a value; the rest is ignored
MAX_VALUE_LINES, MAX_LOST_LINES = 4, 2
SAME_VALUE = "says the same"


def is_said(field: Field[Any]) -> bool:
    """Return whether a field has a value."""
    return field.value not in (None, (), "")


def show_field(name: str, field: Field[Any], width: int) -> None:
    """Print a field: its value, the rule that gave it, the rules that agree, and the candidates that lost."""
    if is_said(field):
        print_beside(name, _shown(field.value), width, MAX_VALUE_LINES)
        print_beside("", field.rule, width, mark="by ")
    else:
        print_beside(name, "(nothing that is believed)", width)
    agreeing = [lost.rule for lost in field.lost if lost.reason == SAME_VALUE]
    if agreeing:
        print_beside("", ", ".join(dict.fromkeys(agreeing)), width, MAX_LOST_LINES, mark="and ")
    lost_candidates = [lost for lost in field.lost if lost.reason != SAME_VALUE]
    for (value, reason), alike in groupby(lost_candidates, key=lambda lost: (_shown(lost.value), lost.reason)):
        rules = ", ".join(dict.fromkeys(lost.rule for lost in alike))
        print_beside("", value or "(nothing)", width, MAX_LOST_LINES, mark="not ")
        print_beside("", f"{rules}: {reason}", width, MAX_LOST_LINES, mark="    ")


def print_beside(name: str, text: str, width: int, lines: int | None = None, mark: str = "") -> None:
    """Print a text in the column to the right of names, and `name` to the left of its first line. mark: a word before
    the text in the first line."""
    room = width - LABEL_COLUMNS - len(mark)
    for number, line in enumerate(wrap(text[:MAX_SHOWN_CHARACTERS], room, lines)):
        print_line(f"{name if number == 0 else '':<{LABEL_COLUMNS}}{mark if number == 0 else ' ' * len(mark)}{line}")


def _shown(value: Any) -> str:
    plain = as_json(value)
    return ", ".join(map(str, plain)) if isinstance(plain, list) else str(plain)
