"""Records of WARC files: found and read whatever else is in the file, and named where they cannot be."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archiver.captures.answers import answers, body_at
from archiver.captures.regions import files_in, regions
from archiver.captures.rewriting import copy_without_credentials, find_credentials
from archiver.captures.warc_date import parse_warc_date
from archiver.errors import CaptureError
from archiver.litter import is_litter
from tests.warcs import foreign

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archiver.captures.captured_answer import CapturedAnswer
    from archiver.storage import Location

DATE = "2026-03-04T05:06:07Z"
IN_DIRECTORY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def record(
    number: int, *, body: bytes | None = None, leave_out: str = "", url: str = "http://example.org/{}", **fields: str
) -> bytes:
    """A response record, its fields changed or left out."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + (b"body %d" % number if body is None else body)
    said = {
        "WARC-Type": "response",
        "WARC-Record-ID": f"<urn:uuid:{number:032}>",
        "WARC-Target-URI": url.format(number),
        "WARC-Date": DATE,
        "Content-Type": "application/http;msgtype=response",
        "Content-Length": str(len(block)),
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    said.pop(leave_out, None)
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return b"WARC/1.1\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def arc(number: int) -> bytes:
    """A record of an ARC file."""
    block = b"HTTP/1.1 200 OK\r\n\r\nbody %d" % number
    return b"http://example.org/%d 192.0.2.1 20260304050607 text/html %d\n%b\n" % (number, len(block), block)


def read(file: Location) -> tuple[list[CapturedAnswer], list[str]]:
    """The answers in a file, and where it is broken."""
    problems: list[str] = []
    found = [one for region in regions(file, problems.append) for one in answers(region, problems.append)]
    assert all(one.startswith(f"{file}: ") for one in problems)
    return found, [one.removeprefix(f"{file}: ") for one in problems]


def numbers(found: list[CapturedAnswer]) -> list[int]:
    """Which records answers are of; each has its own body."""
    result = [int(one.capture.url.rpartition("/")[2]) for one in found]
    assert [one.body for one in found] == [b"body %d" % number for number in result]
    return result


MANY = "9" * 5000  # digits: Python makes no integer of them
ODD: dict[str, tuple[bytes, str]] = {
    "no target": (record(1, leave_out="WARC-Target-URI"), "it does not say of what it is (WARC-Target-URI)"),
    "no date": (record(1, leave_out="WARC-Date"), "it has no date (WARC-Date)"),
    "an odd date": (record(1, WARC_Date="yesterday"), "'yesterday' is no date"),
    "a date before all dates": (
        record(1, WARC_Date="0001-01-01T00:00:00+14:00"),
        "is no date: date value out of range",
    ),
    "a date after all dates": (record(1, WARC_Date="9999-12-31T23:59:59-14:00"), "is no date: date value out of range"),
    "a date that is none in the zone of a reader": (record(1, WARC_Date="9999-12-31T23:59:59Z"), "is no date"),
    "no length": (record(1, leave_out="Content-Length"), "it does not say how long it is (Content-Length)"),
    "an empty length": (record(1, Content_Length=" "), "it does not say how long it is (Content-Length)"),
    **{
        f"{length:.6} for a length": (
            record(1, Content_Length=length),
            f"its Content-Length is no length: '{length[:40]}",
        )
        for length in ("9" * 16, "9" * 19, "9" * 30, MANY, "-5", "+50", "1.5", "1_0", "0x10", "50, 50", "many", "²")
    },
    "no type": (record(1, leave_out="WARC-Type"), "it does not say what it is (WARC-Type)"),
    "bytes": (b"\x00\xff" * 400, "begins there"),
    "a year of five digits": (record(1, WARC_Date="12026-01-01T00:00:00Z"), "is no date"),
    "an unknown version": (record(1).replace(b"WARC/1.1", b"WARC/9.9"), "WARC/9.9"),
}


@pytest.mark.parametrize(("odd", "reason"), ODD.values(), ids=ODD)
@pytest.mark.parametrize("packed", [True, False])
def test_an_odd_record_costs_itself(tmp_path: Path, odd: bytes, reason: str, packed: bool) -> None:
    pack: Callable[[bytes], bytes] = gzip.compress if packed else bytes
    file = tmp_path / "x.warc"
    first, middle, last = pack(record(0)), pack(odd), pack(record(2))
    file.write_bytes(first + middle + last)
    found, problems = read(file)
    assert numbers(found) == [0, 2]
    (problem,) = problems
    assert problem.startswith(f"broken at byte {len(first):,}: ")
    assert reason in problem
    with pytest.raises(CaptureError, match=f"broken at byte {len(first):,}: "):
        [one for region in regions(file) for one in answers(region)]


def test_numbers_that_are_none(tmp_path: Path) -> None:
    """Whoever reads the file: for answers, or for credentials."""
    file = tmp_path / "x.warc.gz"
    status = record(1).replace(b"200 OK", f"{MANY} OK".encode())
    file.write_bytes(b"".join(map(gzip.compress, (record(0, Content_Length=MANY), status, record(2)))))
    found, _ = read(file)
    assert numbers(found)[-1] == 2
    assert list(find_credentials(file)) == []
    copy_without_credentials(file, io.BytesIO())


BROKEN_FRAMES: dict[str, tuple[bytes, str]] = {
    "too short a length": (record(1, Content_Length="20"), "the record does not end where it says"),
    "too long a length": (record(1, Content_Length="90"), "the record does not end where it says"),
    "longer than the file": (record(1, Content_Length="99999"), "the file ends within a record"),
    "no end of its header": (record(1)[:60] + b"\r\n", "its header does not end"),
    "something else": (b"this is no record\r\n\r\n", "no WARC record begins there"),
}


@pytest.mark.parametrize(("odd", "reason"), BROKEN_FRAMES.values(), ids=BROKEN_FRAMES)
def test_a_broken_record_in_an_unpacked_file_costs_itself(tmp_path: Path, odd: bytes, reason: str) -> None:
    file = tmp_path / "x.warc"
    file.write_bytes(record(0) + odd + record(2) + record(3))
    found, problems = read(file)
    assert numbers(found)[-2:] == [2, 3]
    assert numbers(found)[:-2] in ([0], [])  # of what follows a record one cannot tell where that ends
    assert problems
    assert any(reason in problem for problem in problems)


@pytest.mark.parametrize("packed", [True, False])
def test_zeros_before_a_length_do_no_harm(tmp_path: Path, packed: bool) -> None:
    right = len(record(1).partition(b"\r\n\r\n")[2]) - len("\r\n\r\n")
    file = tmp_path / "x.warc"
    content = record(1, Content_Length=f"{right:040}")
    file.write_bytes(gzip.compress(content) if packed else content)
    assert numbers(read(file)[0]) == [1]


def test_no_wrong_length_costs_another_record(tmp_path: Path) -> None:
    file, right = tmp_path / "x.warc", len(record(1).partition(b"\r\n\r\n")[2]) - len("\r\n\r\n")
    for wrong in {*range(2 * right)} - {*range(right, right + len("\r\n\r\n") + 1)}:  # blank lines do no harm
        file.write_bytes(record(0) + record(1, Content_Length=str(wrong)) + record(2) + record(3))
        found, problems = read(file)
        assert [int(one.capture.url.rpartition("/")[2]) for one in found][-2:] == [2, 3], wrong
        assert problems, wrong


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (record(1, Content_Length="20"), "longer than it says"),
        (record(1, Content_Length="99"), "shorter than it says"),
        (record(1) + record(2), "several records"),
    ],
)
def test_a_gzip_member_that_is_not_one_record(tmp_path: Path, odd: bytes, reason: str) -> None:
    file = tmp_path / "x.warc.gz"
    file.write_bytes(b"".join(map(gzip.compress, (record(0), odd, record(3)))))
    found, problems = read(file)
    assert numbers(found) == [0, 3]
    assert [reason in problem for problem in problems] == [True]


def test_a_page_about_warc_files_begins_no_record(tmp_path: Path) -> None:
    body = b"\r\n\r\nWARC/1.0\r\n\r\nWARC/1.1 is a format. " + b"x" * 99
    file = tmp_path / "x.warc"
    file.write_bytes(record(0, body=body) + record(1))
    found, problems = read(file)
    assert ([one.body for one in found], problems) == ([body, b"body 1"], [])


@IN_DIRECTORY
@given(st.lists(st.sampled_from(["record", "arc", "blank"]), max_size=8))
def test_offsets_and_lengths_are_those_that_warcio_has(tmp_path: Path, kinds: list[str]) -> None:
    parts: dict[str, Callable[[int], bytes]] = {"record": record, "arc": arc, "blank": lambda _: b"\r\n\r\n"}
    file = tmp_path / "x.warc"
    file.write_bytes(b"".join(parts[kind](number) for number, kind in enumerate(["record", *kinds])))
    found, problems = read(file)
    assert problems == []
    with file.open("rb") as stream:
        records = ArchiveIterator(stream, arc2warc=True, verify_http=False)
        records.mixed_arc_warc = True
        expected = [(records.get_record_offset(), records.get_record_length()) for _ in records]
    assert [(one.capture.offset, one.capture.length) for one in found] == expected
    for one in found:
        assert body_at(one.capture, file).body == one.body


@IN_DIRECTORY
@given(st.data())
def test_whatever_is_in_between_the_other_records_are_read(tmp_path: Path, data: st.DataObject) -> None:
    junk = data.draw(st.binary(max_size=200))
    packed = data.draw(st.booleans())
    pack: Callable[[bytes], bytes] = gzip.compress if packed else bytes
    file = tmp_path / "x.warc"
    parts = [pack(record(number)) for number in range(4)]
    at = data.draw(st.integers(1, 3))
    file.write_bytes(b"".join([*parts[:at], junk, b"" if packed else b"\r\n", *parts[at:]]))
    found, problems = read(file)
    assert numbers(found) == [0, 1, 2, 3]
    assert problems or not junk.strip(b"\r\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2014", datetime(2014, 1, 1, tzinfo=UTC)),
        ("2014-02", datetime(2014, 2, 1, tzinfo=UTC)),
        ("2014-02-03", datetime(2014, 2, 3, tzinfo=UTC)),
        ("2014-02-03T04:05Z", datetime(2014, 2, 3, 4, 5, tzinfo=UTC)),
        ("2014-02-03T04:05:06Z", datetime(2014, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("2014-02-03T04:05:06.7Z", datetime(2014, 2, 3, 4, 5, 6, 700_000, tzinfo=UTC)),
        ("2014-02-03T04:05:06.123456789Z", datetime(2014, 2, 3, 4, 5, 6, 123_456, tzinfo=UTC)),
        ("2014-02-03T04:05:06", datetime(2014, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("2014-02-03T04:05:06+08:00", datetime(2014, 2, 2, 20, 5, 6, tzinfo=UTC)),
        ("2014-02-03T23:05:06-0130", datetime(2014, 2, 4, 0, 35, 6, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_dates(text: str, expected: datetime) -> None:
    assert parse_warc_date(text) == expected


@given(st.text(max_size=40))
def test_no_date_is_anything_else_than_an_error(text: str) -> None:
    try:
        assert parse_warc_date(text).utcoffset() == datetime(2000, 1, 1, tzinfo=UTC).utcoffset()
    except ValueError:
        return


@given(st.datetimes(timezones=st.just(UTC)))
def test_dates_come_back(time: datetime) -> None:
    assert parse_warc_date(time.isoformat()) == time


# Files.


def zipped(*files: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A ZIP of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as pack:
        for name, content in files:
            pack.writestr(name, content)
    return buffer.getvalue()


def packed(*which: int) -> bytes:
    """Records, each a gzip member."""
    return b"".join(gzip.compress(record(number)) for number in which)


def test_a_wacz_in_a_wacz(tmp_path: Path) -> None:
    inner = zipped(("archive/1.warc.gz", packed(1, 2)), ("pages/pages.jsonl", b"{}"))
    file = tmp_path / "x.wacz"
    file.write_bytes(zipped(("0.WARC", record(0)), ("a/inner.wacz", inner), ("3.arc", arc(3))))
    found, problems = read(file)
    assert (numbers(found), problems) == ([0, 1, 2, 3], [])
    assert [body_at(one.capture, file).body for one in found] == [one.body for one in found]


UNREADABLE = {
    "no WARC file in it": zipped(("pages/pages.jsonl", b"{}")),
    "it is compressed, where WACZ 1.1.1 stores files as they are; unpack it: unzip": zipped(
        ("a.warc", record(0)), compression=zipfile.ZIP_DEFLATED
    ),
    "packed with zstd": zipped(("a.warc.zst", b"(\xb5/\xfd")),
    "in.wacz: no WARC file in it": zipped(("in.wacz", zipped(("x", b"")))),
    "in.wacz: it is no ZIP file, as a WACZ is, or it is cut off": zipped(("in.wacz", b"no zip")),
    "a WACZ in a WACZ in a WACZ is not read": zipped(("1.wacz", zipped(("2.wacz", zipped(("a.warc", record(0))))))),
    "cannot be read: it is no ZIP file, as a WACZ is, or it is cut off": b"PK no zip",
    "x.wacz: cannot be read: it is no ZIP file": zipped(("a.warc", record(0)))[:-30],
}


@pytest.mark.parametrize(("reason", "content"), UNREADABLE.items(), ids=UNREADABLE)
def test_a_wacz_that_cannot_be_read_is_named(tmp_path: Path, reason: str, content: bytes) -> None:
    file = tmp_path / "x.wacz"
    file.write_bytes(content)
    with pytest.raises(CaptureError) as caught:
        list(regions(file))
    assert str(caught.value).startswith(f"{file}: ")
    assert reason in str(caught.value)


def test_what_can_be_read_of_a_wacz_is(tmp_path: Path) -> None:
    file = tmp_path / "x.wacz"
    file.write_bytes(
        zipped(("1.warc.zst", b""), ("2.warc.gz", packed(2)), ("3.wacz", b"no zip"), ("4.warc", record(4)))
    )
    found, problems = read(file)
    assert numbers(found) == [2, 4]
    assert len(problems) == 2


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("x.warc.zst", b"", "packed with zstd, which is not read here; unpack it: zstd -d"),
        ("X.WARC.XZ", b"x", "packed with xz, which is not read here; unpack it: xz -d"),
        ("x.arc.bz2.open", b"x", "packed with bzip2"),
        ("x.warc.zip", b"x", "packed with zip, which is not read here; unpack it: unzip"),
        ("x.warc", b"", "it is empty"),
        ("x.warc.gz", b"", "it is empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    (file,) = files_in([tmp_path])
    with pytest.raises(CaptureError, match=rf"{re.escape(name)}: .*{re.escape(reason)}"):
        list(regions(file))


@pytest.mark.parametrize("name", ["DATA.WARC.GZ", "x.warc", "x.warc.gz", "x.warc.gz.open", "x.arc", "x.warc.open"])
@pytest.mark.parametrize("content", [packed(1, 2), record(1) + record(2)])
def test_a_file_is_what_is_in_it(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    (file,) = files_in([tmp_path])
    found, problems = read(file)
    assert (numbers(found), problems) == ([1, 2], [])


def test_litter_is_no_capture(tmp_path: Path) -> None:
    for name in ("._x.warc.gz", "x.warc~", ".DS_Store", "x.warc"):
        (tmp_path / name).write_bytes(record(1))
    assert files_in([tmp_path]) == [tmp_path / "x.warc"]


@pytest.mark.parametrize(
    "path",
    [
        *("x.md.bak", "x.warc.gz.orig", "4913", "lost+found/x", ".~lock.x.md#", ".TemporaryItems/y"),
        *(".DS_Store", "a/._x.warc.gz", "Thumbs.db", "thumbs.db", "x.md~", ".gitkeep", "desktop.ini", ".x.md.swp"),
        *("#x.md#", ".#x.md", ".nfs000000001234", "__MACOSX/x.md", "@eaDir/x.md/y", ".Trash-1000/x", ".fuse_hidden0a"),
    ],
)
def test_litter(path: str) -> None:
    assert is_litter(path)


@pytest.mark.parametrize("path", ["_posts/2026-01-02-NW1.md", "x.warc.gz", "a.b", ".archiver-1.tmp", "notes.txt"])
def test_no_litter(path: str) -> None:
    assert not is_litter(path)


def test_other_tools_files_of_an_archive_are_read(tmp_path: Path) -> None:
    file = tmp_path / "x.warc.gz"
    file.write_bytes(foreign([("http://example.org/1", b"body 1", [])]))
    assert numbers(read(file)[0]) == [1]
