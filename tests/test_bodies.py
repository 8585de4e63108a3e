"""Bodies of answers: what they say without their encodings, and whether they are whole."""

from __future__ import annotations

import gzip
import sys
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.captures.body import dechunked, open_body
from archiver.captures.decoding import CutOffError, TooLargeError, UnreadableBodyError, decode, is_text

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 1 << 20
HTML = "<html><head><title>新闻</title></head><body><p>一段。</p></body></html>\r\n".encode() * 20


def raw_deflate(body: bytes) -> bytes:
    """Deflate without zlib's header and checksum, as some servers send it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def chunked(body: bytes, size: int = 7, trailer: bytes = b"") -> bytes:
    """A body in chunks."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n" + trailer + b"\r\n"


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
names = st.sampled_from(sorted(PACKERS))


@given(st.binary(), st.lists(names, max_size=3))
def test_encodings_come_off_in_turn(body: bytes, applied: list[str]) -> None:
    packed = body
    for name in applied:
        packed = PACKERS[name](packed)
    assert decode(packed, ", ".join(applied).upper(), LIMIT) == body


@given(st.binary(), st.integers(0, 1000), st.sampled_from(["gzip", "zstd"]))
def test_a_stream_may_have_several_members(body: bytes, at: int, name: str) -> None:
    packed = PACKERS[name](body[:at]) + PACKERS[name](body[at:])
    assert decode(packed, name, LIMIT) == body


def test_thousands_of_members_are_read() -> None:
    assert decode(gzip.compress(b"x") * 5000, "gzip", LIMIT) == b"x" * 5000


@pytest.mark.parametrize("name", ["gzip", "zstd", "deflate"])
def test_what_follows_a_stream_is_left_out(name: str) -> None:
    assert decode(PACKERS[name](HTML) + b"\0\0 and more", name, LIMIT) == HTML


def test_deflate_without_its_header() -> None:
    assert decode(raw_deflate(HTML), "deflate", LIMIT) == HTML


@given(names, st.data())
def test_no_beginning_of_a_stream_is_taken_for_all_of_it(name: str, data: st.DataObject) -> None:
    packed = PACKERS[name](HTML)
    cut = packed[: data.draw(st.integers(5, len(packed) - 1))]
    with pytest.raises(CutOffError, match="the answer is cut off"):
        decode(cut, name, LIMIT)


@given(st.integers(0, len(HTML)))
def test_no_beginning_of_raw_deflate_is_taken_for_all_of_it(size: int) -> None:
    packed = raw_deflate(HTML)
    with pytest.raises(UnreadableBodyError):
        decode(packed[: 30 + size % (len(packed) - 30)], "deflate", LIMIT)


@given(st.integers(10, len(gzip.compress(HTML)) - 1), st.integers(0, 7))
def test_no_flipped_bit_of_gzip_passes(at: int, bit: int) -> None:
    packed = bytearray(gzip.compress(HTML))
    packed[at] ^= 1 << bit
    with suppress(UnreadableBodyError):
        assert decode(bytes(packed), "gzip", LIMIT) == HTML  # the last bits of a stream mean nothing


@pytest.mark.parametrize("name", [*PACKERS, "utf-8", "aws-chunked"])
@pytest.mark.parametrize("text", [HTML, '{"标题": "新闻"}'.encode(), "<p>新闻</p>".encode("gb18030"), b"x = 1"])
def test_an_encoding_that_was_taken_off_and_an_unknown_one_of_text(name: str, text: bytes) -> None:
    assert decode(text, name, LIMIT) == text


@pytest.mark.parametrize("name", ["identity", "none", "", " , "])
def test_no_encoding(name: str) -> None:
    assert decode(b"\0\1\2", name, LIMIT) == b"\0\1\2"


def test_an_unknown_encoding_is_named() -> None:
    with pytest.raises(UnreadableBodyError, match="its encoding compress is not known here"):
        decode(b"\x1f\x9d\x90\0\1", "compress", LIMIT)


@pytest.mark.parametrize("name", sorted(PACKERS))
@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1])
def test_a_body_may_not_unpack_to_more_than_the_limit(name: str, size: int) -> None:
    packed = PACKERS[name](bytes(size))
    if size == LIMIT:
        assert len(decode(packed, name, LIMIT)) == LIMIT
    else:
        with pytest.raises(TooLargeError, match="larger than 1,048,576 bytes"):
            decode(packed, name, LIMIT)


@given(st.text(st.characters(blacklist_categories=["Cc", "Cs"])), st.sampled_from(["utf-8", "gb18030"]))
def test_text_is_text(text: str, encoding: str) -> None:
    assert is_text(("<p>" + text * 50).encode(encoding))


@given(st.binary(), st.integers(1, 40))
def test_chunks_come_off(body: bytes, size: int) -> None:
    assert dechunked(chunked(body, size)) == body
    assert dechunked(chunked(body, size, b"X-Checksum: 1\r\nX-More: 2\r\n")) == body


@given(st.integers(1, 40), st.data())
def test_chunks_without_the_last_are_cut_off(size: int, data: st.DataObject) -> None:
    packed = chunked(HTML, size)
    cut = packed[: data.draw(st.integers(4, len(packed) - len(b"0\r\n\r\n")))]
    with pytest.raises(CutOffError, match="its last chunk is missing"):
        dechunked(cut)


@pytest.mark.parametrize("body", [HTML, b"", b"2024\r\nno chunk of that size" + bytes(0x2024), b"ab"])
def test_what_is_not_in_chunks_stays(body: bytes) -> None:
    assert dechunked(body) == body


def test_broken_chunks_are_named() -> None:
    with pytest.raises(UnreadableBodyError, match="its chunks are broken at byte 6"):
        dechunked(b"1\r\na\r\nzz\r\n")
    with pytest.raises(UnreadableBodyError, match="its chunks are broken at byte 10"):
        dechunked(b"1\r\na\r\n1\r\nbb")


PACKED = gzip.compress(HTML)
SIZE = ("Content-Length", str(len(HTML)))
PACKED_SIZE = ("Content-Length", str(len(PACKED)))
GZIPPED = ("Content-Encoding", "gzip")
CHUNKED = ("Transfer-Encoding", "chunked")
WHOLE: list[tuple[str, bytes, list[tuple[str, str]]]] = [
    ("nothing is said", HTML, []),
    ("as long as it says", HTML, [SIZE]),
    ("longer: an encoding was taken off", HTML, [PACKED_SIZE]),
    ("longer, and the encoding is still named", HTML, [GZIPPED, PACKED_SIZE]),
    ("shorter, since an encoding was taken off", HTML[:9], [GZIPPED, ("Content-Length", "30")]),
    ("its header has another name", HTML[:9], [("X-Archive-Orig-Content-Encoding", "gzip"), ("Content-Length", "30")]),
    ("packed", PACKED, [GZIPPED, PACKED_SIZE]),
    ("in chunks", chunked(HTML), [CHUNKED]),
    ("in chunks and packed", chunked(PACKED), [CHUNKED, GZIPPED]),
    ("packed for the transfer", chunked(PACKED), [("transfer-encoding", "gzip, chunked")]),
    ("in two headers", chunked(PACKED), [("Transfer-Encoding", "gzip"), CHUNKED]),
    ("the chunks were taken off", HTML, [CHUNKED, ("Content-Length", "99999")]),
    ("the same length twice", HTML, [SIZE, SIZE]),
    ("the same length in two ways", HTML, [("Content-Length", "1560, 01560"), SIZE]),
    ("several lengths, and chunks", chunked(HTML), [CHUNKED, SIZE, ("Content-Length", "9")]),
    ("no length", HTML, [("Content-Length", "many")]),
]


@pytest.mark.parametrize(("body", "headers"), [case[1:] for case in WHOLE], ids=[case[0] for case in WHOLE])
def test_whole_answers(body: bytes, headers: list[tuple[str, str]]) -> None:
    opened = open_body(body, headers, LIMIT)
    assert opened.fault is None
    assert opened.content == (HTML[:9] if len(body) == 9 else HTML)


CUT: list[tuple[str, bytes, list[tuple[str, str]], dict[str, str], str]] = [
    ("shorter than it says", HTML[:-1], [SIZE], {}, "1,559 of 1,560 bytes are there"),
    ("nothing came", b"", [SIZE, GZIPPED], {}, "0 of 1,560 bytes"),
    ("packed, and shorter than it says", PACKED[:-1], [GZIPPED, PACKED_SIZE], {}, "its gzip stream has no end"),
    ("packed, without a length", PACKED[:-1], [GZIPPED], {}, "its gzip stream has no end"),
    ("no last chunk", chunked(HTML)[:-5], [CHUNKED], {}, "its last chunk is missing"),
    ("in chunks and packed", chunked(PACKED[:-9]), [CHUNKED, GZIPPED], {}, "its gzip stream has no end"),
    ("the record says so", HTML, [SIZE], {"truncated": "disconnect"}, "WARC-Truncated: disconnect"),
    ("a segment", HTML, [SIZE], {"segment": "1"}, "one segment of several"),
    ("longer than anything", HTML, [("Content-Length", "9" * 5000)], {}, "1,560 of 999,999,999,999,999,999 bytes"),
]


@pytest.mark.parametrize(
    ("body", "headers", "said", "reason"), [case[1:] for case in CUT], ids=[case[0] for case in CUT]
)
def test_cut_off_answers(body: bytes, headers: list[tuple[str, str]], said: dict[str, str], reason: str) -> None:
    opened = open_body(body, headers, LIMIT, **said)  # type: ignore[arg-type]
    assert isinstance(opened.fault, CutOffError)
    assert reason in str(opened.fault)
    assert opened.content == b""


@pytest.mark.parametrize(
    "headers",
    [
        [SIZE, ("content-length", "1559")],
        [("Content-Length", "1559"), SIZE],
        [("Content-Length", "1560, 99999")],
        [("Content-Length", "0"), SIZE],
        [GZIPPED, SIZE, PACKED_SIZE],
    ],
)
@pytest.mark.parametrize("status", [200, 203])
def test_an_answer_of_two_lengths_is_not_read(headers: list[tuple[str, str]], status: int) -> None:
    """Nobody knows which is true, and no browser and no crawl takes it (RFC 9112, 6.3)."""
    opened = open_body(PACKED if GZIPPED in headers else HTML, headers, LIMIT, status=status)
    assert str(opened.fault).startswith("its length is not known: Content-Length says ")
    assert opened.content == b""


def test_what_a_proxy_made_of_an_answer_is_to_be_whole() -> None:
    assert isinstance(open_body(HTML[:-1], [SIZE], LIMIT, status=203).fault, CutOffError)


@pytest.mark.parametrize("status", [204, 206, 301, 404])
def test_lengths_are_those_of_good_answers(status: int) -> None:
    assert open_body(b"", [SIZE], LIMIT, status=status).fault is None


def test_the_payload_is_what_digests_are_of() -> None:
    opened = open_body(chunked(PACKED), [("Transfer-Encoding", "chunked"), GZIPPED], LIMIT)
    assert (opened.payload, opened.content) == (PACKED, HTML)
