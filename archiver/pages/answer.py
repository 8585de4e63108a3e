"""What came back, opened: the JSON value or the HTML tree of a response, or a PageError that says what came instead."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
from parsel import Selector

from archiver.encoding import REPLACEMENT, content_label, decode
from archiver.errors import BlockPageError, PageError
from archiver.html import parse_document
from archiver.text import printable, without_tags

if TYPE_CHECKING:
    from archiver.answer import Answer
    from archiver.encoding import Decoded

# `callback({…});` and `var name = {…};` around JSON, as listings send them to scripts.
WRAPPER = re.compile(r"(?:/\*.*?\*/\s*)?(?:var\s+)?[\w$.]++\s*+(?:\((?P<call>.*)\)|=(?P<value>.*))", re.DOTALL)
# What keeps other sites from running JSON as a script of theirs: it is cut off before the JSON is read.
GUARD = re.compile(r"\)\]\}',?|while\s*\(\s*1\s*\)\s*;|for\s*\(\s*;;\s*\)\s*;|throw\s+[^;\n]{1,40};|\{\}\s*&&")
META_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
LABELLED = 1024  # bytes at the beginning, in which a page says its encoding (HTML 4.2.5.5)
NESTED = (dict, list)
EMPTY: tuple[Any, ...] = (None, "", [], {})
GLIMPSE = 60


def open_json(answer: Answer) -> Any:
    """Return the JSON value of `answer`, its objects' keys in lower case (readers of one API differ in theirs).

    A JSONP call or an assignment around the value is taken off, and so is what guards it against being run as a script.
    Raises PageError.
    """
    try:
        return _lower_keys(msgspec.json.decode(answer.body))  # JSON is UTF-8 (RFC 8259, 8.1), nearly always
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = _decoded(answer).text.strip()
    if not text:
        raise PageError("the answer is empty")
    if text.startswith("<"):
        raise BlockPageError(f"the answer is a web page, not JSON (a block page?): {glimpse(without_tags(text))}")
    if guard := GUARD.match(text):
        text = text[guard.end() :].lstrip()
    found = WRAPPER.fullmatch(text.rstrip("; \t\r\n"))
    try:
        value = (found["call"] or found["value"] or "") if found else text
        return _lower_keys(json.loads(value, strict=False))
    except (ValueError, RecursionError) as error:
        raise PageError(f"the answer is not JSON ({error}): {glimpse(text)}") from error


def open_html(answer: Answer) -> Selector:
    """Return the HTML of `answer` as a selector. Raises PageError."""
    text = _decoded(answer).text
    if not text.strip():
        raise PageError("the answer is empty")
    return Selector(root=parse_document(text), type="html")


def encoding_note(answer: Answer, opened: Any) -> str:
    """Return at how many places the text of `answer` could not be read, and as what it was; nothing if all was.

    opened: what the answer was opened as. A JSON value shows each such place, and most have none.
    """
    return _decoded(answer).note if _has_replacement(opened) else ""


def _has_replacement(opened: Any) -> bool:
    """Return whether U+FFFD, which stands where text could not be read, may be in `opened`."""
    if isinstance(opened, str):
        return REPLACEMENT in opened
    if isinstance(opened, dict):
        return any(map(_has_replacement, opened)) or any(map(_has_replacement, opened.values()))
    if isinstance(opened, list):
        return any(map(_has_replacement, opened))
    return isinstance(opened, Selector)


def _decoded(answer: Answer) -> Decoded:
    """Return the text of `answer`; the label of its header counts before its own."""
    own = META_CHARSET.search(answer.body[:LABELLED]) if answer.body.lstrip()[:1] == b"<" else None
    return decode(
        answer.body,
        content_label(answer.content_type),
        own[1].decode("ascii", "ignore") if own else None,
    )


def _lower_keys(value: Any) -> Any:
    if isinstance(value, dict):
        lower = dict(zip(map(str.lower, value), value.values(), strict=True))
        if len(lower) != len(value):
            return _united(value)
        for key, part in lower.items():
            if isinstance(part, NESTED):
                lower[key] = _lower_keys(part)
        return lower
    if isinstance(value, list):
        return [_lower_keys(part) if isinstance(part, NESTED) else part for part in value]
    return value


def _united(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object in which some keys differ in letter case only, with each key once.

    What stands under the key in lower case counts, unless that is empty; then the first that is not.
    """
    united: dict[str, Any] = {}
    for key in sorted(value, key=lambda key: key != key.lower()):
        part = _lower_keys(value[key])
        if key.lower() not in united or united[key.lower()] in EMPTY:
            united[key.lower()] = part
    return united


def glimpse(opened: Any) -> str:
    """Return the beginning of what a text, a JSON value or a Selector says."""
    text = opened.xpath("string()").get("") if isinstance(opened, Selector) else str(opened)
    return " ".join(printable(text[: 10 * GLIMPSE]).split())[:GLIMPSE]
