"""Everything in an archive against what is known of it: files in, problems out. Nothing is changed."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING

from archiver.captures import CAPTURES
from archiver.captures.answers import answers
from archiver.captures.members import digest
from archiver.captures.regions import regions
from archiver.errors import CaptureError
from archiver.posts.disk import POSTS, TEMPORARY, VERSIONS
from archiver.verify.manifest import manifests, read_lines
from archiver.verify.pictures import fault, local_pictures
from archiver.verify.problems import Kind, problem

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from archiver.captures import Capture
    from archiver.index import Index
    from archiver.verify.problems import Problem


class Verification:
    """Looks through the archive in `output`; `index` is open for reading. What it counts is there when all is read."""

    def __init__(self, output: Path, index: Index) -> None:
        self._output = output
        self._index = index
        self.files = 0
        self.bytes = 0
        self._pictures: dict[str, str] = {}  # and the post that shows it
        self._recorded: dict[str, bytes] = {}  # what manifests should have in sum: SHA-256 by path

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong. Raises IndexFileError if the index cannot be read at all."""
        if damage := self._index.check():
            yield problem(Kind.INDEX, "_index/index.sqlite", damage)
        used = yield from self._posts()
        yield from self._captures(dict(used))
        yield from self._show()
        yield from self._manifests()

    def _posts(self) -> Generator[Problem, None, dict[int, int]]:
        """Look at posts and earlier versions; return how many there are of each capture."""
        known: dict[str, bytes] = {}
        captures: dict[int, int] = {}
        for path, expected, capture, listed in self._index.manifests.files():
            known[path] = expected
            if capture is not None:
                captures[capture] = captures.get(capture, 0) + 1
            if listed:
                self._recorded[path] = expected
        for path in _walk(self._output, (POSTS, VERSIONS)):
            expected = known.pop(path, b"")
            if not expected:
                if not TEMPORARY.fullmatch(path.rpartition("/")[2]):
                    yield problem(Kind.FOREIGN, path, "the index does not know it")
                continue
            try:
                with open(f"{self._output}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - twice as fast
                    content = file.readall()
            except OSError as error:
                yield problem(Kind.UNREADABLE, path, str(error.strerror))
                continue
            self._count(len(content))
            if sha256(content).digest() != expected:
                yield problem(Kind.CHANGED, path, "it is not what was written")
            elif b"<img" in content:
                self._pictures.update(dict.fromkeys(local_pictures(content), path))
        for path in known:
            yield problem(Kind.MISSING, path, "it is not there")
        return captures

    def _captures(self, used: dict[int, int]) -> Iterator[Problem]:
        """Look at WARC files: each whole by its digest; of one that is not, at each record."""
        sealed = self._index.captures.sealed()
        listed = self._index.manifests.listed_captures()
        self._recorded.update({path: one.sha256 for path, one in sealed.items() if listed[path]})
        sizes: dict[str, int] = {}
        broken: set[str] = set()
        for path in _walk(self._output, (CAPTURES,)):
            file = self._output / path
            one = sealed.pop(path, None)
            try:
                size = sizes[path] = file.stat().st_size
                self._count(size)
                if one is None:
                    why = "no run has ended it" if self._index.captures.has(path) else "the index does not know it"
                    yield problem(Kind.UNENDED if path.endswith(".warc.gz") else Kind.FOREIGN, path, why)
                    broken.add(path)
                elif size != one.size or digest(file) != one.sha256:
                    broken.add(path)
            except OSError as error:
                yield problem(Kind.UNREADABLE, path, str(error.strerror))
                broken.add(path)
        for path in sealed:
            broken.add(path)
            count = len(self._index.captures.in_file(path))
            yield problem(Kind.MISSING, path, f"it is not there, with {count:,} captures", "put a copy in its place")
        for path in sorted(broken & sizes.keys()):
            yield from self._records(path, used)
        for key, capture in self._index.captures.all():
            if used.pop(key, 0) and capture.warc not in broken:
                if capture.warc not in sizes:  # a replay's, elsewhere
                    file = self._output / capture.warc
                    sizes[capture.warc] = file.stat().st_size if file.exists() else 0
                if capture.offset + capture.length > sizes[capture.warc]:
                    yield problem(Kind.CAPTURE, capture.warc, f"{capture.url}: no record at byte {capture.offset:,}")
        for key in used:
            yield problem(Kind.INDEX, "_index/index.sqlite", f"a post was made of capture {key}, which is not in it")

    def _records(self, path: str, used: dict[int, int]) -> Iterator[Problem]:
        """Name what is broken in a file: each capture whose payload is not what it was."""
        found = self._index.captures.in_file(path)
        bad = [(key, capture) for key, capture in found.items() if not payload_is_whole(self._output / path, capture)]
        for key, capture in bad:
            posts = f"; {used[key]} posts were made of it" if key in used else ""
            yield problem(Kind.CAPTURE, path, f"{capture.url}: the record at byte {capture.offset:,} is broken{posts}")
        if not bad and path in self._index.captures.sealed():
            yield problem(Kind.CAPTURE, path, "it is not what was written; the answers in it are whole")

    def _show(self) -> Iterator[Problem]:
        for path, post in self._pictures.items():
            file = self._output / path
            try:
                if what := fault(file):
                    yield problem(Kind.PICTURE, path, f"{what}; {post} shows it")
            except OSError:
                yield problem(Kind.PICTURE, path, f"it is not there; {post} shows it")

    def _manifests(self) -> Iterator[Problem]:
        """Look whether each manifest names the one before it, and whether in sum they say what the index says."""
        said: dict[str, str] = {}
        before = ""
        expected = ""
        for file in manifests(self._output):
            path = file.relative_to(self._output).as_posix()
            try:
                lines = dict(read_lines(file))
                content = sha256(file.read_bytes()).hexdigest()
            except (OSError, ValueError) as error:
                yield problem(Kind.MANIFEST, path, f"it cannot be read: {error}")
                continue
            self._count(file.stat().st_size)
            chained = {name: digest for name, digest in lines.items() if name.startswith("_manifests/")}
            if before and chained.get(before) != expected:
                yield problem(
                    Kind.MANIFEST, path, f"it is not chained to {before}: that was changed, or one is missing"
                )
            elif not before and chained:
                yield problem(Kind.MANIFEST, next(iter(chained)), "it is not there")
            said.update({name: digest for name, digest in lines.items() if name not in chained})
            before, expected = path, content
        for path, digest_ in self._recorded.items():
            if said.pop(path, "") != digest_.hex():
                yield problem(Kind.MANIFEST, path, "the manifests say another content than the index, or nothing of it")
        for path, digest_text in said.items():
            if digest_text:
                yield problem(Kind.MANIFEST, path, "the manifests have it, and the index has not")

    def _count(self, size: int) -> None:
        self.files += 1
        self.bytes += size


def payload_is_whole(file: Path, capture: Capture) -> bool:
    """Return whether a record holds the payload that the index says."""
    region = next(regions(file))._replace(start=capture.offset, end=capture.offset + 1)
    try:
        answer = next(answers(region), None)
    except CaptureError:
        return False
    return answer is not None and (answer.same.endswith(capture.payload) or answer.capture.payload == capture.payload)


def _walk(output: Path, directories: tuple[str, ...]) -> Iterator[str]:
    """Yield the files in `directories` of the archive, by their paths in it."""
    for directory in directories:
        for folder, _, names in os.walk(output / directory):
            prefix = os.path.relpath(folder, output).replace(os.sep, "/")
            for name in names:
                yield f"{prefix}/{name}"
