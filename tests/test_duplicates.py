"""Syndicated articles: copies are found as they come, whatever they have before and after, and never dropped."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

import pytest

from archiver.html import parse_document
from archiver.minhash import scheme
from bench.syndication import Language
from tests.web import archive, story, web

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive
    from tests.web import Web

__all__ = ["archive", "web"]  # fixtures

MERROW, GAZETTE, ABEND = "http://merrow.example", "http://gazette.example", "http://abend.example"
PARAGRAPHS = Language("en").paragraphs(Random(5), 8)


def put(web: Web, address: str, paragraphs: list[str], day: int, title: str) -> str:
    """Put an article on the web, and return its address."""
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    page = (
        f"<!doctype html><html lang='en'><head><title>{title}</title><link rel='canonical' href='{address}'>"
        f"<meta property='og:type' content='article'>"
        f"<meta property='article:published_time' content='2026-11-{day:02}T08:00:00Z'></head>"
        f"<body><article><h1>{title}</h1>{body}</article></body></html>"
    )
    return web.put(address, page)


@pytest.fixture
def syndicated(archive: Archive, web: Web) -> list[str]:
    """Addresses of an article that three papers have, the last of them first, and of another article, all saved."""
    agency = f"(Agency) {PARAGRAPHS[0]}"
    addresses = [
        put(web, f"{GAZETTE}/2026/11/03/the-bridge-opens", [agency, *PARAGRAPHS[1:]], 3, "The bridge opens"),
        put(web, f"{MERROW}/2026/11/02/a-bridge-at-last", PARAGRAPHS, 2, "A bridge at last"),
        put(web, f"{ABEND}/2026/11/04/die-neue-bruecke", PARAGRAPHS, 4, "A new bridge for the town"),
        put(web, f"{MERROW}/2026/11/04/something-else", Language("en").paragraphs(Random(6), 8), 4, "Something else"),
    ]
    done = archive.get(*addresses)
    assert done.stdout.splitlines()[-1] == "4 written, 0 unchanged, 0 failed", done.stderr
    return addresses


def shown(archive: Archive, *options: str) -> list[list[tuple[str, str]]]:
    """The groups: of each article its site, and how alike it is to the first."""
    done = archive.archiver("duplicates", *options)
    assert done.returncode == 0, done.stderr
    groups: list[list[tuple[str, str]]] = []
    for line in done.stdout.splitlines():
        if line.startswith("  "):
            groups[-1].append((line.split("  ")[-2], line[2:9].strip()))
        else:
            groups.append([])
    return groups


def test_copies_are_listed_by_who_was_first(archive: Archive, syndicated: list[str]) -> None:
    (group,) = shown(archive)
    assert [site for site, _ in group] == ["merrow.example", "gazette.example", "abend.example"]
    first, agency, same = (how for _, how in group)
    assert (first, same) == ("first", "same")
    assert 90 < int(agency.removesuffix(" %")) <= 100
    assert archive.archiver("duplicates").stdout.startswith("3 articles with nearly the same text\n")
    ((one, two, three),) = map(json.loads, archive.archiver("duplicates", "--json").stdout.splitlines())
    assert (one["address"], one["site"], one["similarity"]) == (syndicated[1], "merrow.example", 1.0)
    assert 0.9 < two["similarity"] < 1
    assert three["similarity"] == 1.0
    assert {one["path"], two["path"], three["path"]} < {f"_posts/{name}" for name in archive.posts}


def test_an_archive_of_an_earlier_version_is_compared_when_that_is_asked_for(
    archive: Archive, syndicated: list[str]
) -> None:
    before = archive.archiver("duplicates").stdout
    for table in ("signatures", "bands", "near_duplicates"):
        archive.sql(f"DELETE FROM {table}")
    done = archive.archiver("duplicates")
    assert done.stderr == "4 articles not compared yet: `archiver duplicates --renew` does that\n"
    assert done.stdout.startswith("2 articles with the same text\n")  # that needs no signature
    done = archive.archiver("duplicates", "--renew")
    assert (done.stderr, done.stdout) == ("", before)
    archive.sql("UPDATE signatures SET scheme = 'of a version before'")
    assert "4 articles not compared yet" in archive.archiver("duplicates").stderr
    assert archive.archiver("duplicates", "--renew").stdout == before


def test_posts_that_cannot_be_read_are_like_no_other(archive: Archive, syndicated: list[str]) -> None:
    for table in ("signatures", "bands", "near_duplicates"):
        archive.sql(f"DELETE FROM {table}")
    for path in archive.output.rglob("*bridge*.md"):
        path.unlink()
    done = archive.archiver("duplicates", "--renew")
    assert (done.returncode, done.stderr) == (0, "")


def test_adopted_posts_are_compared(archive: Archive, syndicated: list[str]) -> None:
    before = shown(archive)
    for file in (archive.output / "_index").glob("index.sqlite*"):
        file.unlink()
    assert archive.invoke("adopt", str(archive.output)).returncode == 0
    done = archive.archiver("duplicates")
    assert done.stderr == ""
    assert [[how for _, how in group] for group in shown(archive)] == [[how for _, how in group] for group in before]


def test_replayed_posts_are_compared(archive: Archive, web: Web) -> None:
    addresses = [
        put(web, f"{MERROW}/2026/11/02/a-bridge-at-last", PARAGRAPHS, 2, "A bridge at last"),
        put(web, f"{GAZETTE}/2026/11/03/the-bridge-opens", PARAGRAPHS[1:], 3, "The bridge opens"),
    ]
    archive.get("--warc", *addresses)
    before = archive.archiver("duplicates").stdout
    assert before.startswith("2 articles with nearly")
    archive.sql("DELETE FROM near_duplicates")
    archive.sql("DELETE FROM signatures")
    archive.sql("DELETE FROM bands")
    assert archive.archiver("replay", "--force").returncode == 0
    assert archive.archiver("duplicates", "--renew").stdout == before


def test_an_edit_that_waits_keeps_its_signature(archive: Archive, web: Web) -> None:
    """It is put away until all else of the run has been looked at."""
    address = put(web, f"{MERROW}/2026/11/02/a-bridge-at-last", PARAGRAPHS, 2, "A bridge at last")
    other = put(web, f"{GAZETTE}/2026/11/03/the-bridge-opens", ["Something " + one for one in PARAGRAPHS[:2]], 3, "B")
    archive.get(address, other)
    put(web, f"{GAZETTE}/2026/11/03/the-bridge-opens", PARAGRAPHS[1:], 3, "B")
    assert archive.get(other).stdout.splitlines()[-1] == "1 written, 0 unchanged, 0 failed"
    assert [len(group) for group in shown(archive)] == [2]
    assert archive.rows("SELECT DISTINCT scheme FROM signatures") == [(scheme(),)]


def test_short_stories_are_like_no_other(archive: Archive, web: Web) -> None:
    for number in (1, 2):
        web.put(f"{MERROW}/2026/11/0{number}/one-story", story(f"Story {number}"))
    archive.get(*web.pages)
    assert len(shown(archive)) <= 1


def elsewhere(site: Path, title: str) -> list[list[str]]:
    """The lists of other articles on the page of an article: what each says it is, and their titles."""
    pages = [parse_document(file.read_text()) for file in site.rglob("2026/**/*.html")]
    (found,) = (one for one in pages if [str(head.text_content()).strip() for head in one.iter("h1")] == [title])
    lists = found.cssselect(".more details:has(.who)")
    texts = [[str(one.text_content()).strip() for one in entry.cssselect("summary, li a")] for entry in lists]
    return [[summary, *sorted(titles)] for summary, *titles in texts]


def test_pages_of_the_site_name_copies_as_they_come_and_go(
    archive: Archive, web: Web, syndicated: list[str], tmp_path: Path
) -> None:
    site = tmp_path / "site"

    def build() -> None:
        done = archive.invoke("site", "build", "--output", str(archive.output), str(site))
        assert done.returncode == 0, done.stderr

    build()
    near = "内容相近的文章（{}）".format
    same = "内容相同的文章（{}）".format
    agency, first, german = "The bridge opens", "A bridge at last", "A new bridge for the town"
    assert elsewhere(site, first) == [[same(1), german], [near(1), agency]]
    assert elsewhere(site, agency) == [[near(2), first, german]]
    assert elsewhere(site, "Something else") == []
    put(web, f"{MERROW}/2026/11/05/short-of-it", PARAGRAPHS[:-2], 5, "The short of it")
    archive.get(f"{MERROW}/2026/11/05/short-of-it")
    build()
    assert elsewhere(site, agency)[0][0] == near(3)
    put(web, syndicated[0], Language("en").paragraphs(Random(8), 8), 3, agency)
    archive.get(syndicated[0])
    build()
    assert elsewhere(site, agency) == []
    assert elsewhere(site, first) == [[same(1), german], [near(1), "The short of it"]]
