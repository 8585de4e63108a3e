"""Times in the text that a page shows: finding a day in a line of text, and the time of day that goes with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archiver.reading.metadata.months import month_number

if TYPE_CHECKING:
    from collections.abc import Iterator

YEAR_EXPRESSION = r"(?:19|20|25)\d\d"  # 25: Buddhist years, in Thailand
# May have vowel signs and full stops, which \w does not match.
WORD_EXPRESSION = r"[^\s\d,./()|:：-][^\s\d,/()|:：-]{2,14}"
ORDINAL_EXPRESSION = r"(?:st|nd|rd|th|er|\.|º|ª|°)?"
# The ways in which a day is written. Digits may be of any script: int() reads them all.
DAY_EXPRESSIONS = (
    # 2026-11-01, 2026.11.1, 2026年11月1日, 2026년 11월 1일
    rf"(?<![\d./-])(?P<y1>{YEAR_EXPRESSION})\s?(?:[-/.]|年|년)\s?(?P<m1>\d\d?)\s?(?:[-/.]|月|월)\s?(?P<d1>\d\d?)(?!\d)\s?[日일号號.]?",
    # 1.11.2026, 11/1/2026
    rf"(?<![\d./-])(?P<a2>\d\d?)\.?(?P<sep2>[-/.])\s?(?P<b2>\d\d?)\.?(?P=sep2)\s?(?P<y2>{YEAR_EXPRESSION})(?![\da-z])",
    # 1 November 2026, 1. November 2026, 1 de noviembre de 2026, 1-Nov-2026
    rf"(?<!\d)(?P<d3>\d\d?){ORDINAL_EXPRESSION}[\s-]*(?:de\s+|d['’]|of\s+|מ?ב)?(?P<w3>{WORD_EXPRESSION})"
    rf"[\s,.\-/]+(?:del?\s+|г\.?\s+|,\s*)?(?P<y3>{YEAR_EXPRESSION})(?!\d)",
    # November 1, 2026
    rf"(?<![^\W\d_])(?P<w4>{WORD_EXPRESSION})\s+(?P<d4>\d\d?){ORDINAL_EXPRESSION}\s?,?\s+(?P<y4>{YEAR_EXPRESSION})(?!\d)",
    # 2026. november 1.
    rf"(?<!\d)(?P<y9>{YEAR_EXPRESSION})\.?\s+(?P<w9>{WORD_EXPRESSION})\s+(?P<d9>\d\d?)(?!\d)\.?",
    # 1 tháng 11, 2026
    rf"(?<!\d)(?P<d5>\d\d?)\s+tháng\s+(?P<m5>\d\d?),?\s+(?:năm\s+)?(?P<y5>{YEAR_EXPRESSION})(?!\d)",
    # 11月1日, 11-01 before a time of day: the year follows from when the page was read
    r"(?<!\d)(?P<m6>1[0-2]|0?[1-9])月\s?(?P<d6>[12]\d|3[01]|0?[1-9])[日号]",
    r"(?<![\d./-])(?P<m7>1[0-2]|0[1-9])-(?P<d7>[12]\d|3[01]|0[1-9])(?:(?=\s+\d\d:\d\d)|(?<=[:：]\d\d-\d\d)(?![\d-]))",
    # 26-11-01, on Chinese pages
    r"(?<![\d./-])(?P<y8>\d\d)-(?P<m8>1[0-2]|0[1-9])-(?P<d8>[12]\d|3[01]|0[1-9])(?![\d-])",
)
CLOCK_WORD_EXPRESSION = (
    r"(?:(?:at|um|à|a\s+las|alle|ore|kl\.?|klo|kello|om|o|ob|в|об|о|у|saat|jam|pukul|às|as|lúc|la|ora"
    r"|στις|godz\.?|الساعة|בשעה)\s*)?"
)
HALF_OF_DAY_EXPRESSION = "上午|下午|晚上|中午|凌晨|早上|오전|오후|午前|午後"
WEEKDAY_EXPRESSION = (
    r"(?:(?:星期|周|週|礼拜)[一二三四五六日天]|[月火水木金土日](?:曜日?)?|[월화수목금토일](?:요일)?"
    rf"|(?!{HALF_OF_DAY_EXPRESSION})[^\W\d_]{{2,12}}[.,]?(?=\s))"
)
CLOCK_EXPRESSION = (
    rf"(?P<half_before>{HALF_OF_DAY_EXPRESSION})?\s*"
    r"(?P<hour>[01]?\d|2[0-4])\s?(?P<mark>[:：hH.時时点點시])\s?(?P<minute>[0-5]\d)(?:\s?[:：分분.](?P<second>[0-5]\d)(?!\d))?"
    r"\s?[分분秒초]?(?!\d)(?:\s?(?P<half>[AaPp]\.?\s?[Mm]\b\.?))?(?:\s?(?P<uhr>Uhr|hrs|hs?\b|Hs?\b))?"
    r"(?:\s?\(?(?P<zone>[+\-−]\d{2}:?\d{2}\b|(?:GMT|UTC)(?:[+\-−]\d{1,2}(?::?\d{2})?)?|[A-Z]{2,4}T\b|Z\b|ET\b|WIB\b))?"
)
GAP_EXPRESSION = r"[\s,，;|/–—\-•·・:：()（）T]{0,5}"
DATE_PATTERN = re.compile(
    rf"(?:{'|'.join(DAY_EXPRESSIONS)})(?:{GAP_EXPRESSION}(?:{WEEKDAY_EXPRESSION}{GAP_EXPRESSION})?{CLOCK_WORD_EXPRESSION}{CLOCK_EXPRESSION})?"
)
# `14:00, Sunday`, say: a clock before the day.
CLOCK_BEFORE_PATTERN = re.compile(rf"(?<![\d:.]){CLOCK_EXPRESSION}(?:{GAP_EXPRESSION}(?:[^\W\d_]{{2,9}}\.?,?\s)?)$")
MAX_CHARACTERS_BEFORE_DAY = 40  # characters before a day in which its time of day is looked for
RELATIVE_PATTERN = re.compile(
    r"(?:今天|今日|昨天|昨日|前天)\s*(?:\d{1,2}[:：]\d{2})?|刚刚|\d{1,4}\s?(?:秒|分钟|小时|天)(?:之)?前"
)
HINT_PATTERN = re.compile(r"(?:19|20|25)\d\d|\d月|\d-\d|[天日刚前]")
AFTERNOON_WORDS = frozenset(("下午", "晚上", "오후", "午後"))
MORNING_WORDS = frozenset(("上午", "凌晨", "早上", "오전", "午前"))
NOON_WORD = "中午"


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A day, perhaps with a time of day, that was found in a text between `begin` and `end`."""

    text: str  # as `archiver.dates.read_time` reads it
    begin: int
    end: int
    clock: bool
    zone: str = ""
    relative: bool = False  # whether its day or year depends on when the page was read


def written_times(text: str, language: str | None = None) -> Iterator[WrittenDay]:
    """Yield every day that is written in `text`, with the time of day before or after it.

    language: BCP 47; it decides about names of months that mean different months in different languages.
    """
    if not HINT_PATTERN.search(text):
        return
    for found in DATE_PATTERN.finditer(text):
        part = found.groupdict()
        day = _day(part, language)
        if not day:
            continue
        begin = found.start()
        clock, zone = _clock(part)
        if (
            not clock
            and (before := CLOCK_BEFORE_PATTERN.search(text[max(0, begin - MAX_CHARACTERS_BEFORE_DAY) : begin]))
            and _is_sure(before)
        ):
            clock, zone = _clock(before.groupdict())
        yield WrittenDay(
            f"{day} {clock}".strip(), begin, found.end(), bool(clock), zone, bool(part["m6"] or part["m7"])
        )
    for found in RELATIVE_PATTERN.finditer(text):
        said = found[0].replace(" ", "")
        yield WrittenDay(said, found.start(), found.end(), ":" in said or "前" in said, relative=True)


def _day(part: dict[str, str | None], language: str | None) -> str:
    """Return a day in ISO 8601; if the order of its numbers is not sure, in that order; "" if it is no day."""
    if part["a2"] and part["b2"] and part["y2"]:
        first, second, year = int(part["a2"]), int(part["b2"]), _year(part["y2"])
        return f"{year}-{second:02}-{first:02}" if part["sep2"] == "." else f"{first:02}/{second:02}/{year}"
    for one in "67":
        if (month := part[f"m{one}"]) and (day := part[f"d{one}"]):
            return f"{int(month)}月{int(day)}日"
    if part["y8"]:
        return f"20{part['y8']}-{part['m8']}-{part['d8']}" if (language or "").startswith("zh") else ""
    for one in "15":
        if (year_said := part[f"y{one}"]) and (month := part[f"m{one}"]) and (day := part[f"d{one}"]):
            return f"{_year(year_said)}-{int(month):02}-{int(day):02}"
    for one in "349":
        if (year_said := part[f"y{one}"]) and (word := part[f"w{one}"]) and (day := part[f"d{one}"]):
            number = month_number(word, language)
            return f"{_year(year_said)}-{number:02}-{int(day):02}" if number else ""
    return ""


def _year(text: str) -> int:
    """Return the year; years of the Buddhist calendar (Thailand) are 543 higher, and are converted."""
    year = int(text)
    return year - 543 if year > 2400 else year


def _is_sure(clock: re.Match[str]) -> bool:
    """Whether what was found before a day is really a time of day, and not a number with a full stop."""
    return clock["mark"] != "." or bool(clock["uhr"] or clock["half"])


def _clock(part: dict[str, str | None]) -> tuple[str, str]:
    """Return the time of day and the text of its zone, each "" if there is none."""
    if not part["hour"]:
        return "", ""
    hour, minute, second = (int(part[unit] or 0) for unit in ("hour", "minute", "second"))
    half, before = (part["half"] or "").lower()[:1], part["half_before"]
    if hour < 12 and (half == "p" or before in AFTERNOON_WORDS or (before == NOON_WORD and hour < 11)):
        hour += 12
    elif hour == 12 and (half == "a" or before in MORNING_WORDS):
        hour = 0
    return (f"{hour:02}:{minute:02}:{second:02}", part["zone"] or "") if hour < 24 else ("", "")
