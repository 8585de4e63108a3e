"""Times as sources write them, and what is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archiver.dates import read_time
from archiver.errors import TimeFormatError

BEIJING = ZoneInfo("Asia/Shanghai")
FETCHED = datetime(2026, 8, 19, 10, 0, 30, tzinfo=UTC)  # 18:00:30 in Beijing, a Wednesday


def read(text: str, fetched: datetime = FETCHED) -> tuple[str, str]:
    moment, form = read_time(text, BEIJING, fetched)
    assert moment.tzinfo is BEIJING
    return moment.isoformat(" "), form


@pytest.mark.parametrize(
    ("text", "moment", "form"),
    [
        ("1787123160000", "2026-08-19 15:06:00", "epoch"),
        ("1787123160", "2026-08-19 15:06:00", "epoch"),
        ("2026-08-19 15:06:07", "2026-08-19 15:06:07", "iso"),
        (" 2026-08-19\t", "2026-08-19 00:00:00", "iso"),
        ("2026-08-19T07:06:07Z", "2026-08-19 15:06:07", "iso"),
        ("2026-08-19T15:06:07+08:00", "2026-08-19 15:06:07", "iso"),
        ("2026-08-19 03:06:07-04:00", "2026-08-19 15:06:07", "iso"),
        ("20260819", "2026-08-19 00:00:00", "compact"),
        ("20260819150607", "2026-08-19 15:06:07", "compact"),
        ("202608191506", "2026-08-19 15:06:00", "compact"),
        ("2026年08月19日 17:46", "2026-08-19 17:46:00", "chinese"),
        ("2026年8月9日17时6分5秒", "2026-08-09 17:06:05", "chinese"),
        ("2026年8月9日", "2026-08-09 00:00:00", "chinese"),
        ("08月19日 17:46", "2026-08-19 17:46:00", "chinese"),
        ("08月20日 17:46", "2025-08-20 17:46:00", "chinese"),
        ("08-19 17:46", "2026-08-19 17:46:00", "yearless"),
        ("今天 16:25", "2026-08-19 16:25:00", "day-word"),
        ("昨天 09:00", "2026-08-18 09:00:00", "day-word"),
        ("前天", "2026-08-17 00:00:00", "day-word"),
        ("5分钟前", "2026-08-19 17:55:30", "ago"),
        ("19 小时之前", "2026-08-18 23:00:30", "ago"),
        ("30秒前", "2026-08-19 18:00:00", "ago"),
        ("刚刚", "2026-08-19 18:00:30", "ago"),
        ("Wed, 19 Aug 2026 07:06:07 GMT", "2026-08-19 15:06:07", "dateutil"),
        ("Wed, 19 Aug 2026 15:06:07 +0800", "2026-08-19 15:06:07", "dateutil"),
        ("2026/8/19 15:06", "2026-08-19 15:06:00", "dateutil"),
    ],
)
def test_every_form(text: str, moment: str, form: str) -> None:
    assert read(text) == (moment + "+08:00", form)


@pytest.mark.parametrize(
    ("text", "fetched", "moment"),
    [
        # The zone's New Year, not that of UTC, decides which year it is.
        ("12月31日 23:50", "2025-12-31T16:10:00+00:00", "2025-12-31 23:50:00"),
        ("01月01日 00:05", "2025-12-31T16:10:00+00:00", "2026-01-01 00:05:00"),
        ("01月01日 00:05", "2025-12-31T15:50:00+00:00", "2025-01-01 00:05:00"),
        ("01月01日 18:00", "2026-01-01T01:00:00+08:00", "2026-01-01 18:00:00"),
        ("12-31 23:50", "2026-01-01T00:10:00+08:00", "2025-12-31 23:50:00"),
        ("昨天 23:50", "2025-12-31T16:10:00+00:00", "2025-12-31 23:50:00"),
        ("20分钟前", "2025-12-31T16:10:00+00:00", "2025-12-31 23:50:00"),
        # Of 29 February the last one, which may be eight years ago.
        ("02月29日 12:00", "2024-02-29T12:00:00+08:00", "2024-02-29 12:00:00"),
        ("02月29日 12:00", "2024-02-28T12:00:00+08:00", "2020-02-29 12:00:00"),
        ("02-29 12:00", "2104-02-28T12:00:00+08:00", "2096-02-29 12:00:00"),
    ],
)
def test_what_a_text_leaves_out_is_counted_from_when_it_was_fetched(text: str, fetched: str, moment: str) -> None:
    assert read(text, datetime.fromisoformat(fetched))[0] == moment + "+08:00"


def test_elapsed_time_counts_a_change_of_the_clocks() -> None:
    new_york = ZoneInfo("America/New_York")
    fetched = datetime(2026, 3, 8, 4, 30, tzinfo=new_york)  # the clocks went from 2:00 to 3:00
    assert read_time("3小时前", new_york, fetched)[0].isoformat(" ") == "2026-03-08 00:30:00-05:00"


@pytest.mark.parametrize("local_zone", ["America/Chicago", "Asia/Shanghai", "UTC"])
def test_a_zone_abbreviation_says_the_same_on_every_machine(monkeypatch: pytest.MonkeyPatch, local_zone: str) -> None:
    monkeypatch.setattr(
        "time.tzname", tuple(datetime(2026, 1, 1, tzinfo=ZoneInfo(local_zone)).tzname() or "" for _ in "12")
    )
    assert read("Wed, 19 Aug 2026 15:06:07 CST") == ("2026-08-19 15:06:07+08:00", "dateutil")


NO_WHOLE_DATE = (
    "||17:46|Dec 2021|2021-12|2021|12|Friday|2021-W52|Dec 24|24日|2021年12月|今年|19 Aug|10:00 +0800|无|刚刚开始|null"
)
NO_DATE_THERE_IS = (
    "2026-02-30|02月30日 12:00|13月01日|今天 25:00|昨天 12:60|99999999999999分钟前|0000年1月1日|0001-01-01|"
    "20261301|9999-12-31 23:59:59-12:00|60h08٣999999999999999999999999999999999GMT"
)


@pytest.mark.parametrize("text", [*f"{NO_WHOLE_DATE}|{NO_DATE_THERE_IS}".split("|"), "9" * 5000 + "天前", "1" * 70])
def test_what_names_no_whole_date_is_refused(text: str) -> None:
    with pytest.raises(TimeFormatError, match="time") as error:
        read(text)
    assert text.strip()[:10] in str(error.value)
    assert len(str(error.value)) < 200


moments = st.datetimes(datetime(1992, 1, 1), datetime(2099, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
PAST = timedelta(minutes=1)


@given(moments, st.sampled_from(range(9)))
@settings(deadline=None)
def test_a_time_that_is_written_in_a_form_is_read_back(moment: datetime, form: int) -> None:
    aware = moment.replace(tzinfo=BEIJING)
    epoch = int(aware.timestamp())
    texts = [
        f"{epoch:010}" if epoch >= 10**9 else f"{aware:%Y%m%d%H%M%S}",
        f"{epoch:010}678" if epoch >= 10**9 else f"{aware:%Y-%m-%d %H:%M:%S}",
        f"{aware:%Y-%m-%d %H:%M:%S}",
        aware.isoformat(),
        aware.astimezone(timezone(timedelta(hours=-3, minutes=-30))).isoformat(),
        f"{aware:%Y%m%d%H%M%S}",
        f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M:%S}",
        f"{moment.month:02}月{moment.day:02}日 {moment:%H:%M:%S}",
        format_datetime(aware),
    ]
    assert read_time(texts[form], BEIJING, aware + PAST)[0] == aware


@given(moments, st.integers(0, 10**6))
@settings(deadline=None)
def test_relative_times_are_counted_back(fetched: datetime, seconds: int) -> None:
    aware = fetched.replace(tzinfo=BEIJING)
    assert read_time(f"{seconds}秒前", BEIJING, aware)[0] == aware - timedelta(seconds=seconds)
    assert read_time(f"昨天 {fetched:%H:%M:%S}", BEIJING, aware)[0] == aware - timedelta(days=1)


shards = st.sampled_from(
    "2026 12 24 08 0 9999999999 - / : . T Z W + -0800 ; e inf nan Dec Fri pm GMT CST h 年 月 日 前 天 今天 ² ٣".split()
)
mess = st.lists(shards | st.just(" ") | st.text(max_size=2), max_size=10).map("".join)


@given(st.text() | mess, st.sampled_from(["Asia/Shanghai", "UTC", "America/St_Johns"]))
@settings(max_examples=1000, deadline=None)
@example("60h08٣999999999999999999999999999999999GMT", "UTC")
@example("\ud800", "UTC")
def test_any_text_is_a_time_in_the_zone_or_refused(text: str, name: str) -> None:
    zone = ZoneInfo(name)
    try:
        moment, form = read_time(text, zone, FETCHED)
    except TimeFormatError:
        return
    assert moment.tzinfo is zone
    assert 1000 <= moment.year <= 9999
    assert form
