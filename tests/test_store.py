"""Where files of an archive are: the same contract for a directory and for an object store; and what a store adds."""

from __future__ import annotations

import gzip
import pickle
import random
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archiver.captures.answers import answers, streams
from archiver.captures.regions import regions
from archiver.errors import CaptureError, StoreError
from archiver.storage import (
    Put,
    Root,
    SplitRoot,
    fail,
    file_at,
    is_there,
    keep_version,
    located,
    opened,
    paths_below,
    put_all,
    reach,
    read_in,
    versions,
    write_atomically,
)
from archiver.storage.bucket import WAIT_SECONDS
from archiver.storage.read_ahead import read_ahead
from archiver.storage.stored import FIRST_REQUEST_BYTES, StoredFile
from tests.stores import store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATH = "_posts/2024/03/2024-03-15-NW202403150001234567.md"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the store needs, in the environment."""
    for name, value in store().environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def stored(tmp_path: Path) -> SplitRoot:
    """An archive whose files are in a store."""
    return SplitRoot(tmp_path, store().bucket())


@pytest.fixture(params=["directory", "store"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Root:
    """An archive whose files are in a directory, or in a store."""
    return tmp_path if request.param == "directory" else SplitRoot(tmp_path, store().bucket())


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], None]]]:
    """What happens while a store is waited for, in the place of each wait. All of it must have happened."""
    todo: list[Callable[[], None]] = []
    monkeypatch.setattr("archiver.storage.bucket.time.sleep", lambda _: todo.pop(0)())
    yield todo
    assert not todo


def put(root: Root, content: bytes, expected: bytes | None = None, *, force: bool = False) -> str:
    """Put a post in place of one with the content `expected`, and return what became of it."""
    ((outcome, why),) = put_all(root, [Put(PATH, content, sha256(expected).digest() if expected else None, force)])
    assert not why
    return outcome


def kept(root: Root) -> list[tuple[str, bytes]]:
    """The earlier contents of the post."""
    return [(file.name, file.read_bytes()) for file in versions(root, PATH)]


def test_a_post_takes_the_place_of_what_should_be_there_and_of_nothing_else(root: Root) -> None:
    assert put(root, b"one") == "written"
    assert put(root, b"one") == "unchanged"
    assert put(root, b"two") == "edited"
    assert put(root, b"two", b"zero") == "edited"
    assert read_in(root, PATH) == b"one"
    assert put(root, b"two", b"one") == "written"
    assert put(root, b"three", b"two") == "written"
    assert (read_in(root, PATH), kept(root)) == (b"three", [("1.md", b"one"), ("2.md", b"two")])


def test_what_should_be_there_and_is_gone_is_written(root: Root) -> None:
    assert put(root, b"two", b"one") == "written"
    assert (read_in(root, PATH), kept(root)) == (b"two", [])


def test_what_is_forced_is_written_whatever_is_there(root: Root) -> None:
    assert [put(root, content, force=True) for content in (b"one", b"two", b"two")] == ["written"] * 3
    assert kept(root) == [("1.md", b"one")]


def test_many_posts_at_once(root: Root) -> None:
    puts = [Put(f"_posts/2024-01-01-{number}.md", b"%d" % number, None) for number in range(40)]
    assert put_all(root, puts) == [("written", "")] * 40
    assert all(read_in(root, one.path) == one.content for one in puts)


def test_an_earlier_content_is_kept_once_and_numbers_go_on(root: Root) -> None:
    for content in (b"1", b"1", *(b"%d" % number for number in range(2, 12)), b"11"):
        keep_version(root, PATH, content)
    assert kept(root) == [(f"{number}.md", b"%d" % number) for number in range(1, 12)]


def test_what_is_there_is_found_by_its_path(root: Root) -> None:
    names = ["_posts/a.md", "_posts/2024/b.md", "_posts/2024/03/中文 c.md", "_postscript/d.md"]
    for name in names:
        write_atomically(located(str(root / name)) if isinstance(root, Path) else root.store / name, name.encode())
    assert sorted(paths_below(root, "_posts", fail)) == sorted(names[:3])
    assert [is_there(root, name) for name in (names[2], "_posts/2024/03/c.md")] == [True, False]
    assert (root / names[2]).is_file()
    assert not (root / "_posts/2024").is_file()
    assert (root / "_posts/2024").is_dir()
    assert not (root / "_captures").exists()
    assert (root / names[0]).stat().st_size == len(names[0])
    with pytest.raises(FileNotFoundError):
        read_in(root, "_posts/e.md")
    with pytest.raises(FileNotFoundError):
        (root / "_posts/e.md").stat()


def test_whatever_is_read_of_a_file_is_what_is_there(root: Root) -> None:
    numbers = random.Random(1)
    content = numbers.randbytes(3 * FIRST_REQUEST_BYTES + 17)
    place = root / "_captures/x.warc.gz"
    write_atomically(place, content)
    with place.open("rb") as stream:
        for _ in range(40):
            start, length = (
                numbers.randrange(len(content) + 100),
                numbers.choice([1, 100, FIRST_REQUEST_BYTES, len(content)]),
            )
            assert stream.seek(start) == start
            assert stream.read(length) == content[start : start + length]
        assert stream.seek(-10, 2) == len(content) - 10
        assert stream.read() == content[-10:]
    for offset, length in (
        (0, 10),
        (FIRST_REQUEST_BYTES + 1, FIRST_REQUEST_BYTES),
        (len(content) - 5, 0),
        (len(content), 5),
    ):
        with opened(place, offset, length) as stream:
            assert stream.read(length or -1) == content[offset : offset + length if length else None]
    write_atomically(place, b"")
    with place.open("rb") as stream:
        assert stream.read() == b""


def test_the_index_and_the_settings_stay_in_the_directory(stored: SplitRoot) -> None:
    assert stored / "_index/lock" == stored.directory / "_index/lock"
    assert stored / "_quarantine" == stored.directory / "_quarantine"
    assert stored / "_captures/x" == StoredFile(str(stored.store), "_captures/x")
    assert stored / "/elsewhere/x.warc" == Path("/elsewhere/x.warc")
    assert file_at(stored, "s3://other/x.warc") == StoredFile("s3://other", "x.warc")
    assert file_at(stored.directory, "s3://other/x.warc") == StoredFile("s3://other", "x.warc")


def test_processes_are_told_of_a_store_and_have_connections_of_their_own(stored: SplitRoot) -> None:
    write_atomically(stored / PATH, b"one")
    assert read_in(pickle.loads(pickle.dumps(stored)), PATH) == b"one"


def test_one_record_is_one_request_for_just_its_bytes(stored: SplitRoot) -> None:
    store().put(str(stored.store), "_captures/x.warc.gz", bytes(5_000_000))
    store().requests()
    with opened(stored / "_captures/x.warc.gz", 4_000_000, 1234) as stream:
        assert (len(stream.read(2)), len(stream.read(1232))) == (2, 1232)
    (request,) = store().requests()
    assert request.endswith("/_captures/x.warc.gz bytes=4000000-4001233")


def test_what_is_read_of_captures_is_asked_for_ahead_and_once(stored: SplitRoot) -> None:
    packed = gzip.compress(b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n")
    files = [stored / f"_captures/{number:02}.warc.gz" for number in range(40)]
    for file in files:
        write_atomically(file, packed)
    store().requests()
    found = list(chain.from_iterable(read_ahead(lambda file: list(regions(file)), files)))
    asked = store().requests()
    assert sorted(asked) == [one for one in sorted(asked) if re.fullmatch(r"GET \S+\.warc\.gz bytes=0-2", one)]
    assert [(one.file, one.end, one.packed) for one in found] == [(str(file), len(packed), True) for file in files]
    files[7].unlink()
    store().requests()
    begun = list(streams(found))
    assert [region for region, _ in begun] == found
    assert [number for number, (_, stream) in enumerate(begun) if stream is None] == [7]
    for region, stream in begun:
        if stream:
            assert list(answers(region, pytest.fail, stream)) == []
    assert len(store().requests()) == len(files)
    with pytest.raises(CaptureError, match="cannot be read"):
        list(regions(files[7]))
    write_atomically(stored / "_captures/empty.warc", b"")
    with pytest.raises(CaptureError, match="it is empty"):
        list(regions(stored / "_captures/empty.warc"))


def test_a_new_post_is_one_request(stored: SplitRoot) -> None:
    store().requests()
    put(stored, b"one")
    (request,) = store().requests()
    assert request.startswith("PUT ")


def test_of_many_that_write_at_once_one_does(stored: SplitRoot) -> None:
    with ThreadPoolExecutor(8) as pool:
        contents = [b"%d" % number for number in range(8)]
        assert sorted(pool.map(partial(put, stored), contents)) == ["edited"] * 7 + ["written"]
        there = read_in(stored, PATH)
        swaps = list(pool.map(lambda one: put(stored, b"new " + one, there), contents))
    assert sorted(swaps) == ["edited"] * 7 + ["written"]
    assert kept(stored) == [("1.md", there)]


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("before", [None, b"zero"])
def test_an_answer_that_is_lost_is_no_post_that_is(
    stored: SplitRoot, before: bytes | None, times: int, waits: list[Callable[[], None]]
) -> None:
    reach(stored)
    if before:
        put(stored, before)
    waits += [lambda: None] * times
    store().lose("PUT", times)
    place = stored.store / PATH
    assert place.replace_tagged(b"one", place.read_tagged()[1]) if before else place.create(b"one")
    assert read_in(stored, PATH) == b"one"


def test_what_is_cut_off_while_it_is_read_is_read_again(
    stored: SplitRoot, monkeypatch: pytest.MonkeyPatch, waits: list[Callable[[], None]]
) -> None:
    monkeypatch.setattr("archiver.storage.bucket.KEYS_PER_PAGE", 4)
    names = [f"_posts/{number:02}.md" for number in range(12)]
    put_all(stored, [Put(name, name.encode(), None) for name in names])
    listing = paths_below(stored, "_posts", fail)
    found = [next(listing) for _ in range(6)]
    waits += [lambda: None] * 2
    store().lose("GET")
    found += islice(listing, 20)
    assert found == names
    store().lose("GET")
    assert read_in(stored, names[3]) == names[3].encode()


def test_a_store_that_comes_back_is_waited_for(stored: SplitRoot, waits: list[Callable[[], None]]) -> None:
    put(stored, b"one")
    waits += [lambda: None, store().start]
    store().stop()
    assert put(stored, b"two", b"one") == "written"


@pytest.mark.parametrize("before", [None, b"zero"])
def test_a_store_that_is_busy_is_asked_again(
    stored: SplitRoot, before: bytes | None, waits: list[Callable[[], None]]
) -> None:
    if before:
        put(stored, before)
    waits += [lambda: None] * 2
    store().refuse(2)
    assert put(stored, b"one", before) == "written"
    assert read_in(stored, PATH) == b"one"


def test_a_store_that_stays_away_ends_it(stored: SplitRoot, waits: list[Callable[[], None]]) -> None:
    put(stored, b"one")
    waits += [lambda: None] * len(WAIT_SECONDS)
    store().stop()
    try:
        with pytest.raises(StoreError) as raised:
            read_in(stored, PATH)
    finally:
        store().start()
    assert str(raised.value) == f"{stored.store}: the store cannot be reached; is it there? look at AWS_ENDPOINT_URL"


def test_a_store_that_was_never_reached_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[Callable[[], None]]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StoreError, match="cannot be reached"):
        reach(SplitRoot(tmp_path, "s3://never-reached/x"))


def test_a_store_that_knows_no_conditions_is_refused(stored: SplitRoot) -> None:
    reach(stored)
    reach(stored)
    store().ignore_conditions(on=True)
    try:
        with pytest.raises(StoreError, match="does not keep to If-None-Match; posts in it would not be safe"):
            reach(stored)
    finally:
        store().ignore_conditions(on=False)
