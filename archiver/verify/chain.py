"""Checking the manifests: whether each names the one before it, whether all of them together agree with the index, and
whether every content that was ever in one still exists."""

from __future__ import annotations

from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING

from archiver.errors import os_reason
from archiver.manifest import SUFFIX, manifests, read_lines, read_rewritten
from archiver.places import MANIFESTS
from archiver.problems import problem
from archiver.storage.regular import read
from archiver.verify.files import walk
from archiver.verify.problems import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.index import Index
    from archiver.problems import Problem
    from archiver.storage import Root


class Chain:
    """Checks the manifests of an archive. files, bytes: what was read; complete when `problems` has ended."""

    def __init__(self, output: Root, index: Index) -> None:
        self._output = output
        self._index = index
        self.files = 0
        self.bytes = 0

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the manifests."""
        problems = list(self._problems())
        if not problems:
            return
        # A run may have written a manifest meanwhile. So only problems that are still there at a second look count.
        files, bytes_ = self.files, self.bytes
        again = set(self._problems())
        self.files, self.bytes = files, bytes_
        yield from (one for one in problems if one in again)

    def _problems(self) -> Iterator[Problem]:
        self.files = self.bytes = 0
        said: dict[str, str] = {}
        ever: dict[str, str] = {}  # by digest of every content that was ever in a manifest: a path that had it
        rewritten: set[str] = set()  # digests of captures that were written anew
        before = expected = ""
        complete = True
        try:
            files = manifests(self._output)
        except OSError as error:
            yield problem(Kind.UNREADABLE, MANIFESTS, f"{error.filename}: {os_reason(error)}")
            return
        for path in walk(self._output, MANIFESTS, {}):
            if path.endswith(SUFFIX) and path not in files:
                yield problem(Kind.FOREIGN, path, "it is named like a manifest, and is none", "move it away")
        for path in files:
            file = self._output / path
            try:
                content = read(file)
                lines = dict(read_lines(file))
                rewritten.update(read_rewritten(file))
            except (OSError, ValueError) as error:
                yield problem(Kind.MANIFEST, path, f"it cannot be read: {error}")
                complete = False
                before = ""
                continue
            self.files += 1
            self.bytes += len(content)
            chained = {name: digest for name, digest in lines.items() if name.startswith(f"{MANIFESTS}/")}
            if before and chained != {before: expected}:
                yield problem(
                    Kind.MANIFEST, path, f"it is not chained to {before}: that was changed, or one is missing"
                )
            elif not before and chained and complete:
                yield problem(Kind.MANIFEST, next(iter(chained)), "it is not there")
            said.update({name: digest for name, digest in lines.items() if name not in chained})
            ever.update({digest: name for name, digest in lines.items() if digest and name not in chained})
            before, expected = path, sha256(content).hexdigest()
        last = {path: digest for path, digest in said.items() if digest}
        for digest in rewritten:
            ever.pop(digest, None)
        yield from self._compared(last, ever, complete=complete)

    def _compared(self, said: dict[str, str], ever: dict[str, str], *, complete: bool) -> Iterator[Problem]:
        """Compare the manifests with the index. said: the last digest of each path in them. ever: as in `_problems`.
        complete: whether all manifests could be read."""
        manifests_, captures = self._index.manifests, self._index.captures.sealed()
        listed = manifests_.listed_captures()
        known = ((path, content, in_one) for path, content, in_one in manifests_.files())
        sealed = ((path, one.sha256, listed.get(path, False)) for path, one in captures.items())
        other: dict[str, str] = {}
        for path, content, in_one in chain(known, sealed):
            ever.pop(content.hex(), None)
            says = said.pop(path, "")
            # A file that has changed since the last manifest will be in the next one.
            if in_one and says != content.hex() and (says or complete):
                other[path] = says
        for path in manifests_.removed():
            said.pop(path, None)
        if other or said:  # a run that is at work, or was killed, may have written a manifest that the index has not
            for path, content in manifests_.expected():
                ever.pop(content.hex(), None)
                if content.hex() in (other.get(path), said.get(path)):
                    other.pop(path, None)
                    said.pop(path, None)
        for path in other:
            yield problem(Kind.MANIFEST, path, "the manifests say another content than the index, or nothing of it")
        for path in said:
            yield problem(Kind.MANIFEST, path, "the manifests have it, and the index has not")
        # When a post is changed, its old content is kept as a version. What is left in `ever` was not kept.
        for digest, path in ever.items():
            if path not in other and path not in said:
                what = (
                    f"a content that a manifest has ({digest[:12]}…) is neither a file nor an earlier version any more"
                )
                yield problem(Kind.MANIFEST, path, what)
