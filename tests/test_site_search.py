"""Search: in titles from a plain file server, and in all texts when the site is served by `archiver site serve`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from archiver.archive import Archive as Opened
from archiver.errors import StoreError, UsageError
from archiver.site import titles
from archiver.site.full_text import CHARACTERS_AROUND, around, match_of
from archiver.site.serve import MAX_QUERY_CHARACTERS
from tests.adopting import good, put
from tests.answering import answering
from tests.browser import look
from tests.sites import DAY, build, files, fill, site_of
from tests.sites import page as page_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Archive

WAIT = "while (/…/.test(page.getElementById('status').textContent)) await pause(20);"
FOUND = f"""{WAIT}
result.found = [...page.querySelectorAll('#results li .what > a')].map(one => one.textContent);
result.marks = [...page.querySelectorAll('#results mark')].map(one => one.textContent);
result.links = [...page.querySelectorAll('#results li .what > a')].map(one => one.getAttribute('href'));
result.said = page.getElementById('status').textContent;"""


@pytest.fixture
def stocked(archive: Archive) -> Archive:
    """An archive whose site is built: of some articles with words of their own."""
    words = ("央行降息", "临岚港首航", "Apple 扩建", "<script>top.ran.push(1)</script>")
    for number, title in enumerate(words):
        text = f"<p>{'正文里只有一次的词：码头' if number == 1 else '别的内容'}{'，如此这般' * 12}（{number}）。</p>"
        published = DAY + timedelta(days=number)
        put(archive, *good(f"{published:%Y%m%d}{number:010}", title=title, body=text, published=published))
    archive.invoke("adopt", str(archive.output))
    assert build(archive).returncode == 0
    return archive


QUERIES = {
    f"q={quote('降息')}": ["央行降息"],
    f"q={quote('岚港')}": ["临岚港首航"],
    "q=APPLE": ["Apple 扩建"],
    f"q={quote('apple 扩建')}": ["Apple 扩建"],
    f"q={quote('apple 降息')}": [],
    "q=script": ["<script>top.ran.push(1)</script>"],
    f"q={quote('财联社')}&from=2022-01-25&until=2022-01-26": ["Apple 扩建", "临岚港首航"],
    f"q={quote('码头')}": [],
    f"q={quote('扩建')}&source={quote('联社')}": ["Apple 扩建"],
    f"q={quote('扩建')}&source={quote('晚报')}": [],
}


def test_titles_are_found_from_a_plain_file_server(stocked: Archive) -> None:
    seen = look(site_of(stocked), [f"search/index.html?{query}" for query in QUERIES], do=FOUND)
    assert (seen.errors, seen.asked) == ([], [])
    for (query, found), page in zip(QUERIES.items(), seen.pages, strict=True):
        assert (page["ran"], page["found"]) == ([], found), query
        assert bool(page["marks"]) == bool(found), query
        assert all((site_of(stocked) / "search" / link).is_file() for link in page["links"]), query
        assert page["said"] == (f"{len(found)} 条结果" if found else "没有找到。"), query


SPELLED = ("２０２４年Ａ股收官", "Über die Brücke", "O’Brien：“买入”", "cafe\u0301 Ölpreis", "서울 소식")
# A query; the title that it finds, by its number; and what is marked in it.
SPELLINGS = (
    *(
        ("2024年", 0, ["２０２４年"]),
        ("a股", 0, ["Ａ股"]),
        ("２０２４", 0, ["２０２４"]),
        ("uber BRUCKE", 1, ["Über", "Brücke"]),
    ),
    *(('"Brücke"', 1, ["Brücke"]), ("O'Brien", 2, ["O", "Brien"]), ("“买入”", 2, ["买入"]), ("买入", 2, ["买入"])),
    *(("CAFÉ", 3, ["cafe\u0301"]), ("olpreis", 3, ["Ölpreis"]), ("소식", 4, ["소식"])),
)


def test_a_word_is_found_however_it_is_spelled(archive: Archive, tmp_path: Path) -> None:
    for number, title in enumerate(SPELLED):
        text = f"<p>{'各不相同的内容，' * 12}{number}。</p>"
        put(archive, *good(f"20220124{number:010}", title=title, body=text, source="Éclair １社"))
    archive.invoke("adopt", str(archive.output))
    assert build(archive).returncode == 0
    queries = [f"search/index.html?q={quote(query)}" for query, *_ in SPELLINGS]
    seen = look(site_of(archive), [*queries, f"search/index.html?q={quote('“”')}"], do=FOUND)
    *found, nothing = seen.pages
    for (query, number, marks), page in zip(SPELLINGS, found, strict=True):
        assert (query, page["found"], page["marks"]) == (query, [SPELLED[number]], marks)
    assert (nothing["found"], nothing["said"]) == ([], "没有找到。")
    file = tmp_path / "articles.db"
    archive.archiver("export", "sqlite", "--to", str(file))
    with served(archive, database=file) as connection:  # and where all texts are searched
        for query, number, _ in SPELLINGS:
            answer = json.loads(ask(connection, f"/search/query.json?q={quote(query)}")[1])
            assert (query, [one[1] for one in answer]) == (query, [SPELLED[number]])
        for source, count in (("ÉCLAIR 1社", 1), ("eclair", 1), ("other", 0)):
            answer = json.loads(ask(connection, f"/search/query.json?q=2024&source={quote(source)}")[1])
            assert (source, len(answer)) == (source, count)


def test_only_as_much_can_be_typed_as_is_searched_for(stocked: Archive) -> None:
    fields = page_of(stocked, "search/index.html").cssselect("input[type=search]")
    assert [int(str(field.get("maxlength"))) for field in fields] == [MAX_QUERY_CHARACTERS] * 2


def test_only_the_last_file_of_titles_changes(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(titles, "ARTICLES_PER_FILE", 10)
    fill(archive, 25)
    build(archive)
    before = files(site_of(archive))
    parts = [f"search/titles-{number}.json" for number in (1, 2, 3)]
    assert [len(json.loads(before[part])) for part in parts] == [10, 10, 5]
    fill(archive, 3, first=100)
    build(archive)
    after = files(site_of(archive))
    assert [after[part] == before[part] for part in parts] == [True, True, False]
    assert [name for name, *_ in json.loads(after["search/index.json"])["files"]] == [
        f"titles-{number}.json" for number in (3, 2, 1)
    ]


@contextmanager
def served(archive: Archive, **options: Any) -> Iterator[HTTPConnection]:
    """A connection to a server of an archive's site."""
    server = Opened(archive.output).serve_site(**options)
    with answering(server), closing(HTTPConnection("127.0.0.1", server.server_port, timeout=30)) as connection:
        yield connection


def ask(connection: HTTPConnection, target: str, method: str = "GET") -> tuple[int, bytes]:
    """Ask for something, and return status and body."""
    connection.request(method, target)
    answer = connection.getresponse()
    return answer.status, answer.read()


@pytest.fixture
def database(stocked: Archive, tmp_path: Path) -> Path:
    """The export to search in."""
    file = tmp_path / "articles.db"
    assert stocked.archiver("export", "sqlite", "--to", str(file)).returncode == 0
    return file


def test_a_served_site_finds_words_in_all_texts(stocked: Archive, database: Path) -> None:
    with served(stocked, database=database) as connection:
        assert json.loads(ask(connection, "/search/index.json")[1])["service"] == "query.json"
        status, body = ask(connection, f"/search/query.json?q={quote('码头')}")
        ((address, title, source, published, words),) = json.loads(body)
        assert (status, title, source, published[:10]) == (200, "临岚港首航", "财联社", "2022-01-25")
        assert "码头" in words
        assert (site_of(stocked) / address).is_file()
        for query, count in (
            *(("q=%E5%A6%82%E6%AD%A4%E8%BF%99%E8%88%AC", 4), ("q=", 0), ("q=%22%20OR%20*", 0), ("", 0)),
            (f"q={quote('正文里只有一次的词')}", 1),
            (f"q={quote('如此')}&from=2022-01-25&until=2022-01-26", 2),
            (f"q={quote('如此')}&source={quote('联社')}&until=2022-01-24", 1),
            (f"q={quote('如此')}&source={quote('晚报')}", 0),
        ):
            status, body = ask(connection, f"/search/query.json?{query}")
            assert (status, len(json.loads(body))) == (200, count), query


def test_a_served_site_finds_posts_of_its_owners(stocked: Archive, tmp_path: Path) -> None:
    put(stocked, "2022-02-01-us.md", "---\ntitle: 关于\npermalink: /us/\n---\n本站的缘起与码头无关。\n")
    stocked.invoke("adopt", str(stocked.output))
    build(stocked)
    file = tmp_path / "articles.db"
    stocked.archiver("export", "sqlite", "--to", str(file))
    with served(stocked, database=file) as connection:
        found = json.loads(ask(connection, f"/search/query.json?q={quote('缘起')}")[1])
        assert [one[:2] for one in found] == [["us/", "关于"]]


def test_a_served_site_shows_its_pages(stocked: Archive) -> None:
    with served(stocked) as connection:
        assert ask(connection, "/")[0] == 200
        assert ask(connection, "/category/cailianshe.html")[0] == 200
        assert ask(connection, "/", "POST")[0] == 501
        assert ask(connection, "/search/query.json?q=x")[0] == 404


def test_what_cannot_be_served_is_said(archive: Archive, stocked: Archive, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no site there"):
        Opened(archive.output).serve_site(tmp_path)
    other = tmp_path / "other.db"
    other.write_bytes(b"no database" * 100)
    with pytest.raises(UsageError, match="archiver export sqlite"):
        Opened(archive.output).serve_site(database=other)
    with served(stocked) as connection, pytest.raises(StoreError, match="cannot listen"):
        Opened(archive.output).serve_site(port=connection.port)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("serves", [True, False])
def test_the_command_serves_until_it_is_told_to_end(
    stocked: Archive, tmp_path: Path, number: int, status: int, serves: bool
) -> None:
    words = ["site", "serve", "--port", "0", "--output", str(stocked.output)]
    folder = tmp_path / "temporary"
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "archiver", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    assert process.stdout
    assert process.stderr
    assert "search index" in process.stderr.readline()
    if serves:
        address = process.stdout.readline().split()[0]
        with closing(HTTPConnection(address.removeprefix("http://").removesuffix("/"), timeout=30)) as connection:
            assert len(json.loads(ask(connection, f"/search/query.json?q={quote('码头')}")[1])) == 1
    os.kill(process.pid, number)  # at the latest while it serves
    process.communicate(timeout=60)
    assert (process.returncode, [*folder.iterdir()]) == (status, [])


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", ""),
        ("央行", '"央行"'),
        ("全国人民代表", '"全国人民" "国人民代" "人民代表"'),
        ("A股 ETF", '"A股" "ETF"'),
        ("港", '"港" *'),
        ('a" OR "b', '"a" "OR" "b"'),
        ("２０２４年 Ａ股", '"2024年" "A股"'),
    ],
)
def test_words_become_a_query(text: str, query: str) -> None:
    assert match_of(text) == query


@pytest.mark.parametrize(
    ("text", "wanted", "shown"),
    [
        ("一 码头\n二", "码头", "一 码头 二"),
        (
            f"{'前' * 99}码头{'后' * 99}",
            "码头",
            f"…{'前' * CHARACTERS_AROUND}码头{'后' * (2 * CHARACTERS_AROUND - 2)}…",
        ),
        ("A PIER and a quay", "quay pier", "A PIER and a quay"),
        ("nothing of it", "码头", ""),
        ("Über die Brücke", "brucke", "Über die Brücke"),
        ("２０２４年，Ｂ轮", "b轮", "２０２４年，Ｂ轮"),
        ("la tour d'Éclair", '"ECLAIR"', "la tour d'Éclair"),
    ],
)
def test_some_of_the_text_is_shown_and_where_it_is_cut(text: str, wanted: str, shown: str) -> None:
    assert around(text, wanted) == shown
