"""Sites that are followed: what they list is read, run after run, and each article is fetched once."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request
from scrapy.core.engine import ExecutionEngine
from scrapy.http import Response

from archiver.discovery import read_opml
from archiver.spiders.listing import ListingSpider
from archiver.surveying import lasting_address
from bench.feeds import sitemap
from tests import forks
from tests.press import Press, article, press, rss
from tests.web import archive, story, web

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from archiver.following import FollowedListing
    from archiver.workers.process import WorkerProcess
    from tests.conftest import Archive
    from tests.web import Web

__all__ = ["archive", "press", "web"]  # fixtures

MERROW, GAZETTE = "http://www.merrow.example", "http://gazette.example"


def crawl(archive: Archive, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Crawl what is followed."""
    return archive.crawl("--no-progress", *(arguments or ("web",)), **options)


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout.splitlines()[-1]


def listings(archive: Archive) -> dict[str, dict[str, Any]]:
    """What each listing gave in the last run, by its address."""
    found = json.loads(archive.archiver("status", "--json").stdout)["listings"]
    return {one["listing"].removeprefix("web/"): one["runs"][0] for one in found if one["runs"]}


def test_a_site_is_followed_from_its_address_alone(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1, 2], sitemap=[2, 3], front=[1, 4])
    followed = archive.archiver("follow", MERROW)
    assert (followed.returncode, press.asked) == (0, [])
    done = crawl(archive)
    assert (done.returncode, last_line(done)) == (0, "4 written, 0 unchanged, 0 failed"), done.stderr
    assert len(archive.posts) == 4
    assert sorted(one for one in press.asked if "/2026/" in one) == [article(MERROW, n) for n in (1, 2, 3, 4)]
    press.asked.clear()
    again = crawl(archive)
    assert (again.returncode, last_line(again)) == (0, "0 written, 0 unchanged, 0 failed"), again.stderr
    assert sorted(press.asked) == [f"{MERROW}/", f"{MERROW}/feed", f"{MERROW}/map.xml"]
    assert press.not_modified == {f"{MERROW}/", f"{MERROW}/feed", f"{MERROW}/map.xml"}
    press.site(MERROW, feed=[5, 1, 2], sitemap=[2, 3], front=[1, 4])
    press.asked.clear()
    assert last_line(crawl(archive)) == "1 written, 0 unchanged, 0 failed"
    assert listings(archive)[f"{MERROW}/feed"]["new"] == 1


def test_processes_are_started_while_what_they_read_is_on_its_way(
    archive: Archive, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And none that has nothing to read."""
    one = {"ARCHIVER_EXTRACTORS": "1"}
    started: list[tuple[str, int]] = []
    start = forks.start_worker

    async def note(worker: WorkerProcess[Any, Any]) -> None:
        started.append((worker._function.partition(":")[0], len(press.asked)))
        await start(worker)

    monkeypatch.setattr(forks, "start_worker", note)
    press.site(MERROW, feed=[1])
    archive.archiver("follow", MERROW)
    assert last_line(crawl(archive, env=one)).startswith("1 written")
    assert started[:2] == [("archiver.discovery.inspection", 0), ("archiver.extraction.serve", 0)]
    started.clear()
    assert last_line(crawl(archive, env=one)).startswith("0 written")
    assert started == []
    press.site(MERROW, feed=[1, 2])
    press.asked.clear()
    assert last_line(crawl(archive, env=one)).startswith("1 written")
    asked = [number for function, number in started if function == "archiver.extraction.serve"]
    assert len(asked) == 1
    assert article(MERROW, 2) not in press.asked[: asked[0]]


def test_a_site_is_crawled_once_without_being_followed(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1])
    press.site(GAZETTE, feed=[2])
    assert last_line(crawl(archive, f"{MERROW}/")) == "1 written, 0 unchanged, 0 failed"
    assert json.loads(archive.archiver("follow", "--list", "--json").stdout) == []
    assert not [one for one in press.asked if GAZETTE in one]


def test_all_that_is_followed_is_read_beside_the_listings_of_recipes(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1])
    archive.archiver("follow", MERROW)
    done = archive.crawl("--no-progress")
    assert f"{MERROW}/feed" in press.asked
    assert any("eastmoney" in alarm for alarm in done.stderr.splitlines())  # nobody plays its part here
    assert len(archive.posts) == 1


def test_one_article_by_all_its_addresses_is_fetched_once(archive: Archive, press: Press) -> None:
    """By feed, sitemap, front page, AMP, a counting host and a short address that leads to it."""
    home = article(MERROW, 1)
    press.site(
        MERROW,
        feed=[f"http://count.example/?to={home.replace(':', '%3A').replace('/', '%2F')}", f"{home}?utm_source=feed"],
        sitemap=[f"{home}/", f"{MERROW}/amp/2026/11/01/the-bridge-opens-again"],
        front=[f"{home}#comments", 2],
    )
    short = press.redirect(f"{MERROW}/?p=4711", home)
    press.put(home, story("Bridge 1", head=f'<link rel="shortlink" href="{short}">', canonical=home))
    press.put(f"{MERROW}/late", rss(MERROW, [short]), "application/rss+xml")
    archive.archiver("follow", MERROW, f"{MERROW}/late")
    for expected in ("2 written", "0 written"):
        done = crawl(archive)
        assert last_line(done).startswith(expected), done.stderr
    assert len(archive.posts) == 2
    assert len([one for one in press.asked if "bridge" in one and one.endswith("again") and "/01/" in one]) == 1
    assert not archive.rows("SELECT id FROM articles WHERE state <> 'saved'")
    ((places,),) = archive.rows(
        "SELECT count(*) FROM sightings WHERE place LIKE 'web/%' GROUP BY article ORDER BY 1 DESC LIMIT 1"
    )
    assert places == 3  # the sitemap has nothing that the feed has not, and is not read


def test_an_article_that_get_fetched_is_known(archive: Archive, press: Press) -> None:
    short = press.redirect(f"{MERROW}/r/4711", press.article(MERROW, 1))
    press.site(MERROW, feed=[short, 2])
    archive.get(short)
    press.asked.clear()
    assert last_line(crawl(archive, MERROW)) == "1 written, 0 unchanged, 0 failed"
    assert not {short, article(MERROW, 1)}.intersection(press.asked)


@pytest.mark.parametrize("kind", ["rss", "atom", "rdf", "json", "gbk", "broken"])
def test_feeds_of_every_kind(archive: Archive, press: Press, kind: str) -> None:
    press.feed(f"{MERROW}/feed", kind, [article(MERROW, n) for n in (1, 2)])
    for number in (1, 2):
        press.article(MERROW, number)
    done = crawl(archive, f"{MERROW}/feed")
    assert (done.returncode, last_line(done)) == (0, "2 written, 0 unchanged, 0 failed"), done.stderr


def test_a_feed_that_is_gone_is_said_once_and_not_asked_for_again(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1, 2], sitemap=[3])
    archive.archiver("follow", MERROW)
    crawl(archive, "web", "--limit", "1")
    press.put(f"{MERROW}/feed", "gone", "text/plain", 410)
    done = crawl(archive)
    assert done.returncode == 3
    assert "gone for good" in done.stderr
    assert len(archive.posts) == 3  # what it listed before is fetched all the same
    press.asked.clear()
    assert crawl(archive).returncode == 0
    assert f"{MERROW}/feed" not in press.asked
    assert "gone for good since" in archive.archiver("follow", "--list").stdout
    press.site(MERROW, feed=[1, 2, 4], sitemap=[3])
    assert last_line(crawl(archive, MERROW)) == "1 written, 0 unchanged, 0 failed"  # it is asked for by name


def test_a_feed_that_is_not_there_is_said_once_while_that_lasts(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1, 2], sitemap=[3])
    archive.archiver("follow", MERROW)
    assert crawl(archive).returncode == 0
    for _ in range(2):
        press.put(f"{MERROW}/feed", "nothing here", "text/plain", 404)
        assert [(done := crawl(archive)).returncode, "HTTP status 404" in done.stderr] == [3, True]
        again = crawl(archive)
        assert (again.returncode, "ALARM" in again.stderr) == (0, False), again.stderr
        shown = archive.archiver("status")
        assert (shown.returncode, "HTTP status 404" in shown.stdout) == (3, True)
        assert (
            crawl(archive, f"{MERROW}/feed").returncode == crawl(archive, MERROW).returncode == 3
        )  # who names it asks
        press.site(MERROW, feed=[1, 2], sitemap=[3])
        assert crawl(archive).returncode == archive.archiver("status").returncode == 0


def test_a_feed_of_which_an_older_page_is_gone_is_asked_for_again(archive: Archive, press: Press) -> None:
    feed, older = f"{MERROW}/feed", f"{MERROW}/feed?page=2"
    link = f'<channel><link xmlns="http://www.w3.org/2005/Atom" rel="next" href="{older}"/>'
    press.site(MERROW, feed=[1])
    press.put(older, "gone", "text/plain", 410)
    archive.archiver("follow", MERROW)
    for number in (1, 2, 3):
        press.article(MERROW, number)
        press.put(feed, rss(MERROW, [number]).replace("<channel>", link, 1), "application/rss+xml")
        crawl(archive)
    assert older in press.asked
    assert len(archive.posts) == 3


def test_a_source_that_goes_quiet_is_an_alarm(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1, 2])
    press.site(GAZETTE, feed=[1])
    archive.archiver("follow", MERROW, GAZETTE)
    crawl(archive)
    press.put(f"{MERROW}/feed", rss(MERROW, []), "application/rss+xml")
    press.put(f"{GAZETTE}/feed", "<html><body>Please log in</body></html>")
    done = crawl(archive)
    assert done.returncode == 3
    assert f"web/{MERROW}/feed: is empty; it has had 2 items" in done.stderr
    assert f"web/{GAZETTE}/feed: could not be read: it is no feed, but a page" in done.stderr


def test_a_site_that_has_nothing_is_an_alarm_and_costs_no_other(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1])
    archive.archiver("follow", GAZETTE, MERROW)
    done = crawl(archive)
    assert (done.returncode, last_line(done)) == (3, "1 written, 0 unchanged, 0 failed")
    assert f"web/{GAZETTE}/: could not be read: HTTP status 404" in done.stderr
    press.site(GAZETTE, feed=[2])
    assert last_line(crawl(archive)) == "1 written, 0 unchanged, 0 failed"  # it is looked at again


def test_a_site_that_has_nothing_keeps_no_run_waiting(
    archive: Archive, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ExecutionEngine, "_SLOT_HEARTBEAT_INTERVAL", 3600.0)  # seconds
    done = crawl(archive, f"{GAZETTE}/", "--max-seconds", "30")
    assert (done.returncode, last_line(done)) == (3, "0 written, 0 unchanged, 0 failed")  # not that a budget is spent


def test_what_is_wrong_with_what_a_site_names_is_said(archive: Archive, press: Press) -> None:
    heads = "".join(f"<link rel='alternate' type='application/rss+xml' href='/feed-{n}'>" for n in range(5))
    press.put(f"{MERROW}/", f"<html><head>{heads}</head><body><a href='/about'>About</a></body></html>")
    press.put(f"{MERROW}/feed-0", "%PDF-1.7", "application/pdf")
    archive.archiver("follow", MERROW)
    said = f"nothing was found that lists articles: {MERROW}/feed-0: it is no page, feed or sitemap; and 4 more"
    assert f"ALARM: web/{MERROW}/: could not be read: {said}\n" in crawl(archive).stderr
    listed = archive.archiver("follow", "--list").stdout.splitlines()
    assert listed[1] == "    no crawl has found a feed, sitemap or page of links here yet"


def test_the_first_look_takes_the_newest_and_since_more(archive: Archive, press: Press) -> None:
    """A sitemap may have all that a site ever had: the rest is known of, and not taken for new later."""
    days = {
        f"{MERROW}/2025/01/{n:03}-a-bridge-opens": f"2025-01-01T{n // 60:02}:{n % 60:02}:00Z" for n in range(1, 121)
    }
    press.put(f"{MERROW}/map.xml", sitemap(days), "application/xml")
    for address in days:
        press.put(
            address, story(f"Bridge {address[-20:]}", canonical=address, text=f"{address} was opened, {{n}} of them.")
        )
    first = crawl(archive, f"{MERROW}/map.xml", "--dry-run")
    assert last_line(first) == "100 articles are due"
    past = crawl(archive, f"{MERROW}/map.xml", "--dry-run", "--since", "2024-12-31")  # in the first crawl, too
    assert last_line(past) == "120 articles are due"
    crawl(archive, f"{MERROW}/map.xml", "--max-requests", "4")
    done = crawl(archive, f"{MERROW}/map.xml", "--dry-run", "--since", "2025-01-01T00:11:00Z")
    assert last_line(done) == "108 articles are due"  # of 110 since then two are there: the budget had room for that


def test_an_index_is_read_where_it_has_changed(archive: Archive, press: Press) -> None:
    def index(days: dict[int, str]) -> str:
        maps = "".join(
            f"<sitemap><loc>{MERROW}/map{n}.xml</loc><lastmod>{day}</lastmod></sitemap>" for n, day in days.items()
        )
        return press.put(f"{MERROW}/maps.xml", f"<sitemapindex>{maps}</sitemapindex>", "application/xml")

    for number in (1, 2, 3):
        press.put(f"{MERROW}/map{number}.xml", sitemap({article(MERROW, number): ""}), "application/xml")
        press.article(MERROW, number)
    archive.archiver("follow", index({1: "2026-09-01", 2: "2026-10-01", 3: "2026-11-01"}))

    def asked() -> list[str]:
        press.asked.clear()
        assert crawl(archive).returncode == 0
        return [one.removeprefix(f"{MERROW}/").removesuffix(".xml") for one in press.asked if ".xml" in one]

    assert asked() == ["maps", "map3", "map2"]  # two are looked at; the newest is not asked for again to be read
    assert len(archive.posts) == 1  # of the newest
    index({1: "2026-09-01", 2: "2026-11-02", 3: "2026-11-01"})
    assert asked() == ["maps", "map2"]
    assert asked() == ["maps"]
    assert len(archive.posts) == 2
    press.asked.clear()
    crawl(archive, "web", "--since", "2026-09-15")
    assert f"{MERROW}/map1.xml" not in press.asked
    crawl(archive, "web", "--since", "2026-08-15")
    assert len(archive.posts) == 3


def test_a_feed_that_robots_txt_or_an_index_names_is_read(archive: Archive, press: Press) -> None:
    press.site(MERROW, front=[1])
    for number in (2, 3, 4):
        press.article(MERROW, number)
    press.put(f"{MERROW}/robots.txt", "Sitemap: /latest.rss\nSitemap: /maps.xml", "text/plain")
    press.put(f"{MERROW}/latest.rss", rss(MERROW, [2]), "application/rss+xml")
    maps = "".join(f"<sitemap><loc>{MERROW}/{name}</loc></sitemap>" for name in ("news.rss", "map.xml"))
    press.put(f"{MERROW}/maps.xml", f"<sitemapindex>{maps}</sitemapindex>", "application/xml")
    press.put(f"{MERROW}/news.rss", rss(MERROW, [3]), "application/rss+xml")
    press.put(f"{MERROW}/map.xml", sitemap({article(MERROW, 4): ""}), "application/xml")
    archive.archiver("follow", MERROW)
    first = crawl(archive)  # of an index the newest
    assert (first.returncode, last_line(first)) == (0, "3 written, 0 unchanged, 0 failed"), first.stderr
    press.put(f"{MERROW}/news.rss", rss(MERROW, [5, 3]), "application/rss+xml")
    press.article(MERROW, 5)
    second = crawl(archive)
    assert (second.returncode, last_line(second)) == (0, "2 written, 0 unchanged, 0 failed"), second.stderr


@pytest.mark.parametrize("day", ["2026-11-01", ""])
def test_an_index_that_is_as_it_was_is_not_empty(archive: Archive, web: Web, day: str) -> None:
    """Few indexes say their version; they name the same sitemaps as before, whose changes they tell or not."""
    press, lastmod = Press(web), f"<lastmod>{day}</lastmod>" if day else ""
    for number in (1, 2):
        press.put(f"{MERROW}/map{number}.xml", sitemap({press.article(MERROW, number): ""}), "application/xml")
    maps = "".join(f"<sitemap><loc>{MERROW}/map{number}.xml</loc>{lastmod}</sitemap>" for number in (1, 2))
    web.put(f"{MERROW}/maps.xml", f"<sitemapindex>{maps}</sitemapindex>", "application/xml")
    for done in (crawl(archive, f"{MERROW}/maps.xml", *option) for option in (("--since", "2020-01-01"), (), ())):
        assert (done.returncode, done.stderr) == (0, "")
    assert len(archive.posts) == 2
    last = listings(archive)[f"{MERROW}/maps.xml"]
    assert (last["unchanged"], last["listed"], last["alarms"]) == (True, 2, [])


@pytest.mark.parametrize("deep", [False, True])
def test_an_index_that_is_as_it_was_says_nothing_of_sitemaps_without_a_day(
    archive: Archive, press: Press, *, deep: bool
) -> None:
    """A file that names the same sitemaps for years, and has a version: what these list has changed all the same."""

    def index(name: str, named: str) -> str:
        text = f"<sitemapindex><sitemap><loc>{MERROW}/{named}.xml</loc></sitemap></sitemapindex>"
        return press.put(f"{MERROW}/{name}.xml", text, "application/xml")

    home = index("maps", "inner" if deep else "map")
    index("inner", "map")
    for numbers in ((1,), (2, 1), (3, 2, 1)):
        press.put(f"{MERROW}/map.xml", sitemap(dict.fromkeys((press.article(MERROW, n) for n in numbers), "")))
        done = crawl(archive, home)
        assert last_line(done) == "1 written, 0 unchanged, 0 failed", done.stderr
    assert f"{MERROW}/map.xml" not in press.not_modified


def test_of_many_sitemaps_without_a_day_those_at_the_ends_are_asked(archive: Archive, press: Press) -> None:
    maps = [f"{MERROW}/map{number}.xml" for number in range(10)]
    named = "".join(f"<sitemap><loc>{one}</loc></sitemap>" for one in maps)
    home = press.put(f"{MERROW}/maps.xml", f"<sitemapindex>{named}</sitemapindex>")
    for number, one in enumerate(maps):
        press.put(one, sitemap({press.article(MERROW, number + 1): ""}))
    crawl(archive, home)
    press.asked.clear()
    crawl(archive, home)
    assert [one for one in press.asked if one in maps] == [*maps[:3], *maps[-3:]]
    press.asked.clear()
    crawl(archive, home, "--pages", "2")
    assert len([one for one in press.asked if one in maps]) == 2


def test_an_index_that_names_itself_is_read_once(archive: Archive, press: Press) -> None:
    names = ("maps", "inner", "map")
    maps = "".join(f"<sitemap><loc>{MERROW}/{name}.xml</loc></sitemap>" for name in names)
    for name in names[:2]:
        press.put(f"{MERROW}/{name}.xml", f"<sitemapindex>{maps}</sitemapindex>")
    press.put(f"{MERROW}/map.xml", sitemap({press.article(MERROW, 1): ""}))
    press.put(f"{MERROW}/robots.txt", f"Sitemap: {MERROW}/maps.xml", "text/plain")
    press.put(f"{MERROW}/", "<html><body><a href='/about'>About</a></body></html>")
    for _ in range(2):
        press.asked.clear()
        assert crawl(archive, f"{MERROW}/").returncode == 0
    listed = [one.removeprefix(f"{MERROW}/") for one in press.asked if one.endswith(".xml")]
    assert sorted(listed) == ["inner.xml", "map.xml", "maps.xml"]
    assert len(archive.posts) == 1


def test_an_article_that_is_said_to_be_changed_is_looked_at_again(archive: Archive, press: Press) -> None:
    home = press.article(MERROW, 1)
    press.put(f"{MERROW}/map.xml", sitemap({home: "2026-11-01T10:00:00Z"}), "application/xml")
    crawl(archive, f"{MERROW}/map.xml")
    archive.sql("UPDATE articles SET checked = checked - 86400000000000")
    press.article(
        MERROW, 1, text="The bridge over the Merrow was closed again on Monday, {n} hours after it was opened."
    )
    press.put(f"{MERROW}/map.xml", sitemap({home: "2026-11-02T10:00:00Z"}), "application/xml")
    done = crawl(archive, f"{MERROW}/map.xml")
    assert last_line(done) == "1 written, 0 unchanged, 0 failed", done.stderr
    assert len(list((archive.output / "_versions").rglob("1.md"))) == 1


@pytest.mark.parametrize(("said", "told"), [("Sun, 01 Nov 2026 07:15:00", True), ("Wed, 11 Nov 2026 07:15:00", False)])
def test_a_feed_says_the_time_of_the_day_that_is_in_an_address(
    archive: Archive, press: Press, said: str, told: bool
) -> None:
    """Unless it says another day."""
    home = press.put(article(MERROW, 1), story("The bridge", canonical=article(MERROW, 1), published=""))
    item = f"<item><link>{home}</link><pubDate>{said} GMT</pubDate></item>"
    crawl(archive, press.put(f"{MERROW}/feed", f"<rss><channel>{item}</channel></rss>", "text/xml"))
    ((name, post),) = archive.posts.items()
    assert ("2026-11-01-" in name, b":15:00 " in post) == (True, told), post.decode()


@pytest.mark.parametrize("place", ["feed", "map", "news"])
def test_when_a_page_says_no_time_what_lists_it_does(archive: Archive, press: Press, place: str) -> None:
    """A feed, and a sitemap for news, say when it was published; others when it was changed, years later maybe."""
    home = f"{MERROW}/news/the-bridge-over-the-merrow-opens-again"
    title = "The bridge" if place == "map" else ""
    press.put(home, story(title, canonical=home, published="").replace("<h1></h1>", ""))
    item = f"<item><title>The bridge</title><link>{home}</link><pubDate>Sun, 01 Nov 2026 07:15:00 GMT</pubDate></item>"
    said = "<news:title>The bridge</news:title><news:publication_date>2026-11-01T07:15:00Z</news:publication_date>"
    listed = {
        "feed": f"<rss><channel>{item}</channel></rss>",
        "map": sitemap({home: "2026-11-01T07:15:00Z"}),
        "news": f"<urlset><url><loc>{home}</loc><news:news>{said}</news:news></url></urlset>",
    }
    done = crawl(archive, press.put(f"{MERROW}/{place}.xml", listed[place], "application/xml"))
    if place == "map":
        assert "no time, and none to recover" in done.stderr
        return
    assert last_line(done) == "1 written, 0 unchanged, 0 failed", done.stderr
    ((name, post),) = archive.posts.items()
    assert "2026-11-01-" in name
    assert b'title: "The bridge"' in post


SAID = "".join(
    f"<p>The bridge of the feed was opened {n} years after it had been promised to all.</p>" for n in range(9)
)


@pytest.mark.parametrize(
    ("status", "allowed", "saved"),
    [(403, True, True), (404, True, True), (200, True, True), (403, False, False), (503, True, False)],
)
def test_an_article_whose_page_cannot_be_had_is_what_its_feed_has_where_that_is_allowed(
    archive: Archive, press: Press, tmp_path: Path, status: int, allowed: bool, saved: bool
) -> None:
    """A page that may come another day is waited for; one that comes later counts more."""
    home, recipes = article(MERROW, 1), tmp_path / "recipes"
    recipes.mkdir()
    (recipes / "merrow.yaml").write_text(f"name: merrow\nhosts: [www.merrow.example]\nfeed_text: {allowed}\n")
    env = {"ARCHIVER_RECIPES": str(recipes)}
    content = escape(f"{SAID}<p><img src='/i/1.jpg'>The end of it all has come to the bridge.</p>")
    item = f"<item><title>The bridge</title><link>{home}</link><description>{content}</description>"
    item += "<pubDate>Sun, 01 Nov 2026 07:15:00 GMT</pubDate></item>"
    press.put(f"{MERROW}/feed", f"<rss><channel><link>{MERROW}/</link>{item}</channel></rss>", "text/xml")
    press.put(home, "<title>No</title><p>Please log in.</p>", status=status)
    done = archive.crawl(f"{MERROW}/feed", "--pictures", "--no-progress", "-s", "RETRY_TIMES=0", env=env)
    assert last_line(done) == f"{int(saved)} written, 0 unchanged, {int(not saved)} failed", done.stderr
    if not saved:
        assert not archive.posts
        return
    ((_, post),) = archive.posts.items()
    assert (post.count(b"The bridge of the feed"), b"date: 2026-11-01 " in post and b":15:00 " in post) == (9, True), (
        post.decode()
    )
    assert f'src="{MERROW}/i/1.jpg"' in post.decode()
    assert f"{MERROW}/i/1.jpg" in press.asked
    press.article(MERROW, 1)
    done = archive.crawl(f"{MERROW}/feed", "--recheck", "999d", "--no-progress", env=env)
    assert done.returncode == 0, done.stderr
    ((_, post),) = archive.posts.items()
    assert (post.count(b"The bridge of the feed"), post.count(b"Bridge 1 over the river")) == (0, 6)
    assert archive.archiver("verify").returncode == 0


def test_an_article_that_is_gone_stays(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1])
    crawl(archive, MERROW)
    press.put(article(MERROW, 1), "gone", "text/plain", 404)
    done = crawl(archive, MERROW, "--recheck", "9d")
    assert last_line(done) == "0 written, 0 unchanged, 0 failed, 1 gone"
    assert len(archive.posts) == 1


def test_a_budget_leaves_the_rest_to_the_next_run(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1, 2, 3], sitemap=[4])
    press.site(GAZETTE, feed=[5, 6])
    archive.archiver("follow", MERROW, GAZETTE)
    for _ in range(30):
        done = crawl(archive, "web", "--max-requests", "8")
        assert done.returncode == 0, done.stderr
        if "the budget is spent" not in done.stdout:
            break
    assert len(archive.posts) == 6
    fetched = [one for one in press.asked if "/2026/" in one]
    assert len(fetched) == len(set(fetched))


@pytest.mark.parametrize("budget", [2, 3, 5])
def test_the_smallest_budgets_come_to_an_end_with_a_new_site(archive: Archive, press: Press, budget: int) -> None:
    """A look at a site takes more requests than that: what one run found is read, and more a day later."""
    press.site(MERROW, feed=[1, 2], sitemap=[3], front=[4])
    for _ in range(6):
        done = crawl(archive, MERROW, "--max-requests", str(budget))
        assert done.returncode == 0, done.stderr
    assert len(archive.posts) >= 1
    day = 86_400_000_000
    archive.sql(f"UPDATE sources SET found = found - {day}")
    assert crawl(archive, MERROW).returncode == 0
    assert len(archive.posts) == 4
    fetched = [one for one in press.asked if "/2026/" in one]
    assert len(fetched) == len(set(fetched))


def test_what_was_found_earlier_is_read_where_the_next_look_finds_nothing(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1])
    archive.archiver("follow", MERROW)
    assert crawl(archive).returncode == 0
    archive.sql(f"UPDATE sources SET found = found - {31 * 86_400_000_000}")
    press.site(MERROW, feed=[2, 1])
    press.put(f"{MERROW}/", "no", "text/plain", 404)
    done = crawl(archive)
    assert last_line(done) == "1 written, 0 unchanged, 0 failed", done.stderr
    assert done.stderr == f"archiver: ALARM: web/{MERROW}/: could not be read: HTTP status 404\n"


def test_a_look_for_which_there_was_no_request_left_says_nothing_of_the_site(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1])
    done = crawl(archive, MERROW, "--max-requests", "1")  # for robots.txt
    assert (done.returncode, done.stderr, press.asked) == (0, "", [])
    assert listings(archive) == {}


def test_a_first_look_asks_once_for_what_is_read(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1, 2], sitemap=[3], front=[4])
    assert last_line(crawl(archive, MERROW)) == "4 written, 0 unchanged, 0 failed"
    assert sorted(one for one in press.asked if "/2026/" not in one) == [
        f"{MERROW}/{n}" for n in ("", "feed", "map.xml")
    ]
    assert [name for (name,) in archive.rows("SELECT listing FROM listing_stats ORDER BY 1")] == [
        f"web/{MERROW}/{n}" for n in ("", "feed", "map.xml")
    ]


def test_what_is_read_is_taken_before_anybody_else_learns_of_it(
    archive: Archive, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker that knew of it before would ask for it again."""
    press.site(MERROW, feed=[1, 2], sitemap=[3], front=[4])
    taken, known = ListingSpider.taken, []

    async def look(self: ListingSpider, references: list[FollowedListing]) -> list[FollowedListing]:
        known.extend(await self.index.run(lambda index: index.sources.named_by(f"{MERROW}/")))
        return await taken(self, references)

    monkeypatch.setattr(ListingSpider, "taken", look)
    assert last_line(crawl(archive, MERROW)) == "4 written, 0 unchanged, 0 failed"
    assert known == []
    assert len(archive.rows("SELECT * FROM sources")) == 3


def resting_feed(press: Press, *, ttl: str = "", cache_control: str = "") -> str:
    """Put a feed that says how long it need not be asked again."""
    feed = rss(MERROW, [1]).replace("<item>", f"{ttl}<item>", 1)
    press.put(f"{MERROW}/feed", feed, "application/rss+xml")
    press.article(MERROW, 1)
    press.cache_control[f"{MERROW}/feed"] = cache_control
    return f"{MERROW}/feed"


@pytest.mark.parametrize("said", [{"ttl": "<ttl>60</ttl>"}, {"cache_control": "public, max-age=3600"}])
def test_a_feed_is_asked_again_when_it_says(archive: Archive, press: Press, said: dict[str, str]) -> None:
    feed = resting_feed(press, **said)
    archive.archiver("follow", feed)
    hours = 3_600_000_000
    for _ in range(2):  # the second time it says 304, and no `ttl`
        assert crawl(archive).returncode == 0
        assert feed in press.asked
        press.asked.clear()
        assert last_line(crawl(archive)) == "0 written, 0 unchanged, 0 failed"
        assert press.asked == []
        archive.sql(f"UPDATE resting SET until = until - {hours}")
    crawl(archive, feed)  # whoever names it means now
    press.asked.clear()
    crawl(archive, feed)
    crawl(archive, "web", "--since", "2026-01-01")
    assert press.asked == [feed, feed]
    archive.sql(f"UPDATE resting SET until = until + {500 * hours}")  # the clock was ahead
    press.asked.clear()
    crawl(archive)
    assert press.asked == [feed]


@pytest.mark.parametrize("cache_control", ["", "no-cache, max-age=3600", "max-age=0", "max-age=x"])
def test_a_feed_that_says_nothing_is_asked_each_time(archive: Archive, press: Press, cache_control: str) -> None:
    feed = resting_feed(press, cache_control=cache_control)
    archive.archiver("follow", feed)
    crawl(archive)
    crawl(archive)
    assert press.asked.count(feed) == 2


def test_a_link_that_is_no_article_is_asked_for_once(archive: Archive, press: Press) -> None:
    """It looks like one, and is a list of others: that stays so."""
    wrong, broken = f"{MERROW}/2026/11/09/all-bridges-of-the-river", f"{MERROW}/2026/11/10/a-bridge-that-is-missing"
    links = "".join(
        f"<li><a href='{article(MERROW, n)}'>The bridge {n} opens again at last</a></li>" for n in range(40)
    )
    press.put(wrong, f"<!doctype html><html><head><title>Bridges</title></head><body><ul>{links}</ul></body></html>")
    press.put(broken, "no", "text/plain", 503)
    press.site(MERROW, feed=[1, wrong, broken])
    done = crawl(archive, MERROW)
    assert last_line(done) == "1 written, 0 unchanged, 2 failed"
    states = archive.rows("SELECT state, due IS NULL FROM articles ORDER BY 1")
    assert states == [("failed", 0), ("refused", 1), ("saved", 1)]
    archive.sql("UPDATE articles SET due = 1 WHERE due IS NOT NULL")
    archive.sql("DELETE FROM hosts")
    press.asked.clear()
    crawl(archive, MERROW)
    assert wrong not in press.asked
    assert broken in press.asked
    assert archive.get(wrong).returncode == 1
    assert wrong in press.asked  # whoever names it asks


@pytest.mark.parametrize("target", ["/", "/login?next=1", "/sport/2026/11/all-bridges"])
def test_where_an_address_leads_for_a_moment_says_nothing_for_ever(archive: Archive, press: Press, target: str) -> None:
    """A site that is being worked on sends everybody to its front page; a list to which an article has moved stays
    one."""
    links = "".join(f"<li><a href='{article(MERROW, n)}'>Bridge {n} opens again at last</a></li>" for n in range(40))
    press.site(MERROW, feed=[1, 2])
    press.put(MERROW + target, f"<!doctype html><html><head><title>Bridges</title></head><body>{links}</body></html>")
    press.redirect(article(MERROW, 2), MERROW + target)
    feed = f"{MERROW}/feed"
    assert last_line(crawl(archive, feed)) == "1 written, 0 unchanged, 1 failed"
    archive.sql("UPDATE articles SET due = 1 WHERE due IS NOT NULL")
    press.article(MERROW, 2)
    assert last_line(crawl(archive, feed)).startswith("0 written" if "all-bridges" in target else "1 written")


@pytest.mark.parametrize(("status", "noted"), [(301, "new"), (308, "new"), (302, "old"), (303, "old"), (307, "old")])
def test_only_a_permanent_redirect_is_remembered(archive: Archive, press: Press, status: int, noted: str) -> None:
    press.site(MERROW, feed=[1], front=[2])
    for place in ("/", "/feed"):
        press.move(MERROW + place, f"{MERROW}/new{place}", status)
    archive.archiver("follow", MERROW)
    assert last_line(crawl(archive)) == "2 written, 0 unchanged, 0 failed"
    assert press.asked.count(f"{MERROW}/new/") == press.asked.count(f"{MERROW}/new/feed") == 1  # nothing twice
    assert {*listings(archive)} == {f"{MERROW}{'/new' * (noted == 'new')}{place}" for place in ("/", "/feed")}
    press.site(MERROW, feed=[3], front=[4])  # what was away for a while is back
    press.asked.clear()
    crawl(archive)
    assert (f"{MERROW}/feed" in press.asked) == (noted == "old")
    assert len(archive.posts) == (4 if noted == "old" else 2)


def test_a_temporary_redirect_to_https_is_remembered() -> None:
    steps = ["http://merrow.example/feed", "https://merrow.example/feed"]
    request = Request(steps[1], meta={"redirect_urls": steps[:1], "redirect_reasons": [302]})
    assert lasting_address(Response(steps[1], request=request)) == steps[1]
    elsewhere = Request("https://x.example/", meta={"redirect_urls": steps, "redirect_reasons": [302, 307]})
    assert lasting_address(Response("https://x.example/", request=elsewhere)) == steps[1]


def test_a_dry_run_writes_nothing(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1, 2])
    done = crawl(archive, MERROW, "--dry-run")
    assert last_line(done) == "2 articles are due"
    assert not [one for one in press.asked if "/2026/" in one]
    assert not archive.output.exists()


def test_no_site_waits_for_another(archive: Archive, press: Press) -> None:
    """Articles of one site are asked for in turn with those of the others, however many it has."""
    press.site(MERROW, feed=list(range(1, 9)))
    press.site(GAZETTE, feed=[1, 2])
    archive.archiver("follow", f"{MERROW}/feed", f"{GAZETTE}/feed")
    crawl(archive)
    fetched = [one for one in press.asked if "/2026/" in one]
    assert len(fetched) == 10
    assert max(number for number, one in enumerate(fetched) if GAZETTE in one) < 8


def test_a_private_host_in_a_feed_is_not_asked(archive: Archive, press: Press) -> None:
    press.put(f"{MERROW}/feed", rss(MERROW, ["http://127.0.0.1:9/a/12345", article(MERROW, 1)]), "application/rss+xml")
    press.article(MERROW, 1)
    done = crawl(archive, f"{MERROW}/feed")
    assert last_line(done) == "1 written, 0 unchanged, 1 failed"
    assert (
        "archiver: http://127.0.0.1:9/a/12345: a private address that was not asked for (127.0.0.1:9)\n" in done.stderr
    )
    assert not [one for one in press.asked if "127.0.0.1" in one]


def test_what_lists_is_captured_and_replays_to_the_same(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1, 2])
    crawl(archive, MERROW)
    before = archive.posts
    done = archive.archiver("replay", "--force")
    assert done.returncode == 0, done.stderr
    assert archive.posts == before
    assert archive.archiver("verify").returncode == 0


def test_lists_of_feeds_in_and_out(archive: Archive, press: Press, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("lists") / "feeds.opml"
    file.write_text(
        f'<opml version="2.0"><body><outline text="News"><outline type="rss" text="Gazette &amp; Post" '
        f'xmlUrl="{GAZETTE}/feed" htmlUrl="{GAZETTE}/"/></outline></body></opml>'
    )
    press.site(MERROW, feed=[1])
    press.site(GAZETTE, feed=[2])
    done = archive.archiver("follow", MERROW, "--opml", str(file))
    assert last_line(done) == "2 new, 2 in all; `archiver crawl` reads them"
    assert last_line(crawl(archive)) == "2 written, 0 unchanged, 0 failed"
    done = archive.archiver("export", "opml", "--to", str(file))
    assert done.stderr == "2 feeds exported\n"
    assert [(one.address, one.title, one.home) for one in read_opml(file.read_bytes(), "list")] == [
        (f"{MERROW}/feed", "Press", f"{MERROW}/"),
        (f"{GAZETTE}/feed", "Gazette & Post", f"{GAZETTE}/"),
    ]


def test_what_is_followed_no_more_is_not_asked(archive: Archive, press: Press) -> None:
    press.site(MERROW, feed=[1, 2])
    archive.archiver("follow", MERROW, GAZETTE)
    crawl(archive, "web", "--limit", "1")
    removed = archive.archiver("follow", "--remove", "www.merrow.example")
    assert (removed.returncode, removed.stdout) == (0, f"not followed any more: {MERROW}/\n")
    press.asked.clear()
    crawl(archive)
    assert not [one for one in press.asked if MERROW in one]
    assert len(archive.posts) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name an address"),
        (("javascript:alert(1)",), "no address of the web"),
        (("--remove", "http://other.example/"), "not followed; `archiver follow --list` shows what is"),
        (("--list", "http://other.example/"), "give no address with it"),
        (("--json", "http://other.example/"), "belongs to --list"),
        (("--opml", "/dev/null"), "no list of feeds (OPML)"),
        (("--opml", "/nowhere.opml"), "cannot be read"),
    ],
)
def test_what_cannot_be_followed_is_said_in_one_line(
    archive: Archive, web: Web, arguments: tuple[str, ...], said: str
) -> None:
    done = archive.archiver("follow", *arguments)
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (archive.output / "_followed.yaml").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("site: http://a.example/", "expected a list of entries"),
        ("- http://a.example/", "entry 1: expected `site: ADDRESS` or `feed: ADDRESS`"),
        ("- site: mailto:a@example.org", "entry 1: mailto:a@example.org: no address of the web"),
        ("- site: http://a.example/\n  feed: http://a.example/feed", "entry 1: expected one of"),
        ("- site: http://a.example/\n  colour: red", "entry 1: colour: expected site, feed, title, home"),
        ("- site: [", "is not readable as YAML"),
        ("- site: http://a.example/\n  title: {a: b}", "entry 1: title: expected text, got {'a': 'b'}"),
    ],
)
def test_a_file_with_something_else_in_it_is_refused(archive: Archive, web: Web, content: str, said: str) -> None:
    archive.output.mkdir()
    (archive.output / "_followed.yaml").write_text(content)
    for command in (("crawl",), ("follow", "--list"), ("follow", "http://b.example/")):
        done = archive.archiver(*command)
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    assert (archive.output / "_followed.yaml").read_text() == content


@pytest.mark.parametrize(
    "content",
    [
        "[{site: 'http://a.example/'}]",
        "  - site: http://a.example/\n",
        "- site: http://a.example/\n...\n",
        "---\n- {site: http://a.example/}",
    ],
)
def test_a_list_that_was_written_in_another_form_can_be_added_to(archive: Archive, web: Web, content: str) -> None:
    archive.output.mkdir()
    (archive.output / "_followed.yaml").write_text(content)
    assert archive.archiver("follow", "http://b.example/").returncode == 0
    listed = json.loads(archive.archiver("follow", "--list", "--json").stdout)
    assert [one["address"] for one in listed] == ["http://a.example/", "http://b.example/"]


def test_nothing_is_followed_yet(archive: Archive, web: Web) -> None:
    done = crawl(archive)
    assert (done.returncode, done.stderr) == (
        2,
        "archiver: web: nothing is followed yet; `archiver follow ADDRESS` follows a site\n",
    )
