"""Answers as they cross the wire: what a crawl takes, a replay takes too; what never ends, ends here; and nothing that
is ours alone is written anywhere."""

from __future__ import annotations

import gzip
import time
import zlib
from base64 import b64encode
from itertools import count
from typing import TYPE_CHECKING

import brotli
import pytest

from archiver.clock import DAY, now
from archiver.replica import Fault
from tests.rawserver import NO_ROBOTS, ROBOTS, answer, serving
from tests.test_bodies import PACKERS, chunked, raw_deflate
from tests.warcs import article_json, every, read, warcs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import CompletedProcess

    from archiver.replica import Record
    from tests.conftest import Archive

TEXT = "/NewsData/GetNewsText.do"
JSON = "Content-Type: application/json;charset=UTF-8"
LISTING = "eastmoney/market-37"


def get(archive: Archive, article: Record, sent: bytes, *arguments: str) -> CompletedProcess[str]:
    """Run `archiver get` against a server that answers with these bytes."""
    with serving(lambda path: [NO_ROBOTS if path == ROBOTS else sent]) as raw:
        return archive.get(article.id, "--warc", "-s", "RETRY_TIMES=0", *arguments, env={"http_proxy": raw.url})


def packed(body: bytes, encoding: str) -> bytes:
    """An answer whose body is packed in this way."""
    half = len(body) // 2
    content = {
        "gzip": gzip.compress(body),
        "gzip of several members": gzip.compress(body[:half]) + gzip.compress(body[half:]),
        "gzip, gzip": gzip.compress(gzip.compress(body)),
        "gzip, br": brotli.compress(gzip.compress(body)),
        "br": brotli.compress(body),
        "zstd": PACKERS["zstd"](body),
        "deflate": zlib.compress(body),
        "deflate without a header": raw_deflate(body),
        "utf-8": body,
    }[encoding]
    name = encoding.partition(" of")[0].partition(" without")[0]
    return answer(content, JSON, f"Content-Encoding: {name}")


@pytest.mark.parametrize(
    "encoding",
    [
        *("gzip", "gzip of several members", "gzip, gzip", "gzip, br", "br", "zstd", "deflate"),
        *("deflate without a header", "utf-8"),
    ],
)
def test_what_a_crawl_unpacks_its_replay_unpacks(archive: Archive, article: Record, encoding: str) -> None:
    body = article_json(archive, article.id)
    result = get(archive, article, packed(body, encoding))
    assert (result.returncode, result.stdout) == (0, "1 written, 0 unchanged, 0 failed\n"), result.stderr
    posts = archive.posts
    captures = str(archive.output / "_captures")
    archive.output = archive.output.with_name("replayed")
    assert archive.archiver("replay", captures).returncode == 0
    assert archive.posts == posts


def test_a_body_in_chunks_with_a_trailer(archive: Archive, article: Record) -> None:
    body = chunked(article_json(archive, article.id), 100, b"X-Checksum: 1\r\n")
    head = f"HTTP/1.1 200 OK\r\n{JSON}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    assert get(archive, article, head + body).returncode == 0


@pytest.mark.parametrize("kind", ["length", "chunks", "gzip", "deflate", "br"])
def test_a_cut_off_answer_is_no_post(archive: Archive, article: Record, kind: str) -> None:
    body = article_json(archive, article.id)
    sent = {
        "length": answer(body, JSON)[:-9],
        "chunks": f"HTTP/1.1 200 OK\r\n{JSON}\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + chunked(body)[:-20],
        "gzip": answer(gzip.compress(body)[:-9], JSON, "Content-Encoding: gzip"),
        "deflate": answer(zlib.compress(body)[:-9], JSON, "Content-Encoding: deflate"),
        "br": answer(brotli.compress(body)[:-9], JSON, "Content-Encoding: br"),
    }[kind]
    result = get(archive, article, sent)
    assert (result.returncode, archive.posts) == (1, {})
    assert "the answer is cut off" in result.stderr
    assert "None" not in result.stderr


@pytest.mark.parametrize("kind", ["length", "gzip"])
def test_a_cut_off_answer_of_a_proxy_is_no_post(archive: Archive, article: Record, kind: str) -> None:
    body = article_json(archive, article.id)
    status = "203 Non-Authoritative Information"
    sent = {
        "length": answer(body, JSON, status=status)[:-9],
        "gzip": answer(gzip.compress(body)[:-9], JSON, "Content-Encoding: gzip", status=status),
    }[kind]
    result = get(archive, article, sent)
    assert (result.returncode, archive.posts) == (1, {})
    assert "the answer is cut off" in result.stderr


def test_what_a_proxy_made_of_an_answer_is_one_to_a_replay_too(archive: Archive, article: Record) -> None:
    body = article_json(archive, article.id)
    assert get(archive, article, answer(body, JSON, status="203 Non-Authoritative Information")).returncode == 0
    posts, captures = archive.posts, str(archive.output / "_captures")
    archive.output = archive.output.with_name("replayed")
    assert archive.archiver("replay", captures).returncode == 0
    assert archive.posts == posts != {}


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("202 Accepted", "HTTP status 202"),
        ("206 Partial Content", "HTTP status 206: it is a part of what was asked for"),
        ("226 IM Used", "HTTP status 226"),
        ("299 Fine", "HTTP status 299"),
    ],
)
def test_what_is_not_all_of_an_answer_is_no_post(archive: Archive, article: Record, status: str, reason: str) -> None:
    """No replay would read it."""
    result = get(archive, article, answer(article_json(archive, article.id), JSON, status=status))
    assert (result.returncode, archive.posts) == (1, {})
    assert f"{reason} (" in result.stderr


@pytest.mark.parametrize("headers", [["Link: " + "</a.css>; rel=preload, " * 2500], ["Set-Cookie: a=b"] * 200])
def test_a_long_head_costs_no_article(archive: Archive, article: Record, headers: list[str]) -> None:
    assert get(archive, article, answer(article_json(archive, article.id), JSON, *headers)).returncode == 0
    assert archive.archiver("verify").returncode == 0


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (
            HEAD + b"Content-Length: 4\r\nContent-Length: 2\r\n\r\nnull",
            "the answer is no sound HTTP: Duplicate Content-Length",
        ),
        (HEAD + b"Content-Length: -4\r\n\r\nnull", "the answer is no sound HTTP: Invalid character in Content-Length"),
        (HEAD + b"Content-Length: 4\r\n\r\nnull, and more", "the answer is no sound HTTP: Bad status line"),
        (HEAD + b"garbage\r\n\r\nnull", "the answer is no sound HTTP: Invalid header token"),
        (HEAD + b"X: a\0b\r\n\r\nnull", "the answer is no sound HTTP: Invalid HTTP header"),
        (HEAD + b"X: " + b"a" * 70000 + b"\r\n\r\nnull", "the answer is no sound HTTP: Got more than 65536 bytes"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n-4\r\nnull\r\n0\r\n\r\n", "the answer is no sound HTTP: Invalid"),
        (b"null", "the answer is no sound HTTP: Bad status line"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "the answer is no sound HTTP: Bad status line: Invalid response status"),
        (b"HTTP/1.1 200 OK\r\n", "the connection was closed before an answer came"),
        (b"", "the connection was closed before an answer came"),
    ],
)
def test_what_is_no_http_is_named_in_a_line(archive: Archive, article: Record, sent: bytes, reason: str) -> None:
    result = get(archive, article, sent)
    assert (result.returncode, archive.posts) == (1, {})
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1
    for word in ("400", "message=", "b'", "RawResponse"):
        assert word not in result.stderr


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "502 Bad Gateway", "200"])
def test_a_proxy_that_makes_no_connection(archive: Archive, status: str) -> None:
    with serving(lambda _: [f"HTTP/1.1 {status}\r\n\r\n".encode()]) as raw:
        result = archive.get("https://paper.example/a", "-s", "RETRY_TIMES=0", env={"https_proxy": raw.url})
    assert result.returncode == 1
    if status != "200":
        code, _, words = status.partition(" ")
        assert f"the proxy refuses: status {code} ({words})" in result.stderr
    assert "message=" not in result.stderr


def test_a_flood_of_interim_answers_ends(archive: Archive, article: Record) -> None:
    """It costs neither the time of a slow answer nor a body's worth of bytes."""
    sent = count()

    def flood(path: bytes) -> Iterator[bytes]:
        if path == ROBOTS:
            yield NO_ROBOTS
            return
        for _ in sent:
            yield b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100

    with serving(flood) as raw:
        result = archive.get(
            article.id, "-s", "RETRY_TIMES=0", "-s", "DOWNLOAD_TIMEOUT=50", env={"http_proxy": raw.url}
        )
    assert result.returncode == 1
    assert "more than 20 interim answers (status 1xx) came, and no other" in result.stderr


def test_a_few_interim_answers_are_passed_over(archive: Archive, article: Record) -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 20
    assert get(archive, article, interim + answer(article_json(archive, article.id), JSON)).returncode == 0


# robots.txt (RFC 9309).


def test_the_beginning_of_a_robots_txt_without_an_end_counts(archive: Archive, article: Record) -> None:
    def endless(path: bytes) -> Iterator[bytes]:
        if path != ROBOTS:
            yield answer(article_json(archive, article.id), JSON)
            return
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\nDisallow: /NewsData/\n"
        while True:
            yield b"# and so on\n" * 1000

    with serving(endless) as raw:
        result = archive.get(article.id, env={"http_proxy": raw.url})
        assert raw.paths() == []
    assert result.returncode == 1
    assert "forbidden by the site's robots.txt" in result.stderr


def test_half_a_megabyte_of_a_robots_txt_counts(archive: Archive, article: Record) -> None:
    """RFC 9309, 2.5: at least 500 KiB."""
    end = b"\nDisallow: /NewsData/\n"
    rules = (b"User-agent: *\n#").ljust(500 * 1024 - len(end), b"x") + end
    with serving(lambda _: [answer(rules, "Content-Type: text/plain")]) as raw:
        result = archive.get(article.id, env={"http_proxy": raw.url})
        assert raw.paths() == []
    assert "forbidden by the site's robots.txt" in result.stderr


def test_a_robots_txt_that_unpacks_to_very_much(archive: Archive, article: Record) -> None:
    rules = b"User-agent: *\nDisallow: /NewsData/\n" + b"# and so on\n" * 2_000_000
    bomb = answer(gzip.compress(rules), "Content-Type: text/plain", "Content-Encoding: gzip")
    with serving(lambda _: [bomb]) as raw:
        result = archive.get(article.id, env={"http_proxy": raw.url})
        assert raw.paths() == []
    assert "forbidden by the site's robots.txt" in result.stderr


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.RESET, Fault.UNAVAILABLE])
def test_a_robots_txt_that_cannot_be_had_forbids(archive: Archive, article: Record, fault: Fault) -> None:
    archive.replica.fail(fault, path="/robots.txt")
    result = archive.get(article.id, "-s", "RETRY_TIMES=0")
    assert result.returncode == 1
    assert "its robots.txt cannot be had, which forbids all the rest: " in result.stderr
    assert archive.asked() == []


def test_a_robots_txt_that_is_cut_off_is_asked_for_again_and_named(archive: Archive, article: Record) -> None:
    cut = answer(b"User-agent: *\nDisallow: /nothing/\n", "Content-Type: text/plain")[:-9]
    with serving(lambda _: [cut]) as raw:
        result = archive.get(article.id, env={"http_proxy": raw.url})
        asked = [request.split()[1] for request in raw.requests]
    assert asked.count(b"http://finews.zning.xyz/robots.txt") == 3  # RETRY_TIMES more
    said = "its robots.txt cannot be had, which forbids all the rest: the answer is cut off: the connection closed"
    assert said in result.stderr


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("204 No Content", "HTTP status 204: an answer without content"),
        ("302 Found", "HTTP status 302: a redirect that does not say where to"),
        ("304 Not Modified", "HTTP status 304: it says that nothing has changed, which was not asked"),
    ],
)
def test_a_status_without_an_article_is_explained(archive: Archive, article: Record, status: str, reason: str) -> None:
    result = get(archive, article, answer(b"", JSON, status=status))
    assert result.returncode == 1
    assert reason in result.stderr


def test_what_is_forbidden_is_forbidden_to_all_that_wait_for_the_rules(archive: Archive) -> None:
    archive.replica.robots = "User-agent: *\nDisallow: /NewsData/\n"
    assert archive.get(*(record.id for record in archive.replica.articles)).returncode == 1
    assert archive.asked() == []


def test_a_passing_fault_of_robots_txt_forbids_nothing(archive: Archive, article: Record) -> None:
    archive.replica.fail(Fault.RESET, path="/robots.txt", times=1)
    assert archive.get(article.id).returncode == 0


@pytest.mark.parametrize("fault", [Fault.NOT_FOUND, Fault.TOO_MANY])
def test_where_there_is_no_robots_txt_all_is_allowed(archive: Archive, article: Record, fault: Fault) -> None:
    archive.replica.fail(fault, path="/robots.txt")
    assert archive.get(article.id, "-s", "RETRY_TIMES=0").returncode == 0


@pytest.mark.parametrize(("rules", "status"), [("User-agent: *\nDisallow:\n", 0), ("User-agent: *\nDisallow: /\n", 1)])
def test_the_robots_txt_that_came_last_counts_while_it_cannot_be_had(
    archive: Archive, article: Record, rules: str, status: int
) -> None:
    archive.replica.robots = rules
    assert archive.get(article.id).returncode == status
    archive.replica.fail(Fault.SERVER_ERROR, path="/robots.txt")
    archive.sql("UPDATE robots SET fetched = fetched - 7 * 3600 * 1000000")
    assert archive.get(article.id, "--force").returncode == status
    archive.sql("UPDATE robots SET fetched = fetched - 31 * 86400 * 1000000")
    assert archive.get(article.id, "--force").returncode == 1


# Waits.


def test_a_host_that_wants_a_day_between_requests_is_left_to_later_runs(archive: Archive) -> None:
    archive.replica.robots = "User-agent: *\nCrawl-delay: 86400\n"
    ids = [record.id for record in archive.replica.articles]

    def hosts() -> list[str]:
        asked = sorted(seen.host for seen in archive.replica.requests if seen.path == TEXT)
        archive.replica.requests.clear()
        return asked

    result = archive.get(*ids)
    first = hosts()
    assert len(first) == len(set(first)) == len(archive.posts)
    assert result.returncode == 1
    assert "the site asked to be left alone until " in result.stderr
    assert "(Crawl-delay)" in result.stderr
    assert archive.get(*ids, "--force").returncode == 1
    assert hosts() == []
    archive.sql("UPDATE hosts SET resume = resume - 86400 * 1000000")
    archive.get(*ids, "--force")
    assert hosts() == first


def test_a_host_that_was_to_be_left_alone_for_longer_than_a_week_is_asked(archive: Archive, article: Record) -> None:
    archive.get(article.id)
    (host,) = {seen.host for seen in archive.replica.requests if seen.path == TEXT}
    for days, asked in [(6, False), (8, True)]:  # a clock was wrong
        archive.sql(f"INSERT OR REPLACE INTO hosts VALUES ('{host}', {now() + days * DAY})")
        archive.replica.requests.clear()
        archive.get(article.id, "--force")
        assert (host in {seen.host for seen in archive.replica.requests}) == asked


@pytest.mark.parametrize("wait", ["Crawl-delay", "Retry-After", "a slow answer", "a slow robots.txt"])
def test_every_wait_ends_with_the_time_of_the_run(archive: Archive, wait: str) -> None:
    if wait == "Crawl-delay":
        archive.replica.robots = "User-agent: *\nCrawl-delay: 50\n"
    elif wait == "Retry-After":
        archive.replica.fail(Fault.TOO_MANY, path=TEXT, retry_after=50)
    elif wait == "a slow answer":
        archive.replica.fail(Fault.SLOW, path=TEXT, seconds=50)
    else:
        archive.replica.fail(Fault.DRIP, path="/robots.txt", seconds=50)
    started = time.monotonic()
    result = archive.crawl(LISTING, "--max-seconds", "1", "-s", "DOWNLOAD_TIMEOUT=50", timeout=40)
    assert time.monotonic() - started < 20
    assert "the budget is spent, the rest is for the next run" in result.stdout


# What is ours alone.

HEADERS = "{'Authorization': 'Bearer s3cr3t-bearer', 'Cookie': 'sid=s3cr3t-cookie', 'X-Api-Key': 's3cr3t-key'}"
SECRETS = ["s3cr3t", b64encode(b"jane:s3cr3t-proxy").decode(), "jane"]


def test_no_credential_of_ours_is_in_any_file(archive: Archive, article: Record) -> None:
    """The proxy's password, headers that say who we are, and the same again in what a redirect says."""
    proxy = archive.replica.url.replace("://", "://jane:s3cr3t-proxy@")
    where = "http://app.jg.eastmoney.com/NewsData/GetNewsText.do?id=NW{}&access_token=s3cr3t-bearer"
    share = "http://finews.zning.xyz/html_News/NewsShare.html?access_token=s3cr3t-bearer&infoCode=NW{}"
    assert archive.get(share.format("209912310000000001")).returncode == 1  # the report has it
    archive.replica.requests.clear()
    # Of one article: they are asked for at once, and any of them may come first.
    archive.replica.fail(Fault.REDIRECT_TO, id=article.id, times=1, location=where.format(article.id))
    ids = [record.id for record in archive.replica.articles[:3]]
    result = archive.get(
        *(
            share.format(ids[0]),
            *ids[1:],
            "--warc",
            "-s",
            f"DEFAULT_REQUEST_HEADERS={HEADERS.replace(chr(39), chr(34))}",
        ),
        env={"http_proxy": proxy},
    )
    assert result.returncode == 0, result.stderr
    sent = [seen.headers for seen in archive.replica.requests if seen.path != "/robots.txt"]
    assert all(SECRETS[1] in headers["proxy-authorization"] for headers in sent)
    assert all("s3cr3t-cookie" in headers["cookie"] for headers in sent)
    requests = every(archive, "request")
    assert len(requests) == 4
    kept = b"".join(
        gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        for file in archive.output.rglob("*")
        if file.is_file()
    )
    for secret in SECRETS:
        assert secret.encode() not in kept
        assert secret not in result.stdout + result.stderr
    assert all(read(file) for file in warcs(archive))  # its digests are right
