"""Opening answers: an answer in; its JSON value or HTML tree out, or a PageError that says what came instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from parsel import Selector

from archiver.encoding import REPLACEMENT, content_label, decode, page_label
from archiver.errors import BlockPageError, PageError
from archiver.html import parse_document
from archiver.lenient_json import LENIENT_DECODER
from archiver.text import printable, without_tags

if TYPE_CHECKING:
    from archiver.answer import Answer
    from archiver.encoding import Decoded

# `callback({…});` and `var name = {…};` around JSON, as listings send them to scripts.
WRAPPER_PATTERN = re.compile(r"(?:/\*.*?\*/\s*)?(?:var\s+)?[\w$.]++\s*+(?:\((?P<call>.*)\)|=(?P<value>.*))", re.DOTALL)
# A prefix that keeps other sites from loading JSON as a script; it is removed before the JSON is read.
JSON_GUARD_PATTERN = re.compile(
    r"\)\]\}',?|while\s*\(\s*1\s*\)\s*;|for\s*\(\s*;;\s*\)\s*;|throw\s+[^;\n]{1,40};|\{\}\s*&&"
)
NESTED_TYPES = (dict, list)
EMPTY_VALUES: tuple[Any, ...] = (None, "", [], {})
MAX_GLIMPSE_CHARACTERS = 60


def open_json(answer: Answer) -> Any:
    """Return the JSON value of `answer`, with the keys of objects in lower case (servers of one API differ in that).

    A JSONP call or an assignment around the value is removed, and so is a prefix that keeps it from being run as a
    script. Raises PageError.
    """
    try:
        return _lower_keys(msgspec.json.decode(answer.body))  # JSON is UTF-8 (RFC 8259, 8.1), nearly always
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = _decoded(answer).text.strip()
    if not text:
        raise PageError("the answer is empty")
    if text.startswith("<"):
        raise BlockPageError(f"the answer is a web page, not JSON (a block page?): {glimpse(without_tags(text))}")
    if guard := JSON_GUARD_PATTERN.match(text):
        text = text[guard.end() :].lstrip()
    match = WRAPPER_PATTERN.fullmatch(text.rstrip("; \t\r\n"))
    try:
        value = (match["call"] or match["value"] or "") if match else text
        return _lower_keys(LENIENT_DECODER.decode(value))
    except (ValueError, RecursionError) as error:
        raise PageError(f"the answer is not JSON ({error}): {glimpse(text)}") from error


def open_html(answer: Answer) -> Selector:
    """Return the HTML of `answer` as a selector. Raises PageError."""
    text = _decoded(answer).text
    if not text.strip():
        raise PageError("the answer is empty")
    return Selector(root=parse_document(text), type="html")


def encoding_note(answer: Answer, opened: Any) -> str:
    """Return a note of the encoding of `answer`, and at how many places its text could not be decoded; empty if there
    are none.

    opened: the JSON value or Selector that the answer was opened as. In a JSON value one can see whether there are such
    places, and mostly there are none; then the answer need not be decoded again.
    """
    return _decoded(answer).note if _has_replacement(opened) else ""


def _has_replacement(*opened: Any) -> bool:
    """Return whether U+FFFD, which stands where text could not be decoded, may be in `opened`."""
    for part in opened:
        if isinstance(part, str):
            found = REPLACEMENT in part
        elif isinstance(part, dict):
            found = _has_replacement(*part, *part.values())
        else:
            found = _has_replacement(*part) if isinstance(part, list) else isinstance(part, Selector)
        if found:
            return True
    return False


def _decoded(answer: Answer) -> Decoded:
    """Return the text of `answer`. The encoding in its Content-Type counts before the one in the page itself."""
    is_page = answer.body.lstrip()[:1] == b"<"
    return decode(answer.body, content_label(answer.content_type), page_label(answer.body) if is_page else None)


def _lower_keys(value: Any) -> Any:
    if isinstance(value, dict):
        lower = dict(zip(map(str.lower, value), value.values(), strict=True))
        if len(lower) != len(value):
            return _united(value)
        for key, part in lower.items():
            if isinstance(part, NESTED_TYPES):
                lower[key] = _lower_keys(part)
        return lower
    if isinstance(value, list):
        return [_lower_keys(part) if isinstance(part, NESTED_TYPES) else part for part in value]
    return value


def _united(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object in which some keys differ in letter case only, with each key once, in lower case.

    Its value is that of the key that was in lower case; if that is empty, the first value that is not.
    """
    united: dict[str, Any] = {}
    for key in sorted(value, key=lambda key: key != key.lower()):
        part = _lower_keys(value[key])
        if key.lower() not in united or united[key.lower()] in EMPTY_VALUES:
            united[key.lower()] = part
    return united


def glimpse(opened: Any) -> str:
    """Return the beginning of a text, or of the text of a JSON value or a Selector, for messages."""
    text = opened.xpath("string()").get("") if isinstance(opened, Selector) else str(opened)
    return " ".join(printable(text[: 10 * MAX_GLIMPSE_CHARACTERS]).split())[:MAX_GLIMPSE_CHARACTERS]
