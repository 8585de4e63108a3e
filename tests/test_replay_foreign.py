"""What a replay makes of captures of other tools: each article or a reason, each file taken over or named."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.captures.regions import regions
from archiver.extraction import ExtractOptions
from archiver.recipes import load_recipes
from archiver.replay import serve
from archiver.replay.making import Made, Maker
from archiver.replay.spool import SpoolWriter
from tests.test_replay import expected, made, replay
from tests.warcs import ADDRESS, article_json, foreign

if TYPE_CHECKING:
    from archiver.captures.captured_answer import CapturedAnswer
    from archiver.replica import Record
    from tests.conftest import Archive


def of_wget(archive: Archive, *ids: str) -> tuple[bytes, bytes]:
    """Two files as wget makes them with --warc-dedup: the second has revisits only, that name records of the first."""
    first, second = BytesIO(), BytesIO()
    writers = WARCWriter(first, gzip=True), WARCWriter(second, gzip=True)
    for article_id in ids:
        address, body = ADDRESS.format(article_id), article_json(archive, article_id)
        http = StatusAndHeaders("200 OK", [("Content-Type", "application/json")], "HTTP/1.1")
        dated = {"WARC-Date": "2026-03-04T05:06:07Z"}
        record = writers[0].create_warc_record(
            address, "response", payload=BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=dated
        )
        writers[0].write_record(record)
        refers = {"WARC-Refers-To": record.rec_headers.get_header("WARC-Record-ID"), "WARC-Truncated": "length"}
        writers[1].write_record(
            writers[1].create_warc_record(
                address,
                "revisit",
                payload=BytesIO(),
                length=0,
                http_headers=http,
                warc_headers_dict={"WARC-Date": "2026-03-05T05:06:07Z", **refers},
            )
        )
    return first.getvalue(), second.getvalue()


def test_a_revisit_without_its_body_fails_unless_there_is_a_post(archive: Archive) -> None:
    """An article that gave no post is no success, and one that has its post already has lost nothing."""
    ids = [record.id for record in archive.replica.articles[:2]]
    paths = [made(archive, f"{number}.warc.gz", one) for number, one in enumerate(of_wget(archive, *ids))]
    for options in ((), ("--diff",)):
        alone = replay(archive, paths[1], *options)
        assert alone.returncode == 1
        assert len(alone.stderr.splitlines()) == 2
        assert "its body is in a capture that is not among these: name that, too" in alone.stderr
        both = replay(archive, *paths, *options) if options else None
        assert both is None or (both.returncode, both.stderr) == (0, "")
    assert replay(archive, *reversed(paths)).returncode == 0
    assert archive.posts == expected(archive, *ids)
    again = replay(archive, paths[1])
    assert (again.returncode, again.stderr) == (0, "")
    assert "  2  revisits: its body is in a capture that is not among these\n" in again.stdout


def test_captures_of_others_become_evidence_when_posts_are_made_of_them(archive: Archive) -> None:
    ids = [record.id for record in archive.replica.articles[:2]]
    place = archive.output / "_captures" / "foreign"
    place.mkdir(parents=True)
    names = ["x.warc.gz", "y.warc", "unrelated.warc.gz"]
    for name, article_id, packed in zip(names, [*ids, "0"], [True, False, True], strict=True):
        url = ADDRESS.format(article_id) if article_id != "0" else "http://example.org/"
        body = article_json(archive, article_id) if article_id != "0" else b"other"
        (place / name).write_bytes(foreign([(url, body, [])], packed=packed))
    assert replay(archive).returncode == 0
    result = archive.archiver("verify")
    assert result.returncode == 1  # because of the unrelated one
    assert [line for line in result.stdout.splitlines() if "foreign/" in line] == [
        "  _captures/foreign/unrelated.warc.gz: the index does not know it: `archiver replay` takes it in if it gives "
        "posts; else move it away"
    ]
    (place / names[2]).unlink()
    assert archive.archiver("verify").returncode == 0
    listed = "".join(file.read_text() for file in (archive.output / "_manifests").rglob("*.sha256"))
    assert all(f"  _captures/foreign/{name}\n" in listed for name in names[:2])
    (place / names[0]).write_bytes(b"changed")
    assert archive.archiver("verify").returncode == 1


def test_what_can_be_read_of_a_wacz_is_replayed_and_the_rest_is_named(archive: Archive, article: Record) -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("archive/1.warc.zst", b"")
        package.writestr(
            "archive/2.warc", foreign([(ADDRESS.format(article.id), article_json(archive, article.id), [])])
        )
        package.writestr("archive/3.wacz", b"no zip")
    result = replay(archive, path := made(archive, "x.wacz", buffer.getvalue()))
    assert (result.returncode, result.stdout) == (1, "1 written, 0 unchanged, 0 failed\n")
    lines = result.stderr.splitlines()
    assert [line.partition(": it")[0].partition(": File")[0] for line in lines] == [
        f"archiver: {path}: 1.warc.zst",
        f"archiver: {path}: 3.wacz",
    ]


@pytest.mark.parametrize(
    "error", [RuntimeError("odd"), RecursionError(), MemoryError(), KeyError("x"), OSError(5, "no")]
)
def test_an_answer_that_nobody_foresaw_costs_itself(
    archive: Archive, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(maker: Maker, answer: CapturedAnswer) -> list[Made]:
        if ids[0] in answer.capture.url:
            raise error
        return real(maker, answer)

    real, ids = Maker.make, [record.id for record in archive.replica.articles[:3]]
    file = made(archive, "x.warc.gz", foreign([(ADDRESS.format(one), article_json(archive, one), []) for one in ids]))
    monkeypatch.setattr(Maker, "make", make)
    maker = Maker(ExtractOptions(load_recipes()))
    (part,) = regions(Path(file))
    with SpoolWriter(str(archive.output.parent)) as spool_writer:
        result = serve.read(part, maker, archive.output, spool_writer)
    assert [type(one).__name__ for one in result.found] == ["Failed", "CandidateOutline", "CandidateOutline"]
    assert result.problems == []
