"""The time of day in a text. No I/O."""

from __future__ import annotations

import re
from datetime import timedelta, tzinfo
from typing import NamedTuple

from archiver.dates.zones import OFFSET_EXPRESSION, offset_of
from archiver.errors import TimeFormatError

MORNING_WORDS = ("am", "a.m", "上午", "午前", "早上", "早晨", "清晨", "早间", "凌晨", "오전")
AFTERNOON_WORDS = ("pm", "p.m", "下午", "午後", "午后", "傍晚", "오후")
EVENING_WORDS = ("晚上", "晚间", "夜里", "夜间", "深夜", "晚")
NOON_WORDS = ("中午",)
ENGLISH_EXPRESSION = r"(?<![^\W\d_])(?:[ap]m|[ap]\.m\.?)(?![^\W\d_])"
PERIOD_EXPRESSION = "|".join(
    word
    for word in sorted((*MORNING_WORDS, *AFTERNOON_WORDS, *EVENING_WORDS, *NOON_WORDS), key=len, reverse=True)
    if not word.isascii()
)
PART_OF_DAY_EXPRESSION = rf"(?:{ENGLISH_EXPRESSION}|{PERIOD_EXPRESSION})"
CLOCK_PATTERN = re.compile(
    rf"(?:(?P<before>{PART_OF_DAY_EXPRESSION})\s*)?(?:(?<=\d)T)?(?<![\d+\-\u2212:.])"
    r"(?P<hour>\d{1,2})(?:"
    r":(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,]\d{1,30})?)?"
    r"|\s?[时時点點시]\s?(?:(?P<cjk_minute>\d{1,2})\s?[分분:]?\s?(?:(?P<cjk_second>\d{1,2})\s?[秒초]?)?|整)?"
    r"|h(?P<french>\d{2})(?![\d\w])"
    rf"|\.(?P<dotted>\d{{2}})(?=\s*(?:uhr|{PART_OF_DAY_EXPRESSION}))"
    rf"|(?=\s?(?:am|pm|a\.m|p\.m)\b)"
    rf")(?:\s*(?P<after>{PART_OF_DAY_EXPRESSION}))?(?!\d)(?:\s*{OFFSET_EXPRESSION})?",
    re.IGNORECASE,
)


class Clock(NamedTuple):
    """A time of day, counted from midnight (24:00 is a whole day); the zone that follows it; and the text around it."""

    time: timedelta
    zone: tzinfo | None
    rest: str


def take_clock(text: str) -> Clock:
    """Return the first time of day in `text`, or midnight if there is none. Raises TimeFormatError for an impossible
    one."""
    found = CLOCK_PATTERN.search(text)
    if not found:
        return Clock(timedelta(0), None, text)
    part = (found["before"] or found["after"] or "").lower().rstrip(".")
    hour = _hour(int(found["hour"]), part)
    minute = int(found["minute"] or found["cjk_minute"] or found["french"] or found["dotted"] or 0)
    second = int(found["second"] or found["cjk_second"] or 0)
    # 24:00 is the end of a day (ISO 8601). Second 60 is a leap second, or more often comes from a clock that rounds up.
    if (
        hour is None
        or minute > 59
        or second > 60
        or ((hour, minute, second) > (24, 0, 0) and part not in EVENING_WORDS)
    ):
        raise TimeFormatError(f"{found[0].strip()!r} is no time of day")
    zone = offset_of(found) if found["sign"] else None
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    return Clock(timedelta(hours=hour, minutes=minute, seconds=second), zone, rest)


def _hour(hour: int, part: str) -> int | None:
    """Return the hour of the day that `hour` means in a part of the day; None if it means none, or more than one."""
    if hour > 24 or not part:
        return hour if hour <= 24 else None
    if part in MORNING_WORDS:
        return hour % 12 if hour <= 12 else None
    if hour >= 13:  # 下午15:05
        return hour
    if part in AFTERNOON_WORDS:
        return hour % 12 + 12
    if part in NOON_WORDS:
        return hour if hour in (11, 12) else hour + 12 if 1 <= hour <= 3 else None
    # 晚上12点 is the end of the day; 晚上1点 may be the next one's.
    return hour + 12 if hour >= 5 else None
