"""Times that are counted back from now. No I/O."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

NOW_WORDS = frozenset(("刚刚", "刚才", "剛剛", "just now", "now", "たった今", "방금"))
AGO_PATTERN = re.compile(
    r"(\d+|半|an?|one|约半)\s*个?"
    r"(秒钟|秒|分钟|分鐘|分|小时|小時|時間|天|日|周|星期|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w"
    r"|초|분|시간|일)\s*(?:之?前|以前|ago|전)",
    re.IGNORECASE,
)
# Units, by the beginnings of their names.
UNIT_STARTS = (
    (("秒", "s", "초"), "seconds"),
    (("分", "m", "분"), "minutes"),
    (("小", "時", "h", "시"), "hours"),
    (("天", "日", "d", "일"), "days"),
    (("周", "星", "w"), "weeks"),
)


def ago(text: str, now: datetime) -> datetime | None:
    """Return the time that `text` is before `now` (aware): `3小时前`, `an hour ago`; None if it is no such text.

    Months and years are not read, since they are no fixed number of days. Raises OverflowError.
    """
    if text.lower() in NOW_WORDS:
        return now.replace(microsecond=0)
    found = AGO_PATTERN.fullmatch(text)
    if not found:
        return None
    unit = next(unit for beginnings, unit in UNIT_STARTS if found[2].lower().startswith(beginnings))
    number = int(found[1]) if found[1].isdecimal() else 0.5 if "半" in found[1] else 1
    # Elapsed time, not wall-clock time: counted in UTC, so that a change of the clocks in between makes no error.
    return (now.astimezone(UTC) - timedelta(**{unit: number})).replace(microsecond=0)
