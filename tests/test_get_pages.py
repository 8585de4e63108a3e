"""`archiver get` with the address of any news page: a post comes out, or the reason why the page is no article."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import yaml

from archiver import Archive as ArchiveApi
from archiver.identity import article_key, plain_form
from tests.conftest import Archive
from tests.web import Web, archive, story, web

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["archive", "web"]  # fixtures

SITE = "http://www.merrow.example"
HOME = f"{SITE}/2026/11/01/a-bridge-opens"
OTHER_TEXT = (
    "Nobody on the council wanted to say what the {n} new trams for the north of the town will cost in the end."
)


def last_line(text: str) -> str:
    return text.splitlines()[-1]


def front(post: bytes) -> dict[str, object]:
    loaded = yaml.safe_load(post.split(b"---\n")[1])
    assert isinstance(loaded, dict)
    return loaded


def test_any_address_in_a_post_out(archive: Archive, web: Web) -> None:
    page = story(
        canonical=f"{HOME}/",
        description="After eleven years",
        dateModified="2026-11-02T10:00:00+01:00",
        image="/bridge.jpg",
        author=("Tess Orme", "O. Pell"),
    )
    done = archive.get(web.put(f"{HOME}?utm_source=feed", page))
    assert (done.returncode, done.stderr) == (0, "")
    ((name, post),) = archive.posts.items()
    assert name == f"2026-11-01-a-bridge-opens-{article_key(HOME)[:8]}.md"
    text = post.decode()
    assert text.startswith(
        "---\nlayout: post\n"
        'title: "A bridge opens over the Merrow"\n'
        "date: 2026-11-01 08:15:00 +0100\n"
        "categories: MerrowCourier\n"
        'tags: ["Merrow Courier新闻"]\n'
        'author: ["Tess Orme", "O. Pell"]\n'
        f'canonical_url: "{HOME}/"\n'
        "lang: en\n"
        "modified: 2026-11-02 10:00:00 +0100\n"
        'description: "After eleven years"\n'
        f'image: "{SITE}/bridge.jpg"\n'
        "---\n<p>The bridge over the Merrow was opened on Sunday morning, 11 years"
    )
    assert text.endswith(
        f"</p>\n\n<{HOME}/>\n\n"
        "[返回Merrow Courier新闻](//finews.withounder.com/category/MerrowCourier.html)｜"
        "[返回首页](//finews.withounder.com/)"
    )


def test_pages_in_several_languages(archive: Archive, web: Web) -> None:
    pages = {
        "de": (
            "Neue Brücke über die Merrow",
            "Die Brücke über die Merrow ist am Sonntag nach {n} Jahren eröffnet worden.",
        ),
        "zh": ("临岚港新桥通车", "本报讯，临岚港东屿作业区的新桥昨日上午正式通车，全长{n}公里，两岸居民纷纷前来参观。"),
        "ru": (
            "Открыт новый мост",
            "Новый мост через реку Мерроу открыли в воскресенье утром, спустя {n} лет после обещаний.",
        ),
        "ja": ("新しい橋が開通", "メロウ川にかかる新しい橋が日曜日の朝に開通し、{n}年ぶりに両岸が結ばれた。"),
    }
    for lang, (title, text) in pages.items():
        web.put(f"http://www.{lang}-blatt.example/a/4711", story(title, text=text, lang=lang, source="Blatt"))
    done = archive.get(*web.pages)
    assert last_line(done.stdout) == "4 written, 0 unchanged, 0 failed", done.stderr
    assert {front(post)["lang"]: front(post)["title"] for post in archive.posts.values()} == {
        lang: title for lang, (title, _) in pages.items()
    }
    slugs = sorted(re.sub(r"2026-11-01-(.*)-\w{8}\.md", r"\1", name) for name in archive.posts)
    assert slugs == ["article", "article", "lin-lan-gang-xin-qiao-tong-che", "neue-brucke-uber-die-merrow"]


def test_signs_of_yaml_and_liquid_break_nothing(archive: Archive, web: Web) -> None:
    title = "{{ site }} \\ {% raw %}: “no”"
    text = "Broen over Merrow ble åpnet søndag morgen, og det var ikke mindre enn {n} år etter at den ble lovet."
    page = story(title, text=text, description='a "b" {{ c }}', author=("@tess: {% x %}", "no"), lang="no")
    assert archive.get(web.put(HOME, page)).returncode == 0
    (post,) = archive.posts.values()
    assert front(post)["title"] == title
    assert front(post)["description"] == 'a "b" {{ c }}'
    assert front(post)["lang"] == "no"
    assert b"{{" not in post
    assert b"{%" not in post


def test_a_page_that_has_not_changed_rewrites_no_byte(archive: Archive, web: Web) -> None:
    archive.get(web.put(HOME, story()))
    before = archive.posts
    assert last_line(archive.get(HOME).stdout) == "0 written, 1 unchanged, 0 failed"
    assert archive.posts == before


def test_an_edit_keeps_the_file_and_the_earlier_version(archive: Archive, web: Web) -> None:
    home, name = f"{SITE}/a-bridge-opens-71", f"{SITE}/another-name-71"
    archive.get(web.put(home, story(published="2026-11-01T00:30:00+01:00")))
    before = archive.posts
    # It has moved to another day, and another zone.
    edited = story("Another title", published="2026-11-03T09:00:00-05:00", canonical=name)
    web.put(home, edited)
    assert last_line(archive.get("--force", home).stdout) == "1 written, 0 unchanged, 0 failed"
    assert archive.posts.keys() == before.keys()
    (post,) = archive.posts.values()
    assert front(post)["title"] == "Another title"
    assert b"\ndate: 2026-11-01 00:30:00 +0100\n" in post
    assert [file.read_bytes() for file in (archive.output / "_versions").rglob("*.md")] == list(before.values())
    # And what the page is called now is an alias.
    web.put(name, edited)
    assert last_line(archive.get(name).stdout) == "0 written, 1 unchanged, 0 failed"


@pytest.mark.parametrize(
    "other",
    [
        "http://m.merrow.example/2026/11/01/a-bridge-opens",
        f"{HOME}/amp",
        f"{SITE}/?p=71",
        f"{SITE}/politics/a-bridge-opens-71.html",
    ],
)
def test_two_addresses_of_an_article_are_one_post(archive: Archive, web: Web, other: str) -> None:
    web.put(HOME, story(canonical=HOME))
    web.put(other, story(canonical=HOME))
    assert last_line(archive.get(other).stdout) == "1 written, 0 unchanged, 0 failed"
    assert last_line(archive.get(HOME).stdout) == "0 written, 1 unchanged, 0 failed"
    assert len(archive.posts) == 1


def test_an_address_that_leads_elsewhere_is_an_alias(archive: Archive, web: Web) -> None:
    web.put(HOME, story())
    short = web.redirect(f"{SITE}/x/71", HOME)
    assert archive.get(short).returncode == 0
    web.asked.clear()
    assert last_line(archive.get(HOME, short).stdout) == "0 written, 1 unchanged, 0 failed"
    assert web.asked == [HOME]  # what the first run learned, the second uses


def test_what_one_answer_says_of_its_addresses_saves_asking_for_them(archive: Archive, web: Web) -> None:
    head = f'<link rel="amphtml" href="{HOME}/amp-page"><link rel="shortlink" href="{SITE}/?p=71">'
    web.put(f"{SITE}/b/a-bridge-opens", story(canonical=HOME, head=head))
    done = archive.get(f"{SITE}/b/a-bridge-opens", HOME, f"{HOME}#end", f"{HOME}/amp-page", f"{SITE}/?p=71")
    assert (done.returncode, last_line(done.stdout)) == (0, "1 written, 0 unchanged, 0 failed")
    assert web.asked == [f"{SITE}/b/a-bridge-opens"]


def test_another_address_is_tried_where_the_first_gives_nothing(archive: Archive, web: Web) -> None:
    web.put(HOME, story())
    done = archive.get("http://m.merrow.example/2026/11/01/a-bridge-opens", HOME)
    assert last_line(done.stdout) == "1 written, 0 unchanged, 1 failed"


@pytest.mark.parametrize(
    "said", ["http://other.example/a-bridge-opens", f"{SITE}/", f"{SITE}/2026/11/", f"{SITE}/login"]
)
def test_a_canonical_that_cannot_be_is_not_believed(archive: Archive, web: Web, said: str) -> None:
    assert archive.get(web.put(HOME, story(canonical=said))).returncode == 0
    (post,) = archive.posts.values()
    assert front(post)["canonical_url"] == HOME


def test_a_canonical_that_many_pages_share_is_not_believed(archive: Archive, web: Web) -> None:
    shared = f"{SITE}/story/current-story"
    texts = {
        "a-bridge-opens": ("A bridge opens", "The bridge over the Merrow was opened on Sunday, after {n} years."),
        "trams-for-the-north": ("Trams for the north", OTHER_TEXT),
        "a-storm-is-near": (
            "A storm is near",
            "Shops along the coast are closing {n} hours early because of the storm.",
        ),
    }
    for name, (title, text) in texts.items():
        web.put(f"{SITE}/b/{name}", story(title, text=text, canonical=shared))
    for address in tuple(web.pages):
        assert last_line(archive.get(address).stdout) == "1 written, 0 unchanged, 0 failed"
    assert len(archive.posts) == 3
    # The first was believed: nothing told it from a page that is right.
    assert sorted(str(front(post)["canonical_url"]) for post in archive.posts.values())[:2] == [
        f"{SITE}/b/a-storm-is-near",
        f"{SITE}/b/trams-for-the-north",
    ]
    # Now it is known better, and is the same post still.
    done = archive.get("--force", f"{SITE}/b/a-bridge-opens")
    assert last_line(done.stdout) == "1 written, 0 unchanged, 0 failed"
    assert {front(post)["canonical_url"] for post in archive.posts.values()} == set(web.pages)
    assert last_line(archive.get(*web.pages).stdout) == "0 written, 3 unchanged, 0 failed"


def test_in_one_run_it_is_the_same(archive: Archive, web: Web) -> None:
    shared = f"{SITE}/story/current-story"
    web.put(f"{SITE}/b/a-bridge-opens", story(canonical=shared))
    web.put(f"{SITE}/b/trams-for-the-north", story("Trams", text=OTHER_TEXT, canonical=shared))
    assert last_line(archive.get(*web.pages).stdout) == "2 written, 0 unchanged, 0 failed"
    assert len(archive.posts) == 2


FRONT_PAGE = "<html><head><title>Merrow Courier</title></head><body><h1>Merrow Courier</h1>{}</body></html>".format(
    "".join(f"<div class='teaser'><h2><a href='/a/{n}-story'>The story of number {n}</a></h2></div>" for n in range(60))
)
NOT_FOUND = "<html><head><title>Page not found</title></head><body><h1>Page not found</h1><p>Sorry.</p></body></html>"


@pytest.mark.parametrize(
    ("path", "body", "content_type", "reason"),
    [
        ("/report.pdf", b"%PDF-1.7 \x00\xff", "application/pdf", "a PDF"),
        ("/bridge.jpg", b"\xff\xd8\xff\xe0\x00", "image/jpeg", "a picture (JPEG)"),
        ("/feed", b"<?xml version='1.0'?><rss><channel></channel></rss>", "application/rss+xml", "a feed"),
        ("/", FRONT_PAGE.encode(), "text/html", "no article"),
        ("/gone", NOT_FOUND.encode(), "text/html", "an error page"),
        ("/data", b'{"a": 1}', "application/json", "JSON"),
        ("/nothing", b"", "text/html", "an empty answer"),
    ],
)
def test_what_is_no_article_is_refused_with_the_reason(
    archive: Archive, web: Web, path: str, body: bytes, content_type: str, reason: str
) -> None:
    done = archive.get(web.put(f"{SITE}{path}", body, content_type))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"archiver: {SITE}{path}: the page is no article: ")
    assert reason in line
    assert "\x00" not in line
    assert not [file for place in ("_posts", "_quarantine") for file in (archive.output / place).rglob("*.*")]


@pytest.mark.parametrize("address", ["http://127.0.0.1:8080/a", "http://169.254.169.254/a-story", "http://localhost/a"])
def test_private_hosts_of_a_list_are_not_asked(archive: Archive, web: Web, address: str) -> None:
    done = archive.get("-", input=f"{address}\n")
    assert done.returncode == 1
    assert "a private address" in done.stderr
    assert web.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "[::1]:8080", "localhost"])
def test_a_private_host_that_its_user_named_is_asked(archive: Archive, web: Web, host: str) -> None:
    done = archive.get(web.put(f"http://{host}/2026/11/01/a-bridge-opens", story(canonical="http://10.0.0.1/a-story")))
    assert (done.returncode, done.stderr) == (0, "")
    assert len(archive.posts) == 1
    redirected = web.redirect(f"http://{host}/2026/11/02/another", "http://127.0.0.2/a-story")
    assert "a private address that was not asked for" in archive.get(redirected).stderr


def test_what_robots_txt_forbids_is_not_asked(archive: Archive, web: Web) -> None:
    web.put(f"{SITE}/robots.txt", "User-agent: *\nDisallow: /2026/\n", "text/plain")
    web.put(HOME, story())
    done = archive.get(HOME)
    assert (done.returncode, web.asked) == (1, [])
    assert "robots.txt" in done.stderr


def test_a_page_without_a_time_is_no_post(archive: Archive, web: Web) -> None:
    done = archive.get(web.put(f"{SITE}/a-bridge-opens", story(published="")))
    assert done.returncode == 1
    assert "no time" in done.stderr
    assert archive.posts == {}


def test_one_json_line_for_an_address(archive: Archive, web: Web) -> None:
    web.put(HOME, story())
    (line,) = archive.json(HOME)
    assert (line["outcome"], line["recipe"], line["id"]) == ("written", "web", article_key(HOME))
    assert line["url"] == HOME
    assert line["authors"] == ["Tess Orme"]


def test_the_same_from_python(archive: Archive, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", web.url)
    monkeypatch.setenv("no_proxy", "")
    web.put(HOME, story())
    report = ArchiveApi(archive.output, download_delay=0, extractors=0).get(HOME)
    assert report.summary() == "1 written, 0 unchanged, 0 failed"
    (article,) = ArchiveApi(archive.output).articles()
    assert (article.title, article.url) == ("A bridge opens over the Merrow", HOME)


def test_history_knows_an_article_by_each_of_its_addresses(archive: Archive, web: Web) -> None:
    web.put(HOME, story(canonical=HOME))
    short = web.redirect(f"{SITE}/x/71", HOME)
    archive.get(short)
    for name in (HOME, short, article_key(HOME), f"{HOME}?utm_source=x"):
        (history,) = json.loads(archive.archiver("history", "--json", name).stdout)
        assert (history["recipe"], history["id"], history["state"]) == ("web", article_key(HOME), "saved")
        assert {place["name"] for place in history["places"]} == {short}


def test_an_id_of_an_article_is_asked_for_by_its_address(archive: Archive, web: Web) -> None:
    archive.get(web.put(HOME, story()))
    assert last_line(archive.get(article_key(HOME)).stdout) == "0 written, 1 unchanged, 0 failed"
    unknown = archive.get("web/aaaaaaaaaaaaaaaa")
    assert (unknown.returncode, "the archive knows no address of it" in unknown.stderr) == (1, True)


def test_every_step_of_a_redirect_is_an_alias(archive: Archive, web: Web, tmp_path: Path) -> None:
    steps = [f"{SITE}/x/71", "http://short.example/mrw", f"{SITE}/login", f"{SITE}/old/a-bridge-71.html", HOME]
    web.put(HOME, story())
    for here, there in pairwise(steps):
        web.redirect(here, there)
    done = archive.get("--warc", steps[0], steps[3])
    assert (done.returncode, last_line(done.stdout)) == (0, "1 written, 0 unchanged, 0 failed")
    assert web.asked == steps  # each once: what led to the article is known
    aliases = "SELECT address FROM aliases ORDER BY 1"
    known = archive.rows(aliases)
    assert {tuple(row) for row in known} == {(plain_form(one),) for one in steps if not one.endswith("/login")}
    # A replay knows them, too.
    new = Archive(tmp_path / "new", archive.replica)
    assert new.archiver("replay", str(archive.output / "_captures")).returncode == 0
    assert (new.posts, new.rows(aliases)) == (archive.posts, known)


def test_a_step_that_leads_to_many_articles_is_nobodys(archive: Archive, web: Web) -> None:
    wall = "http://id.merrow-media.example/check-in"
    other = f"{SITE}/2026/11/02/trams-for-the-north"
    web.put(HOME, story())
    web.put(other, story("Trams for the north", text=OTHER_TEXT))
    for number, there in enumerate((HOME, other)):
        web.redirect(f"{SITE}/x/{number}", wall)
        web.redirect(wall, there)
        assert archive.get(f"{SITE}/x/{number}").returncode == 0
    assert len(archive.posts) == 2
    assert archive.rows(f"SELECT article FROM aliases WHERE address = '{plain_form(wall)}'") == [(None,)]
