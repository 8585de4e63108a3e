"""The replica answers as the sources do, and fails as they do."""

from __future__ import annotations

import gzip
import http.client
import json
import shlex
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest

from archiver.replica import Fault, Record, Replica
from archiver.replica.__main__ import main
from archiver.replica.faults import OPTIONS, SERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXT = "/NewsData/GetNewsText.do"
# What the bodies and the answers of the sources hold.
SHAPES = (
    *("<table", "<center><img", "orginial_src", "<!-- EM_StockImg_Start -->", "em_stock_key_common", "infokey"),
    *('class="keytip"', "display:none", "\r\n", "<script", "onclick", "class=article-box", "&lt;", "{{"),
)
FIELDS = {
    *("id", "newsid", "author", "date", "from", "order", "title", "docreader", "medianame", "reletecodes", "relkey"),
    *("url", "text", "content"),
}


class Reply:
    """A response read to its end."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica() as running:
        yield running


@pytest.fixture
def record(replica: Replica) -> Record:
    return replica.articles[0]


def get(replica: Replica, target: str, method: str = "GET", headers: dict[str, str] | None = None) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", replica.port, timeout=60)
    try:
        connection.request(method, target, headers=headers or {})
        return Reply(connection.getresponse())
    finally:
        connection.close()


def news(replica: Replica, record: Record) -> Reply:
    return get(replica, f"{TEXT}?id={record.infocode}")


# What it publishes


def test_articles_cover_the_shapes_of_the_sources(replica: Replica) -> None:
    records = replica.articles
    bodies = "".join(record.linked for record in records)
    titles = "".join(record.title for record in records)
    names = [record.medianame for record in records]
    assert len({record.id for record in records}) == len(records) >= 12
    assert all(len(record.id) == 18 for record in records)
    assert all(record.id.startswith(record.date[:10].replace("-", "")) for record in records if record.date)
    assert [shape for shape in SHAPES if shape not in bodies] == []
    assert [mark for mark in ('"', "\\", "{{", "{%") if mark not in titles] == []
    assert any(" " in name for name in names)
    assert any("(" in name for name in names)
    assert any("\u00b7" in name for name in names)
    assert any(name.isdigit() for name in names)
    assert [record.digest[:1] for record in records if not record.title] == ["\u3010"]
    assert sum(not record.date for record in records) == 1
    assert sum("<br>" in record.text and "<p" not in record.text for record in records) == 1
    assert sum(bool(record.revised) for record in records) == 1


# Routes


def test_share_page_is_a_shell_that_loads_the_article(replica: Replica, record: Record) -> None:
    page = get(replica, f"/html_News/NewsShare.html?infoCode={record.infocode}")
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html;charset=UTF-8"
    assert "XMLHttpRequest" in page.text
    assert TEXT in page.text
    assert record.title not in page.text


def test_article_text_has_the_fields_of_the_source(replica: Replica) -> None:
    linked = next(record for record in replica.articles if record.content)
    answer = news(replica, linked)
    fields = json.loads(answer.text)
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert linked.title in answer.text, "characters are not escaped"
    assert set(fields) == FIELDS
    assert (fields["id"], fields["newsid"]) == (f"NW{linked.id}", linked.id)
    assert (fields["title"], fields["date"], fields["medianame"]) == (linked.title, linked.date, linked.medianame)
    assert (fields["text"], fields["content"]) == (linked.text, linked.content)
    assert urlsplit(fields["url"]).path == f"/a/{linked.id}.html"


def test_content_equals_text_where_nothing_is_linked(replica: Replica, record: Record) -> None:
    assert not record.content
    assert json.loads(news(replica, record).text)["content"] == record.text


@pytest.mark.parametrize("query", ["id=nw{}", "ID=NW{}&cid=1710460800000", "infoCode=NW{}", "cid=1&InfoCode=Nw{}"])
def test_letter_case_and_extra_parameters_do_not_matter(replica: Replica, record: Record, query: str) -> None:
    answer = get(replica, f"{TEXT}?{query.format(record.id)}")
    assert json.loads(answer.text)["newsid"] == record.id


def test_fast_news_article(replica: Replica) -> None:
    linked = next(record for record in replica.articles if record.content)
    data = json.loads(get(replica, f"/kuaixun/v2/api/article/{linked.id}?guid=1").text)["data"]
    assert data == {
        "Art_Title": linked.title,
        "Art_Guidance": linked.digest,
        "Art_Media_Name": linked.medianame,
        "Art_ShowTime": linked.date,
        "Art_Keyword": "",
        "Art_Content": linked.content,
    }


@pytest.mark.parametrize("path", ["/a/{}.html", "/news/1355,{}.html", "/news/1355%2C{}.html"])
def test_article_page(replica: Replica, record: Record, path: str) -> None:
    page = get(replica, path.format(record.id))
    assert page.headers["Content-Type"] == "text/html;charset=UTF-8"
    for part in (record.title, record.text, record.digest, record.medianame, 'id="ContentBody"', 'class="res-edit"'):
        assert part in page.text
    assert "2024\u5e7403\u670815\u65e5 08:12" in page.text
    assert "window.$ ||" in page.text, "the template's own dollar sign is kept"


def test_article_page_escapes_what_is_not_html(replica: Replica, record: Record) -> None:
    replica.add(replace(record, title='a "<b>" & c', date="not a date"))
    page = get(replica, f"/a/{record.id}.html").text
    assert '<h1 class="title">a &quot;&lt;b&gt;&quot; &amp; c</h1>' in page
    assert '<div class="item">not a date</div>' in page


def test_pictures_are_png_and_differ_by_name(replica: Replica) -> None:
    first, second = get(replica, "/download/D1_w800h555.jpg"), get(replica, "/download/D2.png")
    assert first.headers["Content-Type"] == "image/png"
    assert first.body != second.body
    for body in (first.body, second.body):
        assert body.startswith(b"\x89PNG\r\n\x1a\n")
        start = body.index(b"IDAT")
        size = int.from_bytes(body[start - 4 : start])
        data, checksum = body[start + 4 : start + 4 + size], body[start + 4 + size : start + 8 + size]
        assert zlib.crc32(b"IDAT" + data) == int.from_bytes(checksum)
        width, height = int.from_bytes(body[16:20]), int.from_bytes(body[20:24])
        assert len(zlib.decompress(data)) == height * (1 + 3 * width)


def test_robots(replica: Replica) -> None:
    assert get(replica, "/robots.txt").text == "User-agent: *\nDisallow:\n"
    replica.robots = "User-agent: *\nDisallow: /a/\n"
    assert get(replica, "/robots.txt").text == replica.robots


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/robots.txt/x",
        "/download/a/b.png",
        "/a/209901010000000000.html",
        "/kuaixun/v2/api/article/209901010000000000",
        TEXT,
        f"{TEXT}?id=NW209901010000000000",
        f"{TEXT}?id=202403150001234567",
    ],
)
def test_all_else_is_404(replica: Replica, target: str) -> None:
    assert get(replica, target).status == 404


def test_routes_can_be_added(replica: Replica) -> None:
    replica.routes[r"/own/page"] = lambda site, seen: site.routes[r"/robots\.txt"](site, seen)
    assert get(replica, "/own/page?type=102").text == replica.robots


# The server


def test_one_connection_serves_many_requests(replica: Replica, record: Record) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", replica.port, timeout=60)
    connection.request("GET", "/robots.txt")
    connection.getresponse().read()
    own_port = connection.sock.getsockname()
    connection.request("GET", f"{TEXT}?id={record.infocode}")
    assert json.loads(connection.getresponse().read())["newsid"] == record.id
    assert connection.sock.getsockname() == own_port
    connection.close()


def test_requests_are_noted(replica: Replica) -> None:
    before = time.monotonic()
    get(replica, "/a/1.html?x=1&y=2", headers={"User-Agent": "test", "Host": "news.example"})
    (seen,) = replica.requests
    assert (seen.method, seen.host, seen.path, seen.query) == ("GET", "news.example", "/a/1.html", "x=1&y=2")
    assert seen.headers["user-agent"] == "test"
    assert before <= seen.time <= time.monotonic()


def test_head_has_the_headers_alone(replica: Replica, record: Record) -> None:
    page = news(replica, record)
    with socket.create_connection(("127.0.0.1", replica.port), timeout=60) as client:
        request = f"HEAD {TEXT}?id={record.infocode} HTTP/1.1\r\nConnection: close\r\n\r\n"
        client.sendall(request.encode())
        headers, _, body = client.makefile("rb").read().partition(b"\r\n\r\n")
    assert f"Content-Length: {len(page.body)}".encode() in headers
    assert body == b""
    assert replica.requests[-1].method == "HEAD"


def test_works_as_a_proxy(replica: Replica, record: Record) -> None:
    opener = build_opener(ProxyHandler({"http": replica.url}))
    with opener.open(record.url, timeout=60) as page:
        assert record.title in page.read().decode()
    assert get(replica, "http://news.example/robots.txt", headers={"Host": "proxy.example"}).text == replica.robots
    assert [(seen.host, seen.path) for seen in replica.requests] == [
        (urlsplit(record.url).netloc, f"/a/{record.id}.html"),
        ("news.example", "/robots.txt"),
    ]


def test_tunnels_are_refused(replica: Replica) -> None:
    assert get(replica, "news.example:443", method="CONNECT").status == 501
    assert (replica.requests[0].method, replica.requests[0].host) == ("CONNECT", "news.example:443")


def test_stop_ends_open_connections_and_start_takes_the_same_port() -> None:
    replica = Replica().start()
    port = replica.port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/robots.txt")
    connection.getresponse().read()
    replica.stop()
    assert connection.sock.recv(1) == b""
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        get(replica, "/robots.txt")
    with replica:
        assert replica.port == port
        assert get(replica, "/robots.txt").status == 200
        with pytest.raises(RuntimeError, match=replica.url):
            replica.start()


def test_clients_that_go_away_make_no_noise(replica: Replica, capfd: pytest.CaptureFixture[str]) -> None:
    replica.fail(Fault.DRIP, seconds=0.3)
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", replica.port), timeout=60) as client:
            client.sendall(b"GET /a/1.html HTTP/1.1\r\nHost: x\r\n\r\n")
            client.recv(1)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    time.sleep(0.4)
    assert get(replica, "/robots.txt").status == 200
    assert capfd.readouterr().err == ""


def test_edit_serves_the_revision(replica: Replica) -> None:
    record = next(record for record in replica.articles if record.revised)
    assert json.loads(news(replica, record).text)["title"] == record.title
    replica.edit(record.infocode)
    fields = json.loads(news(replica, record).text)
    assert (fields["title"], fields["text"]) == (record.revised["title"], record.revised["text"])
    assert fields["content"] == fields["text"] != record.text
    assert next(now for now in replica.articles if now.id == record.id).title == record.revised["title"]
    with pytest.raises(ValueError, match="no revision"):
        replica.edit(replica.articles[0].id)
    with Replica() as other:  # the articles of one replica are not those of the next
        assert json.loads(news(other, record).text)["title"] == record.title


def test_a_revised_text_loses_the_links_of_the_old(replica: Replica) -> None:
    linked = next(record for record in replica.articles if record.content)
    for revised, content in (({"title": "t"}, linked.content), ({"text": "<p>x</p>"}, "<p>x</p>")):
        replica.add(replace(linked, revised=revised))
        replica.edit(linked.id)
        assert json.loads(news(replica, linked).text)["content"] == content


def test_add_publishes_an_article(replica: Replica) -> None:
    record = Record(id="202404010000000001", title="t", date="2024-04-01 00:00:00", medianame="m", text="<p>x</p>")
    assert news(replica, record).status == 404
    replica.add(record)
    assert json.loads(news(replica, record).text)["text"] == "<p>x</p>"
    assert replica.articles[-1] == record


# Faults

JSON = "application/json;charset=UTF-8"
GBK = "application/json;charset=GBK"
SCRIPT = "application/javascript;charset=UTF-8"


def test_every_fault_can_be_served() -> None:
    assert set(SERVED) == set(Fault)


@pytest.mark.parametrize(
    ("fault", "options", "status", "retry_after"),
    [
        (Fault.NOT_FOUND, {}, 404, None),
        (Fault.SERVER_ERROR, {}, 500, None),
        (Fault.TOO_MANY, {}, 429, "1"),
        (Fault.TOO_MANY, {"retry_after": 30}, 429, "30"),
        (Fault.UNAVAILABLE, {"retry_after": "Fri, 15 Mar 2024 00:00:00 GMT"}, 503, "Fri, 15 Mar 2024 00:00:00 GMT"),
    ],
)
def test_statuses(
    replica: Replica, record: Record, fault: Fault, options: dict[str, Any], status: int, retry_after: str | None
) -> None:
    replica.fail(fault, **options)
    answer = news(replica, record)
    assert (answer.status, answer.headers["Retry-After"]) == (status, retry_after)
    assert record.title not in answer.text


@pytest.mark.parametrize(
    ("fault", "content_type", "expected"),
    [
        (Fault.NULL, JSON, lambda _: b"null"),
        (Fault.EMPTY, JSON, lambda _: b""),
        (Fault.TRUNCATED_JSON, JSON, lambda right: right[: len(right) // 2]),
        (Fault.MISLABELLED_GBK, JSON, lambda right: right.decode().encode("gbk")),
        (Fault.GBK, GBK, lambda right: right.decode().encode("gbk")),
        (Fault.UTF8_AS_GBK, GBK, lambda right: right),
        (Fault.BOM, JSON, lambda right: b"\xef\xbb\xbf" + right),
        (Fault.JSONP, SCRIPT, lambda right: b"callback(" + right + b");"),
        (Fault.ASSIGNMENT, SCRIPT, lambda right: b"var x = " + right + b";"),
    ],
)
def test_bodies(
    replica: Replica, record: Record, fault: Fault, content_type: str, expected: Callable[[bytes], bytes]
) -> None:
    right = news(replica, record).body
    replica.fail(fault)
    answer = news(replica, record)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == content_type
    assert answer.body == expected(right)
    assert int(answer.headers["Content-Length"]) == len(answer.body)


def test_every_article_can_be_served_as_gbk(replica: Replica) -> None:
    replica.fail(Fault.GBK)
    for record in replica.articles:
        assert json.loads(news(replica, record).body.decode("gbk"))["text"] == record.text


def test_block_page(replica: Replica, record: Record) -> None:
    replica.fail(Fault.BLOCK_PAGE)
    answer = news(replica, record)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html;charset=UTF-8")
    assert "captcha" in answer.text
    assert record.title not in answer.text


def test_cut_short(replica: Replica, record: Record) -> None:
    right = news(replica, record).body
    replica.fail(Fault.CUT_SHORT)
    with pytest.raises(http.client.IncompleteRead) as caught:
        news(replica, record)
    assert caught.value.partial == right[: len(right) // 2]
    assert caught.value.expected == len(right) - len(right) // 2


def test_other_article_is_the_same_for_every_address(replica: Replica) -> None:
    replica.fail(Fault.OTHER_ARTICLE)
    first, second, *rest = replica.articles
    assert json.loads(news(replica, first).text)["id"] == second.infocode
    assert {json.loads(news(replica, record).text)["id"] for record in [second, *rest]} == {first.infocode}
    assert first.title in get(replica, f"/a/{second.id}.html").text


@pytest.mark.parametrize(
    ("fault", "options", "location"),
    [
        (Fault.REDIRECT_LOOP, {}, f"{TEXT}?id=NW1&cid=2"),
        (Fault.REDIRECT_FILE, {}, "file:///etc/passwd"),
        (Fault.REDIRECT_TO, {"location": "http://news.example/x"}, "http://news.example/x"),
    ],
)
def test_redirects(replica: Replica, fault: Fault, options: dict[str, Any], location: str) -> None:
    replica.fail(fault, **options)
    answer = get(replica, f"{TEXT}?id=NW1&cid=2")
    assert (answer.status, answer.headers["Location"]) == (302, location)


def test_gzip(replica: Replica, record: Record) -> None:
    right = news(replica, record).body
    replica.fail(Fault.GZIP)
    answer = news(replica, record)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.body) == right != answer.body


def test_gzip_bomb_is_small_until_it_is_unpacked(replica: Replica, record: Record) -> None:
    size = 20_000_003
    replica.fail(Fault.GZIP_BOMB, size=size)
    tracemalloc.start()
    answer = news(replica, record)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000
    assert len(answer.body) < size / 500
    assert (answer.headers["Content-Type"], answer.headers["Content-Encoding"]) == (JSON, "gzip")
    assert gzip.decompress(answer.body) == b" " * size
    assert OPTIONS[Fault.GZIP_BOMB] == {"size": 64 * 1024 * 1024}


def test_slow_waits_and_then_answers(replica: Replica, record: Record) -> None:
    replica.fail(Fault.SLOW, seconds=0.2)
    start = time.monotonic()
    assert json.loads(news(replica, record).text)["newsid"] == record.id
    assert time.monotonic() - start >= 0.2


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.DRIP])
def test_waiting_ends_when_the_replica_stops(replica: Replica, record: Record, fault: Fault) -> None:
    replica.fail(fault, seconds=60)
    ended: list[BaseException] = []

    def ask() -> None:
        try:
            news(replica, record)
        except (OSError, http.client.HTTPException) as error:
            ended.append(error)

    others = threading.enumerate()
    client = threading.Thread(target=ask)
    client.start()
    while not replica.requests:
        time.sleep(0.01)
    replica.stop()
    for thread in set(threading.enumerate()) - set(others):
        thread.join(timeout=60)
        assert not thread.is_alive()
    assert len(ended) == 1
    assert not isinstance(ended[0], TimeoutError)


def test_drip_sends_a_byte_at_a_time(replica: Replica, record: Record) -> None:
    right = news(replica, record).body
    replica.fail(Fault.DRIP, seconds=0.4)
    connection = http.client.HTTPConnection("127.0.0.1", replica.port, timeout=60)
    start = time.monotonic()
    connection.request("GET", f"{TEXT}?id={record.infocode}")
    response = connection.getresponse()
    pieces = [response.read1()]
    first = time.monotonic() - start
    while piece := response.read1():
        pieces.append(piece)
    assert first < 0.2 < 0.38 <= time.monotonic() - start
    assert len(pieces) > 50
    assert b"".join(pieces) == right
    connection.close()


def test_reset(replica: Replica, record: Record) -> None:
    replica.fail(Fault.RESET)
    with pytest.raises(ConnectionResetError) as caught:
        news(replica, record)
    assert not isinstance(caught.value, http.client.RemoteDisconnected), "an orderly close is no reset"


# Which requests fail


def test_without_a_choice_all_but_robots_fail(replica: Replica, record: Record) -> None:
    replica.fail(Fault.SERVER_ERROR)
    assert news(replica, record).status == get(replica, "/a/1.html").status == 500
    assert get(replica, "/robots.txt").status == 200
    replica.fail(Fault.UNAVAILABLE, path="/robots.txt")
    assert get(replica, "/robots.txt").status == 503


@pytest.mark.parametrize("prefix", ["", "NW"])
def test_one_article_fails_at_all_its_addresses(replica: Replica, record: Record, prefix: str) -> None:
    replica.fail(Fault.SERVER_ERROR, id=prefix + record.id)
    for start in (f"{TEXT}?id=NW", "/html_News/NewsShare.html?infocode=nw", "/kuaixun/v2/api/article/"):
        assert get(replica, f"{start}{record.id}").status == 500
    for start in ("/a/", "/news/9,"):
        assert get(replica, f"{start}{record.id}.html").status == 500
    assert news(replica, replica.articles[1]).status == 200


def test_one_path_fails(replica: Replica, record: Record) -> None:
    replica.fail(Fault.NULL, path=TEXT)
    assert news(replica, record).text == news(replica, replica.articles[1]).text == "null"
    assert record.title in get(replica, f"/a/{record.id}.html").text


def test_times_and_order_and_healing(replica: Replica, record: Record) -> None:
    replica.fail(Fault.SERVER_ERROR, times=2)
    replica.fail(Fault.TOO_MANY, id=record.id, times=1)
    assert [news(replica, record).status for _ in range(4)] == [500, 500, 429, 200]
    replica.fail(Fault.SERVER_ERROR)
    assert news(replica, record).status == 500
    replica.heal()
    assert news(replica, record).status == 200


@pytest.mark.parametrize(
    ("fault", "options", "message"),
    [
        (Fault.REDIRECT_TO, {}, "redirect_to needs the option location"),
        (Fault.SLOW, {"second": 1}, "slow has no option second; it has: seconds"),
        (Fault.NULL, {"size": 1}, "null has no option size; it has: none"),
    ],
)
def test_wrong_options_are_refused(replica: Replica, fault: Fault, options: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        replica.fail(fault, **options)


# The command


def test_command_serves_until_interrupted(record: Record) -> None:
    command = [sys.executable, "-m", "archiver.replica", "--fault", f"null={record.id}", "--fault", "empty=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        lines = [process.stdout.readline() for _ in range(3)]
        address = next(word for word in lines[0].split() if word.startswith("http://"))
        assert lines[1].split() == [f"http_proxy={address}", "curl", record.url]
        proxy, curl, listing = shlex.split(lines[2])
        assert [proxy, curl] == [f"http_proxy={address}", "curl"]
        with build_opener(ProxyHandler({"http": address})).open(listing, timeout=60) as page:
            assert record.infocode in page.read().decode()
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        connection.request("GET", record.url)
        assert connection.getresponse().read() == b"null"
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize("fault", ["nothing_such", "redirect_to"])
def test_command_names_a_wrong_fault(fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--fault", fault])
    assert caught.value.code == 2
    assert f"--fault {fault}: " in capsys.readouterr().err
