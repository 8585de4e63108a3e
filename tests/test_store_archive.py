"""Whole commands on an archive whose files are in an object store: the same files come out, byte for byte."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from archiver.errors import StoreError
from archiver.storage.bucket import bucket
from tests import forks
from tests import test_verify_captures as captures
from tests.answering import answering
from tests.conftest import NO_DELAY, Archive
from tests.stores import SECRET, store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from archiver.replica import Replica

LISTING = "eastmoney/market-37"
MARK = "archiver-store.txt"
# A store has more files of captures; times are in these, and in what is shown.
VARIES = re.compile(r"[\d,]+ files, [\d,]+ bytes|\d{4}-\d\d-\d\dT[\d:]+\+00:00")


class Stored(Archive):
    """An archive of which the posts, captures, pictures and manifests are in a store."""

    def __init__(self, output: Path, replica: Replica) -> None:
        super().__init__(output, replica)
        self.address = store().bucket()
        output.mkdir()
        (output / "_archiver.yaml").write_text(f"ARCHIVER_STORE: {self.address}\n")

    def invoke(
        self, *arguments: str, env: Mapping[str, str] | None = None, typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run `archiver` in this process, with what it needs to use the store."""
        return super().invoke(*arguments, env={**store().environment, **(env or {})}, typed=typed)

    def files(self, part: str) -> dict[str, bytes]:
        """What is in the store below a part of the archive."""
        found = store().objects(self.address)
        return {path: content for path, content in found.items() if path.startswith(f"{part}/")}


def files(archive: Archive, part: str) -> dict[str, bytes]:
    """What is below a part of an archive, by its path there."""
    if isinstance(archive, Stored):
        return archive.files(part)
    found = (one for one in (archive.output / part).rglob("*") if one.is_file())
    return {str(one.relative_to(archive.output)): one.read_bytes() for one in found}


def moved(archive: Archive, output: Path, *, index: bool = True) -> Stored:
    """An archive of which the files were carried over into a store. index: the index, too."""
    there = Stored(output, archive.replica)
    if index:
        shutil.copytree(archive.output / "_index", output / "_index")
    for part in ("_posts", "_versions", "_captures", "_assets", "_manifests"):
        for path, content in files(archive, part).items():
            store().put(there.address, path, content)
    return there


@pytest.fixture
def both(archive: Archive, stored: Stored) -> list[Archive]:
    """Two empty archives: one is in a directory, of the other the files are in a store."""
    return [archive, stored]


@pytest.fixture
def stored(tmp_path: Path, replica: Replica) -> Stored:
    """An empty archive whose files are in a store."""
    return Stored(tmp_path / "stored", replica)


def same(both: list[Archive], *arguments: str, status: int = 0) -> str:
    """Run a command on both, and return what it says, which is the same."""
    command, *rest = arguments
    done = [one.archiver(command, *rest) for one in both]
    said = [(one.returncode, VARIES.sub("…", one.stdout), one.stderr) for one in done]
    where = [one.address if isinstance(one, Stored) else str(one.output) for one in both]
    shown = [tuple(str(part).replace(place, "ARCHIVE") for part in one) for one, place in zip(said, where, strict=True)]
    assert shown[0] == shown[1]
    assert said[0][0] == status, said[0]
    return said[0][1]


def test_crawls_edits_and_replays_make_the_same_files(both: list[Archive], stored: Stored) -> None:
    replica = both[0].replica
    article = next(one for one in replica.articles if one.revised)
    for one in both:
        assert one.crawl(LISTING).stdout == "13 written, 0 unchanged, 0 failed\n"
        assert one.crawl(LISTING).stdout == "0 written, 0 unchanged, 0 failed\n"
    replica.edit(article.id)
    for one in both:
        done = one.get("--force", article.id)
        assert (done.returncode, done.stdout) == (0, "1 written, 0 unchanged, 0 failed\n"), done
    for part in ("_posts", "_versions"):
        assert files(both[0], part) == files(both[1], part)
    assert len(files(both[1], "_versions")) == 1
    assert len(files(both[1], "_captures")) >= 1
    for words in (["verify"], ["verify", "--repair"], ["replay", "--diff"], ["history", article.id]):
        same(both, *words)
    assert "13 saved" in both[1].archiver("status").stdout
    assert len(files(both[1], "_manifests")) == len(files(both[0], "_manifests"))
    assert not [one.name for one in stored.output.iterdir() if one.name in ("_posts", "_captures", "_manifests")]
    kept = b"".join(one.read_bytes() for one in stored.output.rglob("*") if one.is_file())
    assert SECRET.encode() not in kept + b"".join(store().objects(stored.address).values())


def test_what_is_made_of_an_archive_does_not_depend_on_where_it_is(archive: Archive, tmp_path: Path) -> None:
    assert archive.crawl(LISTING, "eastmoney/rolling", "--pictures").returncode == 0
    (archive.output / "_posts/2024-03-01-mine.md").write_text("---\ntitle: Of mine\n---\nMy own words.\n")
    assert archive.invoke("adopt", str(archive.output)).returncode == 0
    both: list[Archive] = [archive, moved(archive, tmp_path / "there")]
    assert files(both[1], "_assets")
    for name in ("jsonl", "csv", "atom", "netscape", "hugo", "text", "obsidian", "wacz", "sqlite", "parquet"):
        made = []
        for one in both:
            target = tmp_path / f"from-{one.output.name}" / f"{name}.{name}"
            target.parent.mkdir(exist_ok=True)
            done = one.archiver("export", name, "-o", str(target))
            assert done.returncode == 0, done
            made.append(tree(target))
        assert made[0].keys() == made[1].keys()
        assert name != "jsonl" or b"My own words." in made[0]["."]
        if name != "wacz":  # it says when it was made
            assert made[0] == made[1], name
    for words in (["verify"], ["manifest"], ["replay", "--diff"], ["duplicates"]):
        same(both, *words)
    built = []
    for one in both:
        done = one.invoke("site", "build", "--output", str(one.output))
        assert done.returncode == 0, done
        built.append(tree(one.output / "_site"))
    assert built[0].keys() == built[1].keys()
    assert {name for name in built[0] if built[0][name] != built[1][name]} <= {".archiver-site.sqlite"}


def tree(place: Path) -> dict[str, bytes]:
    """What is in a file, or in those below a directory."""
    found = [place] if place.is_file() else [one for one in place.rglob("*") if one.is_file()]
    return {str(one.relative_to(place)): one.read_bytes() for one in found}


def test_a_store_that_is_started_again_in_mid_run_loses_nothing(stored: Stored, archive: Archive) -> None:
    assert archive.crawl(LISTING).returncode == 0
    store().restart_at("PUT", 5)
    assert stored.crawl(LISTING).stdout == "13 written, 0 unchanged, 0 failed\n"
    assert files(stored, "_posts") == files(archive, "_posts")
    assert stored.archiver("verify").returncode == 0


def test_workers_share_a_run_on_a_store(stored: Stored, archive: Archive) -> None:
    assert archive.crawl(LISTING).returncode == 0
    done = stored.crawl(LISTING, "--workers", "2")
    assert done.returncode == 0, done
    assert files(stored, "_posts") == files(archive, "_posts")
    assert stored.archiver("verify").returncode == 0


@pytest.mark.parametrize("posts", [1, 4, 9])
def test_a_run_that_is_killed_loses_nothing(stored: Stored, archive: Archive, posts: int) -> None:
    assert archive.crawl(LISTING).returncode == 0
    store().requests()
    environment = {**os.environ, **store().environment, "http_proxy": archive.replica.url}
    command = [sys.executable, "-m", "archiver", "crawl", LISTING, "--output", str(stored.output), *NO_DELAY]
    with forks.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as crawl:
        count = 0
        while count < posts and crawl.poll() is None:
            count += sum("/_posts/" in one for one in store().requests())
        crawl.kill()
    done = stored.crawl(LISTING)
    assert (done.returncode, done.stderr) == (0, "")
    assert files(stored, "_posts") == files(archive, "_posts")
    assert not files(stored, "_versions")
    done = stored.archiver("verify")
    assert done.returncode == 0, done.stdout


NO_PLACE = (
    "environment: ARCHIVER_STORE: expected a bucket and a prefix, such as s3://news-archive/share; keys are never in it"
)
BUCKET = "s3://no-such-bucket/news"
NO_ENDPOINT = "ADDRESS: AWS_ENDPOINT_URL is no address of a server: {}; expected http:// or https:// and a host"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ARCHIVER_STORE": BUCKET}, f"{BUCKET}: there is no such bucket; make it, or correct ARCHIVER_STORE"),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
            "ADDRESS: the store cannot be reached; is it there? look at AWS_ENDPOINT_URL",
        ),
        ({"AWS_ENDPOINT_URL": "127.0.0.1:9"}, NO_ENDPOINT.format("127.0.0.1:9")),
        ({"AWS_ENDPOINT_URL": "http://"}, NO_ENDPOINT.format("http://")),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:nine"}, NO_ENDPOINT.format("http://127.0.0.1:nine")),
        (
            {"ARCHIVER_STORE": "s3://key:secret@bucket/x"},
            NO_PLACE,
        ),
        (
            {"ARCHIVER_STORE": "/mnt/store"},
            NO_PLACE,
        ),
    ],
)
def test_a_store_that_cannot_be_used_is_named_and_nothing_is_made(
    stored: Stored, settings: dict[str, str], said: str
) -> None:
    for command in ("crawl", "replay"):
        done = stored.archiver(command, env=settings)
        assert (done.stderr, done.stdout) == (f"archiver: {said.replace('ADDRESS', stored.address)}\n", "")
        assert done.returncode != 0
    assert [one.name for one in stored.output.iterdir()] == ["_archiver.yaml"]


def test_a_server_that_is_no_store_is_named(stored: Stored) -> None:
    done = stored.archiver("crawl", env={"AWS_ENDPOINT_URL": stored.replica.url})
    said = "what answers there is no store (status 501); look at AWS_ENDPOINT_URL"
    assert (done.returncode != 0, done.stderr) == (True, f"archiver: {stored.address}: {said}\n")
    assert [one.name for one in stored.output.iterdir()] == ["_archiver.yaml"]


def test_a_server_that_finds_nothing_is_no_store_that_has_the_object_already(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in store().environment.items():
        monkeypatch.setenv(name, value)
    server = HTTPServer(("127.0.0.1", 0), NothingHere)
    with answering(server):
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        for write in (bucket(stored.address).create, bucket(stored.address).write):
            with pytest.raises(StoreError) as caught:
                write("a key", b"content")
            said = "what answers there is no store (status 404); look at AWS_ENDPOINT_URL"
            assert str(caught.value) == f"{stored.address}: {said}"


class NothingHere(BaseHTTPRequestHandler):
    """Answers whatever is written as a web server does that has no such page."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(404)
        self.end_headers()
        self.wfile.write(b"<h1>Not found</h1>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_a_key_is_no_key(stored: Stored, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in store().environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(missing)
    said = "no key for the store was found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    with pytest.raises(StoreError) as caught:
        bucket(stored.address).head("a key")
    assert str(caught.value) == f"{stored.address}: {said}"


@pytest.fixture
def guarded(stored: Stored) -> Iterator[Stored]:
    """The same, where keys and rights are looked at, and the settings have none."""
    yield stored
    store().look_at_keys(on=False)


def test_a_key_that_is_not_known_is_named(guarded: Stored) -> None:
    store().look_at_keys(on=True)
    done = guarded.crawl(LISTING)
    said = "the store does not know the key; look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    assert (done.returncode != 0, done.stderr) == (True, f"archiver: {guarded.address}: {said}\n")
    assert [one.name for one in guarded.output.iterdir()] == ["_archiver.yaml"]


def test_a_key_that_may_only_read_reads_and_does_not_write(guarded: Stored) -> None:
    assert guarded.crawl(LISTING).returncode == 0
    before = store().objects(guarded.address)
    key, secret = store().reader()
    env = store().environment_of(key, secret)
    store().look_at_keys(on=True)
    for words in (["crawl", LISTING], ["replay"]):
        done = guarded.archiver(*words, env=env)
        said = "the key may not do that; give it the right to read, write, list and delete there"
        assert (done.returncode != 0, done.stderr) == (True, f"archiver: {guarded.address}: {said}\n")
    assert guarded.archiver("verify", env=env).returncode == 0
    assert guarded.archiver("export", "csv", env=env).returncode == 0
    store().look_at_keys(on=False)
    assert store().objects(guarded.address) == before


@pytest.mark.parametrize("command", ["crawl", "verify", "status", "export"])
def test_an_archive_has_its_files_in_one_place(stored: Stored, command: str) -> None:
    """A machine with another ARCHIVER_STORE in its environment, or an empty one, wrote half of an archive elsewhere."""
    assert stored.crawl(LISTING, "--limit", "1").returncode == 0
    words = {"crawl": [LISTING], "export": ["text"]}.get(command, [])
    for other, shown in ((one := store().bucket(), one), ("", "(empty)")):
        done = stored.archiver(command, *words, env={"ARCHIVER_STORE": other})
        said = (
            f"environment: ARCHIVER_STORE: {shown}: the files of this archive are in {stored.address}, as "
            f"{stored.output}/_archiver.yaml says; name no other place, or move them first (docs/scale.md: Move there)"
        )
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"archiver: {said}\n")
        assert not other or store().objects(other) == {}
    same = stored.crawl(LISTING, env={"ARCHIVER_STORE": stored.address})
    assert same.returncode == 0


def test_an_archive_with_files_on_a_disk_has_none_in_a_store(archive: Archive) -> None:
    assert archive.crawl(LISTING, "--limit", "1").returncode == 0
    other = store().bucket()
    done = archive.crawl(LISTING, env={**store().environment, "ARCHIVER_STORE": other, "no_proxy": ""})
    said = (
        f"environment: ARCHIVER_STORE: {other}: the files of this archive are in {archive.output} (_posts, say); name "
        "no other place, or move them first (docs/scale.md: Move there)"
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"archiver: {said}\n")
    assert store().objects(other) == {}


def test_a_store_is_no_directory(stored: Stored) -> None:
    done = stored.invoke("crawl", "--output", stored.address)
    said = "ARCHIVER_OUTPUT: expected a directory, for the index and the settings; name the store in ARCHIVER_STORE"
    assert (done.returncode, done.stderr) == (2, f"archiver: {said}\n")


def test_credentials_are_removed_from_captures_in_a_store(archive: Archive, tmp_path: Path) -> None:
    captures.make(archive.output, frozenset({1})).close()
    both: list[Archive] = [archive, moved(archive, tmp_path / "there")]
    assert b"s3cr3t" in unpacked(files(both[1], "_captures"))
    same(both, "verify", "--remove-credentials")
    assert files(both[0], "_captures") == files(both[1], "_captures")
    assert len(files(both[1], "_captures")) == 1
    assert b"s3cr3t" not in unpacked(files(both[1], "_captures"))
    assert len(files(both[1], "_manifests")) == len(files(both[0], "_manifests"))
    same(both, "verify")


def unpacked(found: dict[str, bytes]) -> bytes:
    """What WARC files say."""
    return b"".join(map(gzip.decompress, found.values()))


def test_posts_in_a_store_are_repaired(archive: Archive, tmp_path: Path) -> None:
    assert archive.crawl(LISTING).returncode == 0
    first, second, third, fourth = sorted((archive.output / "_posts").iterdir())[:4]
    for post, line, broken in ((first, "title", 'title: "A "quoted" title"'), (second, "date", "date: yesterday")):
        text = post.read_text()
        post.write_text(re.sub(rf"(?m)^{line}: .*", broken, text, count=1))
    third.rename(third.with_name(third.name[11:]))  # a name without a date
    shutil.copyfile(fourth, fourth.with_name(fourth.name[11:]))  # of which a repair was killed
    for part in ("_index", "_captures", "_manifests"):
        shutil.rmtree(archive.output / part)
    both: list[Archive] = [archive, moved(archive, tmp_path / "there", index=False)]
    said = [one.invoke("adopt", "--repair", str(one.output), *NO_DELAY) for one in both]
    assert (said[0].returncode, said[0].stdout) == (said[1].returncode, said[1].stdout)
    assert said[0].stdout.count("repaired") >= 3, said[0].stdout
    for part in ("_posts", "_versions"):
        assert files(both[0], part) == files(both[1], part)
    assert len(files(both[1], "_versions")) == 2
    same(both, "verify")


def test_captures_in_a_store_are_replayed_from_there(stored: Stored, archive: Archive) -> None:
    assert stored.crawl(LISTING).returncode == 0
    done = archive.archiver("replay", f"{stored.address}/_captures", env=store().environment)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "13 written, 0 unchanged, 0 failed"), done
    assert files(archive, "_posts") == files(stored, "_posts")
    done = archive.archiver("verify", env=store().environment)
    assert done.returncode == 0, done.stdout


def test_an_index_that_is_lost_is_made_of_what_is_in_the_store(stored: Stored) -> None:
    assert stored.crawl(LISTING).returncode == 0
    before = store().objects(stored.address)
    shutil.rmtree(stored.output / "_index")
    done = stored.invoke("adopt", str(stored.output))
    assert (done.returncode, done.stdout) == (0, "13 posts adopted (13 articles), 0 broken, 0 foreign\n"), done
    assert stored.archiver("verify", "--repair").returncode == 0
    assert stored.archiver("replay").returncode == 0
    assert stored.archiver("verify").returncode == 0
    after = store().objects(stored.address)
    assert {path: after[path] for path in before} == before


def test_what_was_lost_in_a_store_is_made_again(stored: Stored) -> None:
    assert stored.crawl(LISTING).returncode == 0
    before = files(stored, "_posts")
    first, second, *_ = before
    store().delete(stored.address, first)
    store().put(stored.address, second, b"somebody's own words")
    assert stored.archiver("verify").returncode == 1
    done = stored.archiver("verify", "--repair")
    assert done.returncode == 0, done.stdout
    assert files(stored, "_posts") == before
    (kept,) = (stored.output / "_quarantine/changed/_posts").rglob("*.md")
    assert kept.read_bytes() == b"somebody's own words"


def test_what_somebody_has_edited_in_a_store_stays(stored: Stored) -> None:
    assert stored.crawl(LISTING).returncode == 0
    article = next(one for one in stored.replica.articles if one.revised)
    (path,) = (path for path in files(stored, "_posts") if article.id in path)
    store().put(stored.address, path, b"somebody's own words")
    stored.replica.edit(article.id)
    done = stored.get(article.id)
    assert "the post was changed by hand, and stays (--force overrides)" in done.stderr
    assert files(stored, "_posts")[path] == b"somebody's own words"
