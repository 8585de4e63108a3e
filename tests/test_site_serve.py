"""`archiver site serve`, whatever it is asked: it shows the site, to whoever means it, and nothing else."""

from __future__ import annotations

import socket
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from archiver.archive import Archive as Opened
from tests.adopting import good, put
from tests.answering import answering
from tests.sites import build, files, fill, site_of
from tests.test_site_search import ask, served

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive

MANY = 100
QUERY = "/search/query.json?q="
# What SQLite's language of queries means something by, what is no text, and what is too much.
QUERIES = (
    *('"', '"' * 300, "NEAR(a b)", "title:x OR y", "* ^ - ( ) { } : +", "'; DROP TABLE articles; --", "a" * 5000),
    *("\0", "\ud800", "😀", "长" * 5000, "AND", "OR NOT", "%"),
)


@pytest.fixture
def site(archive: Archive) -> Archive:
    """An archive whose site is built."""
    fill(archive, 3)
    assert build(archive).returncode == 0
    return archive


@pytest.fixture
def database(site: Archive, tmp_path: Path) -> Path:
    """The export to search in."""
    file = tmp_path / "articles.db"
    assert site.archiver("export", "sqlite", "--to", str(file)).returncode == 0
    return file


def status(connection: HTTPConnection, target: str, host: str) -> int:
    """The status of an answer to a request that names a host."""
    connection.request("GET", target, headers={"Host": host})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_pages_of_names_that_hide_files_are_shown(archive: Archive) -> None:
    for number, category in enumerate((".git", "...")):
        name, content = good(f"20220124{number:010}")
        put(archive, name, content.replace(b"categories: cailianshe", b"categories: '%s'" % category.encode()))
    archive.invoke("adopt", str(archive.output))
    assert build(archive).returncode == 0
    with served(archive) as connection:
        for place in (".git/2022/01/24/NW202201240000000000.html", "category/.git.html", "category/....html"):
            connection.request("GET", f"/{place}")
            answer = connection.getresponse()
            answer.read()
            assert (place, answer.status, answer.getheader("Content-Type")) == (place, 200, "text/html")


@pytest.mark.parametrize(
    "target",
    [
        *("/.archiver-site.sqlite", "/%2earchiver-site.sqlite", "/about/../.archiver-site.sqlite", "/category/"),
        *("/.git/config", "/.html/x", "/.x"),
        *("/../_index/index.sqlite", "/..%2f..%2f_index/index.sqlite", "/%2e%2e/%2e%2e/etc/passwd", "/%00", "/a%00b"),
        *("//evil.example/", "//[x/", "x://[x/", "/%ff%fe", "/\\..\\..\\etc"),
    ],
)
def test_what_is_no_page_is_not_there(site: Archive, target: str) -> None:
    before = files(site.output)
    with served(site) as connection:
        for method in ("GET", "HEAD"):
            code, body = ask(connection, target, method)
            assert (code, "没有这一页" in body.decode()) == (404, method == "GET")
    assert files(site.output) == before


def test_head_is_get_without_the_body(site: Archive, database: Path) -> None:
    with served(site, database=database) as connection:
        for target in ("/", "/search/index.json", f"{QUERY}{quote('正文')}", "/nothing"):
            sizes = []
            for method in ("GET", "HEAD"):
                connection.request(method, target)
                answer = connection.getresponse()
                sizes.append((answer.status, answer.headers["Content-Length"], len(answer.read())))
            (code, said, size), head = sizes
            assert (str(size), head) == (said, (code, said, 0))


@pytest.mark.parametrize("query", QUERIES)
def test_any_query_has_an_answer(site: Archive, database: Path, query: str) -> None:
    with served(site, database=database) as connection:
        written = quote(query, errors="surrogatepass")
        for rest in ("", f"&from={written[:500]}", f"&source={written[:500]}&until=0000-00-00"):
            assert ask(connection, f"{QUERY}{written}{rest}") == (200, b"[]")


def test_only_who_means_this_machine_is_answered(site: Archive, database: Path) -> None:
    with served(site, database=database) as connection:
        for host in ("127.0.0.1", f"127.0.0.1:{connection.port}", "localhost:1", "[::1]:8000", ""):
            assert (host, status(connection, QUERY, host)) == (host, 200)
        for host in ("evil.example", "evil.example:8000", "127.0.0.1.evil.example", "192.0.2.1", "[2001:db8::1]:80"):
            assert (host, status(connection, QUERY, host)) == (host, 421)
    with Opened(site.output).serve_site() as server:
        server.server_address = ("192.0.2.7", 80)  # for others, by whatever name they know it
        assert server.is_meant("archive.example")


def test_many_may_come_at_once(site: Archive) -> None:
    server = Opened(site.output).serve_site()
    clients = [socket.create_connection(("127.0.0.1", server.server_port), timeout=20) for _ in range(MANY)]
    with answering(server):
        for client in clients:
            client.sendall(b"GET /about/ HTTP/1.0\r\n\r\n")
        assert {client.makefile("rb").readline() for client in clients} == {b"HTTP/1.0 200 OK\r\n"}
        for client in clients:
            client.close()


def test_where_it_cannot_listen_is_said_before_texts_are_indexed(site: Archive) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for place, option in ((("--port", port), "--port"), (("--port", "0", "--host", "192.0.2.1"), "--host")):
            done = site.invoke("site", "serve", *place, "--output", str(site.output))
            assert (done.returncode, done.stderr.count("\n"), f"name another {option}" in done.stderr) == (1, 1, True)


def test_it_listens_at_addresses_of_both_kinds(site: Archive) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6; Linux has it unless it is switched off")
    server = Opened(site.output).serve_site(host="::1")
    with answering(server), closing(HTTPConnection("::1", server.server_port, timeout=30)) as connection:
        assert server.address == f"http://[::1]:{server.server_port}/"
        assert ask(connection, "/about/")[0] == 200
    assert site_of(site).is_dir()
