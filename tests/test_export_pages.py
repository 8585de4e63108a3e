"""Exports of pages that no recipe knows: what their posts say besides."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from archiver.posts.read import read
from tests.web import Web, archive, story, web

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Archive

__all__ = ["archive", "web"]  # fixtures

HOME = "http://www.merrow.example/2026/11/01/a-bridge-opens"


def test_who_wrote_it_when_it_was_changed_and_where_it_is(archive: Archive, web: Web, tmp_path: Path) -> None:
    page = story(author=("Tess “T.” Orme", "O. Pell"), dateModified="2026-11-02T10:00:00+01:00", canonical=f"{HOME}/")
    assert archive.get(web.put(HOME, page)).returncode == 0
    (line,) = archive.archiver("export", "jsonl").stdout.splitlines()
    said = json.loads(line)
    expected = {
        "authors": ["Tess “T.” Orme", "O. Pell"],
        "language": "en",
        "modified": "2026-11-02T09:00:00Z",
        "canonical": f"{HOME}/",
        "form": "page",
        "source": "Merrow Courier",
    }
    assert {name: said[name] for name in expected} == expected
    file = tmp_path / "articles.sqlite"
    assert archive.archiver("export", "sqlite", "--to", str(file)).returncode == 0
    with closing(sqlite3.connect(file)) as database:
        row = database.execute("SELECT authors, language, modified, canonical FROM articles").fetchone()
    assert row == (json.dumps(expected["authors"], ensure_ascii=False), "en", "2026-11-02T09:00:00Z", f"{HOME}/")


@pytest.mark.parametrize(
    "format_", ["csv", "parquet", "atom", "rss", "jsonfeed", "hugo", "obsidian", "text", "wallabag"]
)
def test_every_format_takes_them(archive: Archive, web: Web, tmp_path: Path, format_: str) -> None:
    archive.get(web.put(HOME, story(dateModified="2026-11-02T10:00:00+01:00")))
    done = archive.archiver("export", format_, "--to", str(tmp_path / "export"))
    assert (done.returncode, done.stderr.count("left out")) == (0, 0), done.stderr


POST = """---
layout: post
title: "A"
date: 2026-11-01 08:15:00 +0100
categories: courier
tags: Courier
{}
---
<p>Words.</p>

<http://a.example/b>

[x](//y/)"""


@pytest.mark.parametrize(
    ("lines", "authors", "language", "modified"),
    [
        ("author: Ann Orme\nlang: en", ("Ann Orme",), "en", None),
        ('author: ["A", "B \\" C"]', ("A", 'B " C'), "", None),
        ('author: "no"\nlang: "no"\nmodified: 2026-11-02 10:00:00 +0100', ("no",), "no", "2026-11-02T10:00:00+01:00"),
        ("modified: soon", (), "", None),
        ("author:\n- A\n- B\nother: [1, 2]", ("A", "B"), "", None),  # as others write it
        ("author: {name: A}\nlang: [en]", (), "", None),
    ],
)
def test_front_matter_is_read(lines: str, authors: tuple[str, ...], language: str, modified: str | None) -> None:
    post = read(POST.format(lines).encode())
    assert (post.fault, post.title, post.tags) == ("", "A", ("Courier",))
    when = datetime.fromisoformat(modified) if modified else None
    assert (post.more.authors, post.more.language, post.more.modified) == (authors, language, when)
