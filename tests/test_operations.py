"""The recipes of docs/operations.md: backup, restore, another machine, and what is lost."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.conftest import Archive

if TYPE_CHECKING:
    from pathlib import Path

LISTING = "eastmoney/market-37"


def whole(archive: Archive, *options: str) -> str:
    """Verify an archive, in which nothing may be wrong then, and return the last line that is said."""
    result = archive.archiver("verify", *options)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    return result.stdout.splitlines()[-1]


def test_a_copy_is_an_archive_elsewhere(archive: Archive, tmp_path: Path) -> None:
    assert archive.crawl(LISTING, "--limit", "5").returncode == 0
    backup = tmp_path / "other" / "machine"
    shutil.copytree(archive.output, backup)
    assert archive.crawl(LISTING, "--limit", "1").returncode == 0
    shutil.rmtree(archive.output)
    copy = Archive(backup, archive.replica)
    assert whole(copy).endswith("nothing is wrong")
    assert copy.crawl(LISTING).stdout == "8 written, 0 unchanged, 0 failed\n"
    assert whole(copy).endswith("nothing is wrong")
    assert len(copy.posts) == 13


def test_without_its_index_an_archive_is_made_whole_again(archive: Archive) -> None:
    """Even with captures that the index does not know and manifests do, and when posts are lost afterwards."""
    assert archive.crawl(LISTING, "--limit", "4").returncode == 0
    assert archive.crawl(LISTING, "--limit", "2").returncode == 0
    posts = archive.posts
    shutil.rmtree(archive.output / "_index")
    assert archive.invoke("adopt", str(archive.output)).returncode == 0
    assert archive.archiver("verify").returncode == 1
    assert whole(archive, "--repair").endswith("nothing is wrong, 4 repaired")
    assert whole(archive).endswith("nothing is wrong")
    assert archive.archiver("replay").returncode == 0
    shutil.rmtree(archive.output / "_posts")
    assert whole(archive, "--repair").endswith("nothing is wrong, 6 repaired")
    assert archive.posts == posts
    shutil.rmtree(archive.output / "_manifests")
    shutil.rmtree(archive.output / "_index")
    for command in (("adopt", str(archive.output)), ("verify", "--repair"), ("replay",), ("manifest",), ("verify",)):
        where = () if command[0] == "adopt" else ("--output", str(archive.output))
        assert archive.invoke(*command, *where).returncode == 0, command
