"""What came back, opened: the JSON value or the HTML tree of a response, or a PageError that says what came instead."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
from parsel import Selector

from archiver.errors import BlockPageError, PageError
from archiver.html import parse_document
from archiver.text import printable, without_tags

if TYPE_CHECKING:
    from scrapy.http import Response

# `callback({…});` and `var name = {…};` around JSON, as listings send them to scripts.
WRAPPER = re.compile(r"(?:/\*.*?\*/\s*)?(?:var\s+)?[\w$.]++\s*+(?:\((?P<call>.*)\)|=(?P<value>.*))", re.DOTALL)
# The encodings of the web: Python has others, such as idna, that are no text or fail in ways of their own.
CHARSET = re.compile(rb"charset=[\"']?((?:utf-?8|utf-?16|gb|big5|iso-8859-|windows-|euc-|shift|koi8-)[\w-]*)", re.I)
NESTED = (dict, list)
GLIMPSE = 60


def open_json(response: Response) -> Any:
    """Return the JSON value of `response`, its objects' keys in lower case (readers of one API differ in theirs).

    A JSONP call or an assignment around the value is taken off. Raises PageError.
    """
    try:
        return _lower_keys(msgspec.json.decode(response.body))  # JSON is UTF-8 (RFC 8259, 8.1), nearly always
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = decode(response).strip()
    if not text:
        raise PageError("the answer is empty")
    if text.startswith("<"):
        raise BlockPageError(f"the answer is a web page, not JSON (a block page?): {glimpse(without_tags(text))}")
    found = WRAPPER.fullmatch(text.rstrip("; \t\r\n"))
    try:
        value = (found["call"] or found["value"] or "") if found else text
        return _lower_keys(json.loads(value, strict=False))
    except (ValueError, RecursionError) as error:
        raise PageError(f"the answer is not JSON ({error}): {glimpse(text)}") from error


def open_html(response: Response) -> Selector:
    """Return the HTML of `response` as a selector. Raises PageError."""
    text = decode(response)
    if not text.strip():
        raise PageError("the answer is empty")
    return Selector(root=parse_document(text), type="html")


def decode(response: Response) -> str:
    """Return the text of `response`: UTF-8 if it is that, whatever the label says; else as labelled; else GB 18030.

    Labels are wrong in both directions, and almost no text in another encoding is valid UTF-8 by accident.
    """
    labelled = CHARSET.search(response.headers.get("Content-Type") or b"") or CHARSET.search(response.body[:1024])
    label = labelled[1].decode("ascii") if labelled else "gb18030"
    for encoding in ("utf-8-sig", label, "gb18030"):
        try:
            return str(response.body, encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    raise PageError(f"the answer is text in no known encoding (labelled {label})")


def _lower_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.lower(): _lower_keys(part) if isinstance(part, NESTED) else part for key, part in value.items()}
    if isinstance(value, list):
        return [_lower_keys(part) if isinstance(part, NESTED) else part for part in value]
    return value


def glimpse(opened: Any) -> str:
    """Return the beginning of what a text, a JSON value or a Selector says."""
    text = opened.xpath("string()").get("") if isinstance(opened, Selector) else str(opened)
    return " ".join(printable(text[: 10 * GLIMPSE]).split())[:GLIMPSE]
