"""Repairing an archive: restoring what the captures allow."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from archiver.captured import captured_answer
from archiver.captures import HELD_BACK_NOTE
from archiver.decide import Candidate, on_its_day
from archiver.errors import ArchiverError, CaptureError, os_reason
from archiver.ingest.illustrating import chosen_assets, offered_pictures
from archiver.pictures import accept
from archiver.posts.pictures import with_assets
from archiver.recorder import end_files
from archiver.replay.making import Failed, Maker
from archiver.storage import directory_of, versions, write_atomically
from archiver.storage.regular import read, read_in
from archiver.verify.files import keep_beside
from archiver.verify.problems import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archiver.article import Article
    from archiver.extraction import ExtractOptions
    from archiver.index import Index, KnownFile
    from archiver.index.pictures import Asset
    from archiver.problems import Problem
    from archiver.storage import Root

REPLACEABLE_KINDS = (Kind.MISSING, Kind.CHANGED)
CHANGED_DIRECTORY = "_quarantine/changed"  # where changed files are kept when they are replaced


class Repair:
    """Makes posts, earlier versions and pictures again from their captures, if today's rules give the same bytes."""

    def __init__(self, output: Root, index: Index, options: ExtractOptions) -> None:
        self._output = output
        self._index = index
        self._maker = Maker(options)
        self.has_ended = False

    def repaired(self, problem: Problem) -> Problem:
        """Return `problem` with how it was repaired; if it could not be, its advice says why."""
        try:
            if problem.kind is Kind.UNENDED:
                return self._ended(problem)
            if asset := self._index.pictures.assets([problem.path]).get(problem.path):
                return (
                    problem._replace(repaired=self._restored_picture(asset))
                    if problem.kind in REPLACEABLE_KINDS
                    else problem
                )
            known = self._index.manifests.file(problem.path)
            if problem.kind not in REPLACEABLE_KINDS or known is None:
                return problem
            return problem._replace(repaired=self._restored(problem.path, known))
        except ArchiverError as error:
            return problem._replace(advice=f"cannot be repaired: {error}")
        except OSError as error:
            return problem._replace(advice=f"cannot be repaired: {error.filename}: {os_reason(error)}")

    def _ended(self, problem: Problem) -> Problem:
        """End all WARC files that killed runs left open, as far as that is possible, and return the problem of one of
        them with the result."""
        if not self.has_ended:
            end_files(self._output, self._index)
            self.has_ended = True
        if problem.path in self._index.captures.sealed():
            return problem._replace(repaired="ended; what was torn at its end is cut off")
        if not (self._output / problem.path).exists():
            return problem._replace(repaired="removed: there was no whole record in it")
        return problem._replace(advice="cannot be repaired: it is broken before its end; put a copy in its place")

    def _restored(self, path: str, known: KnownFile) -> str:
        """Restore a post or an earlier version, and return how that was done. Raises ArchiverError, OSError."""
        return self._put(path, known.sha256, lambda: self._content(path, known))

    def _restored_picture(self, asset: Asset) -> str:
        """Restore a picture, and return how that was done. Raises ArchiverError, OSError."""
        return self._put(asset.path, asset.sha256, lambda: self._picture(asset))

    def _put(self, path: str, digest: bytes, make: Callable[[], bytes]) -> str:
        file = self._output / path
        if file.is_file():
            if sha256(read(file)).digest() == digest:
                return "it is as it was written"
            content = make()
            # The old file is copied, not moved, so that it stays in its place until the new one replaces it.
            directory = directory_of(self._output)
            beside = keep_beside(file, directory / CHANGED_DIRECTORY / path).relative_to(directory)
            write_atomically(file, content)
            return f"made again from its capture; what was there is {beside.as_posix()}"
        write_atomically(file, make())
        return "made again from its capture"

    def _picture(self, asset: Asset) -> bytes:
        """Return the bytes of a picture. Raises CaptureError if they cannot be made."""
        if asset.capture is None:
            raise CaptureError("its answer was not captured; put a copy of it in its place")
        picture = accept(captured_answer(self._output, self._index, asset.capture).body)
        if picture.sha256 != asset.sha256:
            raise CaptureError("today's rules make another file of its capture; put a copy of it in its place")
        return picture.content

    def _notice(self, path: str, known: KnownFile) -> bytes | None:
        """Return the notice that replaced a post whose article turned out to be the same as another one; None if there
        was none, or if it cannot be made again."""
        other = self._index.known_as([known.key.id]).get(known.key.id)
        posts = self._index.held([other])[other].posts if other else ()
        target = next((post.path for post in posts if post.form == known.form), None)
        before = versions(self._output, path)
        if target is None or not before or not (self._output / target).is_file():
            return None
        content, target_content = read(before[-1]), read_in(self._output, target)
        return self._maker.extractor.renderer.notice(known.key.recipe, content, target, target_content)

    def _content(self, path: str, known: KnownFile) -> bytes:
        """Return the bytes that a file had. Raises CaptureError if they cannot be made again."""
        made_notice = self._notice(path, known)
        if made_notice and sha256(made_notice).digest() == known.sha256:
            return made_notice
        capture = known.capture
        if capture is None:
            raise CaptureError("its answer was not captured; if its source still has it: `archiver get --force`")
        answer = captured_answer(self._output, self._index, capture)
        known_fields = {**self._index.held([known.key])[known.key].known, **answer.about.get("known", {})}
        noted = {name: value for name, value in answer.about.items() if name != HELD_BACK_NOTE}
        about = {**noted, "recipe": known.key.recipe, "id": known.key.id, "forms": [known.form], "known": known_fields}
        (made,) = self._maker.make(answer._replace(about=about))
        if not isinstance(made, Candidate):
            raise CaptureError(made.reason if isinstance(made, Failed) else made.what)
        article = made.article
        if article.post:
            posts = self._index.held([known.key])[known.key].posts
            held = next((post for post in posts if post.form == known.form), None)
            article = on_its_day(article, held, self._maker.extractor.renderer.with_post)
        post = article.post
        if post is None:
            raise CaptureError(article.reason)
        for content in self._illustrated(article, post.content):
            if sha256(content).digest() == known.sha256:
                return content
        raise CaptureError("today's rules make another post of its capture; `archiver replay --diff` shows it")

    def _illustrated(self, article: Article, content: bytes) -> Iterator[bytes]:
        """Yield a post with all of its pictures that have come; then as it was before the last of them had come, and so
        on."""
        offered = offered_pictures(article)
        addresses = {address for one in offered.items() for address in (one[0], *one[1])}
        paths, arrivals = self._index.pictures.paths(addresses), self._index.pictures.arrivals(addresses)
        for moment in sorted({*arrivals.values(), 0}, reverse=True):
            known_paths = {address: path for address, path in paths.items() if arrivals[address] <= moment}
            yield with_assets(content, chosen_assets(offered, known_paths))
