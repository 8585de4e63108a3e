"""Decoding: the bytes of an answer in, their text out. Pages, listings and replays all use it. It follows the rules of
browsers where these lose no text. No I/O."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from typing import NamedTuple

import webencodings

UTF_8 = "utf-8"
GB_18030 = "gb18030"
# A byte-order mark counts before everything else (WHATWG Encoding, 6.1 "decode").
MARKS = ((codecs.BOM_UTF8, UTF_8), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"))
# Text in these encodings is mostly made of ASCII bytes, and so is valid UTF-8, too: only the label tells them apart.
ASCII_BYTES = frozenset({"utf-16-be", "utf-16-le", "iso2022_jp"})
CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
REPLACEMENT = "\ufffd"

# A text that is labelled UTF-8 is taken for UTF-8 as long as no larger share of its bytes is wrong.
MAX_WRONG_SHARE = 0.001
# A text is taken for damaged UTF-8 if it has at least so many valid characters of several bytes for each invalid place.
# Ten Chinese characters in GB 18030, read as UTF-8, have 1 in 1 of 360 cases, and never 3. Where the label says UTF-8,
# 1 is enough.
MIN_SOUND_PER_WRONG = 3
MIN_SOUND_PER_WRONG_LABELLED = 1
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# In GB 2312 a Chinese character is a pair of high bytes. Accented letters in Western text are mostly single high bytes.
HIGH_PAIR = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
HIGH = re.compile(rb"[\x80-\xff]")


EURO = b"\x80"
AS_BROWSERS = "archiver.as_browsers"  # of errors of codecs


class Decoded(NamedTuple):
    """A text, the encoding that it was in (the name of a Python codec), and at how many places it could not be
    decoded."""

    text: str
    encoding: str
    damaged: int = 0

    @property
    def note(self) -> str:
        """A note of encoding and damage, to be kept with the article; empty if there is no damage."""
        places = "1 place" if self.damaged == 1 else f"{self.damaged} places"
        return f"{self.encoding}, {places} unreadable" if self.damaged else ""


def decode(content: bytes, *labels: str | None) -> Decoded:
    """Return the text of `content`. There always is one: what cannot be decoded becomes U+FFFD, and is counted.

    labels: the encodings that the answer names, as sources write them, the most trusted first (a header before the page
    itself). The first that is known counts.

    Valid UTF-8 is decoded as UTF-8, whatever the label says: labels are often wrong, and almost no text in another
    encoding is valid UTF-8 by accident. So is UTF-8 with some damage. Otherwise the label counts; without one that
    helps, GB 18030 does if the bytes look like Chinese.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _read(content[len(mark) :], encoding)
    labelled = next((codec for label in labels if (codec := _codec(label))), None)
    if labelled in ASCII_BYTES and (b"\0" in content or b"\x1b" in content):
        return _read(content, labelled)
    try:
        return Decoded(content.decode(UTF_8), UTF_8)
    except UnicodeDecodeError:
        damaged = _read(content, UTF_8)
    if _is_utf_8(content, damaged, labelled):
        return damaged
    if labelled and labelled != UTF_8:
        return _read(content, labelled)
    if _is_chinese(content):
        return _read(content, GB_18030)
    # If the label says UTF-8, the text stays UTF-8, damaged. Without a label browsers take Windows-1252.
    return damaged if labelled else _read(content, "cp1252")


def content_label(content_type: bytes | str | None) -> str | None:
    """Return the encoding that a Content-Type names; None if it names none."""
    text = content_type.decode("latin-1") if isinstance(content_type, bytes) else content_type
    found = CHARSET.search(text or "")
    return found[1] if found else None


def _codec(label: str | None) -> str | None:
    """Return the Python codec for an encoding label (WHATWG Encoding, 4.2); None for a label that the standard does not
    have. Python itself is not asked: it has codecs that are no encodings of text, such as idna."""
    found = webencodings.lookup(label) if label else None
    if found is None or found.name in ("replacement", "x-user-defined"):
        return None
    # The standard decodes GBK and its aliases as GB 18030, which contains GBK.
    return GB_18030 if found.name in ("gbk", GB_18030) else str(found.codec_info.name)


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


def _is_utf_8(content: bytes, read: Decoded, labelled: str | None) -> bool:
    """Return whether `content`, which is not valid UTF-8, is UTF-8 with some damage."""
    if labelled == UTF_8 and read.damaged <= MAX_WRONG_SHARE * len(content):
        return True
    least = MIN_SOUND_PER_WRONG_LABELLED if labelled == UTF_8 else MIN_SOUND_PER_WRONG
    return len(MULTIBYTE.findall(content)) >= least * read.damaged


def _is_chinese(content: bytes) -> bool:
    """Return whether more than half of the high bytes in `content` are in pairs, as those of Chinese in GB 18030."""
    return 4 * len(HIGH_PAIR.findall(content)) > len(HIGH.findall(content))
