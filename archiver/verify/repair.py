"""Restoring what the captures allow."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from scrapy.exceptions import DropItem

from archiver.article import Article
from archiver.captures import HELD_BACK
from archiver.captures.answers import answers, body_at
from archiver.captures.regions import regions
from archiver.errors import ArchiverError, CaptureError
from archiver.pipelines.write import WritePipeline
from archiver.posts import Job, Store
from archiver.posts.disk import commit
from archiver.recorder import Recorder
from archiver.replay.workshop import Failed, Workshop
from archiver.verify.problems import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.settings import Settings

    from archiver.captures import Capture
    from archiver.captures.answers import Answer
    from archiver.index import Index, KnownFile
    from archiver.recipes import Recipe
    from archiver.verify.problems import Problem

BESIDE = "_quarantine/changed"  # where a file goes that is not what was written


class Repair:
    """Makes posts and earlier versions again from their captures, if today's rules give the same bytes."""

    def __init__(self, output: Path, index: Index, settings: Settings, recipes: dict[str, Recipe]) -> None:
        self._output = output
        self._index = index
        self._workshop = Workshop(settings.copy_to_dict())
        self._recorder = Recorder(output, index, 0, {})
        self._write = WritePipeline(
            recipes,
            index,
            self._recorder,
            Store(output),
            settings["ARCHIVER_SITE"],
            settings["ARCHIVER_LAYOUT"],
            force=False,
            replay=True,
        )

    def repaired(self, problem: Problem) -> Problem:
        """Return `problem`, repaired if it could be; else its advice says why not."""
        try:
            if problem.kind is Kind.UNENDED:
                self._recorder.end_files()
                return problem._replace(repaired="ended; what was torn at its end is cut off")
            known = self._index.manifests.file(problem.path)
            if problem.kind not in (Kind.MISSING, Kind.CHANGED) or known is None:
                return problem
            content = self._content(known)
            if problem.kind is Kind.CHANGED:
                self._put_beside(problem.path)
        except (ArchiverError, DropItem) as error:
            return problem._replace(advice=f"cannot be repaired: {error}")
        except OSError as error:
            return problem._replace(advice=f"cannot be repaired: {error.filename}: {error.strerror}")
        ((outcome, why),) = commit(self._output, [Job(problem.path, content, "keep")])
        if outcome != "written":
            return problem._replace(advice=f"cannot be repaired: {why or outcome}")
        beside = f"; what was there is {BESIDE}/{problem.path}" if problem.kind is Kind.CHANGED else ""
        return problem._replace(repaired=f"made again from its capture{beside}")

    def _content(self, known: KnownFile) -> bytes:
        """Return the bytes that a file had. Raises CaptureError if they cannot be made."""
        capture = self._index.captures.get(known.capture) if known.capture is not None else None
        if capture is None:
            raise CaptureError("its answer was not captured; if its source still has it: `archiver get --force`")
        answer = self._answer(capture)
        known_fields = {**self._index.holdings.known(known.recipe, known.id), **answer.about.get("known", {})}
        noted = {name: value for name, value in answer.about.items() if name != HELD_BACK}
        about = {**noted, "recipe": known.recipe, "id": known.id, "forms": [known.form], "known": known_fields}
        (made,) = self._workshop.make(answer._replace(about=about))
        if not isinstance(made, Article):
            raise CaptureError(made.reason if isinstance(made, Failed) else made.what)
        post, _ = self._write.post(made)
        if sha256(post.content).digest() != known.sha256:
            raise CaptureError("today's rules make another post of its capture; `archiver replay --diff` shows it")
        return post.content

    def _answer(self, capture: Capture) -> Answer:
        file = self._output / capture.warc
        if not file.exists():
            raise CaptureError(f"its capture was in {capture.warc}, which is not there")
        region = next(regions(file))._replace(start=capture.offset, end=capture.offset + 1)
        answer = next(answers(region), None)
        if answer is None:
            raise CaptureError(f"{capture.warc}: no answer at byte {capture.offset:,}")
        if answer.same:
            first = self._index.captures.same(capture.payload)
            if first is None:
                raise CaptureError(f"{capture.warc}: the body of the answer at byte {capture.offset:,} is not known")
            answer = body_at(first, self._output / first.warc)._replace(capture=answer.capture, about=answer.about)
        if sha256(answer.body).hexdigest() != capture.payload and answer.capture.payload not in ("", capture.payload):
            raise CaptureError(f"{capture.warc}: the answer at byte {capture.offset:,} is not what it was")
        return answer

    def _put_beside(self, path: str) -> None:
        place = self._output / BESIDE / path
        place.parent.mkdir(parents=True, exist_ok=True)
        (self._output / path).replace(place)
