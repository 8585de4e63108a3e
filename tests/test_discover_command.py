"""`archiver discover`: what a site has, asked for politely, and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archiver.errors import WorkerError
from archiver.workers.process import WorkerProcess
from archiver.workers.serve import MAX_PROCESSOR_SECONDS
from tests import forks
from tests.conftest import NO_DELAY, PROJECT
from tests.rawserver import NO_ROBOTS, serving
from tests.web import Web, archive, story, web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import CompletedProcess

    from tests.conftest import Archive

__all__ = ["archive", "web"]  # fixtures

SITE = "http://www.merrow.example"
XML = "application/xml"


def article(number: int) -> str:
    return f"{SITE}/2026/11/0{number}/a-bridge-opens"


def link(number: int) -> str:
    return f'<h2><a href="{article(number)}?utm_source=front">A bridge opens over the river Merrow at last</a></h2>'


def rss(*numbers: int, more: str = "") -> str:
    items = "".join(f"<item><title>Bridge {n}</title><link>{article(n)}</link></item>" for n in numbers)
    return f"<rss version='2.0'><channel><title>Merrow Courier</title><link>{SITE}/</link>{more}{items}</channel></rss>"


def urlset(*numbers: int) -> str:
    return "<urlset>" + "".join(f"<url><loc>{article(n)}</loc></url>" for n in numbers) + "</urlset>"


def front(*numbers: int, head: str = "") -> str:
    return (
        f"<!doctype html><html><head><title>Merrow Courier</title>{head}</head>"
        f"<body><nav><a href='/sport'>Sport</a></nav>{''.join(map(link, numbers))}"
        "<footer><a href='/about'>About us</a></footer></body></html>"
    )


def alternate(path: str) -> str:
    return f'<link rel="alternate" type="application/rss+xml" href="{path}">'


def discover(archive: Archive, *arguments: str, **env: str) -> CompletedProcess[str]:
    return archive.invoke("discover", *NO_DELAY, *arguments, env={"ARCHIVER_OUTPUT": str(archive.output), **env})


def found(archive: Archive, address: str = f"{SITE}/", *more: str) -> dict[str, Any]:
    offer: dict[str, Any] = json.loads(discover(archive, "--json", *more, address).stdout)
    return offer


def sources(offer: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [(one["kind"], one["address"].removeprefix(SITE), one["is_read"]) for one in offer["sources"]]


@pytest.fixture
def site(web: Web) -> Web:
    """A site with two feeds, an index of sitemaps, and a front page."""
    web.put(f"{SITE}/robots.txt", f"User-agent: *\nDisallow: /private\nSitemap: {SITE}/maps.xml", "text/plain")
    web.put(f"{SITE}/", front(1, 6, head=alternate("/feed") + alternate("/copy") + alternate("/gone")))
    web.put(f"{SITE}/feed", rss(1, 2, more="<ttl>60</ttl>"), "text/html")
    web.put(f"{SITE}/copy", rss(2), XML)
    maps = "".join(f"<sitemap><loc>{SITE}/map{n}.xml</loc><lastmod>2026-0{n}-01</lastmod></sitemap>" for n in (2, 1, 3))
    web.put(f"{SITE}/maps.xml", f"<sitemapindex>{maps}</sitemapindex>", XML)
    web.put(f"{SITE}/map3.xml", urlset(1, 2, 3, 4).replace("</urlset>", f"<url><loc>{SITE}/about</loc></url></urlset>"))
    web.put(f"{SITE}/map2.xml", urlset(5))
    return web


def test_what_a_site_has_and_what_would_be_read(archive: Archive, site: Web) -> None:
    offer = found(archive)
    assert sources(offer) == [
        ("feed", "/feed", True),
        ("feed", "/copy", False),
        ("feed", "/gone", False),
        ("index", "/maps.xml", True),
        ("sitemap", "/map3.xml", True),
        ("sitemap", "/map2.xml", True),
        ("page", "/", True),
    ]
    reasons = [one["reason"] for one in offer["sources"]]
    assert reasons[:3] == ["", "it lists no article that is not listed above", "HTTP status 404"]
    assert sorted(offer["articles"]) == [article(n) for n in range(1, 7)]
    assert {one["address"].removeprefix(SITE): one["reason"] for one in offer["links"]} == {
        "/sport": "in the navigation",
        "/2026/11/01/a-bridge-opens": "the shape of 5 known articles, in a heading, a headline's length",
        "/2026/11/06/a-bridge-opens": "the shape of 5 known articles, in a heading, a headline's length",
        "/about": "a page of the site itself (about)",
    }
    assert offer["sources"][4]["others"] == 1


def test_no_article_is_fetched_and_nothing_is_written(archive: Archive, site: Web) -> None:
    found(archive)
    assert [one.removeprefix(SITE) for one in site.asked] == [
        *("/", "/feed", "/copy", "/gone", "/maps.xml", "/map3.xml", "/map2.xml"),
    ]
    assert all(agent.startswith("archiver/") for agent in site.agents)
    assert not archive.output.exists()


def test_what_robots_txt_forbids_is_not_asked_for(archive: Archive, site: Web) -> None:
    site.put(f"{SITE}/", front(1, head=alternate("/private/feed")))
    offer = found(archive)
    assert offer["sources"][0]["reason"] == "forbidden by the site's robots.txt"
    assert f"{SITE}/private/feed" not in site.asked
    refused = discover(archive, f"{SITE}/private/")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"archiver: {SITE}/private/: forbidden by the site's robots.txt\n"


@pytest.mark.parametrize(("feed", "sitemap"), [("/rss.xml", "/sitemap.xml"), ("/index.xml", "/sitemap_index.xml")])
def test_well_known_places(archive: Archive, web: Web, feed: str, sitemap: str) -> None:
    web.put(f"{SITE}/", front(1))
    web.put(f"{SITE}/feed/", "<html>Not here</html>")  # with status 200
    web.put(SITE + feed, rss(2))
    web.put(SITE + sitemap, urlset(3))
    assert sources(found(archive)) == [("feed", feed, True), ("sitemap", sitemap, True), ("page", "/", True)]


def test_what_is_named_is_what_its_content_says(archive: Archive, web: Web) -> None:
    """robots.txt and indexes may name feeds (sitemaps.org), and a page may call a sitemap a feed."""
    web.put(f"{SITE}/robots.txt", f"Sitemap: {SITE}/latest.rss\nSitemap: {SITE}/maps.xml", "text/plain")
    web.put(f"{SITE}/", front(1, head=alternate("/all.xml")))
    web.put(f"{SITE}/all.xml", urlset(2))
    web.put(f"{SITE}/latest.rss", rss(3))
    maps = "".join(f"<sitemap><loc>{SITE}/{name}</loc></sitemap>" for name in ("news.rss", "map4.xml"))
    web.put(f"{SITE}/maps.xml", f"<sitemapindex>{maps}</sitemapindex>")
    web.put(f"{SITE}/news.rss", rss(5))
    web.put(f"{SITE}/map4.xml", urlset(4))
    offer = found(archive)
    assert sources(offer) == [
        ("sitemap", "/all.xml", True),
        ("feed", "/latest.rss", True),
        ("index", "/maps.xml", True),
        ("feed", "/news.rss", True),
        ("sitemap", "/map4.xml", True),
        ("page", "/", True),
    ]
    assert [one["index"].removeprefix(SITE) for one in offer["sources"]] == ["", "", "", "/maps.xml", "/maps.xml", ""]
    assert len(web.asked) == len(set(web.asked))


@pytest.mark.parametrize("named", [True, False])
def test_a_sitemap_at_the_well_known_place_of_a_feed_is_read(archive: Archive, web: Web, *, named: bool) -> None:
    web.put(f"{SITE}/robots.txt", f"Sitemap: {SITE}/index.xml" if named else "", "text/plain")
    web.put(f"{SITE}/", front(1))
    web.put(f"{SITE}/index.xml", urlset(2, 3))
    web.put(
        f"{SITE}/feed.json", json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"id": article(2)}]})
    )
    offer = found(archive)
    assert sources(offer) == [("feed", "/feed.json", True), ("sitemap", "/index.xml", True), ("page", "/", True)]
    assert offer["sources"][1]["why"] == ("named by robots.txt" if named else "a well-known place")
    assert [one for one in web.asked if "sitemap" in one] == []  # there is one


def test_news_sitemaps_are_asked_for_first(archive: Archive, web: Web) -> None:
    lines = "".join(f"Sitemap: {SITE}/{name}.xml\n" for name in ("a", "b", "c", "d", "e", "f", "news"))
    web.put(f"{SITE}/robots.txt", lines, "text/plain")
    web.put(f"{SITE}/", front(1))
    web.put(f"{SITE}/news.xml", urlset(2))
    assert [one for kind, one, _ in sources(found(archive)) if kind == "sitemap"] == [
        *("/news.xml", "/a.xml", "/b.xml", "/c.xml", "/d.xml"),
    ]


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [("/feed", rss(1), "feed"), ("/map.xml", urlset(1), "sitemap"), ("/list.txt", article(1), "sitemap")],
)
def test_the_address_of_a_feed_or_a_sitemap(archive: Archive, web: Web, path: str, body: str, kind: str) -> None:
    offer = found(archive, web.put(SITE + path, body, "text/plain"))
    assert (sources(offer), offer["articles"], offer["links"]) == ([(kind, path, True)], [article(1)], [])


def test_the_articles_alone_are_what_get_takes(archive: Archive, web: Web) -> None:
    web.put(f"{SITE}/", front(1, head=alternate("/feed")))
    web.put(f"{SITE}/feed", rss(1, 2))
    listed = discover(archive, "--articles", f"{SITE}/")
    assert (listed.returncode, listed.stdout.split()) == (0, [article(1), article(2)])
    for number in (1, 2):
        web.put(article(number), story(f"Bridge {number}", canonical=article(number)))
    assert archive.get("-", input=listed.stdout).returncode == 0
    assert len(archive.posts) == 2


@pytest.mark.parametrize("columns", ["60", "80", "120"])
def test_a_person_can_read_it(archive: Archive, site: Web, columns: str) -> None:
    shown = discover(archive, f"{SITE}/", COLUMNS=columns)
    lines = shown.stdout.splitlines()
    assert (shown.returncode, shown.stderr) == (0, "")
    assert all(len(line) <= int(columns) or "http" in line for line in lines)
    assert f"  + {SITE}/feed" in lines
    assert f"  - {SITE}/copy" in lines
    assert "    not read: it lists no article that is not listed above" in lines
    assert "links that look like articles: 2" in lines
    assert " ".join(lines).endswith("A crawl would read 5 of 7 sources, which list 6 articles now.")


@pytest.mark.parametrize("text", ["bridge " * 300, "桥" * 300, "b" * 300])
@pytest.mark.parametrize("width", ["40", "60", "120"])
def test_the_reason_for_a_link_is_shown_however_long_its_text_is(
    archive: Archive, web: Web, text: str, width: str
) -> None:
    web.put(f"{SITE}/", front().replace("About us", text))
    web.put(f"{SITE}/feed/", rss(1))
    shown = discover(archive, f"{SITE}/", COLUMNS=width).stdout
    assert "…: a page of the site itself (about)" in " ".join(shown.split())
    assert len([line for line in shown.splitlines() if line.strip()[:1] == text[0]]) <= 3


def test_what_a_site_says_does_not_reach_the_terminal_as_it_is(archive: Archive, web: Web) -> None:
    web.put(f"{SITE}/", front(1, head=alternate("/feed")))
    web.put(f"{SITE}/feed", rss(1).replace("Merrow Courier", "Mer&#x9b;31m&#27;[31mrow"))
    assert "\x1b" not in (shown := discover(archive, f"{SITE}/").stdout)
    assert "\x9b" not in shown


@pytest.mark.parametrize(
    "address", ["", "feed.xml", "javascript:alert(1)", "http://", "ftp://merrow.example/", "http://["]
)
def test_what_is_no_address_is_said(archive: Archive, web: Web, address: str) -> None:
    result = discover(archive, address)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"archiver: {address}: no address of the web")
    assert web.asked == []


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        ("<html><body>Gone</body></html>", 404, "HTTP status 404"),
        ("%PDF-1.7", 200, "it is no page, feed or sitemap"),
        ("", 200, "it is no page, feed or sitemap"),
        ("<html><body><a href='/about'>About</a></body></html>", 200, "nothing was found that lists articles"),
        ("<urlset></urlset>", 200, "nothing was found that lists articles"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_nothing_to_read_is_said(archive: Archive, web: Web, body: str, status: int, why: str, as_json: bool) -> None:
    result = discover(archive, *(["--json"] if as_json else []), web.put(f"{SITE}/", body, status=status))
    assert (result.returncode, result.stderr) == (1, f"archiver: {SITE}/: {why}\n")
    if as_json:
        assert json.loads(result.stdout)["articles"] == []


def test_what_cannot_be_read_is_why_nothing_was_found(archive: Archive, web: Web) -> None:
    web.put(f"{SITE}/", f"<html><head>{alternate(f'{SITE}/feed')}</head><body><a href='/about'>About</a></body></html>")
    why = f"nothing was found that lists articles: {SITE}/feed: HTTP status 404"
    for options in ([], ["--json"], ["--articles"]):
        assert discover(archive, *options, f"{SITE}/").stderr == f"archiver: {SITE}/: {why}\n"


def test_a_feed_in_a_private_network_is_not_asked_for(archive: Archive, web: Web) -> None:
    web.put(f"{SITE}/", front(1, head=alternate("http://127.0.0.1:9/feed") + alternate("http://169.254.169.254/feed")))
    offer = found(archive)
    reasons = [one["reason"] for one in offer["sources"] if one["kind"] == "feed"]
    assert len(reasons) == 2
    assert all("a private address that was not asked for" in reason for reason in reasons)
    assert not [one for one in web.asked if "127.0.0.1" in one or "169.254" in one]


def test_what_a_foreign_robots_txt_says_is_not_this_sites(archive: Archive, web: Web) -> None:
    other = "http://feeds.example"
    web.put(f"{SITE}/", front(1, head=alternate(f"{other}/merrow")))
    web.put(f"{other}/merrow", rss(2))
    web.put(f"{other}/robots.txt", f"Sitemap: {other}/map.xml", "text/plain")
    web.put(f"{other}/map.xml", urlset(3))
    assert sources(found(archive)) == [("feed", f"{other}/merrow", True), ("page", "/", True)]


def test_a_fault_of_this_program_is_told_and_costs_what_it_is_about(
    archive: Archive, site: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("odd\nin two lines")

    told = "a fault of this program: RuntimeError: odd in two lines"
    with monkeypatch.context() as patched:
        patched.setattr("archiver.commands.extract.read_page", fail)
        done = archive.invoke("extract", f"{SITE}/", article(1), *NO_DELAY)
    assert done.returncode == 1
    assert {json.loads(line)["failed"] for line in done.stdout.splitlines()} == {
        told,
        "HTTP status 404: there is no such article, or it was withdrawn",
    }
    monkeypatch.setattr("archiver.discovery.offer.Offer.take_sitemap", fail)
    done = archive.invoke("discover", f"{SITE}/", *NO_DELAY)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"archiver: {SITE}/: {told}\n")


def test_the_budget_holds(archive: Archive, site: Web) -> None:
    offer = found(archive, f"{SITE}/", "-s", "ARCHIVER_MAX_REQUESTS=3")
    assert [one.removeprefix(SITE) for one in site.asked] == ["/", "/feed"]  # robots.txt is the third
    assert "ARCHIVER_MAX_REQUESTS" in offer["sources"][1]["reason"]


def test_a_redirect_is_followed_and_links_count_from_its_end(archive: Archive, web: Web) -> None:
    web.redirect("http://merrow.example/", f"{SITE}/news/")
    web.put(f"{SITE}/news/", front(1, head=alternate("feed")))
    web.put(f"{SITE}/news/feed", rss(2))
    assert sources(found(archive, "http://merrow.example/")) == [("feed", "/news/feed", True), ("page", "/news/", True)]


STOPPED_SOON = """
import sys
from archiver.commands import main
from archiver.net import budget
assert budget.GRACE_SECONDS  # else what is set below is nothing that is read
budget.GRACE_SECONDS = 0.2
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("command", ["discover", "extract"])
def test_a_run_that_is_stopped_says_so(command: str) -> None:
    asked, over = threading.Event(), threading.Event()

    def respond(path: bytes) -> Iterator[bytes]:
        if path == b"/robots.txt":
            yield NO_ROBOTS
            return
        asked.set()
        over.wait()  # the answer never comes

    with serving(respond) as server, Path(os.devnull).open("r+") as nothing:
        environment = {**os.environ, "http_proxy": server.url, "no_proxy": ""}
        words = ["-c", STOPPED_SOON, command, *NO_DELAY, f"{SITE}/"]
        process = forks.fork(words, [nothing.fileno()] * 3, environment=environment, directory=str(PROJECT))
        try:
            assert asked.wait(300)
            os.kill(process.pid, signal.SIGINT)
            assert process.poll(300) == 130
        finally:
            over.set()
            process.kill()


def test_what_takes_too_long_to_read_is_given_up() -> None:
    async def call() -> None:
        process = WorkerProcess[str, None]("time:sleep", 3600, limit=0.01)
        try:
            await process.call(["a job"])
        finally:
            await process.close()

    with pytest.raises(WorkerError, match="it took longer than 0 s to read"):
        asyncio.run(call())


def test_the_processor_and_not_the_clock_says_what_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine all takes long; and where C works for ever, no code of ours gets a turn."""

    async def call(work: object, jobs: Any) -> object:
        process = WorkerProcess[object, object]("functools:partial", work, limit=0.2)
        try:
            return await process.call(jobs)
        finally:
            await process.close()

    monkeypatch.setattr("archiver.workers.process.WALL_CLOCK_FACTOR", 10_000)
    assert asyncio.run(call(time.sleep, 0.3)) is None
    with pytest.raises(WorkerError, match="it took more than 0 s of processor time to read"):
        asyncio.run(call(partial(re.fullmatch, "(?:a|a)*"), "a" * 100 + "b"))


def test_a_process_may_be_started_before_its_first_list() -> None:
    async def call() -> None:
        process = WorkerProcess[int, int]("copy:copy", list)
        try:
            await process.start()
            started = process._process
            await process.start()
            assert await process.call([1, 2]) == [1, 2]
            assert started is not None
            assert process._process is started
        finally:
            await process.close()

    asyncio.run(call())


def test_a_process_that_was_given_up_is_not_started() -> None:
    process = WorkerProcess[int, int]("copy:copy", list)
    process.kill()
    asyncio.run(process.start())
    assert process._process is None


class Ended:
    """A process that has ended by its clock, of which nobody has been told yet."""

    stdin = returncode = None

    def kill(self) -> None:
        """Take its status away from whoever waits for that, as a real one does."""
        raise AssertionError

    async def wait(self) -> int:
        """Return that status."""
        return -signal.SIGPROF


def test_a_process_that_has_just_ended_is_asked_why(monkeypatch: pytest.MonkeyPatch) -> None:
    async def send(_: object) -> None:
        raise BrokenPipeError

    process = WorkerProcess[object, object]("copy:copy", list)
    monkeypatch.setattr(process, "_process", Ended())
    monkeypatch.setattr(process, "_send", send)
    with pytest.raises(WorkerError, match="it took more than 300 s of processor time to read"):
        asyncio.run(process.call([1]))


class Endless:
    """A job that takes an hour to be unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return time.sleep, (3600,)


def test_the_next_job_after_one_that_was_given_up_has_a_process_of_its_own() -> None:
    async def call() -> list[object]:
        process = WorkerProcess[object, object]("operator:itemgetter", slice(None), limit=0.01)
        try:
            with pytest.raises(WorkerError, match="longer"):
                await process.call([Endless()])
            process._limit = MAX_PROCESSOR_SECONDS  # however slow the machine is
            return await process.call([7])
        finally:
            await process.close()

    assert asyncio.run(call()) == [7]
