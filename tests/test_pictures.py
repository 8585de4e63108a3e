"""What came in place of a picture: kept under the name of its content, or refused."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from struct import pack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from archiver.errors import PictureError
from archiver.pictures import MAX_BYTES, accept
from archiver.pictures.heads import PictureHead, read_head
from tests.drawn import KINDS, avif, bmp, gif, jpeg, png, webp

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="80" height="60">{}</svg>'
)


def svg(inside: str) -> bytes:
    """A drawing."""
    return SVG.format(inside).encode()


def refusal(content: bytes) -> str:
    """Why it is not kept."""
    with pytest.raises(PictureError) as caught:
        accept(content)
    return str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_the_bytes_say_which_kind_it_is_and_how_large(kind: str) -> None:
    content = KINDS[kind](640, 481)
    digest = sha256(content).hexdigest()
    assert read_head(content) == PictureHead(kind, 640, 481)
    assert accept(content) == (f"_assets/{digest[:2]}/{digest}.{kind}", content, bytes.fromhex(digest), 640, 481)


@pytest.mark.parametrize(("orientation", "size"), [(1, (60, 40)), (3, (60, 40)), (6, (40, 60)), (8, (40, 60))])
def test_a_photograph_is_as_large_as_it_is_shown(orientation: int, size: tuple[int, int]) -> None:
    assert accept(jpeg(60, 40, orientation=orientation))[3:] == size


@pytest.mark.parametrize(
    "made", [png(30, 20, frames=7), gif(30, 20, frames=7), webp(30, 20, frames=7)], ids=["png", "gif", "webp"]
)
def test_frames_are_counted(made: bytes) -> None:
    head = read_head(made)
    assert head is not None
    assert (head.width, head.height, head.frames) == (30, 20, 7)


def segment(marker: int, data: bytes = b"") -> bytes:
    """A part of a JPEG; some have no length."""
    return pack(">BB", 0xFF, marker) + (pack(">H", len(data) + 2) + data if data else b"")


def chunks(*parts: tuple[bytes, bytes]) -> bytes:
    """A WebP of parts by hand; those of an odd length have a byte more."""
    body = b"WEBP" + b"".join(name + pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in parts)
    return b"RIFF" + pack("<I", len(body)) + body


TURNED = jpeg(60, 40, orientation=6)
LITTLE_ENDIAN = TURNED.replace(
    b"MM\0*\0\0\0\x08" + pack(">HHHIHH", 1, 0x0112, 3, 1, 6, 0),
    b"II*\0\x08\0\0\0" + pack("<HHHIHH", 1, 0x0112, 3, 1, 6, 0),
)
LOSSY = webp(60, 40)[20:]


def test_exif_is_read_in_either_order_of_bytes() -> None:
    assert LITTLE_ENDIAN != TURNED
    assert accept(LITTLE_ENDIAN)[3:] == accept(TURNED)[3:] == (40, 60)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "nothing came"),
        (b" \xef\xbb\xbf<!DOCTYPE html><p>No", "a web page"),
        (b'{"error": 1}', "a text"),
        (b"Not found", "bytes of no kind that browsers show"),
        (b"<\0" * 40, "bytes of no kind that browsers show"),
    ],
)
def test_what_came_in_place_of_a_picture_is_said(content: bytes, said: str) -> None:
    with pytest.raises(PictureError, match=f"it is no picture: {said}$"):
        accept(content)


def test_a_picture_may_be_as_large_as_the_limit() -> None:
    picture = png(60, 40)
    assert accept(picture.ljust(MAX_BYTES, b"\0")).width == 60
    with pytest.raises(PictureError, match="more than 16,777,216 are not kept"):
        accept(picture.ljust(MAX_BYTES + 1, b"\0"))


@pytest.mark.parametrize(
    "content",
    [
        # Parts of a JPEG that look like a frame, or have no length; data beside Exif's that would turn it.
        TURNED[:2] + segment(0xC4, b"\0\x08\0\x09\0\x09") + jpeg(60, 40)[2:],
        TURNED[:2] + segment(0x01) + jpeg(60, 40)[2:],
        TURNED.replace(b"Exif", b"Ex1f"),
        # The size that is shown, and not that of a part of it; parts of an odd length.
        chunks((b"VP8X", b"\0\0\0\0" + b"\x3b\0\0\x27\0\0"), (b"VP8 ", webp(8, 8)[20:])),
        chunks((b"ICCP", b"odd"), (b"VP8 ", LOSSY)),
        chunks((b"VP8L", b"\x2f" + pack("<I", 59 | 39 << 14))),
        avif(8, 8) + avif(60, 40)[24:],
        # Nothing before the frame, and what looks like one behind it.
        b"\xff\xd8" + segment(0xC0, pack(">BHHB", 8, 40, 60, 0)) + segment(0xC1, pack(">BHHB", 8, 8, 9, 0)),
    ],
    ids=["tables", "alone", "other", "extended", "odd", "lossless", "larger", "bare"],
)
def test_the_size_is_that_of_what_is_shown(content: bytes) -> None:
    assert accept(content)[3:] == (60, 40)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (png(20_000, 20_000), "unpacks to 20,000 x 20,000 pixels"),
        (avif(100_000, 100_000), "more than can be shown"),
        (webp(16_000, 16_000, frames=1), "more than can be shown"),
        (gif(4000, 4000, frames=200), "in 200 frames"),
        (png(4000, 4000, frames=2**31 - 1), "in 2,147,483,647 frames"),
        (gif(4, 4).replace(pack("<HHHH", 0, 0, 4, 4), pack("<HHHH", 2, 1, 9000, 9000)), "9,002 x 9,001 pixels"),
        (avif(4000, 4000) + b"\0\0\0\x14stsz" + pack(">III", 0, 0, 200), "in 200 frames"),
        (png(9, 9).replace(b"IHDR", b"CgBI"), "no kind that browsers show"),
        (gif(1, 1), "nobody is to see it"),
        (png(600, 2), "nobody is to see it"),
        (png(0, 5), "does not say how large"),
        (bmp(0, 0), "does not say how large"),
        (b"\xff\xd8\xff", "a broken JPG"),
        (b"\xff\xd8" + b"\xff\xe0\0\2" * 300_000, "a broken JPG"),
        (gif(9, 9)[:-1] + b"\x21\xfe" + b"\1x" * 300_000, "a broken GIF"),
        (b"", "nothing came"),
        (b"<!DOCTYPE html><title>x</title>", "a web page"),
        (b" <html><body><svg/></body></html>", "a web page"),
        (b'{"error": 403}', "a text"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "no kind that browsers show"),
        (b"MZ\0\0", "no kind that browsers show"),
        (png(9, 9) + b"\0" * MAX_BYTES, "more than 16,777,216 are not kept"),
    ],
    ids=range(22),
)
def test_what_is_none_to_keep_is_refused(content: bytes, words: str) -> None:
    assert words in refusal(content)


@given(st.sampled_from(list(KINDS.values())), st.binary(max_size=40), st.integers(0, 80), st.integers(0, 80))
def test_broken_bytes_are_kept_or_refused(made: Any, noise: bytes, start: int, cut: int) -> None:
    content = made(300, 200)
    broken = (content[:start] + noise + content[start + len(noise) :])[: len(content) - cut]
    with suppress(PictureError):
        assert accept(broken).content == broken or broken.lstrip().startswith(b"<")


@pytest.mark.parametrize(
    "harm",
    [
        "<script>bad()</script>",
        "<text><script>bad()</script>words</text>",
        '<rect onclick="bad()" ONLOAD="bad()"/>',
        '<a xlink:href="javascript:bad()"><rect/></a>',
        '<a href="http://bad.example/"><rect/></a>',
        '<use href="http://bad.example/#x"/>',
        '<image xlink:href="http://bad.example/x.png"/>',
        '<image href="data:image/svg+xml;base64,bad="/>',
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="http://bad.example/"/></body></foreignObject>',
        '<set attributeName="href" to="javascript:bad()"/>',
        '<animate attributeName="x" values="javascript:bad()"/>',
        '<style>@import "http://bad.example/x.css";</style>',
        "<style>.a{fill:red}<g/>.b{background:url(http://bad.example/)}</style>",
        r"<style>.a{background:ur\6c(http://bad.example/)}</style>",
        r'<rect style="fill:ur\6c(http://bad.example/#g)"/>',
        '<rect style="fill:url(http://bad.example/#g)"/>',
        '<rect fill="url(http://bad.example/#g)"/>',
        '<?xml-stylesheet href="http://bad.example/"?>',
        "<!-- bad -->",
        '<h:script xmlns:h="http://www.w3.org/1999/xhtml">bad()</h:script>',
        '<metadata><bad xmlns="http://bad.example/"/></metadata>',
        '<g xml:base="http://bad.example/"/>',
        '<x:text xmlns:x="http://bad.example/1234567">bad</x:text>',  # a name as long as SVG's own
    ],
)
def test_drawings_do_no_harm(harm: str) -> None:
    kept = accept(svg(f'<g id="x">{harm}words<path d="M0 0h9"/></g>words'))
    assert (kept.path[-4:], kept.width, kept.height) == (".svg", 80, 60)
    assert b"bad" not in kept.content
    assert b'<path d="M0 0h9"/>' in kept.content
    assert kept.content.count(b"words") == 2 + harm.count("words")
    assert accept(kept.content) == kept


def test_what_is_left_out_of_a_drawing_takes_no_time_without_end() -> None:
    kept = accept(svg("<x/>a" * 200_000 + "<g/>" + "<x/>b" * 190_000))
    assert kept.content.count(b"a" * 200_000) == kept.content.count(b"b" * 190_000) == 1


def test_a_harmless_drawing_keeps_its_looks() -> None:
    drawing = (
        '<defs><linearGradient id="g"><stop offset="1" stop-color="red"/></linearGradient></defs>'
        '<style>.a{stroke:blue;fill:url(#g)}</style><rect class="a" fill="url(#g)" style="opacity:.5" width="9"/>'
        '<text x="1">A &amp; B<tspan>C</tspan></text><use xlink:href="#g"/>'
        '<image href="data:image/png;base64,iVBORw0KGgo=" width="4"/>'
    )
    kept = accept(b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made by -->\n<!DOCTYPE svg>\n' + svg(drawing))
    assert etree.canonicalize(kept.content.decode()) == etree.canonicalize(SVG.format(drawing))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg><path/></svg>", "namespace"),
        (svg("<g>"), "broken"),
        (svg("<g>" * 400 + "</g>" * 400), "broken"),
        (b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + svg("&a;"), "entities"),
        (svg("<g/>" * 600_000), "are not kept"),
        (
            svg(f"<path {' '.join(f'a{number}=' + repr('x') for number in range(150_000))}/>"),
            "more than 300 attributes",
        ),
    ],
    ids=["namespace", "open", "deep", "entities", "long", "attributes"],
)
def test_drawings_that_cannot_be_kept(content: bytes, words: str) -> None:
    assert words in refusal(content)


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        *(('width="10cm" height="5cm"', (0, 0)), ('viewBox="0 0 30,20.4"', (30, 20)), ("", (0, 0))),
        *(('width="1e9"', (0, 0)), ('width="200000" height="5"', (0, 0))),
    ],
)
def test_a_drawing_may_say_how_large_it_is(size: str, shown: tuple[int, int]) -> None:
    assert accept(f'<svg xmlns="http://www.w3.org/2000/svg" {size}/>'.encode())[3:] == shown
