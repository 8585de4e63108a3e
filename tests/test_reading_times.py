"""When a page says its article was published: written in any way, in which zone, and what is not believed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.dates.likely_zone import COUNTRIES_OF_ZONE, likely_zone
from archiver.reading.metadata.address_day import address_day
from archiver.reading.metadata.dateline import written_times
from tests.reading_pages import FETCHED, ld, meta, read


def published(head: str = "", body: str = "", **of_page: object) -> str:
    value = read(head, body, **of_page).published.value  # type: ignore[arg-type]
    return value.isoformat(" ", "minutes") if value else ""


@pytest.mark.parametrize(
    ("line", "text", "clock"),
    [
        ("By Ann Bee 14:00, 28 Apr 2024 | comments", "2024-04-28 14:00:00", True),
        ("Ann Bee 11:00 AM PDT • May 16, 2024", "2024-05-16 11:00:00", True),
        ("05. November 2024 15:36 Uhr 3 Min", "2024-11-05 15:36:00", True),
        ("发布时间：2019-09-08 00:20:11　来源：晨报", "2019-09-08 00:20:11", True),
        ("2026年08月19日 17:46", "2026-08-19 17:46:00", True),
        ("2026年8月9日下午5时06分", "2026-08-09 17:06:00", True),
        ("2026. 1. 29. 오후 6:40", "2026-01-29 18:40:00", True),
        ("2025年1月13日 21時37分", "2025-01-13 21:37:00", True),
        ("28.04.2023-19:20", "2023-04-28 19:20:00", True),
        ("le 30 avril 2024 à 16h00", "2024-04-30 16:00:00", True),
        ("13 de enero de 2025 10:22", "2025-01-13 10:22:00", True),
        ("17 мая 2021, 12:30", "2021-05-17 12:30:00", True),
        ("13 ม.ค. 2568", "2025-01-13", False),
        ("Friday, December 19, 2025", "2025-12-19", False),
        ("12:05 AM, 3 March 2025", "2025-03-03 00:05:00", True),
        ("08-19 17:46", "8月19日 17:46:00", True),
        ("05/06/2021 at 9.30 pm", "05/06/2021 21:30:00", True),
    ],
)
def test_days_and_times_in_a_line(line: str, text: str, clock: bool) -> None:
    assert [(found.text, found.clock) for found in written_times(line)] == [(text, clock)]


@pytest.mark.parametrize(
    "line", ["", "Call 030 2024 1234", "Room 12:30", "Version 2.10.2024b", "2024", "In 2024 we saw 3"]
)
def test_lines_that_say_no_day(line: str) -> None:
    assert list(written_times(line)) == []


@given(st.text(alphabet="0123456789年月日:-/. ,AMPmayd", max_size=80))
def test_any_line_is_read_and_what_is_found_stands_in_it(line: str) -> None:
    for found in written_times(line):
        assert 0 <= found.begin < found.end <= len(line)


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2026/11/01/story", date(2026, 11, 1)),
        ("/2026/1/9/story", date(2026, 1, 9)),
        ("/news/20261101/story.html", date(2026, 11, 1)),
        ("/2026-11-01-story", date(2026, 11, 1)),
        ("/2026/nov/01/story", date(2026, 11, 1)),
        ("/politik/202611/01/story", date(2026, 11, 1)),
        ("/article/A2026110114320005196", date(2026, 11, 1)),
        ("/2026/11/story", None),
        ("/2026/13/01/story", None),
        ("/s/5-95-2070077", None),
        ("/120261101/story", None),
        ("/1850/11/01/story", None),
    ],
)
def test_the_day_that_an_address_names(path: str, day: date | None) -> None:
    assert address_day(path) == day


@pytest.mark.parametrize(
    ("host", "language", "zone"),
    [
        ("www.zeitung.de", "en-US", "Europe/Berlin"),
        ("news.example.com", "de", "Europe/Berlin"),
        ("news.example.com", "de-AT", "Europe/Vienna"),
        ("news.example.co.uk", "en", "Europe/London"),
        ("news.example.tv", "en-GB", "Europe/London"),
        ("news.example.com", "en", "America/New_York"),
        ("news.example.cn", None, "Asia/Shanghai"),
        ("news.example", None, "UTC"),
        ("", None, "UTC"),
    ],
)
def test_the_likely_zone(host: str, language: str | None, zone: str) -> None:
    assert likely_zone(host, language).zone.key == zone


def test_every_zone_exists_and_no_country_has_two() -> None:
    countries = [country for names in COUNTRIES_OF_ZONE.values() for country in names.split()]
    assert len(countries) == len(set(countries))
    assert {likely_zone(f"a.{country}", None).zone.key for country in countries} <= set(COUNTRIES_OF_ZONE) | {"UTC"}


def test_a_time_with_a_zone_is_given_in_it() -> None:
    assert published(ld(datePublished="2026-11-01T09:30:00-05:00")) == "2026-11-01 09:30-05:00"


def test_a_time_in_utc_is_given_on_the_clocks_of_a_site_whose_zone_is_sure() -> None:
    head = ld(datePublished="2026-11-01T22:30:00Z")
    assert published(head, address="https://www.blatt.de/a") == "2026-11-01 23:30+01:00"
    assert published(head, address="https://www.news.com/a") == "2026-11-01 22:30+00:00"


def test_a_time_without_a_zone_is_in_that_of_the_country() -> None:
    found = read(ld(datePublished="2026-07-01 09:30"), address="https://www.blatt.at/a").published
    assert found.value == datetime(2026, 7, 1, 7, 30, tzinfo=UTC)
    assert found.rule == "json-ld datePublished, zone of .at"


def test_a_time_without_a_zone_is_in_that_of_another_time_of_the_page() -> None:
    head = ld(datePublished="2026-07-01 09:30") + meta(article__modified_time="2026-07-01T10:00:00-03:00")
    found = read(head, address="https://www.news.com/a", lang="en").published
    assert found.value == datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
    assert found.rule == "json-ld datePublished, zone of meta article:modified_time"


def test_cst_is_of_beijing_on_a_chinese_page_only() -> None:
    body = "<h1>大桥今天通车</h1><p>2026-11-01 09:30 CST</p>" + "<p>大桥今天上午正式通车，市民表示十分高兴。</p>" * 20
    assert published("", body, lang="zh-CN", address=None) == "2026-11-01 09:30+08:00"


@pytest.mark.parametrize(
    ("name", "offset"), [("EST", "-05:00"), ("IST", "+05:30"), ("GMT+8", "+08:00"), ("CET", "+01:00")]
)
def test_zones_are_what_everybody_means(name: str, offset: str) -> None:
    assert published("", f"<h1>Bridge</h1><p>13 January 2026, 9:37 PM {name}</p>")[-6:] == offset


def test_the_time_of_day_is_taken_from_where_it_is_said() -> None:
    head = ld(datePublished="2026-11-01")
    found = read(head, "<h1>Bridge</h1><p>1 November 2026, 14:05</p>", address="https://www.paper.co.uk/a")
    assert str(found.published.value) == "2026-11-01 14:05:00+00:00"
    assert not found.published_day_only


def test_a_day_without_a_time_of_day_is_its_beginning_and_said_to_be_a_day_only() -> None:
    found = read(ld(datePublished="2026-11-01T00:00:00.000Z"), address="https://www.blatt.de/a")
    assert str(found.published.value) == "2026-11-01 00:00:00+01:00"
    assert found.published_day_only
    assert found.published.rule.endswith("day only")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("2026-11-21T18:00:00Z", "after the page was fetched"),
        ("1970-01-02T00:00:00Z", "before there was a web"),
        ("2026-10-01T09:30:00Z", "the address says 2026-11-01"),
    ],
)
def test_what_cannot_be_is_not_believed(said: str, reason: str) -> None:
    found = read(ld(datePublished=said), address="https://www.paper.example/2026/11/01/bridge").published
    assert found.rule.startswith("address")
    assert [lost.reason for lost in found.lost] == [reason]


def test_the_time_of_a_change_is_another() -> None:
    found = read(ld(datePublished="2026-11-01T09:30:00Z", dateModified="2026-11-02T10:00:00Z"))
    assert (str(found.published.value)[:10], str(found.modified.value)[:10]) == ("2026-11-01", "2026-11-02")


def test_no_change_comes_before_the_publication() -> None:
    found = read(ld(datePublished="2026-11-01T09:30:00Z", dateModified="2026-10-01T10:00:00Z")).modified
    assert (found.value, [lost.reason for lost in found.lost]) == (None, ["before it was published"])


def test_the_offset_of_another_time_goes_before_a_zone_that_is_guessed_but_not_of_another_season() -> None:
    head = ld(datePublished="2026-07-01 09:30") + meta(article__modified_time="2026-11-01T10:00:00-03:00")
    assert published(head, address="https://www.news.com/a", lang="en") == "2026-07-01 09:30-04:00"


def test_a_time_that_is_not_believed_says_no_zone() -> None:
    head = ld(datePublished="2026-07-01 09:30") + meta(article__modified_time="1971-06-01T10:00:00-03:00")
    assert published(head, address="https://www.news.com/a", lang="en") == "2026-07-01 09:30-04:00"


@pytest.mark.parametrize("label", ["Updated: <b>{}</b>", "<i>Updated:</i> <b>{}</b>"])
def test_what_a_time_is_of_may_be_said_by_the_element_around_or_before_it(label: str) -> None:
    found = read("", f"<h1>Bridge</h1><p>{label.format('3 November 2026')}</p><p>1 November 2026</p>")
    assert (str(found.published.value)[:10], str(found.modified.value)[:10]) == ("2026-11-01", "2026-11-03")


def test_the_same_time_on_the_clock_says_the_zone_even_where_the_countrys_is_sure() -> None:
    head = ld(datePublished="2026-07-01 09:30") + meta(article__published_time="2026-07-01T09:30:00+05:00")
    assert published(head, address="https://www.blatt.de/a") == "2026-07-01 09:30+05:00"


def test_a_page_that_only_says_when_it_was_changed_is_of_then() -> None:
    found = read("", "<h1>Bridge</h1><p>Last updated: 2 November 2026, 10:15</p>")
    assert found.published.value == found.modified.value
    assert found.published.rule.startswith("the only time that the page says")


def test_the_dateline_beside_the_heading_wins_over_those_of_others() -> None:
    body = (
        '<div class="related"><p>19 November 2026 08:00</p></div><h1>Bridge opens at last</h1>'
        "<p>1 November 2026 14:05</p><p>Text.</p><aside>18 November 2026 08:00</aside>"
    )
    assert published("<title>Bridge opens at last</title>", body)[:16] == "2026-11-01 14:05"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("今天 09:30", "2026-11-20 09:30+08:00"),
        ("昨天 09:30", "2026-11-19 09:30+08:00"),
        ("5分钟前", "2026-11-20 19:55+08:00"),
        ("08月19日 17:46", "2026-08-19 17:46+08:00"),
    ],
)
def test_what_is_said_from_the_day_of_reading_counts_from_when_the_page_was_fetched(line: str, wanted: str) -> None:
    body = f"<h1>大桥今年通车</h1><span>{line}</span>"
    assert published("", body, lang="zh-CN") == wanted
    assert published("", body, lang="zh-CN", fetched=None) == ""


@pytest.mark.parametrize(
    ("language", "address", "wanted"),
    [
        ("en-US", "https://www.news.com/a", "2026-05-06"),
        ("en-GB", "https://www.news.com/a", "2026-06-05"),
        ("de", "https://www.news.com/a", "2026-06-05"),
        ("en", "https://www.news.com/a", ""),
        ("en", "https://www.news.com/2026/06/05/a", "2026-06-05"),
    ],
)
def test_a_day_in_numbers_is_read_as_the_language_writes_it_or_not_guessed(
    language: str, address: str, wanted: str
) -> None:
    body = "<h1>Bridge</h1><p>05/06/2026</p>"
    assert published("", body, lang=language, address=address)[:10] == wanted


@given(
    st.datetimes(datetime(1960, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M", "%d.%m.%Y, %H:%M Uhr", "%Y年%m月%d日 %H:%M"]),
    st.booleans(),
)
def test_no_time_lies_after_the_page_was_fetched_nor_before_the_web(when: datetime, form: str, shown: bool) -> None:
    text = when.strftime(form)
    found = read(
        "" if shown else ld(datePublished=text, dateModified=text), f"<h1>Bridge</h1><p>{text}</p>" if shown else ""
    )
    for value in (found.published.value, found.modified.value):
        assert value is None or (value.tzinfo and value.year >= 1991 and (value - FETCHED).total_seconds() < 86_400)


VIDEO = '<div itemscope itemtype="https://schema.org/VideoObject"><meta itemprop="uploadDate" content="{}">{}</div>'


def test_what_the_page_shows_goes_before_the_time_of_a_video() -> None:
    body = f"<h1>Bridge</h1><p>1 November 2026</p>{VIDEO.format('2026-10-09T08:00:00Z', '')}"
    assert published("", body)[:10] == "2026-11-01"


def test_the_time_of_a_video_gives_the_clock_of_the_day_that_the_page_shows() -> None:
    body = f"<h1>Bridge</h1><p>1 November 2026</p>{VIDEO.format('2026-11-01T08:00:00Z', '')}"
    assert published("", body) == "2026-11-01 08:00+00:00"


@pytest.mark.parametrize(("name", "wanted"), [("Bridge opens", "2026-10-09"), ("How to bake", ""), ("", "2026-10-09")])
def test_a_video_dates_only_a_page_that_is_about_it(name: str, wanted: str) -> None:
    named = f'<meta itemprop="name" content="{name}">' if name else ""
    body = f"<h1>Bridge opens</h1>{VIDEO.format('2026-10-09T08:00:00Z', named)}"
    found = read("<title>Bridge opens - Paper</title>", body).published
    assert str(found.value or "")[:10] == wanted
    assert [lost.reason for lost in found.lost] == ([] if wanted else ["of a video with another title than the page"])


def test_the_only_day_on_a_page_is_taken_even_from_beside_the_article() -> None:
    beside = "<h1>Bridge opens</h1><aside><time>1 November 2026</time></aside>"
    assert published("", beside)[:10] == "2026-11-01"
    assert published("", beside + "<aside><time>2 November 2026</time></aside>") == ""


def test_of_several_headings_the_one_that_the_title_speaks_of_is_where_the_article_begins() -> None:
    body = (
        "<h1>All of yesterday</h1><p>3 November 2026 10:00</p><p>Text.</p><p>Text.</p><p>Text.</p>"
        "<h1>Bridge opens at last</h1><p>1 November 2026 14:05</p>"
    )
    assert published("<title>Bridge opens at last - Paper</title>", body)[:16] == "2026-11-01 14:05"


def test_the_part_within_which_the_heading_stands_is_the_articles_whatever_it_is_called() -> None:
    body = (
        "<aside><h1>Bridge opens</h1><p>1 November 2026 14:05</p></aside><p>2 November 2026 08:00</p>"
        "<aside><p>3 November 2026 08:00</p></aside>"
    )
    assert published("", body)[:16] == "2026-11-01 14:05"


@pytest.mark.parametrize(
    "script",
    [
        'var publish_time = "2026-11-01 09:30";',
        '{"publishTime":"2026-11-01 09:30"}',
        '{\\"deployDt\\":\\"2026.11.01 09:30\\"}',
        'ct = "1793525400";',
    ],
)
def test_a_time_that_only_a_script_has_is_the_last_that_is_taken(script: str) -> None:
    head = f"<script>{script}</script>"
    assert published(head, "<h1>Bridge</h1>")[:16] == "2026-11-01 09:30"
    assert published(head, "<h1>Bridge</h1><p>2 November 2026 10:00</p>")[:16] == "2026-11-02 10:00"


@pytest.mark.parametrize(
    "script", ['x = "2026-11-01 09:30"', '{"updateTime":"2026-11-01 09:30"}', "direct = 1793525400"]
)
def test_other_times_in_scripts_are_none_of_publication(script: str) -> None:
    assert published(f"<script>{script}</script>", "<h1>Bridge</h1>") == ""


def test_a_time_in_an_attribute_that_scripts_read() -> None:
    assert published("", '<h1>Bridge</h1><p data-ptime="2026-11-01 09:30:00">now</p>')[:16] == "2026-11-01 09:30"


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        ("<p>Updated 3 November 2026</p><p>Published 1 November 2026</p>", "2026-11-01"),
        ("<p>Aktualisiert: 3. November 2026</p><p>1. November 2026</p>", "2026-11-01"),
        ('<p class="modified">3 November 2026</p><p>1 November 2026</p>', "2026-11-01"),
    ],
)
def test_a_time_that_is_said_to_be_of_a_change_is_not_of_publication(lines: str, day: str) -> None:
    found = read("", f"<h1>Bridge</h1>{lines}")
    assert (str(found.published.value)[:10], str(found.modified.value)[:10]) == (day, "2026-11-03")


@pytest.mark.parametrize("between", [" ", "", "<i></i>"])
def test_the_time_of_day_may_stand_in_the_element_beside_the_day(between: str) -> None:
    line = f"<p><span>1 November 2026</span>{between}<span>14:05</span></p>"
    assert published("", f"<h1>Bridge</h1>{line}")[:16] == "2026-11-01 14:05"


def test_a_time_element_goes_before_a_day_in_the_text_that_is_a_little_nearer() -> None:
    body = "<h1>Bridge</h1><p>Since 1 November 2026 it is open.</p><p>All are glad.</p><time>2 November 2026</time>"
    assert published("", body)[:10] == "2026-11-02"


def test_a_number_that_could_be_two_days_is_the_one_that_the_address_says() -> None:
    body = "<h1>Bridge</h1><p>05/06/2026 14:05</p>"
    assert published("", body, lang="en", address="https://www.news.com/2026/06/05/a")[:16] == "2026-06-05 14:05"
    assert published("", body, lang="en", address="https://www.news.com/2026/05/06/a")[:16] == "2026-05-06 14:05"


def test_what_counts_from_the_day_of_reading_is_nothing_where_nobody_knows_that_day() -> None:
    assert published("", "<h1>Bridge</h1><time>3 hours ago</time>")[:16] == "2026-11-20 09:00"
    assert published("", "<h1>Bridge</h1><time>3 hours ago</time>", fetched=None) == ""
