"""The beginning of an article whose rest is for those who pay: a post where it is asked for, and everywhere marked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from archiver.decide import Keep, Write
from tests.test_decide import PAGES, article, captured, decision, held
from tests.web import Web, archive, story, web

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive

__all__ = ["archive", "web"]  # fixtures

HOME = "http://www.merrow.example/2026/11/01/a-bridge-opens"
BEGINNING = story(text="The bridge over the Merrow was opened on day {n}.", isAccessibleForFree="False")
WHOLE = story()


def last_line(text: str) -> str:
    return next(line for line in reversed(text.splitlines()) if " written, " in line)


def test_it_is_refused_unless_it_is_asked_for(archive: Archive, web: Web) -> None:
    done = archive.get(web.put(HOME, BEGINNING))
    assert (done.returncode, archive.posts) == (1, {})
    assert "a paywall (" in done.stderr
    assert "--keep-paywalled keeps them" in done.stderr
    done = archive.get("--keep-paywalled", HOME)
    assert (done.returncode, last_line(done.stdout)) == (0, "1 written, 0 unchanged, 0 failed")
    (post,) = archive.posts.values()
    assert post.split(b"---\n")[1].endswith(b"paywalled: true\n")
    (line,) = archive.archiver("export", "jsonl").stdout.splitlines()
    assert json.loads(line)["paywalled"] is True


def test_a_replay_decides_as_it_was_decided(archive: Archive, web: Web, tmp_path: Path) -> None:
    archive.get("--warc", "--keep-paywalled", web.put(HOME, BEGINNING))
    before = archive.posts
    for file in (archive.output / "_posts").iterdir():
        file.unlink()
    done = archive.archiver("verify", "--repair")
    assert archive.posts == before, done.stdout
    assert archive.archiver("verify").returncode == 0
    anew = type(archive)(tmp_path / "anew", archive.replica)
    done = anew.archiver("replay", str(archive.output / "_captures"))
    assert (done.returncode, anew.posts) == (0, before), done.stderr
    # So does an index that is made anew, and an explanation.
    for file in (archive.output / "_index").glob("index.sqlite*"):
        file.unlink()
    assert archive.invoke("adopt", str(archive.output)).returncode == 0
    assert '"paywalled":true' in archive.archiver("export", "jsonl").stdout
    assert "a paywall" not in anew.archiver("explain", HOME).stdout


def test_the_beginning_never_takes_the_place_of_the_whole(archive: Archive, web: Web) -> None:
    archive.get(web.put(HOME, WHOLE))
    before = archive.posts
    web.put(HOME, BEGINNING)
    done = archive.get("--keep-paywalled", HOME)
    assert (done.returncode, archive.posts) == (0, before), done.stderr


def test_the_whole_takes_the_place_of_the_beginning(archive: Archive, web: Web) -> None:
    archive.get("--keep-paywalled", web.put(HOME, BEGINNING))
    (name,) = archive.posts
    web.put(HOME, WHOLE)
    assert last_line(archive.get(HOME).stdout) == "1 written, 0 unchanged, 0 failed"
    assert archive.posts.keys() == {name}
    assert b"paywalled" not in archive.posts[name]


@pytest.mark.parametrize(("rules", "outcome"), [({}, Keep), ({"paywalled": "it says so"}, Write)])
def test_a_beginning_replaces_beginnings_only(rules: dict[str, str], outcome: type) -> None:
    made = captured(article("another", minutes=5, rank=1))
    assert isinstance(decision(held(rules={"body": f"{PAGES[0]}:html", **rules}), made), outcome)
