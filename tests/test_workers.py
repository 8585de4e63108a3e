"""Workers: several processes crawl one archive, and it becomes what one would have made of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import NO_DELAY, Archive
from tests.postgres import server
from tests.press import Press, press
from tests.web import archive, web

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator


__all__ = ["archive", "press", "web"]  # fixtures
SCHEMA = "crew"


@pytest.fixture(params=["sqlite", "postgres"])
def at(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the index is: in a file, or on a server."""
    if request.param == "sqlite":
        yield ""
        return
    server().sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", f"CREATE SCHEMA {SCHEMA}")
    monkeypatch.setenv("ARCHIVER_INDEX", server().address(SCHEMA))
    yield server().address(SCHEMA)
    server().sql(f"DROP SCHEMA {SCHEMA} CASCADE")


def followed(archive: Archive, press: Press, count: int, each: int) -> list[str]:
    """Follow so many sites, of so many articles each."""
    sites = [f"http://www.s{number}.example" for number in range(count)]
    for site in sites:
        press.site(site, feed=list(range(1, each + 1)))
    assert archive.archiver("follow", *sites).returncode == 0
    return sites


def crawl(archive: Archive, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Crawl with workers, in processes of their own."""
    return archive.run("-m", "archiver", *words(archive, "crawl", "web", *arguments), **options)


def words(archive: Archive, command: str, *arguments: str) -> list[str]:
    """The words of a command that asks without delay."""
    return [command, *arguments, "--output", str(archive.output), *NO_DELAY]


def alone(archive: Archive) -> dict[str, bytes]:
    """The posts that one crawl makes of the same, in another archive with its index in a file."""
    other = Archive(archive.output.with_name("alone"), archive.replica)
    other.output.mkdir()
    (other.output / "_followed.yaml").write_bytes((archive.output / "_followed.yaml").read_bytes())
    assert other.crawl("web", env={"ARCHIVER_INDEX": ""}).returncode == 0
    return other.posts


def test_workers_make_of_an_archive_what_one_would(archive: Archive, press: Press, at: str) -> None:
    sites = followed(archive, press, 5, 4)
    done = crawl(archive, "--workers", "3", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert (report["counts"], report["failures"], report["alarms"]) == ({"written": 20}, [], [])
    assert {one["listing"]: (one["listed"], one["saved"]) for one in report["listings"]} == {
        f"web/{site}/feed": (4, 4) for site in sites
    }
    assert sorted(press.asked) == sorted(set(press.asked)), "something was asked for twice"
    assert archive.archiver("verify").returncode == 0
    assert archive.posts == alone(archive)
    names = [file.name for file in (archive.output / "_captures").rglob("*.warc.gz")]
    assert all(re.fullmatch(r"archiver-\d+T\d+Z-w[123]-00001\.warc\.gz", name) for name in names), names
    assert len(list((archive.output / "_index" / "reports").iterdir())) == 1
    assert not list((archive.output / "_index").glob("worker-*"))
    again = crawl(archive, "--workers", "2")
    assert (again.returncode, again.stdout) == (0, "0 written, 0 unchanged, 0 failed\n")
