"""Decoding: the bytes of an answer in, their text out. Pages, listings and replays all use it. It follows the rules of
browsers where these lose no text."""

from __future__ import annotations

import codecs
from contextlib import suppress
from typing import NamedTuple

from archiver.encoding.guess import codec_of, denies, guessed
from archiver.encoding.parts import UTF_8, parts_of, stretches_of

GB_18030 = "gb18030"
# A byte-order mark counts before everything else (WHATWG Encoding, 6.1 "decode").
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, UTF_8), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"))
# Text in these encodings is mostly made of ASCII bytes, and so is valid UTF-8, too.
ISO_2022_JP = "iso2022_jp"
IN_ASCII_BYTES = frozenset({"utf-16-be", "utf-16-le", ISO_2022_JP})
ISO_2022_JP_ESCAPE = b"\x1b$"  # what begins Japanese text in it
REPLACEMENT = "\ufffd"
# Text in UTF-16 begins with a character of ASCII, as pages, feeds and JSON do, and has zeros in at least this share of
# its bytes, and at least as many times more of them at one of the two places in a pair as at the other.
MIN_ZERO_SHARE, MIN_SIDE_RATIO = 0.05, 10
MAX_GUESSED_BYTES = 300_000  # of words beyond ASCII, by which the encoding is guessed
EURO = b"\x80"
AS_BROWSERS = "archiver.as_browsers"  # of errors of codecs


class Decoded(NamedTuple):
    """A text, the encoding that it was in (the name of a Python codec), at how many places it could not be decoded, and
    the encoding in which a smaller part of it was; empty if there is no such part."""

    text: str
    encoding: str
    damaged: int = 0
    partly: str = ""

    @property
    def note(self) -> str:
        """A note of encodings and damage, to be kept with the article; empty if there is nothing to say."""
        places = "1 place" if self.damaged == 1 else f"{self.damaged} places"
        said = (f"partly {self.partly}" if self.partly else "", f"{places} unreadable" if self.damaged else "")
        return ", ".join([self.encoding, *filter(None, said)]) if any(said) else ""


def decode(content: bytes, *labels: str | None) -> Decoded:
    """Return the text of `content`. There always is one: what cannot be decoded becomes U+FFFD, and is counted.

    labels: the encodings that the answer names, as sources write them, the most trusted first (a header before the page
    itself). The first that is known counts.

    Valid UTF-8 is decoded as UTF-8, whatever the label says: labels are often wrong, and almost no text in another
    encoding is valid UTF-8 by accident. Otherwise the label counts, unless the text as a whole says something else, and
    without a label the likeliest encoding does. A page can be in UTF-8 and partly in that encoding, or the other way
    round.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _read(content[len(mark) :], encoding)
    labelled = next((codec for label in labels if label and (codec := codec_of(label))), None)
    if labelled in IN_ASCII_BYTES and (b"\0" in content or b"\x1b" in content):
        return _read(content, labelled)
    if b"\0" in content and (wide := _wide(content)):
        return _read(content, wide)
    if ISO_2022_JP_ESCAPE in content and content.isascii():
        with suppress(UnicodeDecodeError):
            return Decoded(content.decode(ISO_2022_JP), ISO_2022_JP)
    try:
        return Decoded(content.decode(UTF_8), UTF_8)
    except UnicodeDecodeError:
        return _by_evidence(content, labelled)


def _by_evidence(content: bytes, labelled: str | None) -> Decoded:
    """Return the text of `content`, which is not valid UTF-8."""
    stretches = stretches_of(content)
    foreign = [word for stretch in stretches if not stretch.is_utf_8 for word in stretch.words.split(b" ")]
    step = -(-sum(map(len, foreign)) // MAX_GUESSED_BYTES)
    foreign = foreign[::step]  # of a long text every second word, say
    other = guessed(foreign)
    if labelled and labelled != UTF_8 and not denies(b" ".join(foreign), labelled, other):
        other = labelled
    trusted = UTF_8 if labelled == UTF_8 else other if labelled else None
    parts = [_read(part, codec) for part, codec in parts_of(content, stretches, other, trusted)]
    if len(parts) == 1:
        return parts[0]
    sizes = {codec: sum(len(part.text) for part in parts if part.encoding == codec) for codec in (UTF_8, other)}
    mostly, partly = sorted(sizes, key=lambda codec: -sizes[codec])
    return Decoded("".join(part.text for part in parts), mostly, sum(part.damaged for part in parts), partly)


def _wide(content: bytes) -> str:
    """Return the kind of UTF-16 that bytes are by their zeros; empty if they are none."""
    at_even, at_odd = content[::2].count(0), content[1::2].count(0)
    if at_even + at_odd < MIN_ZERO_SHARE * len(content) or content[:2].count(0) != 1:
        return ""
    if at_odd >= MIN_SIDE_RATIO * at_even:
        return "utf-16-le"
    return "utf-16-be" if at_even >= MIN_SIDE_RATIO * at_odd else ""


def _read(content: bytes, encoding: str) -> Decoded:
    text = content.decode(encoding, AS_BROWSERS if encoding == GB_18030 else "replace")
    damaged = text.count(REPLACEMENT)
    if damaged:
        with suppress(UnicodeEncodeError):  # an encoding that has no U+FFFD
            damaged -= content.count(REPLACEMENT.encode(encoding))  # U+FFFD that the source itself sent
    return Decoded(text, encoding, max(damaged, 0))


def _euro_or_replacement(error: UnicodeError) -> tuple[str | bytes, int]:
    """Return what browsers have for bytes that are nothing in GB 18030: one of them is the euro sign to them, as it was
    in Windows (WHATWG Encoding, 10.2.1)."""
    if isinstance(error, UnicodeDecodeError) and error.object[error.start : error.start + 1] == EURO:
        return "€", error.start + 1
    return codecs.replace_errors(error)


codecs.register_error(AS_BROWSERS, _euro_or_replacement)
