"""The replica lists articles as the sources do, and its listings fail as theirs do."""

from __future__ import annotations

import gzip
import http.client
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest

from archiver.replica import Fault, Record, Replica
from archiver.replica.listings import newest_first
from tests.test_replica import TEXT, get, news

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = (
    "https://np-listapi.eastmoney.com/comm/web/getNewsByColumns?client=web&biz=web_news_col&column={}&order=1"
    "&needInteractData=0&page_index=1&page_size=50&req_trace=1710460800000"
    "&fields=code,showTime,title,mediaName,summary,image,url,uniqueUrl"
)
MARKET = "http://43.240.125.15:1818/information/newmarket/web/webapi?marketType={}&count=100"
SEARCH = "http://finews.zning.xyz/NewsData/{}&pageIndex=1&limit=50&sort=date&order=desc"
# The addresses that the real sites are asked for, with room for all articles on a page.
ADDRESSES = {
    "rolling": "http://183.136.162.242/web/webapi?type=102&count=100&newsid=1",
    "headlines": "http://183.136.162.242/web/webapi?type=45&count=100&newsid=1",
    **{f"market-{number}": MARKET.format(number) for number in (37, 38, 39)},
    "search": SEARCH.format("GetNewsBySearch.do?types=&title=&text=&source="),
    "column": SEARCH.format("GetNewsById.do?id=S123"),
    **{f"columns-{number}": COLUMNS.format(number) for number in (344, 345, 349, 350, 353, 355, 535)},
    "push-list": "http://np-listapi.eastmoney.com/cms/pushlist?column=745&client=PC&page_index=1&page_size=500",
    "fast-news": "https://np-weblist.eastmoney.com/comm/web/getFastNewsList?client=web&biz=web_724&fastColumn=102"
    "&sortEnd=&pageSize=200&req_trace=1710460800000",
    "kuaixun": "https://newsapi.eastmoney.com/kuaixun/v1/getlist_102_ajaxResult_50_1_.html",
    "digest": "https://eminfo.eastmoney.com/pc_news/News/GetNewsList?searchType=001&startTime=1710460800000"
    "&columnCode=344&p=1&pagesize=50&useOrderTime=false",
}
TARGETS = {name: address[address.index("/", 8) :] for name, address in ADDRESSES.items()}
# Where the items are, which key holds the id (with NW or bare), and the keys of an item that a fault blanks.
PLACES = {
    "rolling": ("records", "infoCode", "NW", "title showtime url_w"),
    "headlines": ("nodeList", "infocode", "NW", "title simtitle showtime from"),
    "market": ("record", "infoCode", "NW", "title datetime medianame"),
    "search": ("records", "id", "NW", "title date from url"),
    "column": ("records", "id", "NW", "title date from url"),
    "columns": ("data.list", "code", "", "title showTime mediaName url uniqueUrl"),
    "push": ("data.list", "code", "", "title simtitle showtime ordertime pushtime sort source url"),
    "fast": ("data.fastNewsList", "code", "", "title showTime"),
    "kuaixun": ("LivesList", "newsid", "", "title simtitle showtime sort url_w url_m"),
    "digest": ("items", "infoCode", "NW", "title showDateTime source"),
}
# The keys of an item, and what each is of the article; and what else an answer of one article holds.
FIELDS = {
    "rolling": "id=id infoCode=infocode title=title digest=digest url_w=url showtime=date",
    "headlines": "infocode=infocode title=title simtitle=title simdigest=digest from=source showtime=date",
    "market": "infoCode=infocode title=title medianame=source datetime=date",
    "search": "id=infocode author=authors date=date from=source title=title url=url",
    "column": "id=infocode author=authors date=date from=source title=title url=url",
    "columns": "code=id showTime=date title=title mediaName=source summary=digest image=none url=url uniqueUrl=url",
    "push": "code=id title=title digest=digest simtitle=title showtime=date ordertime=date pushtime=date url=url "
    "image=none author=author source=source columns=745 channels=none sort=ms",
    "fast": "code=id title=title summary=digest showTime=date",
    "kuaixun": "newsid=id title=title simtitle=title digest=digest showtime=date url_w=url url_m=url sort=ms",
    "digest": "infoCode=infocode showDateTime=ms title=title content=beginning source=source",
}
BESIDE: dict[str, dict[str, object]] = {"search": {"total": 1}, "column": {"total": 1}, "columns": {"code": "1"}}
every_listing = pytest.mark.parametrize("name", ADDRESSES)


def answer_of(text: str) -> dict[str, Any]:
    """Return the answer of a listing, out of the assignment where it is one."""
    value: dict[str, Any] = json.loads(text.removeprefix("var ajaxResult="))
    return value


def items_of(name: str, text: str) -> list[dict[str, Any]]:
    """Return the items in a listing's answer."""
    items: Any = answer_of(text)
    for key in PLACES[name.partition("-")[0]][0].split("."):
        items = items[key]
    assert isinstance(items, list)
    return items


def items(replica: Replica, name: str, target: str | None = None) -> list[dict[str, Any]]:
    """Return the items that a listing shows."""
    answer = get(replica, target or TARGETS[name])
    assert answer.status == 200
    return items_of(name, answer.text)


def ids(name: str, shown: list[dict[str, Any]]) -> list[str]:
    """Return the ids of items, bare; each must be written as that listing writes it."""
    _, key, prefix, _ = PLACES[name.partition("-")[0]]
    written = [item[key] for item in shown]
    assert [value for value in written if not re.fullmatch(prefix + r"\d{18}", value)] == []
    return [value.removeprefix(prefix) for value in written]


@pytest.fixture
def record(replica: Replica) -> Record:
    return replica.articles[0]


# What a listing shows


def test_the_listings_are_those_of_the_sources(replica: Replica) -> None:
    assert set(replica.listings) == set(ADDRESSES)


@every_listing
def test_every_listing_shows_all_articles_newest_first(replica: Replica, name: str) -> None:
    shown = ids(name, items(replica, name))
    assert shown == replica.listings[name]
    assert shown == sorted((record.id for record in replica.articles), reverse=True)


def test_the_date_counts_before_the_id_and_the_id_where_there_is_none(record: Record) -> None:
    records = [
        replace(record, id="202403160000000001", date="2024-03-16 08:00:00"),
        replace(record, id="202403160000000002", date=""),
        replace(record, id="202001010000000003", date="2024-03-16 09:00:00"),
        replace(record, id="202403170000000004", date=""),
    ]
    assert [article_id[-1] for article_id in newest_first(records)] == ["4", "3", "1", "2"]


@every_listing
def test_each_listing_has_its_own_articles(replica: Replica, name: str) -> None:
    chosen = [replica.articles[4].id, replica.articles[2].id]
    replica.listings[name] = chosen
    assert ids(name, items(replica, name)) == chosen
    for other in set(ADDRESSES) - {name}:
        assert len(items(replica, other)) == len(replica.articles)


@every_listing
def test_the_fields_are_those_of_the_sources(replica: Replica, record: Record, name: str) -> None:
    values = {
        "id": record.id,
        "infocode": f"NW{record.id}",
        "title": record.title,
        "digest": record.digest,
        "date": "2024-03-15 08:12:36",
        "ms": 1710461556000,
        "source": record.medianame,
        "url": record.url,
        "authors": record.author,
        "author": record.author[0],
        "beginning": record.text.removeprefix("<p>\u3000\u3000")[:60],
        "none": "",
        "745": "745",
    }
    kind = name.partition("-")[0]
    expected: Any = [{key: values[value] for key, _, value in (pair.partition("=") for pair in FIELDS[kind].split())}]
    for key in reversed(PLACES[kind][0].split(".")):
        expected = {key: expected}
    replica.listings[name] = [record.id]
    assert answer_of(get(replica, TARGETS[name]).text) == {**expected, **BESIDE.get(kind, {})}


def test_an_article_without_a_date_has_no_milliseconds(replica: Replica) -> None:
    replica.listings["digest"] = [record.id for record in replica.articles if not record.date]
    assert [item["showDateTime"] for item in items(replica, "digest")] == [None]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("<p>　　甲&lt;乙<b>丙</b>。丁。</p>", "甲<乙丙。"),
        ("<!-- 甲。\n --><style>p{}</style><p>乙！丙。</p>", "乙！"),
        ("<p>甲</p>", "甲"),
    ],
)
def test_a_missing_digest_is_made_of_title_first_sentence_and_source(
    replica: Replica, record: Record, text: str, first: str
) -> None:
    replica.add(replace(record, digest="", title="题", medianame="源", text=text))
    replica.listings["rolling"] = [record.id]
    assert items(replica, "rolling")[0]["digest"] == f"【题】{first}（源）"


def test_kuaixun_is_an_assignment_to_the_name_in_its_address(replica: Replica) -> None:
    answer = get(replica, TARGETS["kuaixun"])
    assert answer.headers["Content-Type"] == "application/javascript;charset=UTF-8"
    assert answer.text.startswith('var ajaxResult={"LivesList": [')
    assert answer.text.endswith("}")
    assert get(replica, TARGETS["kuaixun"].replace("ajaxResult", "other")).text.startswith("var other={")


def test_columns_are_jsonp_when_a_callback_is_given(replica: Replica) -> None:
    plain = get(replica, TARGETS["columns-345"])
    assert plain.headers["Content-Type"] == "application/json;charset=UTF-8"
    for callback in ("", "jQuery1_2"):
        answer = get(replica, f"{TARGETS['columns-345']}&callback={callback}")
        assert answer.text == (f"jQuery1_2({plain.text})" if callback else plain.text)
    assert answer.headers["Content-Type"] == "application/javascript;charset=UTF-8"


@every_listing
def test_a_listing_is_reached_under_its_real_address(replica: Replica, name: str) -> None:
    opener = build_opener(ProxyHandler({"http": replica.url}))
    with opener.open(ADDRESSES[name].replace("https:", "http:"), timeout=60) as page:
        assert len(items_of(name, page.read().decode())) == len(replica.articles)
    assert replica.requests[0].host == urlsplit(ADDRESSES[name]).netloc


@pytest.mark.parametrize(
    "target",
    [
        "/web/webapi",
        "/web/webapi?type=1020&count=5",
        "/information/newmarket/web/webapi?marketType=40",
        "/comm/web/getNewsByColumns?column=999",
        "/kuaixun/v1/getlist_102_ajaxResult_50_.html",
        "/cms/pushlist/x",
    ],
)
def test_no_listing_is_404(replica: Replica, target: str) -> None:
    assert get(replica, target).status == 404


# Pages

PAGES = {
    "search": "/NewsData/GetNewsBySearch.do?pageIndex={1}&limit={0}",
    "column": "/NewsData/GetNewsById.do?id=S1&pageIndex={1}&limit={0}",
    "columns-350": "/comm/web/getNewsByColumns?column=350&page_index={1}&page_size={0}",
    "push-list": "/cms/pushlist?column=745&page_index={1}&page_size={0}",
    "kuaixun": "/kuaixun/v1/getlist_102_ajaxResult_{0}_{1}_.html",
    "digest": "/pc_news/News/GetNewsList?columnCode=344&p={1}&pagesize={0}",
}
SIZES = {
    "rolling": "/web/webapi?type=102&count={}&newsid=1",
    "headlines": "/web/webapi?type=45&count={}",
    "market-38": "/information/newmarket/web/webapi?marketType=38&count={}",
    "fast-news": "/comm/web/getFastNewsList?fastColumn=102&pageSize={}",
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_follow_one_another_and_end_in_an_empty_one(replica: Replica, name: str) -> None:
    count = len(replica.articles)
    pages = [ids(name, items(replica, name, PAGES[name].format(5, page))) for page in (1, 2, 3, 4, 999)]
    assert [len(page) for page in pages] == [5, 5, count - 10, 0, 0]
    assert [shown for page in pages for shown in page] == replica.listings[name]


@pytest.mark.parametrize("name", ["search", "column"])
@pytest.mark.parametrize("page", [1, 2, 99])
def test_the_total_is_that_of_all_pages(replica: Replica, name: str, page: int) -> None:
    answer = answer_of(get(replica, PAGES[name].format(10, page)).text)
    assert answer["total"] == len(replica.articles)


@pytest.mark.parametrize("name", SIZES)
def test_a_listing_of_one_page_has_the_size_that_is_asked_for(replica: Replica, name: str) -> None:
    assert ids(name, items(replica, name, SIZES[name].format(3))) == replica.listings[name][:3]


@pytest.mark.parametrize("wrong", ["", "0", "-1", "x", "\u0663", "9" * 5000])
def test_a_size_or_page_that_is_no_number_is_as_none(replica: Replica, wrong: str) -> None:
    target = PAGES["search"].format(wrong, wrong).replace("\u0663", "%D9%A3")
    assert ids("search", items(replica, "search", target)) == replica.listings["search"][:20]


# Articles come and go


def test_a_new_article_stands_first_everywhere(replica: Replica) -> None:
    record = Record(id="202001010000000001", title="t", date="2020-01-01 00:00:00", medianame="m", text="<p>x</p>")
    replica.listings["headlines"] = ["202403150001234567", record.id]
    replica.add(record)
    for name in ADDRESSES:
        shown = ids(name, items(replica, name))
        assert shown.count(record.id) == 1
        assert shown.index(record.id) == (name == "headlines"), "where it is listed it stays"


def test_an_article_that_is_there_keeps_its_place(replica: Replica) -> None:
    (edited,) = (record for record in replica.articles if record.revised)
    replica.listings["rolling"] = [replica.articles[0].id]
    place = replica.listings["search"].index(edited.id)
    replica.edit(edited.id)
    assert ids("rolling", items(replica, "rolling")) == [replica.articles[0].id]
    assert items(replica, "search")[place]["title"] == edited.revised["title"]


@pytest.mark.parametrize("prefix", ["", "NW"])
def test_a_withdrawn_article_is_gone(replica: Replica, record: Record, prefix: str) -> None:
    replica.withdraw(prefix + record.id)
    for path in (f"{TEXT}?id={record.infocode}", f"/a/{record.id}.html", f"/kuaixun/v2/api/article/{record.id}"):
        assert get(replica, path).status == 404
    for name in ADDRESSES:
        assert record.id not in ids(name, items(replica, name))
        assert record.id not in replica.listings[name]
    assert answer_of(get(replica, TARGETS["search"]).text)["total"] == len(replica.articles)
    with pytest.raises(KeyError):
        replica.withdraw(record.id)
    replica.add(record)
    assert ids("rolling", items(replica, "rolling"))[0] == record.id


# Faults


@every_listing
def test_a_fault_of_one_listing_is_not_that_of_another(replica: Replica, record: Record, name: str) -> None:
    replica.fail(Fault.SERVER_ERROR, listing=name)
    assert {other for other in ADDRESSES if get(replica, TARGETS[other]).status == 500} == {name}
    assert news(replica, record).status == 200


def test_a_fault_of_a_listing_that_is_none_is_refused(replica: Replica) -> None:
    with pytest.raises(ValueError, match="there is no listing roling; there are: rolling, headlines"):
        replica.fail(Fault.NULL, listing="roling")


def test_a_fault_of_an_article_leaves_it_listed(replica: Replica, record: Record) -> None:
    replica.fail(Fault.NOT_FOUND, id=record.id)
    assert news(replica, record).status == 404
    assert record.id in ids("rolling", items(replica, "rolling"))


@every_listing
def test_an_empty_list_has_the_right_shape(replica: Replica, name: str) -> None:
    replica.fail(Fault.EMPTY_LIST, listing=name)
    assert items(replica, name) == []
    assert answer_of(get(replica, TARGETS[name]).text).get("total", 0) == 0


@every_listing
def test_renamed_items_have_no_key_of_theirs(replica: Replica, name: str) -> None:
    right = items(replica, name)
    replica.fail(Fault.RENAMED, listing=name)
    renamed = items(replica, name)
    assert [list(item.values()) for item in renamed] == [list(item.values()) for item in right]
    assert not any(item.keys() & right[0].keys() for item in renamed)


@every_listing
def test_blank_fields_leave_the_id_and_the_digest(replica: Replica, name: str) -> None:
    right = items(replica, name)
    replica.fail(Fault.BLANK_FIELDS, listing=name)
    blank = set(PLACES[name.partition("-")[0]][3].split())
    expected = [{key: "" if key in blank else value for key, value in item.items()} for item in right]
    assert items(replica, name) == expected != right


def test_the_same_body_for_every_article(replica: Replica, record: Record) -> None:
    linked = next(other for other in replica.articles if other.content)
    assert linked != record
    replica.routes[r"/own/\d+"] = replica.routes[r"/a/\d+\.html"]
    replica.fail(Fault.SAME_BODY)
    assert record.text in get(replica, f"/own/{linked.id}").text
    for other in replica.articles:
        fields = json.loads(news(replica, other).text)
        assert (fields["text"], fields["content"]) == (record.text, record.text)
        assert (fields["id"], fields["title"], fields["date"]) == (other.infocode, other.title, other.date)
        fast = json.loads(get(replica, f"/kuaixun/v2/api/article/{other.id}").text)["data"]
        assert (fast["Art_Title"], fast["Art_Content"]) == (other.title, record.text)
    replica.withdraw(linked.id)
    assert news(replica, linked).status == 404


@pytest.mark.parametrize("fault", [Fault.EMPTY_LIST, Fault.RENAMED, Fault.BLANK_FIELDS])
def test_the_faults_of_listings_leave_articles_alone(replica: Replica, record: Record, fault: Fault) -> None:
    right = news(replica, record).body
    replica.fail(fault)
    assert news(replica, record).body == right


def test_the_same_body_leaves_listings_alone(replica: Replica) -> None:
    replica.listings["rolling"] = [replica.articles[3].id]
    replica.fail(Fault.SAME_BODY)
    assert ids("rolling", items(replica, "rolling")) == [replica.articles[3].id]


@pytest.mark.parametrize("name", ["rolling", "kuaixun"])
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.NULL, lambda _: b"null"),
        (Fault.EMPTY, lambda _: b""),
        (Fault.TRUNCATED_JSON, lambda right: right[: len(right) // 2]),
        (Fault.MISLABELLED_GBK, lambda right: right.decode().encode("gbk")),
        (Fault.BOM, lambda right: b"\xef\xbb\xbf" + right),
        (Fault.JSONP, lambda right: b"callback(" + right + b");"),
        (Fault.GZIP, lambda right: right),
    ],
)
def test_a_listing_fails_as_an_article_does(
    replica: Replica, name: str, fault: Fault, expected: Callable[[bytes], bytes]
) -> None:
    right = get(replica, TARGETS[name]).body
    replica.fail(fault, listing=name)
    answer = get(replica, TARGETS[name])
    packed = answer.headers["Content-Encoding"] == "gzip"
    assert packed == (fault is Fault.GZIP)
    assert (gzip.decompress(answer.body) if packed else answer.body) == expected(right)


# Validators

VALIDATED = [*ADDRESSES, "text"]


def target_of(replica: Replica, name: str) -> str:
    """Return the target of a listing, or of the first article's text."""
    return TARGETS.get(name) or f"{TEXT}?id={replica.articles[0].infocode}"


@pytest.mark.parametrize("name", VALIDATED)
def test_there_are_no_validators_unless_wanted(replica: Replica, name: str) -> None:
    answer = get(replica, target_of(replica, name), headers={"If-None-Match": "*"})
    assert (answer.status, answer.headers["ETag"], answer.headers["Last-Modified"]) == (200, None, None)


@pytest.mark.parametrize("name", VALIDATED)
def test_what_is_held_already_is_not_sent_again(replica: Replica, name: str) -> None:
    replica.validators = True
    target = target_of(replica, name)
    right = get(replica, target)
    tag = right.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]+"', tag)
    for held in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        answer = get(replica, target, headers={"If-None-Match": held})
        assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", tag)
        assert answer.headers["Content-Length"] is None
    for other in ('"x"', tag.strip('"')):
        assert get(replica, target, headers={"If-None-Match": other}).body == right.body
    record = replica.articles[0]
    replica.add(replace(record, title="another", text="<p>x</p>", content=""))
    changed = get(replica, target, headers={"If-None-Match": tag})
    assert (changed.status, changed.headers["ETag"] != tag) == (200, True)


def test_a_connection_goes_on_after_a_304(replica: Replica) -> None:
    replica.validators = True
    connection = http.client.HTTPConnection("127.0.0.1", replica.port, timeout=60)
    statuses = []
    for held in ("", "*", ""):
        connection.request("GET", TARGETS["rolling"], headers={"If-None-Match": held})
        response = connection.getresponse()
        response.read()
        statuses.append((response.status, connection.sock.getsockname()))
    connection.close()
    assert [status for status, _ in statuses] == [200, 304, 200]
    assert len({port for _, port in statuses}) == 1


@pytest.mark.parametrize("fault", [Fault.EMPTY_LIST, Fault.TRUNCATED_JSON, Fault.NOT_FOUND, Fault.NULL])
def test_a_fault_is_seen_whatever_is_held(replica: Replica, fault: Fault) -> None:
    replica.validators = True
    tag = get(replica, TARGETS["rolling"]).headers["ETag"]
    replica.fail(fault, listing="rolling")
    answer = get(replica, TARGETS["rolling"], headers={"If-None-Match": tag})
    assert answer.status == (404 if fault is Fault.NOT_FOUND else 200)
    assert answer.body
    assert get(replica, "/a/1.html", headers={"If-None-Match": "*"}).status == 404


def test_half_an_answer_has_the_etag_of_the_whole(replica: Replica) -> None:
    replica.validators = True
    tag = get(replica, TARGETS["rolling"]).headers["ETag"]
    replica.fail(Fault.TRUNCATED_JSON, listing="rolling")
    assert get(replica, TARGETS["rolling"]).headers["ETag"] == tag
