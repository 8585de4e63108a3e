"""Reading captures in a process of its own (`archiver.workers`)."""

from __future__ import annotations

import gc
import pickle
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archiver.captures import CAPTURES
from archiver.captures.answers import answers
from archiver.decide import Candidate
from archiver.decide.candidate import place
from archiver.errors import CaptureError, in_a_line
from archiver.replay.making import Failed, Maker, Other
from archiver.road import key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.captures import Capture
    from archiver.captures.answers import Answer as CapturedAnswer
    from archiver.captures.originals import RecordNames
    from archiver.captures.regions import Region
    from archiver.decide import Place
    from archiver.extraction import ExtractOptions
    from archiver.index import ArticleKey


class Outline(NamedTuple):
    """A candidate without its content: what must be known of all of them at once. packed: the candidate, pickled.
    aliases: the addresses of its article, where it is known by these."""

    key: ArticleKey
    place: Place
    text_digest: str | None  # None as well for one that cannot be a post
    believed: bool
    packed: bytes
    aliases: tuple[str, ...] = ()


class Read(NamedTuple):
    """What was found in a part of a file.

    found: in its order; answers whose body is elsewhere come as they are. names: what revisits may call the records
    with bodies. problems: where and why the file is broken.
    """

    found: list[Outline | Failed | Other | CapturedAnswer]
    names: list[tuple[RecordNames, Capture]]
    problems: list[str]


def serve(setup: tuple[ExtractOptions, str]) -> Callable[[list[Region]], list[Read]]:
    """Return what a worker process does: parts of files to what is in them. setup: what articles depend on, and the
    archive that they are for."""
    options, output = setup
    maker = Maker(options)
    gc.freeze()  # what is loaded by now stays: looking through it again and again takes time
    return lambda regions: [read(region, maker, output) for region in regions]


def read(region: Region, maker: Maker, output: str) -> Read:
    """Return what is in a part of a file."""
    result, place_of_file = Read([], [], []), place_in(output, region.file)
    try:
        for one in answers(region, result.problems.append):
            answer = one._replace(capture=one.capture._replace(warc=place_of_file))
            if answer.same or answer.more:
                result.found.append(answer)
                continue
            if answer.capture.payload:
                result.names.append((answer.names, answer.capture))
            result.found.extend(outlined(maker, answer))
    except CaptureError as error:
        result.problems.append(str(error))
    except Exception as error:  # a fault of ours: it costs the rest of the part
        result.problems.append(f"{region.file}: cannot be read: {in_a_line(error)}")
    return result


def outlined(maker: Maker, answer: CapturedAnswer) -> list[Outline | Failed | Other]:
    """Return what is made of an answer, candidates as outlines."""
    try:
        return [outline(made) if isinstance(made, Candidate) else made for made in maker.make(answer)]
    except Exception as error:  # a fault of ours: it costs this answer
        return [Failed(answer.capture.url, f"a fault of this program: {in_a_line(error)}", answer.capture)]


def outline(candidate: Candidate) -> Outline:
    """Return the outline of a candidate."""
    article = candidate.article
    return Outline(
        key_of(article),
        place(candidate),
        article.text_digest if article.post else None,
        candidate.believed,
        pickle.dumps(candidate, protocol=pickle.HIGHEST_PROTOCOL),
        article.aliases,
    )


@lru_cache
def place_in(output: str, file: str) -> str:
    """Return the path of a file in the archive `output`, or its whole path if it is elsewhere.

    Captures may be elsewhere and linked into the archive; then they are in it.
    """
    path, archive, captures = Path(file), Path(output), Path(output, CAPTURES)
    for whole, root, prefix in (
        (path.absolute(), archive.absolute(), ""),
        (path.resolve(), captures.resolve(), f"{CAPTURES}/"),
        (path.resolve(), archive.resolve(), ""),
    ):
        if whole.is_relative_to(root):
            return prefix + whole.relative_to(root).as_posix()
    return str(path.resolve())
