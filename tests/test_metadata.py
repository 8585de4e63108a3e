"""Title, time, source and address: what is missing is recovered, and the article says from where."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from archiver.article import Article
from archiver.dates import listed_time
from archiver.errors import QuarantineError
from archiver.extraction.metadata import complete as complete_metadata
from archiver.extraction.validate import validate
from archiver.recipes import Recipe, load_recipes

if TYPE_CHECKING:
    from archiver.dates import DateOrder

RECIPE = load_recipes()["eastmoney"]
FETCHED = datetime(2024, 6, 2, 12, tzinfo=UTC)
ID = "202406010000000001"


def article(**fields: str) -> Article:
    """Return an article as a page gives it, with a body and `fields`."""
    return Article(
        recipe="eastmoney",
        form="share",
        page="text",
        rank=0,
        response_url="http://example.com/",
        fetched=FETCHED,
        rules={name: f"text:{name}" for name in fields},
        id=fields.pop("id", ID),
        address=ID,
        body=fields.pop("body", "<p>桥通了。</p>"),
        title=fields.pop("title", ""),
        listed_time=fields.pop("listed_time", ""),
        time=fields.pop("time", ""),
        source=fields.pop("source", ""),
        digest=fields.pop("digest", ""),
        url=fields.pop("url", ""),
    )


def complete(item: Article, recipe: Recipe = RECIPE) -> Article:
    """Return `item` as validated and completed."""
    return complete_metadata(validate(item, recipe), recipe)


def test_what_is_there_stays() -> None:
    done = complete(article(title="题", time="2024-06-01 08:00:00", source="青石晚报", url="http://a.example/"))
    assert (done.title, done.source, done.url) == ("题", "青石晚报", "http://a.example/")
    assert str(done.published) == "2024-06-01 08:00:00+08:00"
    assert done.rules == {"title": "text:title", "time": "text:time iso", "source": "text:source", "url": "text:url"}


def test_a_title_is_in_the_digest() -> None:
    done = complete(article(digest=" 【青石镇的“第一座”桥】桥通了。（青石晚报）"))
    assert (done.title, done.rules["title"]) == ("青石镇的“第一座”桥", "recover:digest")


def test_a_time_is_in_the_id() -> None:
    done = complete(article(title="题"))
    assert (str(done.published), done.rules["time"]) == ("2024-06-01 00:00:00+08:00", "recover:id compact")


def test_a_time_that_says_nothing_gives_way_to_the_id() -> None:
    done = complete(article(title="题", time="不久以前"))
    assert (str(done.published), done.rules["time"]) == ("2024-06-01 00:00:00+08:00", "recover:id compact")


@pytest.mark.parametrize("time", ["1970-01-01 08:00:00", "1900-01-01 00:00:00", "9999-12-31", "2042-06-01 08:00:00"])
def test_a_time_that_the_id_contradicts_is_not_believed(time: str) -> None:
    done = complete(article(title="题", time=time, listed_time="2024-06-01 07:30:00"))
    assert (str(done.published), done.rules["time"]) == ("2024-06-01 07:30:00+08:00", "listing iso")


def test_the_id_tells_two_readings_of_a_time_apart() -> None:
    done = complete(article(title="题", time="05/06/2024 08:00", id="202406050000000001"))
    assert (str(done.published), done.rules["time"]) == ("2024-06-05 08:00:00+08:00", "text:time numeric")


def test_the_listing_or_the_recipe_tells_two_readings_of_a_time_apart() -> None:
    bare = msgspec.structs.replace(RECIPE, recover={})
    item = article(title="题", time="05/06/2024 08:00")
    with pytest.raises(QuarantineError, match="it may be 2024-05-06 or 2024-06-05"):
        complete(item, bare)
    listed = replace(item, listed_time="2024-06-04 22:00")
    assert str(complete(listed, bare).published) == "2024-06-05 08:00:00+08:00"
    ordered = msgspec.structs.replace(bare, date_order="mdy")
    assert str(complete(item, ordered).published) == "2024-05-06 08:00:00+08:00"


@pytest.mark.parametrize(("order", "day"), [(None, None), ("dmy", "2024-06-05"), ("mdy", "2024-05-06"), ("ymd", None)])
def test_a_listing_writes_dates_as_its_source_does(order: DateOrder | None, day: str | None) -> None:
    recipe = msgspec.structs.replace(RECIPE, recover={}, date_order=order)
    moment = listed_time("05/06/2024 08:00", recipe, ID, FETCHED)
    assert (moment and f"{moment:%Y-%m-%d}") == day


def test_a_day_in_the_id_decides_about_the_time_of_a_listing_too() -> None:
    assert str(listed_time("05/06/2024", RECIPE, "202406050000000001", FETCHED)) == "2024-06-05 00:00:00+08:00"
    assert listed_time("1970-01-01", RECIPE, "202406050000000001", FETCHED) is None
    assert listed_time("", RECIPE, "202406050000000001", FETCHED) is None


@pytest.mark.parametrize(
    ("digest", "title", "quote"),
    [
        ("【【数据】北向】净买入。", "【数据】北向", "净买入。"),
        ("【北向【数据】】净买入。", "北向【数据】", "净买入。"),
        ("【甲】【乙】丙", "甲", "【乙】丙"),
        ("【甲【乙】丙", "甲【乙", "丙"),
    ],
)
def test_a_title_in_a_digest_may_have_brackets_of_its_own(digest: str, title: str, quote: str) -> None:
    assert complete(article(digest=digest)).title == title
    drop = RECIPE.forms["rolling"].quote
    assert drop is not None
    assert re.sub(str(drop.drop), "", digest, count=1) == quote


def test_a_relative_time_is_counted_from_the_fetch() -> None:
    assert str(complete(article(title="题", time="昨天 09:00")).published) == "2024-06-01 09:00:00+08:00"


@pytest.mark.parametrize(
    "last",
    [
        '<p class="em_media">（文章来源：青石晚报）</p>',
        '<p>（文章来源：<a class="keytip" href="#">青石</a><span>晚报</span>）</p>\n',
        "（文章来源： 青石晚报 ）",
    ],
)
def test_a_source_is_in_the_body(last: str) -> None:
    done = complete(article(title="题", body=f"<p>（文章来源：不是它）的说法。</p>{last}"))
    assert (done.source, done.rules["source"]) == ("青石晚报", "recover:body")


@pytest.mark.parametrize("body", ["<!--" * 250_000, "（文章来源：" + " " * 500_000 + "甲", "<a" * 500_000])
def test_looking_for_a_source_comes_to_an_end_in_a_strange_body(body: str) -> None:
    assert complete(article(title="题", body=f"<p>字</p>{body}")).source == ""


def test_a_source_that_is_nowhere_stays_empty() -> None:
    done = complete(article(title="题"))
    assert (done.source, "source" in done.rules) == ("", False)


def test_an_address_is_made_of_the_id() -> None:
    done = complete(article(title="题"))
    assert (done.url, done.rules["url"]) == (f"http://finance.eastmoney.com/a/{ID}.html", "recover:id")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\t", "\u2028", "\u2029"])
def test_a_field_has_no_line_ends(line_end: str) -> None:
    assert complete(article(title=f"青石{line_end}镇")).title == "青石 镇"


def test_fields_become_single_printable_lines() -> None:
    done = complete(article(title=" 青石镇\x00的\r\n 第一座\u2029\ud800桥\t", source="青石\u200b晚报\x7f"))
    assert (done.title, done.source) == ("青石镇的 第一座 桥", "青石\u200b晚报")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "no title, and nothing to recover one from"),
        ({"title": " \x00\n"}, "no title"),
        ({"digest": "没有括号"}, "no title"),
        ({"title": "题", "body": "<p>&nbsp;\u3000</p><br><!-- 无 -->"}, "neither words nor pictures"),
        ({"title": "题", "id": "../../etc/passwd"}, "'../../etc/passwd' is not an id of eastmoney"),
        ({"title": "题", "id": f"NW{ID}"}, "is not an id of eastmoney"),
    ],
)
def test_what_cannot_be_a_post_is_quarantined(fields: dict[str, str], words: str) -> None:
    with pytest.raises(QuarantineError) as caught:
        complete(article(**fields))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "body", ["字", "<p>字", "&lt;", '<img src="http://a.example/1.png">', "<p> </p>字", "<b>1</b>"]
)
def test_a_word_or_a_picture_is_content(body: str) -> None:
    assert complete(article(title="题", body=body)).body == body
