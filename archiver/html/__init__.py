"""HTML, parsed as browsers parse it, into trees of lxml. No I/O."""

from archiver.html.parse import BETWEEN, parse_document, parse_fragment, parse_sound, parse_unsound
from archiver.html.write import html_of, html_within
from archiver.html.xml import MAX_DEPTH

__all__ = [
    "BETWEEN",
    "MAX_DEPTH",
    "html_of",
    "html_within",
    "parse_document",
    "parse_fragment",
    "parse_sound",
    "parse_unsound",
]
