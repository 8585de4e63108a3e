"""Bytes of an answer in, their text out: one decoder for pages, listings and replays. It follows the rules of browsers
where those lose no text. No I/O."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from typing import NamedTuple

import webencodings

UTF_8 = "utf-8"
GB_18030 = "gb18030"
# What a byte-order mark says counts before everything else (WHATWG Encoding, 6.1 "decode").
MARKS = ((codecs.BOM_UTF8, UTF_8), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"))
# Text in these is mostly valid UTF-8 too, as it is made of ASCII bytes: only the label tells.
ASCII_BYTES = frozenset({"utf-16-be", "utf-16-le", "iso2022_jp"})
CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
REPLACEMENT = "\ufffd"

# A text that is labelled UTF-8 is UTF-8 as long as not more of its bytes than this are wrong.
MAX_WRONG_SHARE = 0.001
# UTF-8 with some damage has so many sound characters of several bytes for each wrong place. Ten Chinese characters in
# GB 18030, read as UTF-8, have 1 in 1 of 360 cases, and never 3. Where the label says UTF-8, 1 is enough.
MIN_SOUND_PER_WRONG = 3
MIN_SOUND_PER_WRONG_LABELLED = 1
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# GB 2312 has Chinese in pairs of high bytes. Accented letters that are read as GB 18030 take the ASCII byte after them.
HIGH_PAIR = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
HIGH = re.compile(rb"[\x80-\xff]")


EURO = b"\x80"
AS_BROWSERS = "archiver.as_browsers"  # of errors of codecs


class Decoded(NamedTuple):
    """A text, the encoding that it was in (a codec of Python), and at how many places it could not be read."""

    text: str
    encoding: str
    damaged: int = 0

    @property
    def note(self) -> str:
        """What is to be remembered of it; nothing if all could be read."""
        places = "1 place" if self.damaged == 1 else f"{self.damaged} places"
        return f"{self.encoding}, {places} unreadable" if self.damaged else ""


def decode(content: bytes, *labels: str | None) -> Decoded:
    """Return the text of `content`. Every content has one: what cannot be read becomes U+FFFD, and is counted.

    labels: the encodings that the answer says, as sources write them, the one to believe first (a header before the
    page itself): the first that is known counts.

    What is valid UTF-8 is that, whatever the label says: labels are wrong in both directions, and almost no text in
    another encoding is valid UTF-8 by accident. UTF-8 with some damage stays UTF-8. Then the label counts; then GB
    18030, if what comes out is Chinese.
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
    # The label is UTF-8 and wrong, or there is none: browsers take Windows-1252, in which every byte is a character.
    return damaged if labelled else _read(content, "cp1252")


def content_label(content_type: bytes | str | None) -> str | None:
    """Return the encoding that a Content-Type names; None if it names none."""
    text = content_type.decode("latin-1") if isinstance(content_type, bytes) else content_type
    found = CHARSET.search(text or "")
    return found[1] if found else None


def _codec(label: str | None) -> str | None:
    """Return the codec for a label of the web (WHATWG Encoding, 4.2); None for any other: Python has codecs that are no
    encodings of text, such as idna."""
    found = webencodings.lookup(label) if label else None
    if found is None or found.name in ("replacement", "x-user-defined"):
        return None
    # The standard decodes GBK, and all that is called so, as GB 18030, which is GBK and more.
    return GB_18030 if found.name in ("gbk", GB_18030) else str(found.codec_info.name)


def _read(content: bytes, encoding: str) -> Decoded:
    text = content.decode(encoding, AS_BROWSERS if encoding == GB_18030 else "replace")
    damaged = text.count(REPLACEMENT)
    if damaged:
        with suppress(UnicodeEncodeError):  # an encoding that has no such character
            damaged -= content.count(REPLACEMENT.encode(encoding))  # sent as such
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
    """Return whether most of what is not ASCII in `content` makes pairs, as Chinese in GB 18030 does."""
    return 4 * len(HIGH_PAIR.findall(content)) > len(HIGH.findall(content))
