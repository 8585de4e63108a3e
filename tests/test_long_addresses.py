"""Addresses of 100,000 characters: in messages they are shortened in the middle, and what a machine reads has them
whole."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from archiver.commands.display import MAX_TITLE_WIDTH, cut, width_of
from archiver.logformatter import OneLineFormatter, PublicFormatter
from archiver.text import MAX_WORD_CHARACTERS, with_short_words
from tests.conftest import NO_DELAY
from tests.press import Press, press
from tests.web import archive, web

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from tests.conftest import Archive

__all__ = ["archive", "press", "web"]  # fixtures

SITE = "http://www.merrow.example"
PATH = f"/2026/11/01/{'a' * 100_000}-the-bridge-opens"
LONG = f"{SITE}{PATH}"
MAX_LINE = 2_000  # characters: a sentence with an address or two


def longest(result: CompletedProcess[str]) -> int:
    return max(map(len, f"{result.stdout}\n{result.stderr}".splitlines()))


@pytest.mark.parametrize(
    "words",
    [
        ("get", *NO_DELAY, LONG),
        ("get", *NO_DELAY, "x" * 100_000),
        ("crawl", *NO_DELAY, LONG),
        ("crawl", *NO_DELAY, "-v", LONG),
        ("discover", *NO_DELAY, LONG),
        ("extract", "--markdown", *NO_DELAY, LONG),
        ("explain", *NO_DELAY, LONG),
        ("recipe", "new", *NO_DELAY, LONG),
        ("follow", LONG),
        ("replay", LONG),
        ("verify", LONG),
        ("export", LONG),
        (LONG,),
    ],
    ids=lambda words: " ".join(word[:20] for word in words),
)
def test_a_command_is_given_one(archive: Archive, words: tuple[str, ...]) -> None:
    result = archive.invoke(*words, env={"ARCHIVER_OUTPUT": str(archive.output)})
    assert longest(result) < MAX_LINE
    assert "…" in result.stdout + result.stderr


def test_an_address_is_no_file_however_long_it_is(archive: Archive) -> None:
    assert archive.archiver("explain", *NO_DELAY, LONG).stderr.endswith("HTTP status 414\n")


@pytest.fixture
def site(press: Press) -> Press:
    """A site that names such addresses wherever it can, and a title as long."""
    feed = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    press.put(f"{SITE}/", f"<html><head><title>Press</title>{feed}{feed.replace('/feed', f'/f{PATH}')}</head></html>")
    item = f"<item><title>{'A bridge ' * 20_000}</title><link>{LONG}</link></item>"
    moved = press.redirect(f"{SITE}/2026/11/02/the-bridge-opens-again", f"/x{PATH[:30_000]}")
    items = f"{item}<item><title>B</title><link>{moved}</link></item>"
    press.put(f"{SITE}/feed", f"<rss version='2.0'><channel><title>Press</title>{items}</channel></rss>", "text/xml")
    press.put(f"{SITE}/robots.txt", f"Sitemap: {SITE}/m{PATH}", "text/plain")
    return press


def test_a_site_names_them(archive: Archive, site: Press) -> None:
    assert longest(archive.invoke("discover", *NO_DELAY, f"{SITE}/")) < MAX_LINE
    assert archive.archiver("follow", f"{SITE}/").returncode == 0
    for words in (("crawl", "--dry-run"), ("crawl", "-vv"), ("crawl",), ("status",), ("follow", "--list")):
        options = NO_DELAY if words[0] == "crawl" else ()
        assert longest(archive.archiver(*words, *options)) < MAX_LINE, words
    assert longest(archive.archiver("history", LONG)) < MAX_LINE


def test_what_a_machine_reads_has_them_whole(archive: Archive, site: Press) -> None:
    offer = json.loads(archive.invoke("discover", "--json", *NO_DELAY, f"{SITE}/").stdout)
    assert [one["address"] for one in offer["sources"]][1:] == [f"{SITE}/f{PATH}", f"{SITE}/m{PATH}", f"{SITE}/"]
    assert archive.invoke("discover", "--articles", *NO_DELAY, f"{SITE}/").stdout.splitlines()[0] == LONG
    report = json.loads(archive.crawl("--json", f"{SITE}/").stdout)
    assert any(LONG in json.dumps(one) for one in report["failures"])


@pytest.mark.parametrize(
    "word",
    [
        "x" * MAX_WORD_CHARACTERS,
        f"https://a.example/{'ä' * (MAX_WORD_CHARACTERS - 18)}",
        "桥" * 3_000,
        "a bridge " * 500,
    ],
)
def test_words_that_can_be_read_stay(word: str) -> None:
    text = f"archiver: {word} : HTTP status 404"
    assert with_short_words(text) == text


@pytest.mark.parametrize("word", ["x" * (MAX_WORD_CHARACTERS + 1), f"https://a.example/{'ä' * MAX_WORD_CHARACTERS}"])
def test_longer_words_lose_their_middle(word: str) -> None:
    assert with_short_words(f"ä {word} {word}") == f"ä {word[:200]}…{word[-100:]} {word[:200]}…{word[-100:]}"


@pytest.mark.parametrize("kind", [PublicFormatter, OneLineFormatter])
def test_a_log_shortens_them(kind: type[logging.Formatter]) -> None:
    error = ValueError(LONG)
    record = logging.LogRecord("a", logging.ERROR, "a.py", 1, "no %s", (LONG,), (ValueError, error, None))
    assert max(map(len, kind().format(record).split("\n"))) < MAX_LINE


@pytest.mark.parametrize(
    ("text", "shown"), [("bridge", "bridge"), ("bridges", "bridg…"), ("桥桥桥", "桥桥桥"), ("桥桥桥桥", "桥桥…")]
)
def test_a_text_is_cut_to_columns(text: str, shown: str) -> None:
    assert cut(text, 6) == shown
    assert width_of(cut(text * 1_000_000, MAX_TITLE_WIDTH)) <= MAX_TITLE_WIDTH
