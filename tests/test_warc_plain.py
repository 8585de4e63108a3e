"""Records as most are, read without warcio: to the same parts as warcio reads them, or not at all."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.recordloader import ArcWarcRecordLoader

from archiver.captures.members import members
from archiver.captures.packing import records
from archiver.captures.plain import parts_of
from archiver.captures.records import by_warcio
from tests.test_captures import job
from tests.test_warc_records import BROKEN_FRAMES, ODD, arc, record
from tests.warcs import foreign

LOADER = ArcWarcRecordLoader(verify_http=False, arc2warc=True)
PAGE = "http://example.org/1"


def written() -> dict[str, bytes]:
    """Records as the archive writes them: an answer, its request, and what is noted about it."""
    packed = records(job(b"<p>page</p>", (("Content-Type", "text/html"),)))[0]
    contents = [content for _, _, content in members(BytesIO(packed), 0, len(packed))]
    return {f"as we write: {number}": content for number, content in enumerate(contents)}


PLAIN = {
    "a page": record(1),
    "no body": record(1, body=b""),
    "a body like a header": record(1, body=b"A: b\r\n\r\nWARC/1.0\r\n"),
    "a revisit": record(1, WARC_Type="revisit", body=b""),
    "a resource": record(1, WARC_Type="resource"),
    "a name": record(1, url="dns:example.org/{}"),
    "a request": record(1, WARC_Type="request"),
    "spaces around a value": record(1, X_Odd="   two  words   "),
    "an empty value": record(1, X_Odd=""),
    "small letters": record(1)
    .replace(b"WARC-Target-URI", b"warc-target-uri")
    .replace(b"Content-Type", b"CONTENT-TYPE"),
    "a field of HTTP twice": record(1, Content_Length="61").replace(b"text/html\r\n", b"text/html\r\nA: 1\r\nA:2\r\n"),
    "as warcio writes": foreign([(PAGE, b"<p>page</p>", [("X-A", "b")])], packed=False, info=False),
    "a warcinfo": foreign([], packed=False),
    **written(),
}
OTHER = {
    "an address in brackets": record(1, url="<http://example.org/{}>"),
    "an address with a space": record(1, url="http://example.org/a b/{}"),
    "a field that goes on": record(1).replace(b"text/html\r\n", b"text/html\r\n charset=utf-8\r\n"),
    "a header in other letters": record(1, X_Name="ü"),
    "HTTP in other letters": record(1).replace(b"text/html", "text/ü".encode()).replace(b": 57", b": 59"),
    "a line that is no field": record(1).replace(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nodd\r\n"),
    "lines of the old kind": record(1).replace(b"\r\n", b"\n"),
    "a length twice": record(1).replace(b"WARC-Date", b"Content-Length: 3\r\nWARC-Date"),
    "no length": record(1, leave_out="Content-Length"),
    "no number": record(1, Content_Length="-1"),
    "another version of HTTP": record(1).replace(b"HTTP/1.1", b"HTTP/2 2"),
    "no HTTP at all": record(1).replace(b"HTTP/1.1 200 OK", b"not as it is meant"[:15]),
    "nothing": b"",
    "an ARC record": arc(1),
    **{f"odd: {name}": content for name, (content, _) in ODD.items() if "version" in name},
    **{f"broken: {name}": content for name, (content, _) in BROKEN_FRAMES.items()},
}


def same(content: bytes) -> bool:
    """Whether a record was read without warcio; if so, it says what warcio says."""
    parts = parts_of(content)
    if parts is None:
        return False
    assert parts == by_warcio(LOADER, content)
    return True


@pytest.mark.parametrize("content", PLAIN.values(), ids=PLAIN)
def test_most_records_need_no_warcio(content: bytes) -> None:
    assert same(content)


@pytest.mark.parametrize("content", OTHER.values(), ids=OTHER)
def test_whatever_is_odd_is_left_to_warcio(content: bytes) -> None:
    assert not same(content)


PIECES = st.sampled_from(
    [
        *(b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b"\r\n\r\n", b"WARC/1.0", b"HTTP/1.1 200", b"\xff", b"\0", b"\x0b"),
        *(b"Content-Length: 3\r\n", b"WARC-Target-URI: <x>\r\n", b"<", b"0", b"A:b", b"\x85", b"\xc2\xa0", b"+", b"_"),
    ]
)
RECORDS = st.sampled_from([*PLAIN.values(), *OTHER.values()])


@given(RECORDS, st.lists(st.tuples(st.integers(0, 400), PIECES, st.booleans())))
def test_damage_makes_no_difference(content: bytes, damage: list[tuple[int, bytes, bool]]) -> None:
    for at, piece, over in damage:
        content = content[:at] + piece + content[at + len(piece) * over :]
    same(content)
