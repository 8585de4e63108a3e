"""Captures of pages that no recipe knows: our own give the same posts again, and those of others become some."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.conftest import Archive
from tests.web import Web, archive, story, web

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["archive", "web"]  # fixtures

SITE = "http://www.merrow.example"
HOME = f"{SITE}/2026/11/01/a-bridge-opens"
OTHER = "Nobody on the council wanted to say what the {n} new trams for the north of the town will cost in the end."
THIRD = "Shops along the coast are closing {n} hours early because of the storm that is to arrive on Friday night."
HTML = "text/html; charset=utf-8"
DAY = "2026-11-05T06:00:{:02}Z"


def last_line(text: str) -> str:
    """The counts; what is no article is told of after them."""
    return next(line for line in reversed(text.splitlines()) if " written, " in line)


def crawled(file: Path, answers: Sequence[tuple[str, str, str]]) -> Path:
    """A WARC file as other tools make them, of (address, body, type), one a second."""
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    for number, (url, body, kind) in enumerate(answers):
        http = StatusAndHeaders("200 OK", [("Content-Type", kind)], "HTTP/1.1")
        content = body.encode()
        writer.write_record(
            writer.create_warc_record(
                url,
                "response",
                payload=BytesIO(content),
                length=len(content),
                http_headers=http,
                warc_headers_dict={"WARC-Date": DAY.format(number)},
            )
        )
    file.write_bytes(buffer.getvalue())
    return file


def sites(web: Web) -> tuple[str, ...]:
    """Three articles, of which two say that their address is the same, and an address that leads to one of them."""
    shared = f"{SITE}/story/current-story"
    web.put(HOME, story(canonical=f"{HOME}/"))
    web.put(f"{SITE}/b/trams-for-the-north", story("Trams", text=OTHER, canonical=shared))
    web.put(f"{SITE}/b/a-storm-is-near", story("A storm", text=THIRD, canonical=shared))
    web.redirect(f"{SITE}/x/71", HOME)
    return tuple(web.pages)


def test_our_own_captures_give_the_same_posts(archive: Archive, web: Web, tmp_path: Path) -> None:
    done = archive.get("--warc", *sites(web))
    assert last_line(done.stdout) == "3 written, 1 unchanged, 0 failed"
    again = archive.archiver("replay")
    assert (again.returncode, last_line(again.stdout)) == (0, "0 written, 3 unchanged, 0 failed")
    new = Archive(tmp_path / "new", archive.replica)
    done = new.archiver("replay", str(archive.output / "_captures"))
    assert (done.returncode, last_line(done.stdout)) == (0, "3 written, 0 unchanged, 0 failed")
    assert new.posts == archive.posts
    # What led to an article is not in the capture of its answer.
    known = (
        "SELECT address, id FROM aliases LEFT JOIN articles ON key = article WHERE address NOT LIKE '%/x/71' ORDER BY 1"
    )
    assert new.rows(known) == archive.rows(known)


def test_a_lost_post_is_made_again_from_its_capture(archive: Archive, web: Web) -> None:
    archive.get("--warc", *sites(web))
    before = archive.posts
    for file in (archive.output / "_posts").iterdir():
        file.unlink()
    done = archive.archiver("verify", "--repair")
    assert archive.posts == before
    assert "made again from its capture" in done.stdout
    assert archive.archiver("verify").returncode == 0


def test_what_others_crawled_becomes_posts_where_it_is_asked_for(archive: Archive, tmp_path: Path) -> None:
    front = "".join(f"<h2><a href='/a/{n}-story'>The story of number {n}</a></h2>" for n in range(60))
    file = crawled(
        tmp_path / "other.warc.gz",
        [
            (HOME, story(canonical=HOME), HTML),
            (f"{SITE}/", f"<html><body><h1>Merrow Courier</h1>{front}</body></html>", HTML),
            (f"{HOME}/amp", story(canonical=HOME), HTML),
            (f"{SITE}/app.js", "let story = 1", "text/javascript"),
            ("http://abendblatt.example/a/neue-bruecke", story("Brücke", text=OTHER), HTML),
        ],
    )
    plain = archive.archiver("replay", str(file))
    assert last_line(plain.stdout) == "0 written, 0 unchanged, 0 failed"
    done = archive.archiver("replay", "--pages", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert last_line(done.stdout).startswith("2 written")
    assert "the page is no article" in done.stdout
    assert sorted(name[11:-12] for name in archive.posts) == ["a-bridge-opens", "neue-bruecke"]
    assert len(list((archive.output / "_versions").rglob("*.md"))) == 0
    again = archive.archiver("replay", "--pages", str(file))
    assert last_line(again.stdout).startswith("0 written")


def test_the_same_whatever_the_order_of_files(archive: Archive, web: Web, tmp_path: Path) -> None:
    plain, other = f"{SITE}/b/4711", f"{SITE}/news/a-bridge-opens"
    pages = [
        (plain, story("An early title", head=f'<link rel="shortlink" href="{SITE}/?p=71">'), HTML),
        (other, story(canonical=plain), HTML),
        (HOME, story(head=f'<link rel="shortlink" href="{SITE}/?p=71">'), HTML),
    ]
    posts = []
    for number, names in enumerate((("a", "b", "c"), ("c", "b", "a"))):
        files = [crawled(tmp_path / f"{number}{name}.warc.gz", pages) for name in names]
        for name, one in zip(names, files, strict=True):
            which = "abc".index(name)
            body = [(f"{SITE}/", "", "text/plain")] * which + [pages[which]]  # each at its own second
            crawled(one, body)
        new = Archive(tmp_path / f"archive{number}", archive.replica)
        done = new.archiver("replay", "--pages", *map(str, files))
        assert done.returncode == 0, done.stderr
        posts.append(new.posts)
    assert posts[0] == posts[1]
    assert len(posts[0]) == 1


def test_a_text_of_several_sites_is_no_sign_of_a_fault(archive: Archive, web: Web) -> None:
    for name in ("abend", "mittags", "morgen", "nacht"):
        web.put(f"http://{name}blatt.example/a/die-neue-bruecke", story(source=f"{name}blatt"))
    assert last_line(archive.get(*web.pages).stdout) == "4 written, 0 unchanged, 0 failed"
    done = archive.archiver("duplicates")
    assert all(f"{name}" in done.stdout for name in ("die-neue-bruecke",))


def test_one_text_for_many_addresses_of_a_site_is_no_article(archive: Archive, web: Web, tmp_path: Path) -> None:
    wall = story("Your choices", text="We and our {n} partners want to know more of you before we show you anything.")
    pages = [f"http://news{number % 3}.merrow.example/a/story-number-{number}" for number in range(7)]
    for address in pages:
        web.put(address, wall)
    done = archive.get(*pages[:4])
    assert last_line(done.stdout) == "2 written, 0 unchanged, 2 failed"
    assert done.stderr.count("and others of merrow.example") == 2
    assert last_line(archive.get(*pages[4:]).stdout) == "0 written, 0 unchanged, 3 failed"
    assert len(archive.posts) == 2
    new = Archive(tmp_path / "new", archive.replica)
    file = crawled(tmp_path / "wall.warc.gz", [(address, wall, HTML) for address in pages])
    assert last_line(new.archiver("replay", "--pages", str(file)).stdout).startswith("2 written")


def test_an_article_is_explained_by_any_of_its_addresses(archive: Archive, web: Web) -> None:
    archive.get("--warc", *sites(web))
    web.asked.clear()
    said = json.loads(archive.archiver("explain", "--json", f"{SITE}/x/71").stdout)
    assert said["address"] == HOME
    assert web.asked == []


@pytest.mark.parametrize("key", ["footer", "fields"])
def test_what_is_known_of_a_site_counts(archive: Archive, web: Web, tmp_path: Path, key: str) -> None:
    recipes = tmp_path / "recipes"
    recipes.mkdir()
    (recipes / "merrow.yaml").write_text(
        "name: merrow\nhosts: [www.merrow.example]\nfooter: '[More of {source}](//{site}/{slug}/)'\n"
        "fields: {title: [.kicker]}\n"
    )
    page = story().replace("<h1>", "<p class='kicker'>The kicker is the title</p><h1>")
    done = archive.get("-s", f"ARCHIVER_RECIPES={recipes}", web.put(HOME, page))
    assert done.returncode == 0, done.stderr
    (post,) = archive.posts.values()
    if key == "footer":
        assert post.endswith(b"\n\n[More of Merrow Courier](//finews.withounder.com/MerrowCourier/)")
    else:
        assert b'title: "The kicker is the title"\n' in post
