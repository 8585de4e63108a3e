"""Pages: from what a source sends, whatever its shape, to an article; or what came instead."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from archiver.answer import Answer, Asked
from archiver.errors import PageError, RecipeError
from archiver.pages import Page
from archiver.pages.listing import ListingPage
from archiver.pages.load import page_for
from archiver.recipes import Endpoint, PageRules, Recipe, load_recipes

if TYPE_CHECKING:
    from archiver.article import Article

ID = "202406010000000001"
FETCHED = datetime(2024, 6, 1, 12, tzinfo=UTC)
RECIPE = load_recipes()["eastmoney"]
ANSWER = {
    "id": f"NW{ID}",
    "newsid": ID,
    "title": "青石镇的第一座桥",
    "date": "2024-06-01 08:00:00",
    "medianame": "青石晚报",
    "from": "青石日报",
    "text": "<p>桥通了。</p>",
    "content": "<p>桥<b>通</b>了。</p>",
}
PAGE = """<html><body><div class="title">青石镇的<em>第一座</em>桥</div>
<div class="infos"><div class="item">2024年06月01日 08:00</div><div class="item">来源： 青石晚报</div>
<div class="item">作者：林一</div></div><div class="b-review">桥通了。</div>
<div id="ContentBody"><p>1 &lt; 2，桥通了。<br>完</p>尾</div></body></html>"""


def article(
    answer: object, page: str = "text", form: str = "share", known: dict[str, str] | None = None, **headers: str
) -> Article:
    """Return the article that `page` reads in `answer`: bytes, a text, or a value that is sent as JSON."""
    if isinstance(answer, bytes):
        body = answer
    else:
        body = (answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)).encode()
    return read_page(RECIPE, page, body, form=form, known=known or {}, type=headers.get("type", "text/plain"))


def read_page(recipe: Recipe, page: str, body: bytes, **options: Any) -> Article:
    """Return the article that the page of a recipe reads in an answer."""
    asked = Asked(recipe.name, ID, page, ID, (options.get("form", "share"),), options.get("known", {}))
    answer = Answer(options.get("url", "http://example.com/"), options.get("type", ""), body, FETCHED)
    (read,) = page_for(recipe, page).articles(answer, asked)
    return read


def api_answer(content: object) -> Answer:
    """Return what a listing answers with."""
    return Answer("http://example.com/api", "", json.dumps(content).encode(), FETCHED)


def test_an_article_with_the_rule_of_each_field() -> None:
    read = article(ANSWER)
    assert (read.title, read.time, read.source) == ("青石镇的第一座桥", "2024-06-01 08:00:00", "青石晚报")
    assert read.body == "<p>桥通了。</p>"
    assert read.rules == {"title": "text:title", "time": "text:date", "source": "text:medianame", "body": "text:text"}
    assert (read.id, read.page, read.rank, read.fetched) == (ID, "text", 0, FETCHED)


def test_a_form_takes_its_own_body() -> None:
    assert article(ANSWER, form="rolling").body == "<p>桥<b>通</b>了。</p>"
    assert article({**ANSWER, "text": None}).rules["body"] == "text:content"


def test_an_empty_field_is_looked_for_further_on() -> None:
    assert article({**ANSWER, "medianame": " "}).rules["source"] == "text:from"
    listed = {"time": "2024-06-01 09:00:00", "title": "另一个题", "url": "http://a.example/"}
    read = article({**ANSWER, "date": ""}, known=listed)
    assert (read.time, read.rules["time"]) == ("2024-06-01 09:00:00", "listing")
    assert (read.title, read.url) == ("青石镇的第一座桥", "http://a.example/")


@pytest.mark.parametrize("number", [1717200000000, 1717200000000.0])
def test_a_number_is_a_time(number: float) -> None:
    assert article({**ANSWER, "date": number}).time == "1717200000000"


def test_no_number_is_taken_for_a_word() -> None:
    assert article(json.dumps({**ANSWER, "title": True, "digest": [1]})).title == ""


def test_keys_may_be_in_any_letter_case() -> None:
    assert article({key.upper(): value for key, value in ANSWER.items()}) == article(ANSWER)


@pytest.mark.parametrize(
    "kind", ["{}", "\ufeff{}", "callback({});", "jQuery1_2.cb( {} )", "var ajaxResult={}", "x = {} ;\n", "/**/ cb({});"]
)
def test_json_may_be_wrapped(kind: str) -> None:
    assert article(kind.replace("{}", json.dumps(ANSWER))) == article(ANSWER)


@pytest.mark.parametrize(
    "label",
    ["application/json;charset=UTF-8", "application/json;charset=GBK", "text/html", "", "a;charset=unicode_escape"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_wrong_label_changes_nothing(encoding: str, label: str) -> None:
    assert article(json.dumps(ANSWER, ensure_ascii=False).encode(encoding), type=label) == article(ANSWER)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "the answer is empty"),
        (b"  \n", "the answer is empty"),
        (b"null", "the answer is empty: null"),
        (b"{}", "the answer is empty: null or without any content"),
        (b"[]", "the answer is empty"),
        (b"[1]", "it has no body"),
        (b'"a text"', "it has no body"),
        (b"7", "it has no body"),
        (b"<html><title>x</title>Slow down!</html>", "a web page, not JSON (a block page?): xSlow down!"),
        (b"<p>Slow\x1b[31m down!", "a web page, not JSON (a block page?): Slow[31m down!"),
        (b'{"title": "x", "te', "the answer is not JSON"),
        (b"[" * 100_000, "the answer is not JSON"),
        (b'{"a":' * 100_000, "the answer is not JSON"),
        (b"\xff\xfe\xfa", "the answer is"),
        (b"{} trailing", "the answer is not JSON"),
        (b"x=" + b" " * 500_000 + b"y", "the answer is not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "it has no body"),
        ({"code": 403, "message": "slow\x1b down"}, "it has no body; it says {'code': 403, 'message': 'slow"),
        ({**ANSWER, "id": "NW202406010000000002", "newsid": "202406010000000002"}, "is another article"),
        ({**ANSWER, "text": "", "content": " "}, "it has no body"),
        ({**ANSWER, "text": None, "content": {"a": 1}}, "it has no body"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_article_is_said(answer: object, words: str) -> None:
    with pytest.raises(PageError) as caught:
        article(answer)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 250


def test_one_of_two_ids_is_enough() -> None:
    assert article({**ANSWER, "newsid": "4711"}).id == ID


def test_an_article_page() -> None:
    read = article(PAGE, "page", type="text/html;charset=utf-8")
    assert read.title == "青石镇的第一座桥"
    assert (read.time, read.source, read.digest) == ("2024年06月01日 08:00", "青石晚报", "桥通了。")
    assert read.body == "<p>1 &lt; 2，桥通了。<br>完</p>尾"
    assert read.rank == 2
    assert read.rules["time"] == "page:.infos .item:first-child"


@pytest.mark.parametrize(
    ("head", "base"),
    [
        ("", "http://h.example/a/b.html"),
        ('<base href="/c/d">', "http://h.example/c/d"),
        ('<base target="_top"><base href="//other.example/x/">', "http://other.example/x/"),
        ('<base href="javascript:x">', "http://h.example/a/b.html"),
        ('<base href="c/">', "http://h.example/a/c/"),
    ],
)
def test_addresses_in_a_page_count_from_where_its_head_says(head: str, base: str) -> None:
    page = f'<html><head>{head}</head><body><h1>x</h1><div class="t"><a href=" q\n.html ">y</a></div>'
    fields = {"title": ["h1"], "time": [], "text": [".t"]}
    read = read_page(recipe_with(format="css", fields=fields), "own", page.encode(), url="http://h.example/a/b.html")
    assert (read.base, read.body) == (base, '<a href=" q\n.html ">y</a>')


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (" \n", "the answer is empty"),
        ("<!-- nothing -->", "it has no body"),
        ("<html><p>Slow\n down!", "it has no body; it says Slow down!"),
        ("<div>" * 5000 + '<p id="ContentBody"></p>', "it has no body"),
    ],
)
def test_what_is_no_article_page_is_said(answer: str, words: str) -> None:
    with pytest.raises(PageError) as caught:
        article(answer, "page")
    assert words in str(caught.value)


def recipe_with(**page: Any) -> Recipe:
    """Return the recipe with one page of its own."""
    rules = msgspec.convert({"name": "own", "address": "http://example.com/{id}", "fields": {}, **page}, PageRules)
    return msgspec.structs.replace(RECIPE, pages=(rules,))


def test_a_page_of_xpath() -> None:
    recipe = recipe_with(
        format="xpath", fields={"title": ["//div[@class='title']"], "text": ["//div[@id='ContentBody']/p"]}
    )
    read = read_page(recipe, "own", PAGE.encode(), type="text/html; charset=utf-8")
    assert (read.title, read.body) == ("青石镇的第一座桥", "1 &lt; 2，桥通了。<br>完")


@pytest.mark.parametrize(
    ("format_", "select", "words"),
    [
        ("json", "keys(title)", "the answer does not fit the rule own:keys(title): In function keys()"),
        ("json", "contains(title, `1`)", "the answer does not fit the rule own:contains"),
        ("xpath", "//*[foo()]", "the answer does not fit the rule own://*[foo()]: XPath error"),
        ("xpath", "//h1", "it has no body"),
        ("css", "h1", "it has no body"),
    ],
)
def test_an_answer_that_a_rule_does_not_fit_is_no_article(format_: str, select: str, words: str) -> None:
    recipe = recipe_with(format=format_, fields={"text": [select]})
    with pytest.raises(PageError) as caught:
        read_page(recipe, "own", json.dumps(ANSWER).encode())
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("format_", "items", "words"),
    [
        ("json", "keys(title)", "the answer does not fit the rule keys(title): In function keys()"),
        ("json", "title", "the answer is no listing: there is no list at title"),
        ("xpath", "//*[foo()]", "the answer does not fit the rule //*[foo()]: XPath error"),
    ],
)
def test_an_answer_that_a_rule_does_not_fit_is_no_listing(format_: str, items: str, words: str) -> None:
    endpoint = msgspec.convert(
        {"address": "http://example.com/", "items": items, "fields": {"id": ["id"]}, "format": format_}, Endpoint
    )
    with pytest.raises(PageError) as caught:
        ListingPage(RECIPE, "own", endpoint).entries(api_answer(ANSWER))
    assert words in str(caught.value)


class Backwards(Page):
    """A page whose answer is written backwards, and needs code."""

    def open(self, answer: Answer) -> Any:
        return json.loads(answer.body[::-1])


def test_a_page_may_have_a_class_of_its_own() -> None:
    recipe = recipe_with(
        format="json", fields={"title": ["title"], "text": ["text"]}, **{"class": "tests.test_pages.Backwards"}
    )
    assert read_page(recipe, "own", json.dumps(ANSWER).encode()[::-1]).title == ANSWER["title"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no.such.Class", "cannot load no.such.Class"),
        ("tests.test_pages.Nothing", "cannot load tests.test_pages.Nothing"),
        ("json.JSONDecoder", "expected a subclass of archiver.pages.Page"),
    ],
)
def test_a_class_that_is_no_page_is_refused(name: str, words: str) -> None:
    recipe = recipe_with(format="json", **{"class": name})
    with pytest.raises(RecipeError, match=r"pages\.own\.class") as caught:
        page_for(recipe, "own")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("inner", "title"),
    [
        ("涨5<br>10家<span>跌</span>停", "涨5 10家跌停"),
        ("<div>一</div><div>二</div>三", "一 二 三"),
        ("题<script>x()</script>目 ", "题目"),
    ],
)
@pytest.mark.parametrize(("format_", "select"), [("css", ".t"), ("xpath", "//*[@class='t']")])
def test_a_title_of_a_page_is_what_it_shows(format_: str, select: str, inner: str, title: str) -> None:
    recipe = recipe_with(format=format_, fields={"title": [select], "text": ["p" if format_ == "css" else "//p"]})
    page = f"<html><body><div class=t>{inner}</div><p>文</p></body></html>"
    assert read_page(recipe, "own", page.encode()).title == title


@pytest.mark.parametrize("guard", [")]}',\n", ")]}'", "while(1);", "for (;;);", "throw 1; ", "{}&& ", "\ufeff)]}',"])
def test_json_may_be_guarded_against_being_run(guard: str) -> None:
    assert article(guard + json.dumps(ANSWER)) == article(ANSWER)


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 5000, "1e999", "NaN", "0.1"])
def test_a_number_that_nobody_reads_costs_no_article(number: str) -> None:
    assert article(f'{{"unread": {number}, {json.dumps(ANSWER)[1:]}') == article(ANSWER)


def test_of_keys_that_differ_in_letter_case_the_one_with_something_counts() -> None:
    assert article({**ANSWER, "Title": "另一个题"}).title == ANSWER["title"]
    assert article({"Title": "另一个题", **ANSWER}).title == ANSWER["title"]
    assert article({**ANSWER, "title": None, "Title": "", "TITLE": "第三个题"}).title == "第三个题"


def test_an_unreadable_byte_costs_its_character_and_is_noted() -> None:
    sound = json.dumps(ANSWER, ensure_ascii=False).encode()
    cut = sound.replace("桥通了".encode(), "桥通".encode() + "了".encode()[:2])
    read = article(cut, type="application/json; charset=utf-8")
    assert (read.title, read.body) == (ANSWER["title"], "<p>桥通\ufffd。</p>")
    assert read.rules["encoding"] == "utf-8, 1 place unreadable"
    assert "encoding" not in article(sound).rules


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("//news.example/a", "http://news.example/a"),
        ("/a/1.html", "http://example.com/a/1.html"),
        ("news.example/甲 乙", "http://news.example/%E7%94%B2%20%E4%B9%99"),
        ("javascript:void(0)", ""),
    ],
)
def test_an_address_is_one_that_can_be_asked_for(written: str, url: str) -> None:
    fields = {"id": ["newsid"], "url": ["link"]}
    rules = {
        "name": "own",
        "address": "http://example.com/{id}",
        "format": "json",
        "fields": {**fields, "text": ["text"]},
    }
    recipe = recipe_with(**rules)
    read = read_page(recipe, "own", json.dumps({**ANSWER, "link": written}).encode(), url="http://example.com/api")
    assert (read.url, "url" in read.rules) == (url, bool(url))
    endpoint = msgspec.convert({"address": "http://example.com/api", "items": "@", "fields": fields}, Endpoint)
    listed = api_answer([{"newsid": ID, "link": written}])
    (entry,) = ListingPage(recipe, "own", endpoint).entries(listed).entries
    assert entry.known.get("url", "") == url


def test_what_a_listing_has_in_place_of_an_id_is_said() -> None:
    rules = {"address": "http://example.com/api", "items": "@", "fields": {"id": ["code", "link"]}}
    page = ListingPage(RECIPE, "own", msgspec.convert(rules, Endpoint))
    items = [{"code": "soon"}, {}, {"link": f"//finance.eastmoney.com/a/{ID}.html"}, {"code": f"NW{ID}"}]
    listed = page.entries(api_answer(items))
    assert [entry.id for entry in listed.entries] == [ID]
    assert listed.unreadable == 2
    assert listed.example == f"'soon' at code, link, which is no id ({RECIPE.id}) and no address of an article"
    listed = page.entries(api_answer([{}]))
    assert listed.example == "nothing at code, link"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("A&amp;B &quot;甲&quot; &#39;乙&#x27;", "A&B \"甲\" '乙'"),
        ("芯片<em class='x'>出口</em>禁令<br/>", "芯片出口禁令"),
        # Entities are read once, and only whole ones.
        ("&amp;lt;b&amp;gt; &copy2021 &notit; AT&T; &#;", "&lt;b&gt; &copy2021 &notit; AT&T; &#;"),
        ("1<2 且 3>2，A <B", "1<2 且 3>2，A <B"),
        # What stood in two lines is not one word, and what nobody sees is none.
        ("涨5<br>10家<BR/>跌", "涨5 10家 跌"),
        ("<p>一</p><p>二</p>", "一 二"),
        ("<script>x('<b>')</script>题<style type=a>p{}</style><!-- n -->目", "题目"),
    ],
)
def test_a_field_that_is_html_becomes_text(written: str, text: str) -> None:
    read = article({**ANSWER, "title": written, "medianame": written})
    assert (read.title, read.source) == (text, text)
    plain = msgspec.structs.replace(RECIPE, html=())
    assert read_page(plain, "text", json.dumps({**ANSWER, "title": written}).encode()).title == written
