"""Times within what a page shows: where a date is written in a line of text, and how late it says it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

GAP = r"[\s,，;|/–—\-•·・:：()（）T]{0,5}"
BEFORE_CLOCK = (
    r"(?:(?:at|um|à|a\s+las|alle|ore|kl\.?|klo|om|o|ob|в|о|об|у|saat|jam|pukul|às|as|lúc|la|ora|στις|الساعة|בשעה|kello|godz\.?)"
    r"\s*)?"
)
HALF = r"(?P<{0}before>上午|下午|晚上|中午|凌晨|早上|오전|오후|午前|午後)?\s*"
CLOCK_TEXT = (
    r"(?P<{0}hour>[01]?\d|2[0-4])\s?(?P<{0}mark>[:：hH.時时点點시])\s?(?P<{0}minute>[0-5]\d)"
    r"(?:\s?[:：分분.](?P<{0}second>[0-5]\d)(?!\d))?\s?[分분秒초]?(?!\d)"
    r"(?:\s?(?P<{0}half>[AaPp]\.?\s?[Mm]\b\.?))?(?:\s?(?P<{0}uhr>Uhr|hrs|hs?\b|Hs?\b))?"
    r"(?:\s?\(?(?P<{0}zone>[+\-−]\d{{2}}:?\d{{2}}\b|(?:GMT|UTC)(?:[+\-−]\d{{1,2}}(?::?\d{{2}})?)?|[A-Z]{{2,4}}T\b|[A-Z]\b(?<=Z)|ET\b|WIB\b))?"
)
HALF_PAST = {"下午", "晚上", "오후", "午後"}
NOON = {"中午"}
# The ways a day is written. Numbers are ASCII or those of any script: int() reads them all.
DAY = (
    r"(?<![\d./-])(?P<y1>(?:19|20|25)\d\d)\s?(?:[-/.]|年|년)\s?(?P<m1>\d{1,2})\s?(?:[-/.]|月|월)\s?(?P<d1>\d{1,2})(?!\d)\s?[日일号號.]?"
    r"|(?<![\d./-])(?P<a2>\d{1,2})\.?(?P<sep2>[-/.])\s?(?P<b2>\d{1,2})\.?(?P=sep2)\s?(?P<y2>(?:19|20|25)\d\d)(?![\da-z])"
    r"|(?<!\d)(?P<d3>\d{1,2})(?:st|nd|rd|th|er|\.|º|°|-)?\s*(?:de\s+|d['’]|of\s+|מ?ב)?"
    r"(?P<w3>[^\W\d_][^\W\d_\u0300-\u036f.]{2,14}\.?|[\u0e00-\u0e7f.]{3,12})[\s,.\-/]+(?:de\s+|del\s+|г\.?\s+|năm\s+|,\s*)?(?P<y3>(?:19|20|25)\d\d)(?!\d)"
    r"|(?P<w4>[^\W\d_]{3,14})\.?\s+(?P<d4>\d{1,2})(?:st|nd|rd|th)?\s?,?\s+(?P<y4>(?:19|20)\d\d)(?!\d)"
    r"|(?<!\d)(?P<m5>1[0-2]|0?[1-9])月\s?(?P<d5>[12]\d|3[01]|0?[1-9])[日号]"
    r"|(?<![\d./-])(?P<m6>1[0-2]|0[1-9])-(?P<d6>[12]\d|3[01]|0[1-9])(?=\s+\d\d:\d\d)"
)
DATE = re.compile(
    rf"(?:{DAY})(?:{GAP}(?:[^\W\d_]{{2,4}}[.,]\s)?{BEFORE_CLOCK}{HALF.format('l')}{CLOCK_TEXT.format('l')})?"
)
CLOCK_FIRST = re.compile(rf"(?<![\d:.]){CLOCK_TEXT.format('f')}(?:{GAP}(?:[^\W\d_]{{2,9}}\.?,?\s)?)$")
RELATIVE = re.compile(
    r"(?:今天|今日|昨天|昨日|前天)\s*(?:\d{1,2}[:：]\d{2})?|刚刚|\d{1,4}\s?(?:秒|分钟|小时|天)(?:之)?前"
)
HINT = re.compile(r"(?:19|20|25)\d\d|\d月|\d-\d|[天日刚前]")


@dataclass(frozen=True, slots=True)
class Written:
    """A day, perhaps with a time of day, that stands in a text."""

    text: str  # as `read_time` reads it; an all-numeric day whose order is not sure as it stands
    begin: int
    end: int
    clock: bool
    zone: str = ""
    relative: bool = False  # only said from the day on which it was read
    order: str = ""  # "/" or "-": whether the day or the month comes first is not said


def written_times(text: str) -> Iterator[Written]:
    """Yield every day that is written in `text`, with the time of day that stands before or after it."""
    if not HINT.search(text):
        return
    for found in DATE.finditer(text):
        day = _day(found)
        if not day:
            continue
        clock, zone = _clock(found, "l")
        begin = found.start()
        if not clock and (first := CLOCK_FIRST.search(text[max(0, begin - 40) : begin])):
            clock, zone = _clock(first, "f")
        relative = bool(found["m5"] or found["m6"])
        yield Written(
            f"{day} {clock}".strip(), begin, found.end(), bool(clock), zone, relative, (found["sep2"] or "").strip(".")
        )
    for found in RELATIVE.finditer(text):
        yield Written(
            found[0].replace(" ", ""), found.start(), found.end(), ":" in found[0] or "前" in found[0], relative=True
        )


def _day(found: re.Match[str]) -> str:
    part = found.groupdict()
    if part["y1"]:
        return f"{_year(part['y1'])}-{int(part['m1']):02}-{int(part['d1']):02}"
    if part["y2"]:
        if part["sep2"] == ".":
            return f"{_year(part['y2'])}-{int(part['b2']):02}-{int(part['a2']):02}"
        return f"{int(part['a2']):02}/{int(part['b2']):02}/{_year(part['y2'])}"
    if part["y3"]:
        return f"{int(part['d3'])} {part['w3'].rstrip('.')} {_year(part['y3'])}"
    if part["y4"]:
        return f"{int(part['d4'])} {part['w4'].rstrip('.')} {_year(part['y4'])}"
    month, day = (part["m5"] or part["m6"]), (part["d5"] or part["d6"])
    return f"{int(month)}月{int(day)}日"


def _year(text: str) -> int:
    """Return the year; in Thailand they are counted from the Buddha, 543 years earlier."""
    year = int(text)
    return year - 543 if year > 2400 else year


def _clock(found: re.Match[str], name: str) -> tuple[str, str]:
    part = found.groupdict()
    if not part[f"{name}hour"]:
        return "", ""
    if part[f"{name}mark"] == "." and not part[f"{name}uhr"] and not part[f"{name}half"] and name == "f":
        return "", ""
    hour, minute, second = (int(part[f"{name}{unit}"] or 0) for unit in ("hour", "minute", "second"))
    half = (part[f"{name}half"] or "").lower()[:1]
    before = part.get(f"{name}before") or ""
    if (half == "p" or before in HALF_PAST or (before in NOON and hour < 11)) and hour < 12:
        hour += 12
    elif (half == "a" or before in ("오전", "午前", "凌晨")) and hour == 12:
        hour = 0
    if hour > 23:
        return "", ""
    return f"{hour:02}:{minute:02}:{second:02}", part[f"{name}zone"] or ""
