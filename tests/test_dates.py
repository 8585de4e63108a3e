"""Times in every form that sources write them in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.dates import read_time
from archiver.errors import TimeFormatError

BEIJING = ZoneInfo("Asia/Shanghai")
FETCHED = datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)  # five past noon in Beijing

moments = st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=BEIJING)
)


def read(text: str, fetched: datetime = FETCHED) -> str:
    """Return what `text` is read as, without its zone, which must be Beijing's."""
    moment, _ = read_time(text, BEIJING, fetched)
    assert moment.utcoffset() == timedelta(hours=8)
    return moment.replace(tzinfo=None).isoformat(" ")


@pytest.mark.parametrize(
    ("text", "expected", "form"),
    [
        ("2021-12-24 08:41:07", "2021-12-24 08:41:07", "iso"),
        ("2021-12-24 08:41", "2021-12-24 08:41:00", "iso"),
        ("2021-12-24", "2021-12-24 00:00:00", "iso"),
        ("2021-12-24T00:41:07Z", "2021-12-24 08:41:07", "iso"),
        ("2021-12-24T01:41:07+01:00", "2021-12-24 08:41:07", "iso"),
        ("1660902380000", "2022-08-19 17:46:20", "epoch"),
        ("1660902380", "2022-08-19 17:46:20", "epoch"),
        ("2026年08月19日 17:46", "2026-08-19 17:46:00", "chinese"),
        ("2026年8月9日17时46分30秒", "2026-08-09 17:46:30", "chinese"),
        ("08月19日 17:46", "2026-08-19 17:46:00", "chinese"),
        ("08-19 17:46", "2026-08-19 17:46:00", "yearless"),
        ("今天 16:25", "2026-11-22 16:25:00", "day-word"),
        ("昨天 09:00", "2026-11-21 09:00:00", "day-word"),
        ("前天 09:00:01", "2026-11-20 09:00:01", "day-word"),
        ("5分钟前", "2026-11-22 12:00:06", "ago"),
        ("30 秒前", "2026-11-22 12:04:36", "ago"),
        ("13小时前", "2026-11-21 23:05:06", "ago"),
        ("2天前", "2026-11-20 12:05:06", "ago"),
        ("刚刚", "2026-11-22 12:05:06", "ago"),
        ("20220531", "2022-05-31 00:00:00", "compact"),
        ("20220531174620", "2022-05-31 17:46:20", "compact"),
        ("2021/12/24 08:41", "2021-12-24 08:41:00", "dateutil"),
        ("Fri, 24 Dec 2021 00:41:07 +0000", "2021-12-24 08:41:07", "dateutil"),
        ("Dec 24, 2021 8:41 CST", "2021-12-24 08:41:00", "dateutil"),
        ("  2021-12-24 08:41:07\n", "2021-12-24 08:41:07", "iso"),
    ],
)
def test_forms(text: str, expected: str, form: str) -> None:
    assert read(text) == expected
    assert read_time(text, BEIJING, FETCHED)[1] == form


@pytest.mark.parametrize(
    ("text", "fetched", "expected"),
    [
        ("12月31日 23:50", datetime(2027, 1, 1, 1, 0, tzinfo=BEIJING), "2026-12-31 23:50:00"),
        ("01月01日 00:10", datetime(2026, 12, 31, 16, 30, tzinfo=UTC), "2027-01-01 00:10:00"),
        ("01月01日 18:00", datetime(2027, 1, 1, 1, 0, tzinfo=BEIJING), "2027-01-01 18:00:00"),
        ("02月29日 10:00", datetime(2026, 11, 22, tzinfo=UTC), "2024-02-29 10:00:00"),
        ("02月29日 10:00", datetime(2103, 3, 1, tzinfo=UTC), "2096-02-29 10:00:00"),
        ("昨天 23:00", datetime(2026, 11, 21, 16, 30, tzinfo=UTC), "2026-11-21 23:00:00"),
    ],
)
def test_what_is_missing_is_counted_from_the_fetch_in_the_sources_zone(
    text: str, fetched: datetime, expected: str
) -> None:
    assert read(text, fetched) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "17:46",
        "Dec 2021",
        "Friday",
        "12",
        "2021-13-01",
        "2026年2月30日",
        "0000-00-00 00:00:00",
        "30月30日",
        "昨天 25:00",
    ],
)
def test_what_is_no_whole_date_is_refused(text: str) -> None:
    with pytest.raises(TimeFormatError, match="not a time in a known form"):
        read_time(text, BEIJING, FETCHED)


@given(moments)
def test_a_time_is_read_as_it_was_written(moment: datetime) -> None:
    plain = moment.strftime("%Y-%m-%d %H:%M:%S")
    assert read(plain) == plain
    assert read(moment.strftime("%Y年%m月%d日 %H:%M:%S")) == plain
    assert read(moment.astimezone(ZoneInfo("America/New_York")).isoformat()) == plain
    if moment.year > 2001:  # from then on, epoch times have ten digits
        assert read(f"{moment.timestamp():.0f}") == plain
        assert read(f"{moment.timestamp() * 1000:.0f}") == plain


@given(st.text() | st.text("0123456789-:/. 年月日时分秒今天昨前小T+Zamp,"))
def test_any_text_is_a_time_or_an_error(text: str) -> None:
    try:
        moment, form = read_time(text, BEIJING, FETCHED)
    except TimeFormatError:
        return
    assert moment.tzinfo is BEIJING
    assert form
