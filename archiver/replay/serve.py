"""Reading captures in a process of its own (`archiver.engines`)."""

from __future__ import annotations

import gc
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from archiver.captures import CAPTURES
from archiver.captures.answers import answers, streams
from archiver.decide import Candidate
from archiver.decide.candidate import place
from archiver.errors import CaptureError, StoreError, fault, in_a_line
from archiver.ingest import key_of
from archiver.replay.making import CapturedPicture, Failed, Made, Maker, Other
from archiver.replay.spool import CandidateOutline, PictureOutline, SpoolWriter
from archiver.storage import directory_of
from archiver.storage.stored import is_stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.captures import Capture
    from archiver.captures.captured_answer import CapturedAnswer, RecordNames
    from archiver.captures.regions import Region
    from archiver.extraction import ExtractOptions
    from archiver.storage import Root


Found = CandidateOutline | PictureOutline | Failed | Other


class Read(NamedTuple):
    """What was found in a region of a file.

    found: in order; answers whose body is in another record are returned as they are. names: for each record with
    a body, the names by which revisits may refer to it. problems: where and why the file is broken.
    """

    found: list[Found | CapturedAnswer]
    names: list[tuple[RecordNames, Capture]]
    problems: list[str]


class ReplaySetup(NamedTuple):
    """What a process that reads captures needs. options: what decides how articles are made. output: the archive that
    they are for. spool: the directory where candidates wait."""

    options: ExtractOptions
    output: Root
    spool: str


Part = tuple["Region", ...]  # what is read as one job


def serve(setup: ReplaySetup) -> Callable[[list[Part]], list[list[Read] | StoreError]]:
    """Return the function that a worker process runs for each list of parts: for each part it returns what is in its
    regions, or an error."""
    maker = Maker(setup.options)
    gc.freeze()  # what is loaded by now stays; the garbage collector need not look through it again and again
    return lambda parts: [_read(part, maker, setup) for part in parts]


def _read(part: Part, maker: Maker, setup: ReplaySetup) -> list[Read] | StoreError:
    try:
        with SpoolWriter(setup.spool) as spool_writer:
            return [read(region, maker, setup.output, spool_writer, stream) for region, stream in streams(part)]
    except StoreError as error:  # the spool cannot be written to
        return error


def read(region: Region, maker: Maker, output: Root, spool_writer: SpoolWriter, stream: BinaryIO | None = None) -> Read:
    """Return what is in a region of a file. stream: the open file, if it is open. Raises StoreError."""
    result, place_of_file = Read([], [], []), place_in(output, region.file)
    try:
        for one in answers(region, result.problems.append, stream):
            answer = one._replace(capture=one.capture._replace(warc=place_of_file))
            if answer.same or answer.more:
                result.found.append(answer)
                continue
            if answer.capture.payload:
                result.names.append((answer.names, answer.capture))
            result.found.extend(outlined(maker, answer, spool_writer))
    except CaptureError as error:
        result.problems.append(str(error))
    except StoreError:
        raise
    except Exception as error:  # a fault in this program: the rest of the region cannot be read
        result.problems.append(f"{region.file}: cannot be read: {in_a_line(error)}")
    return result


def outlined(maker: Maker, answer: CapturedAnswer, spool_writer: SpoolWriter) -> list[Found]:
    """Return what is made of an answer. Candidates and pictures are written to the spool, and returned as
    outlines. Raises StoreError."""
    try:
        return [_put_away(made, spool_writer) for made in maker.make(answer)]
    except StoreError:
        raise
    except Exception as error:  # a fault in this program: only this answer must suffer from it
        return [Failed(answer.capture.url, fault(error), answer.capture)]


def _put_away(made: Made, spool_writer: SpoolWriter) -> Found:
    if isinstance(made, Candidate):
        return outline(made, spool_writer)
    if isinstance(made, CapturedPicture):
        where = spool_writer.put(made.picture)
        return PictureOutline(made.address, made.picture._replace(content=b""), made.capture, *where)
    return made


def outline(candidate: Candidate, spool_writer: SpoolWriter) -> CandidateOutline:
    """Write a candidate to the spool, and return its outline. Raises StoreError."""
    article = candidate.article
    return CandidateOutline(
        place(candidate),
        key_of(article),
        article.text_digest if article.post else None,
        candidate.believed,
        *spool_writer.put(candidate),
        article.aliases,
    )


@lru_cache
def place_in(output: Root, file: str) -> str:
    """Return the path of a file relative to the archive `output`, or its absolute path if it is elsewhere.

    The archive's directory of captures may be a link to elsewhere; files there count as being in the archive.
    """
    if is_stored(file):
        return file if isinstance(output, Path) else file.removeprefix(f"{output.store}/")
    archive = directory_of(output)
    path, captures = Path(file), archive / CAPTURES
    for whole, root, prefix in (
        (path.absolute(), archive.absolute(), ""),
        (path.resolve(), captures.resolve(), f"{CAPTURES}/"),
        (path.resolve(), archive.resolve(), ""),
    ):
        if whole.is_relative_to(root):
            return prefix + whole.relative_to(root).as_posix()
    return str(path.resolve())
