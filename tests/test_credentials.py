"""No key of ours is in anything that is written or shown, wherever it is given: in addresses of pages and of feeds, and
to a proxy."""

from __future__ import annotations

import base64
import gzip
from hashlib import sha1
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.press import Press, article, press, rss
from tests.rawserver import answer, serving
from tests.web import archive, story, web

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

    from tests.conftest import Archive
    from tests.web import Web

__all__ = ["archive", "press", "web"]  # fixtures

KEY = "s3cr3tA1b2c3d4e5f6"
PAPER, MERROW = "http://paper.example", "http://www.merrow.example"
# There, gone, and refused: a page with a name and a password, one with a key, one with a key in its path.
PLACES = {
    "jane": f"http://jane:{KEY}@paper.example/2026/11/01/{{}}-with-a-password",
    "key": f"{PAPER}/2026/11/01/{{}}-with-a-key?id=1&key={KEY}",
    "path": f"{PAPER}/2026/11/01/{{}}-with-a-token;accesstoken={KEY}?id=1",
}


def shown(archive: Archive, *results: CompletedProcess[str]) -> dict[str, bytes]:
    """All that was written and said, by name."""
    files = (file for file in archive.output.rglob("*") if file.is_file())
    found = {str(file.relative_to(archive.output)): file.read_bytes() for file in files}
    unpacked = {name: gzip.decompress(content) if name.endswith(".gz") else content for name, content in found.items()}
    said = {f"said by {number}": (one.stdout + one.stderr).encode() for number, one in enumerate(results)}
    return unpacked | said


def holding(found: dict[str, bytes]) -> list[str]:
    return sorted(name for name, content in found.items() if KEY.encode() in content)


def test_no_key_in_an_address_is_written_or_shown(archive: Archive, web: Web) -> None:
    addresses = [place.format(what) for what in ("here", "gone") for place in PLACES.values()]
    for name, address in zip(PLACES, addresses, strict=False):
        page = story(f"A page with a {name} in its address", text=f"What is said of a {name} is said {{n}} times here.")
        web.put(address.replace(f"jane:{KEY}@", ""), page)
    private = f"http://10.0.0.1/2026/11/01/a-private-page?token={KEY}"
    result = archive.get(*addresses, private, "--warc", "-vv", "-s", "RETRY_TIMES=0")
    assert "3 written, 0 unchanged, 4 failed" in result.stdout + result.stderr
    assert len(archive.posts) == 3
    again = archive.get(*addresses[:3], "--warc", "--json")
    assert '"outcome": "written"' not in again.stdout
    elsewhere = archive.get(addresses[1].replace("here", "there"), "-vv", env={"http_proxy": "http://127.0.0.1:9"})
    exported = archive.archiver("export", "jsonl")
    assert exported.stdout.count("\n") == 3
    assert holding(shown(archive, result, again, elsewhere, exported, archive.archiver("status", "--json"))) == []


def test_a_key_in_an_address_that_a_message_goes_on_after(archive: Archive, web: Web) -> None:
    asked = f"{PAPER}/a?key={KEY}"
    web.redirect(asked, f"http://10.0.0.1/a?key={KEY}")
    result = archive.get(asked, "--warc", "-vv", "-s", "RETRY_TIMES=0")
    assert "redirects to http://10.0.0.1/a?key=removed-9f3db809, a private address" in result.stderr
    assert holding(shown(archive, result, archive.archiver("status", "--json"))) == []


def test_pages_whose_addresses_differ_in_a_key_are_two_articles(archive: Archive, web: Web) -> None:
    """A key may be what tells one page from another; nobody knows."""
    for number, text in enumerate(("Ships that sail far over the sea, {n}.", "Trains and their drivers, {n}.")):
        web.put(f"{PAPER}/view?code={KEY}{number}", story(f"Article number {number} of two", text=text))
    assert archive.get(f"{PAPER}/view?code={KEY}0", f"{PAPER}/view?code={KEY}1").returncode == 0
    assert len(archive.posts) == 2


def test_a_page_that_repeats_the_key_it_was_asked_with(archive: Archive, web: Web) -> None:
    """In what it says that its address is; the answer's body is evidence, and stays as it came."""
    address = f"{PAPER}/2026/11/01/a-bridge-opens?access_token={KEY}"
    web.put(address, story(canonical=address, head=f'<meta property="og:url" content="{address}">'))
    result = archive.get(address, "--no-warc")
    assert (result.returncode, holding(shown(archive, result))) == (0, [])
    assert b"<http://paper.example/2026/11/01/a-bridge-opens?access_token=removed-" in next(
        iter(archive.posts.values())
    )


def test_a_feed_that_wants_a_key_is_followed(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1])
    press.put(f"{MERROW}/feed?token={KEY}", rss(MERROW, [article(MERROW, 1)]), "application/rss+xml")
    followed = archive.archiver("follow", f"{MERROW}/feed?token={KEY}")
    assert "publish neither" in followed.stderr
    crawled = archive.crawl("--no-progress", "-vv", "web", "--no-warc")
    assert len(archive.posts) == 1
    told = [archive.archiver("export", "opml"), archive.archiver("status")]
    found = shown(archive, followed, crawled, *told)
    assert holding(found) == ["_followed.yaml", "_index/index.sqlite"]  # it is asked with it
    refused = archive.archiver("follow", f"http://jane:{KEY}@www.merrow.example/")
    assert (refused.returncode, refused.stdout, KEY in refused.stderr) == (2, "", False)
    assert "without a name and a password" in refused.stderr


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_refuses_our_password(archive: Archive, scheme: str) -> None:
    refusal = answer(b"no", "Proxy-Authenticate: Basic", status="407 Proxy Authentication Required")
    with serving(lambda _: [refusal]) as raw:
        proxy = raw.url.replace("://", f"://jane:{KEY}@")
        environment = {"http_proxy": proxy, "https_proxy": proxy}
        result = archive.get(f"{scheme}://paper.example/a-page", "-vv", "-s", "RETRY_TIMES=0", env=environment)
        assert any(b"Proxy-Authorization" in head for head in raw.requests)
    assert result.returncode == 1
    assert holding(shown(archive, result)) == []


def test_keys_on_the_command_line(archive: Archive, web: Web) -> None:
    address = web.put(f"{PAPER}/2026/11/01/a-bridge-opens", story())
    headers = f'DEFAULT_REQUEST_HEADERS={{"X-Subscriber-Key": "{KEY}"}}'
    post = f"ARCHIVER_ON_ALARM_POST=http://127.0.0.1:9/{KEY}"
    result = archive.get("--warc", "-vv", "-s", headers, "-s", post, address)
    assert (result.returncode, holding(shown(archive, result))) == (0, [])
    assert any("DEFAULT_REQUEST_HEADERS=removed" in command for (command,) in archive.rows("SELECT command FROM runs"))


def test_a_key_in_the_address_of_a_capture_of_others_is_in_their_file_only(archive: Archive, tmp_path: Path) -> None:
    """Of an answer, and of one that a revisit refers to."""
    address, file = f"http://jane:pa55word@paper.example/2026/05/01/a?key={KEY}", tmp_path / "theirs.warc.gz"
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for date, kind in (("2026-05-01T10:00:00Z", "response"), ("2026-05-02T10:00:00Z", "revisit")):
            body = story("A page with a key in its address", text="What is said here is said {n} times.").encode()
            headers = {
                "WARC-Date": date,
                "WARC-Payload-Digest": f"sha1:{base64.b32encode(sha1(body).digest()).decode()}",
            }
            if kind == "revisit":
                headers |= {"WARC-Refers-To-Target-URI": address, "WARC-Refers-To-Date": "2026-05-01T10:00:00Z"}
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            payload = body if kind == "response" else b""
            record = writer.create_warc_record(
                address,
                kind,
                payload=BytesIO(payload),
                length=len(payload),
                http_headers=http,
                warc_headers_dict=headers,
            )
            writer.write_record(record)
    replayed = archive.archiver("replay", "--pages", str(file), "-vv")
    assert (replayed.returncode, len(archive.posts)) == (0, 1), replayed.stderr
    again = archive.archiver("replay", "--pages", str(file))
    assert "0 written, 2 unchanged, 0 failed" in again.stdout
    found = shown(archive, replayed, again, archive.archiver("export", "jsonl"), archive.archiver("verify"))
    assert holding(found) == []
    assert not any(b"pa55word" in content for content in found.values())
