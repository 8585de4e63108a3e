"""Times as sources write them, and what is none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archiver.dates import DateOrder, choose_time, read_time, read_written, write_date
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
        ("Wed, 19 Aug 2026 07:06:07 GMT", "2026-08-19 15:06:07", "words"),
        ("Wed, 19 Aug 2026 15:06:07 +0800", "2026-08-19 15:06:07", "words"),
        ("2026/8/19 15:06", "2026-08-19 15:06:00", "numeric"),
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
    assert read("Wed, 19 Aug 2026 15:06:07 CST") == ("2026-08-19 15:06:07+08:00", "words")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-12-24 23:30 GMT+8", "2021-12-24T23:30:00+08:00"),
        ("2021-12-24 23:30 UTC+8", "2021-12-24T23:30:00+08:00"),
        ("2021-12-24 23:30:00 GMT+08:00", "2021-12-24T23:30:00+08:00"),
        ("2021-12-24 23:30 UTC-5", "2021-12-24T23:30:00-05:00"),
        ("GMT+0530 2021-12-24 23:30", "2021-12-24T23:30:00+05:30"),
        ("Fri Dec 24 2021 08:41:07 GMT+0800", "2021-12-24T08:41:07+08:00"),
        ("Fri Dec 24 2021 08:41:07 GMT-0500 (Eastern Standard Time)", "2021-12-24T08:41:07-05:00"),
        ("Fri Dec 24 2021 08:41:07 GMT+0800 (中国标准时间)", "2021-12-24T08:41:07+08:00"),
        ("2021-12-24 08:41:07 +0000 UTC", "2021-12-24T08:41:07+00:00"),
        ("2021-12-24T08:41:07.123+0100", "2021-12-24T08:41:07+01:00"),
        ("2021-12-24T08:41:07+01:00[Europe/Paris]", "2021-12-24T08:41:07+01:00"),
        ("2021-12-24 08:41 Europe/Paris", "2021-12-24T08:41:00+01:00"),
        ("2021-07-24 08:41 Europe/Paris", "2021-07-24T08:41:00+02:00"),
        ("2021-12-24 08:41 EST", "2021-12-24T08:41:00-05:00"),
        ("Dec. 24, 2021 at 8:41 p.m. ET", "2021-12-24T20:41:00-05:00"),
        ("July 24, 2021 at 8:41 p.m. ET", "2021-07-24T20:41:00-04:00"),
        ("2021-12-24 08:41 JST", "2021-12-24T08:41:00+09:00"),
        ("Fri Dec 24 08:41:07 CET 2021", "2021-12-24T08:41:07+01:00"),
        ("2021-12-24 08:41（北京时间）", "2021-12-24T08:41:00+08:00"),
        ("2021-12-24 23:30 GMT 0800", "2021-12-24T23:30:00+08:00"),
        ("Fri Dec 24 2021 23:30:00 GMT 0800 (CST)", "2021-12-24T23:30:00+08:00"),
        ("2021-12-24 23:30 GMT + 8", "2021-12-24T23:30:00+08:00"),
        ("2021-12-24 23:30 UTC - 05:00", "2021-12-24T23:30:00-05:00"),
        ("2021-12-24 23:30 Etc/GMT-8", "2021-12-24T23:30:00+08:00"),
        ("2021-12-24 23:30 Etc/UTC", "2021-12-24T23:30:00+00:00"),
        ("2021-12-24 23:30 (GMT+08:00) Beijing, Chongqing", "2021-12-24T23:30:00+08:00"),
        ("2021-12-24 23:30 Beijing Time", "2021-12-24T23:30:00+08:00"),
        ("2021-12-24 23:30 Eastern Standard Time", "2021-12-24T23:30:00-05:00"),
        ("2021-12-24+02:00", "2021-12-24T00:00:00+02:00"),
        ("20211224T084107Z", "2021-12-24T08:41:07+00:00"),
    ],
)
def test_zones_are_what_everybody_means_by_them(text: str, moment: str) -> None:
    assert read_time(text, ZoneInfo("America/St_Johns"), FETCHED).moment == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("name", "zone", "offset"),
    [("CST", "Asia/Shanghai", 8), ("CST", "America/Chicago", -6), ("CST", "UTC", -6), ("IST", "Asia/Kolkata", 5.5)],
)
def test_a_zone_that_is_the_sources_own_comes_first(name: str, zone: str, offset: float) -> None:
    moment = read_time(f"2021-12-24 08:41 {name}", ZoneInfo(zone), FETCHED).moment
    assert moment == datetime(2021, 12, 24, 8, 41, tzinfo=timezone(timedelta(hours=offset)))


@pytest.mark.parametrize(
    "zone",
    [
        *("XYZ", "IST", "A", "GMT+25", "+1430", "+080543", "UTC+8:75", "Mars/Olympus", "../etc/passwd", "火星时间"),
        *("GMT 8", "GMT blah", "JST 0800", "CET CEST 2", "Etc/GMT-88", "UTC ++8"),
    ],
)
def test_a_zone_that_is_not_understood_is_not_ignored(zone: str) -> None:
    with pytest.raises(TimeFormatError):
        read(f"2021-12-24 08:41 {zone}")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021年12月24日 下午3:05", "2021-12-24 15:05:00"),
        ("2021年12月24日下午3时5分", "2021-12-24 15:05:00"),
        ("2021年12月24日 下午3点", "2021-12-24 15:00:00"),
        ("2021/12/24 上午 08:41:07", "2021-12-24 08:41:07"),
        ("2021-12-24 上午12:05", "2021-12-24 00:05:00"),
        ("2021-12-24 下午12:05", "2021-12-24 12:05:00"),
        ("2021-12-24 下午15:05", "2021-12-24 15:05:00"),
        ("2021-12-24 晚上8:05", "2021-12-24 20:05:00"),
        ("2021-12-24 晚上12:05", "2021-12-25 00:05:00"),
        ("2021-12-24 凌晨2:05", "2021-12-24 02:05:00"),
        ("2021-12-24 中午1:05", "2021-12-24 13:05:00"),
        ("2021年12月24日 星期五 15:05", "2021-12-24 15:05:00"),
        ("2021-12-24（五）15:05", "2021-12-24 15:05:00"),
        ("2021年12月24日 周五", "2021-12-24 00:00:00"),
        ("2021年12月24日（金曜日）午後3時5分", "2021-12-24 15:05:00"),
        ("2021. 12. 24. 오후 3:05", "2021-12-24 15:05:00"),
        ("二〇二一年十二月二十四日", "2021-12-24 00:00:00"),
        ("２０２１年１２月２４日　１５：０５", "2021-12-24 15:05:00"),
        ("民國110年12月24日", "2021-12-24 00:00:00"),
        ("12/24/2021 3:05 PM", "2021-12-24 15:05:00"),
        ("24/12/2021 12:05 am", "2021-12-24 00:05:00"),
        ("24.12.2021 um 14.30 Uhr", "2021-12-24 14:30:00"),
        ("24 décembre 2021 à 14h30", "2021-12-24 14:30:00"),
        ("viernes, 24 de diciembre de 2021", "2021-12-24 00:00:00"),
        ("24 декабря 2021 г., 15:05", "2021-12-24 15:05:00"),
        ("December 24th, 2021", "2021-12-24 00:00:00"),
        ("Friday, 24-Dec-21 08:41:07", "2021-12-24 08:41:07"),
        ("2021-12-24 24:00:00", "2021-12-25 00:00:00"),
        ("2021-12-24 08:40:60", "2021-12-24 08:41:00"),
        ("2021-12-31 23:59:60", "2022-01-01 00:00:00"),
        ("/Date(1640306467000)/", "2021-12-24 08:41:07"),
        ("\\/Date(1640306467000+0800)\\/", "2021-12-24 08:41:07"),
        ("1640306467.5", "2021-12-24 08:41:07"),
        ("1640306467000000", "2021-12-24 08:41:07"),
        ("1.640306467E9", "2021-12-24 08:41:07"),
        ("半小时前", "2026-08-19 17:30:30"),
        ("3 hours ago", "2026-08-19 15:00:30"),
        ("an hour ago", "2026-08-19 17:00:30"),
        ("2周前", "2026-08-05 18:00:30"),
        ("Yesterday at 9:05", "2026-08-18 09:05:00"),
        ("昨天 下午3:05", "2026-08-18 15:05:00"),
        ("昨日 24:00", "2026-08-19 00:00:00"),
        # What programs write: marks of direction, zones behind offsets (RFC 9557), any number of digits.
        ("\u200e2021\u200e-\u200e12\u200e-\u200e24\u200f \u200e08:41\u200f", "2021-12-24 08:41:00"),
        ("\ufeff2021-12-24\u00ad 08:41", "2021-12-24 08:41:00"),
        ("2021-12-24T00:41:07Z[Asia/Shanghai][u-ca=gregory]", "2021-12-24 08:41:07"),
        ("2021-12-24T01:41:07.5+01:00[Europe/Paris]", "2021-12-24 08:41:07"),
        ("2021-12-24T00:41:07.123456789012Z", "2021-12-24 08:41:07"),
    ],
)
def test_times_as_people_write_them(text: str, moment: str) -> None:
    assert read(text)[0] == moment + "+08:00"


@pytest.mark.parametrize(
    "text", ["上午13:05", "晚上1:05", "中午5:05", "24:01", "24:00:01", "25:00", "12:60", "12:05:61"]
)
def test_a_time_of_day_that_is_none_or_two_is_refused(text: str) -> None:
    with pytest.raises(TimeFormatError, match="no time of day"):
        read(f"2021-12-24 {text}")


AMBIGUOUS = [
    ("05/06/2021", {"dmy": "2021-06-05", "mdy": "2021-05-06"}),
    ("05-06-2021 08:41", {"dmy": "2021-06-05", "mdy": "2021-05-06"}),
    ("5.6.2021", {"dmy": "2021-06-05", "mdy": "2021-05-06"}),
    ("11-12-13", {"ymd": "2011-12-13", "dmy": "2013-12-11", "mdy": "2013-11-12"}),
    ("05/06 08:41", {"ymd": "2026-05-06", "dmy": "2026-06-05", "mdy": "2026-05-06"}),
]


@pytest.mark.parametrize(("text", "days"), AMBIGUOUS)
def test_what_cannot_be_told_apart_is_not_guessed(text: str, days: dict[DateOrder, str]) -> None:
    with pytest.raises(TimeFormatError, match=r"it may be .* or .*date_order"):
        read(text)
    for order, day in days.items():
        assert str(read_time(text, BEIJING, FETCHED, order=order).moment.date()) == day
        known = date.fromisoformat(day)
        assert read_time(text, BEIJING, FETCHED, day=known).moment.date() == known
        listed = datetime.fromisoformat(f"{day}T09:00+08:00")
        assert read_time(text, BEIJING, FETCHED, near=[FETCHED, listed]).moment.date() == known


def test_a_day_of_the_week_tells_two_readings_apart() -> None:
    assert read("Thursday 05/06/2021") == ("2021-05-06 00:00:00+08:00", "numeric")
    assert read("05/06/2021 星期六") == ("2021-06-05 00:00:00+08:00", "numeric")
    assert read("Monday 24/12/2021")[0] == "2021-12-24 00:00:00+08:00"  # it was a Friday: sources are wrong about it


def test_a_declared_order_is_held_to() -> None:
    with pytest.raises(TimeFormatError, match="no day in the order dmy"):
        read_time("12/24/2021", BEIJING, FETCHED, order="dmy")


PLACEHOLDERS = "1900-01-01 00:00:00|1970-01-01 08:00:00|1970-01-01|1969-12-31T19:00:00-05:00|0|1899-12-30|/Date(0)/"
IMPOSSIBLE = "9999-12-31 23:59:59|0001-01-01T00:00:00|1604-01-01|2199-01-01|2027-08-21"


@pytest.mark.parametrize("text", f"{PLACEHOLDERS}|{IMPOSSIBLE}".split("|"))
def test_what_computers_write_for_no_time_is_not_believed(text: str) -> None:
    with pytest.raises(TimeFormatError, match="cannot be read: it is"):
        read(text)


def test_what_the_id_contradicts_is_not_believed() -> None:
    day = date(2021, 12, 24)
    for text in ("2012-12-24 08:41:00", "1640306467000000000000", "2022-01-25", "1970-01-01", "20110506"):
        with pytest.raises(TimeFormatError):
            read_time(text, BEIJING, FETCHED, day=day)
    assert read_time("2022-01-24 08:41", BEIJING, FETCHED, day=day).moment.day == 24
    # It fills in what a text leaves out, too.
    assert read_time("12-25 08:41", BEIJING, FETCHED, day=day).moment.date() == date(2021, 12, 25)
    assert read_time("01月02日", BEIJING, FETCHED, day=day).moment.date() == date(2022, 1, 2)
    assert read_time("Dec 25, 08:41", BEIJING, FETCHED, day=day).moment.date() == date(2021, 12, 25)
    # The first day of a computer's count is a day like others, to an article of that day.
    assert read_time("1970-01-01 10:00", BEIJING, FETCHED, day=date(1970, 1, 1)).moment.year == 1970


def test_a_capture_of_unknown_date_makes_no_article_too_late() -> None:
    assert read("2026-08-19 15:06:07", datetime(1970, 1, 1, tzinfo=UTC))[0] == "2026-08-19 15:06:07+08:00"


def test_the_first_time_that_can_be_believed_counts() -> None:
    said = [("1970-01-01 08:00:00", "page:date"), ("", "page:more"), ("2021-12-24 08:41:07", "listing")]
    chosen = choose_time(said, BEIJING, FETCHED)
    assert (f"{chosen.moment}", chosen.text, chosen.rule, chosen.form) == (
        "2021-12-24 08:41:07+08:00",
        "2021-12-24 08:41:07",
        "listing",
        "iso",
    )
    chosen = choose_time([("05/06/2021 08:41", "page:date"), ("2021-06-04 10:00", "listing")], BEIJING, FETCHED)
    assert (f"{chosen.moment}", chosen.rule) == ("2021-06-05 08:41:00+08:00", "page:date")
    with pytest.raises(TimeFormatError, match="9999"):
        choose_time([("9999-12-31", "page:date"), ("05/06/2021", "listing")], BEIJING, FETCHED)
    with pytest.raises(TimeFormatError, match="no time"):
        choose_time([("", "page:date")], BEIJING, FETCHED)


@given(st.datetimes(datetime(1605, 1, 2), datetime(2200, 12, 30)), st.sampled_from(sorted(available_timezones())))
@settings(deadline=None)
def test_a_date_that_is_written_is_read_back(moment: datetime, name: str) -> None:
    written = write_date(moment.replace(tzinfo=ZoneInfo(name), microsecond=0))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}", written)
    read_back = read_written(written)
    assert read_back is not None
    assert read_back.replace(tzinfo=None) == moment.replace(microsecond=0)
    assert write_date(read_back) == written


@pytest.mark.parametrize("text", ["", "2022-02-31 18:06:02 +0800", "9999-12-31", "1604-12-31", "2021-12-24 8:41", "x"])
def test_a_date_of_a_post_is_one(text: str) -> None:
    assert read_written(text) is None


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
    offset = moment.replace(tzinfo=zone).utcoffset()
    assert moment.tzinfo is zone or (offset and offset.total_seconds() % 60)
    assert 1605 <= moment.year <= 2027
    assert form
