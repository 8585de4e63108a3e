"""Writing posts: atomic, durable, and without touching what has not changed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from archiver.errors import StoreError
from archiver.posts import Post, Store, disk

NAME = "2024-03-15-NW202403150001234567.md"


def put(output: Path, *posts: tuple[str, bytes, str]) -> list[str]:
    """Put `posts` (name, content, mode) at once and return what became of each: the outcome or the error."""

    async def write() -> list[str]:
        store = Store(output)
        store.prepare()
        try:
            results = await asyncio.gather(
                *(store.put(Post(name, content), mode) for name, content, mode in posts), return_exceptions=True
            )
        finally:
            await store.close()
        return [str(result) for result in results]

    return asyncio.run(write())


def test_a_post_is_written_once(tmp_path: Path) -> None:
    assert put(tmp_path, (NAME, b"one", "update")) == ["written"]
    assert put(tmp_path, (NAME, b"one", "update")) == ["unchanged"]
    assert put(tmp_path, (NAME, b"two", "update")) == ["written"]
    assert (tmp_path / "_posts" / NAME).read_bytes() == b"two"
    assert os.listdir(tmp_path / "_posts") == [NAME]


def test_modes(tmp_path: Path) -> None:
    assert put(tmp_path, (NAME, b"one", "keep")) == ["written"]
    assert put(tmp_path, (NAME, b"two", "keep")) == ["kept"]
    assert (tmp_path / "_posts" / NAME).read_bytes() == b"one"
    inode = (tmp_path / "_posts" / NAME).stat().st_ino
    assert put(tmp_path, (NAME, b"one", "rewrite")) == ["written"]
    assert (tmp_path / "_posts" / NAME).stat().st_ino != inode


def test_many_at_once(tmp_path: Path) -> None:
    posts = [(f"2024-01-01-{number}.md", b"%d" % number * 1000, "update") for number in range(500)]
    assert put(tmp_path, *posts) == ["written"] * 500
    assert all((tmp_path / "_posts" / name).read_bytes() == content for name, content, _ in posts)


def test_a_post_that_cannot_be_written_spoils_no_other(tmp_path: Path) -> None:
    (tmp_path / "_posts" / "2024-01-01-1.md").mkdir(parents=True)
    failed, written = put(tmp_path, ("2024-01-01-1.md", b"one", "update"), ("2024-01-01-2.md", b"two", "update"))
    assert failed == f"{tmp_path}/_posts/2024-01-01-1.md: not written: Is a directory"
    assert written == "written"
    assert sorted(os.listdir(tmp_path / "_posts")) == ["2024-01-01-1.md", "2024-01-01-2.md"]


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file/_posts: cannot be made: Not a directory"):
        Store(tmp_path / "file").prepare()


def test_the_writing_process_ends_and_a_new_one_goes_on(tmp_path: Path) -> None:
    async def write() -> list[str]:
        store = Store(tmp_path)
        store.prepare()
        outcomes = [await store.put(Post(NAME, b"one"))]
        process = store._process
        assert process is not None
        process.kill()
        await process.wait()
        try:
            await store.put(Post(NAME, b"two"))
        except StoreError as error:
            outcomes.append(str(error))
        outcomes.append(await store.put(Post(NAME, b"three")))
        await store.close()
        return outcomes

    first, second, third = asyncio.run(write())
    assert (first, third) == ("written", "written")
    assert "not written: the writing process ended" in second
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
        "sync_directory": (disk, "_sync_directory"),
    }[call]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fail)
        (outcome,) = disk.commit(tmp_path, [(NAME, b"better", "update")])
    assert outcome == ("failed", "No space left on device")
    assert place.read_bytes() in ({b"better"} if call == "sync_directory" else {b"good"})
    assert os.listdir(tmp_path) == [NAME]


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
    disk.commit(tmp_path, [(NAME, b"one", "update")])
    assert calls == ["sync file", "rename", "sync directory"]


def test_leftovers_of_dead_processes_are_swept(tmp_path: Path) -> None:
    dead = tmp_path / ".archiver-999999999-0.tmp"
    living = tmp_path / f".archiver-{os.getpid()}-0.tmp"
    for file in (dead, living):
        file.write_bytes(b"half")
    disk.sweep(tmp_path)
    assert os.listdir(tmp_path) == [living.name]
