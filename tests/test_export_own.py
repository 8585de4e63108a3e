"""Posts that the owner of an archive wrote, in exports: with all others, at their addresses on the site."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from lxml import etree

from tests.adopting import good, put
from tests.test_export_tables import SCHEMA
from tests.test_own_posts import NEWS, own

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive

KEY = ":2021-12-30-about-this-site:own"
ADDRESS = "https://finews.withounder.com/sitenews/2021/12/30/about-this-site.html"
FRONT = "title: 关于本站\ncategories: sitenews\ntags: 站务\n"  # of the day in its name


@pytest.fixture
def owned(archive: Archive) -> Archive:
    """An archive with two articles and a post of its owner's, which is older."""
    put(archive, *good("202201240000000001", "rolling"))
    put(archive, *good("202201240000000002", title="另一篇"))
    put(archive, NEWS, own(FRONT))
    archive.invoke("adopt", str(archive.output))
    return archive


def exported(archive: Archive, *options: str) -> list[dict[str, Any]]:
    """The records of an export."""
    done = archive.archiver("export", "jsonl", *options)
    assert (done.returncode, done.stderr.count("\n")) == (0, 1), done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    for record in records:
        jsonschema.validate(record, SCHEMA)
    return records


def test_it_comes_after_all_others_with_its_address_on_the_site(owned: Archive, tmp_path: Path) -> None:
    *others, found = exported(owned)
    assert [one["recipe"] for one in others] == ["eastmoney"] * 2
    assert (found["key"], found["recipe"], found["form"], found["url"]) == (KEY, "", "own", ADDRESS)
    assert (found["title"], found["category"], found["tags"]) == ("关于本站", "sitenews", ["站务"])
    assert found["published"] == "2021-12-30T00:00:00+08:00"  # as on the site
    assert (found["source"], found["capture"], found["state"], found["versions"]) == ("", None, "saved", [])
    assert '<a href="https://finews.withounder.com/emnews/">' in found["html"]
    assert found["text"].startswith("第一段，重点，见滚动与别处。\n一\n二\n")
    assert [one["url"] for one in exported(owned, "-s", "ARCHIVER_SITE=news.example")][-1] == ADDRESS.replace(
        "finews.withounder.com", "news.example"
    )
    put(owned, NEWS, own(f"{FRONT}permalink: /about-us/\n"))
    place = "https://finews.withounder.com/about-us/"
    assert exported(owned)[-1]["url"] == place
    assert owned.archiver("export", "hugo", "-o", str(tmp_path / "hugo")).returncode == 0
    assert f'archive_url: "{place}"' in (tmp_path / "hugo/own/own/2021-12-30-about-this-site.md").read_text()


def test_it_is_selected_as_others_are_but_comes_from_no_source(owned: Archive) -> None:
    keys = [[one["key"] for one in exported(owned, "--last", number)] for number in ("2", "3")]
    assert (KEY in keys[0], keys[1].index(KEY)) == (False, 2)
    put(owned, NEWS, own(FRONT.replace("title", "date: 2026-01-01\ntitle")))
    assert [one["key"] for one in exported(owned, "--last", "1")] == [KEY]
    assert [one["key"] for one in exported(owned, "--query", "重点")] == [KEY]
    assert len(exported(owned, "--source", "eastmoney")) == 2
    os.utime(owned.output / "_posts" / NEWS, (1_700_000_000, 1_700_000_000))
    assert [one["key"] for one in exported(owned, "--since", "2023-11-14T22:13:20Z")] == [KEY]
    assert exported(owned, "--since", "2023-11-14T22:13:21Z") == []


def test_what_was_saved_by_then_is_not_for_it_to_say(owned: Archive) -> None:
    said = owned.archiver("export", "jsonl").stderr
    assert said == "3 exported; all were saved by 2022-01-24T10:06:02Z\n"
    assert owned.archiver("export", "jsonl", "--query", "重点").stderr == "1 exported\n"


def test_it_is_in_directories_of_its_own(owned: Archive, tmp_path: Path) -> None:
    for name in ("hugo", "obsidian", "text"):
        assert owned.archiver("export", name, "-o", str(tmp_path / name)).returncode == 0
    (note,) = (tmp_path / "obsidian" / "own").iterdir()
    assert note.name == "关于本站 (own 2021-12-30-about-this-site).md"
    assert (tmp_path / "text/own/own/2021-12-30-about-this-site.txt").read_text().splitlines()[:4] == [
        *("关于本站", "2021-12-30T00:00:00+08:00", "", ADDRESS),
    ]
    page = (tmp_path / "hugo/own/own/2021-12-30-about-this-site.md").read_text()
    assert f'archive_url: "{ADDRESS}"' in page
    assert "*重点*" in page
    assert "| 甲 | 乙 |" in page


def test_feeds_and_bookmarks_lead_to_it_and_captures_know_nothing_of_it(owned: Archive, tmp_path: Path) -> None:
    feed = etree.fromstring(owned.archiver("export", "atom").stdout.encode())
    links = feed.xpath("//a:entry/a:link/@href", namespaces={"a": "http://www.w3.org/2005/Atom"})
    assert isinstance(links, list)
    assert ADDRESS in links
    assert ADDRESS in owned.archiver("export", "netscape").stdout
    assert owned.archiver("export", "wacz", "-o", str(tmp_path / "all.wacz")).returncode == 1


def test_what_is_hidden_stays_so_and_what_cannot_be_read_is_said(owned: Archive) -> None:
    put(owned, NEWS, own(f"{FRONT}published: false\n"))
    assert len(exported(owned)) == 2
    put(owned, NEWS, own('title: "a\n'))
    done = owned.archiver("export", "jsonl")
    assert (done.returncode, done.stdout.count("\n")) == (1, 2)
    assert f"_posts/{NEWS}: Jekyll could not read its front matter: left out\n" in done.stderr
    (owned.output / "_posts" / NEWS).unlink()
    assert len(exported(owned)) == 2
