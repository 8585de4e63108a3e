"""Writing posts: atomic, durable, and without touching what has not changed."""

from __future__ import annotations

import asyncio
import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvloop

from archiver.errors import StoreError
from archiver.places import PARTS, REPORTS
from archiver.storage import DISK_FAILED_OUTCOME, Put, atomic, disk
from archiver.storage.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

NAME = "2024-03-15-NW202403150001234567.md"


def put(output: Path, *posts: tuple[str, bytes]) -> list[tuple[str, str]]:
    """Put `posts` (name, content) at once, in place of what is there, and return what became of each, and why."""

    def there(name: str) -> bytes | None:
        file = output / "_posts" / name
        return sha256(file.read_bytes()).digest() if file.is_file() else None

    async def write() -> list[tuple[str, str]]:
        storage = Storage(output)
        storage.prepare(swept=True)
        try:
            return await storage.put([Put(f"_posts/{name}", content, there(name)) for name, content in posts])
        finally:
            await storage.close()

    return asyncio.run(write())


def test_a_post_is_written_once(tmp_path: Path) -> None:
    assert put(tmp_path, (NAME, b"one")) == [("written", "")]
    assert put(tmp_path, (NAME, b"one")) == [("unchanged", "")]
    assert put(tmp_path, (NAME, b"two")) == [("written", "")]
    assert (tmp_path / "_posts" / NAME).read_bytes() == b"two"
    assert os.listdir(tmp_path / "_posts") == [NAME]


def test_the_same_is_written_again_if_it_is_forced(tmp_path: Path) -> None:
    assert commit(tmp_path, NAME, b"one") == "written"
    inode = (tmp_path / NAME).stat().st_ino
    assert commit(tmp_path, NAME, b"one", None, True) == "written"
    assert (tmp_path / NAME).stat().st_ino != inode


def test_many_at_once(tmp_path: Path) -> None:
    posts = [(f"2024-01-01-{number}.md", b"%d" % number * 1000) for number in range(500)]
    assert put(tmp_path, *posts) == [("written", "")] * 500
    assert all((tmp_path / "_posts" / name).read_bytes() == content for name, content in posts)


def test_a_post_that_cannot_be_written_spoils_no_other(tmp_path: Path) -> None:
    (tmp_path / "_posts" / "2024-01-01-1.md").mkdir(parents=True)
    failed, written = put(tmp_path, ("2024-01-01-1.md", b"one"), ("2024-01-01-2.md", b"two"))
    assert failed == ("failed", "Is a directory")
    assert written == ("written", "")
    assert sorted(os.listdir(tmp_path / "_posts")) == ["2024-01-01-1.md", "2024-01-01-2.md"]


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file/_posts: cannot be made: Not a directory"):
        Storage(tmp_path / "file").prepare(swept=True)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
@pytest.mark.parametrize("known", [True, False])
def test_the_writing_process_ends_and_a_new_one_goes_on(
    tmp_path: Path, run: Callable[[Coroutine[Any, Any, list[str]]], list[str]], known: bool
) -> None:
    """Whether that is known when the next post comes or not, nobody waits for ever: it is written, or has failed."""

    async def write() -> list[str]:
        storage = Storage(tmp_path)
        storage.prepare(swept=True)

        async def outcome(content: bytes) -> str:
            put = Put(f"_posts/{NAME}", content, None, force=True)
            ((what, why),) = await asyncio.wait_for(storage.put([put]), 20)
            return why or what

        outcomes = [await outcome(b"one")]
        process = storage._process._process
        assert process is not None
        process.kill()
        if known:
            await process.wait()
        outcomes += [await outcome(b"two"), await outcome(b"three")]
        await storage.close()
        return outcomes

    first, second, third = run(write())
    assert (first, third) == ("written", "written")
    assert second == "written" or "ended" in second
    assert (tmp_path / "_posts" / NAME).read_bytes() == b"three"


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "sync_directory"])
def test_whatever_fails_the_old_post_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    place = tmp_path / NAME
    place.write_bytes(b"good")
    owner, name = {
        "write": (os, "write"),
        "fsync": (os, "fsync"),
        "replace": (Path, "replace"),
        "sync_directory": (atomic, "sync_directory"),
    }[call]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fail)
        (outcome,) = disk.put_all(tmp_path, [Put(NAME, b"better", sha256(b"good").digest())])
    assert outcome == (DISK_FAILED_OUTCOME, "No space left on device; make room, and run again: nothing is lost")
    assert place.read_bytes() == b"good"
    assert [name for name in os.listdir(tmp_path) if name != "_versions"] == [NAME]
    assert not [file for file in tmp_path.rglob("*") if file.name.startswith(".")]


def test_a_post_is_synced_before_it_has_its_name_and_the_directory_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def record_sync(descriptor: int) -> None:
        calls.append("sync directory" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "sync file")
        fsync(descriptor)

    def record_replace(self: Path, target: Path) -> Path:
        calls.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", record_sync)
    monkeypatch.setattr(Path, "replace", record_replace)
    disk.put_all(tmp_path, [Put(NAME, b"one", None)])
    assert calls == ["sync file", "rename", "sync directory"]


@pytest.mark.parametrize("part", [*PARTS, REPORTS, "_posts/2024/03", "_versions/2024-03-15-1"])
def test_what_killed_runs_left_is_swept(tmp_path: Path, part: str) -> None:
    directory = tmp_path / part
    directory.mkdir(parents=True)
    for name in (
        ".archiver-999999999-0.tmp",
        ".archiver-999999999.tmp",
        ".archiver-9-99-0.tmp",
        atomic.temporary_for(directory).name,
    ):
        (directory / name).write_bytes(b"half")
    Storage(tmp_path).prepare(swept=False)
    assert list(directory.iterdir()) == []


def commit(root: Path, path: str, content: bytes, *options: Any) -> str:
    """Write a post in place of what is there, or with these options (expected, force); return what became of it."""
    file = root / path
    there = sha256(file.read_bytes()).digest() if file.is_file() else None
    ((outcome, why),) = disk.put_all(root, [Put(path, content, *(options or (there,)))])
    return why or outcome


def test_what_a_post_said_before_is_kept(tmp_path: Path) -> None:
    for content in (b"one", b"two", b"three", b"three"):
        commit(tmp_path, f"_posts/{NAME}", content)
    assert (tmp_path / "_posts" / NAME).read_bytes() == b"three"
    assert [file.read_bytes() for file in disk.versions(tmp_path, f"_posts/{NAME}")] == [b"one", b"two"]


def test_a_version_is_kept_once_when_the_write_after_it_was_cut_off(tmp_path: Path) -> None:
    path = f"_posts/{NAME}"
    commit(tmp_path, path, b"one")
    disk.keep_version(tmp_path, path, b"one")  # and then the process was killed
    assert commit(tmp_path, path, b"two") == "written"
    assert [file.read_bytes() for file in disk.versions(tmp_path, path)] == [b"one"]


def test_more_than_nine_versions_are_in_order(tmp_path: Path) -> None:
    for number in range(12):
        commit(tmp_path, f"_posts/{NAME}", b"%d" % number)
    kept = disk.versions(tmp_path, f"_posts/{NAME}")
    assert [file.read_bytes() for file in kept] == [b"%d" % number for number in range(11)]


def test_a_post_that_somebody_changed_stays(tmp_path: Path) -> None:
    path = f"_posts/{NAME}"
    commit(tmp_path, path, b"one")
    expected = sha256(b"one").digest()
    (tmp_path / path).write_bytes(b"mine")
    assert commit(tmp_path, path, b"two", expected) == "edited"
    assert (tmp_path / path).read_bytes() == b"mine"
    assert commit(tmp_path, path, b"two", expected, True) == "written"
    assert (tmp_path / path).read_bytes() == b"two"
    assert [file.read_bytes() for file in disk.versions(tmp_path, path)] == [b"mine"]


def test_a_version_that_cannot_be_kept_keeps_the_post(tmp_path: Path) -> None:
    path = f"_posts/{NAME}"
    commit(tmp_path, path, b"one")
    (tmp_path / "_versions").write_text("in the way")
    assert commit(tmp_path, path, b"two") == "Not a directory"
    assert (tmp_path / path).read_bytes() == b"one"


def test_a_file_that_nobody_expects_is_not_replaced(tmp_path: Path) -> None:
    path = f"_posts/{NAME}"
    commit(tmp_path, path, b"by hand")
    assert commit(tmp_path, path, b"one", None) == "edited"
    assert (tmp_path / path).read_bytes() == b"by hand"


def test_files_that_look_like_leftovers_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "_posts").mkdir()
    for name in (".archiver-x.tmp", ".archiver-.tmp", f".archiver-{'9' * 5}.tmp.md"):
        (tmp_path / "_posts" / name).write_bytes(b"")
    Storage(tmp_path).prepare(swept=False)
    assert len(list((tmp_path / "_posts").iterdir())) == 3
