"""Checking every file of an archive against what is known of it. Problems come out; nothing is changed."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from archiver.errors import os_reason
from archiver.places import ASSETS, POSTS, VERSIONS
from archiver.problems import problem
from archiver.storage import directory_of, is_there
from archiver.storage.regular import read_in
from archiver.verify.chain import Chain
from archiver.verify.files import below, walk
from archiver.verify.names import odd_name
from archiver.verify.notes import ADVICE_ON_NOTES, notes_with_credentials
from archiver.verify.pictures import fault, local_pictures
from archiver.verify.problems import Kind
from archiver.verify.warcs import Warcs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.index import Index
    from archiver.problems import Problem
    from archiver.storage import Root

NO_FILE_DIGEST = b""  # in place of a digest: there is no such file


class Verification:
    """Checks the archive in `output`, whose index is open. files, bytes: what was read; complete when `problems` has
    ended."""

    def __init__(self, output: Root, index: Index) -> None:
        self._output = output
        self._index = index
        self.files = 0
        self.bytes = 0
        self._pictures: dict[str, str] = {}  # paths of pictures, each with a post that shows it
        self._unreadable: dict[str, str] = {}  # paths that cannot be read, each with the reason

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong. Raises IndexFileError if the index cannot be read at all."""
        if damage := self._index.check():
            yield problem(Kind.INDEX, self._index.name, f"{damage}; what it says of files is not looked at")
            return
        yield from self._posts()
        warcs, chain = Warcs(self._output, self._index), Chain(self._output, self._index)
        yield from warcs.problems()
        yield from self._show()
        yield from chain.problems()
        yield from self._credentials()
        self.files += warcs.files + chain.files
        self.bytes += warcs.bytes + chain.bytes

    def _posts(self) -> Iterator[Problem]:
        """Check posts, earlier versions and pictures."""
        known = {path: expected for path, expected, _ in self._index.manifests.files()}
        own = set(self._index.own_posts.paths())  # the owner may change these
        suspects: dict[str, bytes] = {}  # paths of files that do not fit, each with the digest of what is there
        for directory in (POSTS, VERSIONS, ASSETS):
            for path in walk(self._output, directory, self._unreadable):
                if path in own:
                    continue
                expected = known.pop(path, NO_FILE_DIGEST)
                if expected:
                    digest = self._digest(path, {expected})
                    if digest not in (None, expected):
                        suspects[path] = digest or NO_FILE_DIGEST
                elif note := odd_name(path):
                    yield note
                else:
                    suspects[path] = NO_FILE_DIGEST
        for path, why in self._unreadable.items():
            yield problem(Kind.UNREADABLE, path, why)
        suspects.update({path: NO_FILE_DIGEST for path in known if not below(path, self._unreadable)})
        if suspects:
            yield from self._again(suspects)

    def _again(self, suspects: dict[str, bytes]) -> Iterator[Problem]:
        """Check again what did not fit: a run may have changed it meanwhile, or may have been killed while it did."""
        known: set[str] = set()
        right: dict[str, set[bytes]] = {}
        for path, expected, _ in self._index.manifests.files():
            if path in suspects:
                known.add(path)
                right.setdefault(path, set()).add(expected)
        for path, expected in self._index.manifests.expected():
            if path in suspects:
                right.setdefault(path, set()).add(expected)
        for path, before in suspects.items():
            if path not in right:
                if is_there(self._output, path):
                    yield problem(Kind.FOREIGN, path, "the index does not know it")
            elif before not in right[path]:
                digest = self._digest(path, right[path], again=True)
                if digest is None:
                    yield problem(Kind.UNREADABLE, path, self._unreadable[path])
                elif digest == NO_FILE_DIGEST and path in known:
                    yield problem(Kind.MISSING, path, "it is not there")
                elif digest != NO_FILE_DIGEST and digest not in right[path]:
                    kind = Kind.CHANGED if path in known else Kind.FOREIGN
                    what = "it is not what was written" if path in known else "the index does not know it"
                    yield problem(kind, path, what)

    def _digest(self, path: str, right: set[bytes], *, again: bool = False) -> bytes | None:
        """Return the SHA-256 of a file, None if it cannot be read. If it is in `right`, the pictures that the file
        shows are noted."""
        try:
            content = read_in(self._output, path)
        except FileNotFoundError:  # a broken link, or it was removed just now
            return NO_FILE_DIGEST
        except OSError as error:
            self._unreadable[path] = os_reason(error)
            return None
        if not again:
            self.files += 1
            self.bytes += len(content)
        digest = sha256(content).digest()
        if digest in right and b"<img" in content:
            self._pictures.update(dict.fromkeys(local_pictures(content), path))
        return digest

    def _credentials(self) -> Iterator[Problem]:
        if counts := self._index.credentials.count():
            where = ", ".join(f"{number:,} in {column}" for column, number in counts.items())
            yield problem(Kind.CREDENTIAL, self._index.name, f"values in it hold one: {where}", ADVICE_ON_NOTES)
        for path, _ in notes_with_credentials(directory_of(self._output)):
            yield problem(Kind.CREDENTIAL, path, "it holds one", ADVICE_ON_NOTES)

    def _show(self) -> Iterator[Problem]:
        # What is wrong with pictures that the index knows was reported by `_posts`.
        known = self._index.pictures.assets(self._pictures)
        for path, post in self._pictures.items():
            if path in known:
                continue
            try:
                what = fault(self._output / path)
            except (OSError, ValueError):
                what = "it is not there"
            if what:
                yield problem(Kind.PICTURE, path, f"{what}; {post} shows it")
