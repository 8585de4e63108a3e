"""An archive that an earlier version made goes on where that one stopped."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Archive

FIXTURES = Path(__file__).parent / "fixtures"
ASKS_TO_WAIT = "UPDATE hosts SET resume = 0"  # one did, for an hour


def test_an_archive_of_0_1_0_goes_on_crawling(archive: Archive) -> None:
    with tarfile.open(FIXTURES / "archive-0.1.0.tar.gz") as packed:
        packed.extractall(archive.output, filter="data")
    before = archive.posts
    assert archive.archiver("status").returncode in {0, 3}
    archive.sql(ASKS_TO_WAIT)
    done = archive.crawl("eastmoney/market-37")
    assert "Traceback" not in done.stderr
    assert before.keys() <= archive.posts.keys()
    assert archive.archiver("verify").returncode == 0
    again = archive.crawl("eastmoney/market-37")
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[-1].startswith("0 written")
    listings = json.loads(archive.archiver("status", "--json").stdout)["listings"]
    assert {one["listing"] for one in listings} >= {"eastmoney/market-37"}
