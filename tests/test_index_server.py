"""Whole commands on an archive whose index is on a PostgreSQL server: the same files come out, byte for byte."""

from __future__ import annotations

import gzip
import re
import shutil
from typing import TYPE_CHECKING

import pytest

import archiver
from archiver.configuration import load_configuration
from archiver.index import Index
from archiver.remembering import remembering
from tests.conftest import Archive
from tests.postgres import server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from archiver.replica import Replica

LISTING = "eastmoney/market-37"
PASSWORD = "pa55-w0rd-of-ours"
SQLITE, POSTGRES = "sqlite", "postgres"
SIZE = re.compile(r"[\d,]+ bytes")  # times are in captures


@pytest.fixture
def at() -> Iterator[str]:
    """The address of an empty schema, for a role that needs a password."""
    with server().guarded(PASSWORD):
        yield server().address(user=f"guarded:{PASSWORD}")


@pytest.fixture
def both(tmp_path: Path, replica: Replica, at: str) -> dict[str, Archive]:
    """Two empty archives: one has its index in a file, the other on a server."""
    archives = {name: Archive(tmp_path / name, replica) for name in (SQLITE, POSTGRES)}
    archives[POSTGRES].output.mkdir()
    (archives[POSTGRES].output / "_archiver.yaml").write_text(f"ARCHIVER_INDEX: {at}\n")
    return archives


def same(both: dict[str, Archive], *arguments: str) -> str:
    """Run a command on both, and return what it says, which is the same."""
    command, *rest = arguments
    done = [one.archiver(command, *rest) for one in both.values()]
    said = [
        (one.returncode, SIZE.sub("N bytes", one.stdout.replace(str(archive.output), "ARCHIVE")), one.stderr)
        for one, archive in zip(done, both.values(), strict=True)
    ]
    assert said[0] == said[1]
    assert (said[0][0], said[0][2]) == (0, ""), said[0]
    return said[0][1]


def move(archive: Archive, source: str, target: str) -> subprocess.CompletedProcess[str]:
    """Carry an index over."""
    return archive.invoke("index", "move", source, target, "--output", str(archive.output))


def files(directory: Path) -> dict[str, bytes]:
    """The files below a directory, with what is in them."""
    return {str(one.relative_to(directory)): one.read_bytes() for one in directory.rglob("*") if one.is_file()}


def test_crawls_edits_and_replays_make_the_same_posts(both: dict[str, Archive]) -> None:
    replica = both[SQLITE].replica
    article = next(one for one in replica.articles if one.revised)
    for one in both.values():
        assert one.crawl(LISTING).stdout == "13 written, 0 unchanged, 0 failed\n"
        assert one.crawl(LISTING).stdout == "0 written, 0 unchanged, 0 failed\n"
    assert both[SQLITE].posts == both[POSTGRES].posts
    replica.edit(article.id)
    for one in both.values():
        assert one.get("--force", article.id).returncode == 0
    for part in ("_posts", "_versions"):
        assert files(both[SQLITE].output / part) == files(both[POSTGRES].output / part)
    assert len(files(both[SQLITE].output / "_versions")) == 1
    same(both, "verify", "--repair")
    same(both, "replay", "--diff")
    assert "13 saved" in both[POSTGRES].archiver("status").stdout
    assert both[POSTGRES].archiver("history", article.id).stdout.count("share") >= 1
    found = "".join(one.name for one in both[POSTGRES].output.rglob("*"))
    assert "index.sqlite" not in found
    assert "server.json" in found


def test_what_is_made_of_an_index_does_not_depend_on_where_it_is(
    both: dict[str, Archive], tmp_path: Path, at: str
) -> None:
    first, second = both.values()
    assert first.crawl(LISTING, "eastmoney/rolling").returncode == 0
    shutil.rmtree(second.output)
    shutil.copytree(first.output, second.output)
    assert move(second, "sqlite", at).returncode == 0
    with (second.output / "_archiver.yaml").open("a") as file:
        file.write(f"ARCHIVER_INDEX: {at}\n")
    for name in ("jsonl", "csv", "atom", "netscape", "hugo", "text", "opml"):
        for one in both.values():
            target = tmp_path / f"from-{one.output.name}" / name
            target.parent.mkdir(exist_ok=True)
            assert one.archiver("export", name, "-o", str(target)).returncode == 0
    assert files(tmp_path / f"from-{SQLITE}") == files(tmp_path / f"from-{POSTGRES}")
    for one in both.values():
        assert one.invoke("site", "build", "--output", str(one.output)).returncode == 0
    built = [files(one.output / "_site") for one in both.values()]
    assert built[0].keys() == built[1].keys()
    different = {name for name, content in built[0].items() if content != built[1][name]}
    assert different <= {".archiver-site.sqlite"}  # it names the index that it was built of
    assert "manifest" not in same(both, "manifest")[:8]


def test_captures_and_posts_make_the_same_archives(both: dict[str, Archive], tmp_path: Path) -> None:
    source = Archive(tmp_path / "source", both[SQLITE].replica)
    assert source.crawl(LISTING).returncode == 0
    same(both, "replay", str(source.output / "_captures"))
    for one in both.values():
        assert one.posts == source.posts
        assert one.archiver("verify").returncode == 0
    adopted = {}
    for name in both:
        adopted[name] = Archive(tmp_path / f"adopted-{name}", source.replica)
        shutil.copytree(source.output / "_posts", adopted[name].output / "_posts")
    server().sql("DROP SCHEMA guarded CASCADE", "CREATE SCHEMA guarded AUTHORIZATION guarded")
    shutil.copy(both[POSTGRES].output / "_archiver.yaml", adopted[POSTGRES].output)
    for name, one in adopted.items():
        done = one.invoke("adopt", str(one.output))
        assert done.returncode == 0, done
        assert one.crawl(LISTING, "--dry-run").stdout.startswith("0 "), name
    same(adopted, "verify")
    assert adopted[SQLITE].posts == adopted[POSTGRES].posts


def test_a_server_that_falls_while_a_crawl_is_at_work(
    replica: Replica, at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", replica.url)
    monkeypatch.setenv("no_proxy", "")
    came: list[str] = []

    def fall(address: object) -> None:
        came.append(str(address))
        if len(came) in (3, 8):
            server().stop()
            server().start()

    own = archiver.Archive(tmp_path / "a", index=at, download_delay=0, extractors=0)
    report = own.crawl(LISTING, listener=fall)
    assert report.summary() == "13 written, 0 unchanged, 0 failed"
    assert len(came) >= 8
    assert own.crawl(LISTING).summary() == "0 written, 0 unchanged, 0 failed"
    assert own.verify().left == 0
    assert len(list(own.articles())) == 13


def test_each_machine_remembers_what_it_was_given(at: str, tmp_path: Path) -> None:
    """Only the first did. A later command on the second that did not name the store wrote into its directory."""
    for name in ("first", "second"):
        output = tmp_path / name
        given = {"ARCHIVER_OUTPUT": str(output), "ARCHIVER_INDEX": at, "ARCHIVER_STORE": "s3://news-archive/share"}
        with remembering(load_configuration(given, {})):
            Index.open(output, at).close()
        assert load_configuration({"ARCHIVER_OUTPUT": str(output)}, {})["ARCHIVER_STORE"] == "s3://news-archive/share"


def test_the_password_is_written_nowhere(replica: Replica, at: str, tmp_path: Path) -> None:
    own = Archive(tmp_path / "a", replica)
    said = []
    for words in (
        ["crawl", LISTING, "-vv", "-s", "DOWNLOAD_DELAY=0", "-s", f"ARCHIVER_INDEX={at}"],
        ["status", "--json"],
        ["export", "jsonl", "-o", "-"],
        ["verify"],
    ):
        environment = {} if "-s" in words else {"ARCHIVER_INDEX": at}
        done = own.archiver(*words, env=environment)
        assert done.returncode == 0, done.stderr
        said.append(done.stdout + done.stderr)
    done = move(own, at, "sqlite")
    assert done.returncode == 0, done.stderr
    said.append(done.stdout + done.stderr)
    written = files(own.output)
    written |= {f"{name} unpacked": gzip.decompress(text) for name, text in written.items() if name.endswith(".gz")}
    for name, text in {**written, "said": "".join(said).encode()}.items():
        assert PASSWORD.encode() not in text, name


@pytest.mark.parametrize(
    "value", [f"mysql://u:{PASSWORD}@h/d", f"host=h password={PASSWORD}", f"postgresql://u:{PASSWORD}@h/a b"]
)
def test_what_is_no_address_is_refused_without_saying_it(tmp_path: Path, replica: Replica, value: str) -> None:
    done = Archive(tmp_path / "a", replica).archiver("status", env={"ARCHIVER_INDEX": value})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "archiver: environment: ARCHIVER_INDEX: expected the address of a database, such as "
        "postgresql://archiver@localhost/archives\n"
    )
