"""An archive of posts that were not written by this program's index: good ones, and ways to break them."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

from archiver.article import Article
from archiver.index import Index
from archiver.index.types import ArticleKey, Held
from archiver.posts import render
from archiver.recipes import load_recipes
from tests.conftest import NO_DELAY

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.conftest import Archive

RECIPE = load_recipes()["eastmoney"]
ID = "202201242259229980"
NAME = f"2022-01-24-NW{ID}.md"
PUBLISHED = "202403150001234567"  # by the replica
BODY = "<p>" + "北向资金持续流入，" * 10 + "</p>"


def good(article_id: str = ID, form: str = "share", **fields: Any) -> tuple[str, bytes]:
    """Return name and content of a good post."""
    published = datetime(2022, 1, 24, 18, 6, 2, tzinfo=RECIPE.zone())
    article = Article(
        recipe="eastmoney",
        form=form,
        id=article_id,
        address=article_id,
        page="text",
        rank=0,
        response_url="",
        fetched=published,
        **{
            "title": "北向资金：5G“新动能”",
            "source": "财联社",
            "digest": "【标题】摘要 *一* <二> & [三]。",
            "url": f"http://finance.eastmoney.com/a/{article_id}.html",
            "body": BODY,
            "published": published,
            **fields,
        },
    )
    post = render(article, RECIPE.forms[form], RECIPE.site)
    return post.name, post.content


def put(archive: Archive, name: str, content: bytes | str) -> Path:
    """Write a file below `_posts`."""
    file = archive.output / "_posts" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def broken(old: str, new: str, **options: Any) -> str:
    """Return a good post in which something was replaced."""
    text = good(**options)[1].decode()
    assert old in text
    return text.replace(old, new)


def adopt(archive: Archive, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `archiver adopt`."""
    return archive.invoke("adopt", str(archive.output), *NO_DELAY, *options)


def problems(archive: Archive, *options: str) -> list[dict[str, str]]:
    """Run `archiver adopt --json` and return its lines."""
    result = adopt(archive, "--json", *options)
    assert "Traceback" not in result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def kinds(archive: Archive, *options: str) -> list[str]:
    """Run `archiver adopt --json` and return the kinds of the problems that are left."""
    return [problem["kind"] for problem in problems(archive, *options) if not problem["repaired"]]


def state(archive: Archive) -> dict[str, tuple[int, str]]:
    """Return time and digest of every file that is a part of the archive: of what runs make beside, none."""
    return {
        str(file): (file.stat().st_mtime_ns, hashlib.sha256(file.read_bytes()).hexdigest())
        for file in sorted(archive.output.rglob("*"))
        if file.is_file() and not {"_index", "_manifests", "_archiver.yaml", ".gitignore"} & {*file.parts}
    }


def held(archive: Archive, article_id: str = ID) -> Held:
    """Return what the index has of an article."""
    key = ArticleKey("eastmoney", article_id)
    with closing(Index.read(archive.output)) as index:
        return index.held([key])[key]
