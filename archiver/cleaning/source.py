"""The profile `source`: the source's own markup, byte for byte, but for what would break a post or harm its reader.

A fragment that is sound is kept as it stands. One that is not (unbalanced, unquoted attributes, scripts) is parsed
as a browser would and written anew, and then kept by the same rules.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from archiver.cleaning.markup import VOID
from archiver.cleaning.parse import DEEPEST, parse
from archiver.cleaning.rules import escape, escape_attribute, liquid_safe, without_indents
from archiver.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

TOKEN = re.compile(
    r"(?P<text>[^<]+)"
    r"|(?P<comment><!--(?!-?>)(?:(?!--).)*-->)"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)"
    r"(?P<attributes>(?:\s+[a-zA-Z_:][-\w:.]*(?:=(?:\"[^\"<]*\"|'[^'<]*'))?)*)\s*(?P<closed>/?)>",
    re.DOTALL,
)
ATTRIBUTE = re.compile(r"([a-zA-Z_:][-\w:.]*)(?:=(?:\"([^\"<]*)\"|'([^'<]*)'))?")
ATTRIBUTE_NAME = re.compile(r"[a-zA-Z_:][-\w:.]*", re.ASCII)
TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
BRACED_ADDRESS = re.compile(r"(?i)(?<=\s)((?:href|src)=)(\"[^\"]*\"|'[^']*')")

# kramdown's span elements: these can stand in a paragraph of Markdown, any other tag begins a block.
SPAN = frozenset(
    (
        "a abbr acronym b big bdo br button cite code del dfn em i img input ins kbd label mark option q rb rbc rp "
        "rt rtc ruby samp select small span strong sub sup tt u var"
    ).split()
)
SAFE = (SPAN - {"button", "input", "option", "select"}) | frozenset(
    (
        "address article aside audio bdi blockquote caption center col colgroup dd details dir div dl dt figcaption "
        "figure font footer h1 h2 h3 h4 h5 h6 header hr label li main nav ol p picture pre s section source strike "
        "summary table tbody td tfoot th thead time tr track u ul video wbr"
    ).split()
)
# Without their content; of every other element that is not safe the content stays.
HARMFUL = frozenset("script style iframe object embed applet template title svg frame frameset".split())
HARMFUL_ATTRIBUTE = re.compile(r"on|(?:srcdoc|formaction|ping|http-equiv|xmlns|markdown)$", re.IGNORECASE)
HARMFUL_STYLE = re.compile(r"expression|script|behaviou?r|binding|@import", re.IGNORECASE)
ADDRESS_ATTRIBUTES = frozenset("href src action background cite data longdesc poster srcset xlink:href".split())
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
HARMLESS_ADDRESS = re.compile(r"(?:https?|ftp|mailto|tel):|data:image/(?:png|jpe?g|gif|webp)[;,]", re.IGNORECASE)
IGNORED_IN_ADDRESSES = re.compile("[\x00-\x20]")

EMPTY_LINES = re.compile(r"(\r?\n)(?:[ \t\u3000]*\r?\n)+")
LINE_START = re.compile(r"(^|\n)([ \t\u3000]+)")
BLANK_RUN = re.compile(r"[^\S\r\n]+")
# What Markdown takes for more than text, anywhere or at the start of a line.
ACTIVE = re.compile(r"[\\`*_{}\[\]#|~^\"'&$=<>!]|--|\.\.\.|^[ \t]*(?:\d+\.|[-+:])\s", re.MULTILINE)
MARGIN = 3


def source_body(html: str) -> str:
    """Return `html` for a post: the same bytes but for pairs of ideographic spaces, if nothing in it is dangerous."""
    html = without_indents(printable(html))
    kept = _keep(html)
    if kept is None:
        root = parse(html)
        kept = _keep(without_indents("" if root is None else "".join(_rewritten(root))))
        if kept is None:
            raise AssertionError("a fragment that was written anew is not sound")
    return liquid_safe(kept)


def _keep(html: str) -> str | None:
    """Return `html` with its lines mended, or None if it is not sound."""
    out: list[str] = []
    open_names: list[str] = []
    run = 0  # where in `out` the text between two top-level blocks begins
    blocks = False
    position = 0
    while position < len(html):
        token = TOKEN.match(html, position)
        if not token or len(open_names) > DEEPEST:
            return None
        position = token.end()
        text = token[0]
        name = (token["name"] or "").lower()
        top_level = not open_names
        if name and not _balanced(token, name, open_names):
            return None
        if top_level and (token["comment"] or (name and name not in SPAN)):
            _mend_run(out, run, alone=False)
            blocks = True
        if token["attributes"] and "{" in text:
            text = BRACED_ADDRESS.sub(lambda found: found[1] + found[2].replace("{", "%7B").replace("}", "%7D"), text)
        out.append(text if top_level and token["text"] else _without_empty_lines(text, open_names))
        if blocks and not open_names and not token["text"] and (token["comment"] or name not in SPAN):
            run = len(out)
    if open_names:
        return None
    _mend_run(out, run, alone=not blocks)
    return "".join(out)


def _balanced(token: re.Match[str], name: str, open_names: list[str]) -> bool:
    """Return whether the tag may stand here, and keep account of the elements that are open."""
    if token["end"]:
        return not token["attributes"] and not token["closed"] and bool(open_names) and open_names.pop() == name
    if name not in SAFE or (token["closed"] and name not in VOID):
        return False
    if token["attributes"] and any(_is_harmful(*found) for found in _attributes(token["attributes"])):
        return False
    if name not in VOID:
        open_names.append(name)
    return True


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    for name, double_quoted, single_quoted in ATTRIBUTE.findall(text):
        yield name, unescape(double_quoted or single_quoted)


def _is_harmful(name: str, value: str) -> bool:
    name = name.lower()
    if HARMFUL_ATTRIBUTE.match(name):
        return True
    if name == "style":
        return HARMFUL_STYLE.search(value) is not None
    if name in ADDRESS_ATTRIBUTES:
        value = IGNORED_IN_ADDRESSES.sub("", value)
        return SCHEME.match(value) is not None and not HARMLESS_ADDRESS.match(value)
    return False


def _without_empty_lines(text: str, open_names: list[str]) -> str:
    """Return `text` without empty lines, which end a block of HTML in Hugo; preformatted text keeps them escaped."""
    if "\n" not in text:
        return text
    if "pre" in open_names:
        return EMPTY_LINES.sub(lambda found: "\n" + "&#10;" * (found[0].count("\n") - 1), text)
    return EMPTY_LINES.sub(r"\1", text)


def _mend_run(out: list[str], start: int, *, alone: bool) -> None:
    """Make what stands between two top-level blocks safe as Markdown, in place.

    alone: there are no blocks, this is the whole fragment.
    """
    run = "".join(out[start:])
    text = "".join(part for part in out[start:] if not part.startswith("<"))
    names = {name.lower() for name in TAG_NAME.findall(run)}
    if not names and not unescape(text).strip():
        run = _thin(unescape(run))
    elif alone and names <= SPAN and not ACTIVE.search(text) and not EMPTY_LINES.search(run):
        run = LINE_START.sub(lambda found: found[1] + _thin(found[2]), run)
    else:
        words = EMPTY_LINES.sub(r"\1", run.strip(" \t\r\n\u3000"))
        around = "p" if names <= SPAN else "div"
        leading = run[: len(run) - len(run.lstrip(" \t\r\n\u3000"))]
        trailing = run[len(run.rstrip(" \t\r\n\u3000")) :]
        run = f"{_thin(leading)}<{around}>{words}</{around}>{_thin(trailing)}"
    out[start:] = [run]


def _thin(blank: str) -> str:
    """Return `blank` space with at most three spaces in a row, and none that Markdown does not know."""
    return BLANK_RUN.sub(lambda found: " " * min(found[0].count(" "), MARGIN), blank)


def _rewritten(element: _Element) -> Iterator[str]:
    """Yield the content of `element`, well-formed and without what is harmful."""
    if element.text:
        yield escape(element.text)
    for child in element:
        name = str(child.tag)
        if name in SAFE:
            attributes = "".join(
                f' {key}="{escape_attribute(value)}"'
                for key, value in ((str(key), str(value)) for key, value in child.attrib.items())
                if ATTRIBUTE_NAME.fullmatch(key) and not _is_harmful(key, value)
            )
            yield f"<{name}{attributes} />" if name in VOID else f"<{name}{attributes}>"
            yield from _rewritten(child)
            if name not in VOID:
                yield f"</{name}>"
        elif name not in HARMFUL:
            yield from _rewritten(child)
        if child.tail:
            yield escape(child.tail)
