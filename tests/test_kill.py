"""kill -9 at any moment: no torn post, no lost post, nothing fetched twice that was saved."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import yaml

from archiver.recipes.load import PACKAGED_RECIPES
from tests.conftest import Archive
from tests.killer import TEXT

if TYPE_CHECKING:
    import pytest

    from archiver.replica import Record

LISTING = "eastmoney/market-37"
KILLS, KILLS_OF_EDITS = 100, 25


def fill(archive: Archive, count: int, monkeypatch: pytest.MonkeyPatch) -> list[Record]:
    """Let the listing have so many articles, and nothing else, and be read in one go."""
    recipe = yaml.safe_load((PACKAGED_RECIPES / "eastmoney.yaml").read_text(encoding="utf-8"))
    recipe["listings"]["market-37"]["size"] = count
    directory = archive.output.with_name("recipes")
    directory.mkdir()
    (directory / "eastmoney.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("ARCHIVER_RECIPES", str(directory))
    model = archive.replica.articles[0]
    records = [
        replace(model, id=f"2024060100000{number:05}", date="2024-06-01 09:30:00", text=f"<p>第{number}篇。</p>" * 20)
        for number in range(count)
    ]
    for record in records:
        archive.replica.add(record)
    archive.replica.listings["market-37"] = [record.id for record in records]
    return records


def kill(archive: Archive, kills: int, most: int, *values: str) -> list[dict[str, Any]]:
    """Crawl and be killed, again and again, each time when no post or up to `most` are written; return what was on disk
    before each."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    result = archive.run(
        *("-m", "tests.killer", str(archive.output), LISTING, str(kills), str(most), str(seed)),
        *("DOWNLOAD_DELAY=0.04", "DOWNLOAD_DELAY_JITTER=0", *values),
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def test_nothing_is_lost_torn_or_fetched_twice(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    records = fill(archive, 480, monkeypatch)
    whole = Archive(archive.output.with_name("whole"), archive.replica)
    assert whole.crawl(LISTING).returncode == 0
    archive.replica.requests.clear()
    starts = kill(archive, KILLS, 3, "LEASH=4")
    assert len(starts) == KILLS
    assert not any(start["ended"] for start in starts)
    fetched = [(seen.time, str(seen.article_id)) for seen in archive.replica.requests if seen.path == TEXT]
    for start, end in zip(starts, [*starts[1:], {"time": float("inf")}], strict=True):
        on_disk = {name[13:-3] for name in start["posts"]}
        assert not [
            article_id
            for moment, article_id in fetched
            if start["time"] < moment < end["time"] and article_id in on_disk
        ]
    saved = len(archive.posts)
    print(f"{saved} saved")
    assert saved > 50, "the kills left no time to work: give them more"
    archive.replica.requests.clear()
    result = archive.crawl(LISTING)
    assert (result.returncode, result.stdout) == (0, f"{len(records) - saved} written, 0 unchanged, 0 failed\n")
    assert sum(seen.path == TEXT for seen in archive.replica.requests) == len(records) - saved
    assert archive.posts == whole.posts
    assert not [file for file in archive.output.rglob("*") if file.name.startswith(".") and file.name != ".gitignore"]
    assert archive.archiver("duplicates").stdout == "no two articles have the same text, or nearly the same\n"


def test_edits_are_kept_whole_with_their_versions(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    records = fill(archive, 30, monkeypatch)
    archive.crawl(LISTING)
    before = archive.posts
    for record in records:
        archive.replica.add(replace(record, text=f"{record.text}<p>更正{record.id}。</p>"))
    kill(archive, KILLS_OF_EDITS, 1, "ARCHIVER_RECHECK=2d")
    result = archive.crawl(LISTING, "--recheck", "2d")
    assert result.returncode == 0
    assert result.stderr == ""  # nobody edited anything by hand
    after = archive.posts
    assert after.keys() == before.keys()
    for record in records:
        (name,) = (name for name in before if record.id in name)
        assert f"更正{record.id}" in after[name].decode()
        (version,) = (archive.output / "_versions" / name.removesuffix(".md")).iterdir()
        assert (version.name, version.read_bytes()) == ("1.md", before[name])
        assert f"{name}, 2 versions\n" in archive.archiver("history", record.id).stdout
