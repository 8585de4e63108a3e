"""The profile `source`: the source's own markup, byte for byte, except what would break a post or harm its reader.

A fragment that is sound is kept as it stands. One that is not (unbalanced, unquoted attributes, scripts) is parsed as
browsers parse it and written anew, and then the same rules apply.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from archiver.cleaning.apart import gaps, mark_for, marked
from archiver.cleaning.cleaned import Cleaned, check_size
from archiver.cleaning.layout import parts_children
from archiver.cleaning.markup import BLOCKS, BOX_ELEMENTS, DRAWN_ELEMENTS, PREFORMATTED_ELEMENTS, VOID_ELEMENTS
from archiver.cleaning.media import FRAME_ELEMENTS, MEDIA_ELEMENTS, linked, medium
from archiver.cleaning.plain_blocks import attributes_in, plain_blocks
from archiver.cleaning.references import with_semicolons
from archiver.cleaning.rules import INDENT, escape, escape_attribute, liquid_safe, without_indents
from archiver.cleaning.style import harmless_part, is_harmless, read_style
from archiver.cleaning.tree import body_tree
from archiver.html import MAX_DEPTH
from archiver.text import printable, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

INLINE_PATTERN = re.compile(r"display\s*:\s*(?:inline(?!-)|contents)", re.IGNORECASE)  # in a style, perhaps
# Tags that kramdown reads as browsers do; white space in them is ASCII only.
NAME_EXPRESSION = r"[a-zA-Z_][-\w.]*(?::[a-zA-Z_][-\w.]*)?"
TOKEN_PATTERN = re.compile(
    r"(?P<text>[^<]+)"
    r"|(?P<comment><!--(?!-?>)(?:(?!--).)*-->)"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)"
    rf"(?P<attributes>(?:\s+{NAME_EXPRESSION}(?:=(?:\"[^\"<]*\"|'[^'<]*'))?)*)\s*(?P<closed>/?)>",
    re.DOTALL | re.ASCII,
)
ATTRIBUTE_PATTERN = re.compile(rf"({NAME_EXPRESSION})(?:=(?:\"([^\"<]*)\"|'([^'<]*)'))?", re.ASCII)
ATTRIBUTE_NAME_PATTERN = re.compile(NAME_EXPRESSION, re.ASCII)
TAG_NAME_PATTERN = re.compile(r"<([a-zA-Z0-9]+)")
ADDRESS_ATTRIBUTE_PATTERN = re.compile(r"(?i)(?<=\s)((?:href|src)=)(\"[^\"]*\"|'[^']*')")

# kramdown's span elements: these can stand in a paragraph of Markdown.
SPAN_ELEMENTS = frozenset(
    (
        "a abbr acronym b big bdo br button cite code del dfn em i img input ins kbd label mark option q rb rbc rp "
        "rt rtc ruby samp select small span strong sub sup tt u var"
    ).split()
)
# Elements that can stand in a paragraph of HTML, but in Markdown begin a block if they begin a line. kramdown does not
# know the first nine, and ends such an element only at an end tag with the same spelling, capital letters included.
MARKDOWN_BLOCK_ELEMENTS = frozenset("audio bdi font picture s strike time video center dir".split())
PHRASING_ELEMENTS = SPAN_ELEMENTS | MARKDOWN_BLOCK_ELEMENTS - {"center", "dir"} | {"source", "track", "wbr"}
SAFE_ELEMENTS = (PHRASING_ELEMENTS - {"button", "input", "option", "select"}) | frozenset(
    (
        "address article aside blockquote caption center col colgroup dd details dir div dl dt figcaption figure "
        "footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
    ).split()
)
DRAWING_ELEMENTS = DRAWN_ELEMENTS | {"canvas", "desc"}
# Browsers show nothing of these elements, so they are left out. Other elements that are not safe lose their tags only.
UNSEEN_ELEMENTS = frozenset("script style iframe template title noembed noframes datalist".split())
PLAYER_ELEMENTS = MEDIA_ELEMENTS - SAFE_ELEMENTS  # these are replaced by a link to the video that they play
HARMFUL_ATTRIBUTE = re.compile(r"on|(?:srcdoc|formaction|ping|http-equiv|xmlns|markdown)$", re.IGNORECASE)
ADDRESS_ATTRIBUTES = frozenset("href src action background cite data longdesc poster srcset xlink:href".split())
SCHEME_PATTERN = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
HARMLESS_ADDRESS = re.compile(r"(?:https?|ftp|mailto|tel):|data:image/(?:png|jpe?g|gif|webp)[;,]", re.IGNORECASE)
IGNORED_IN_ADDRESSES = re.compile("[\x00-\x20]")

# Ideographic spaces that are written as references, which is rare.
INDENT_REFERENCE_PATTERN = re.compile(r"&#(?:12288|x3000);", re.IGNORECASE)
# What stands before the indent of a paragraph in most cases: one of these tags.
BEFORE_INDENT = re.compile(r"</?(?:p|br|div)(?=[\s/>])[^<>]{0,200}>\Z", re.IGNORECASE)
MAX_TAG_CHARACTERS = 220  # characters
BLANK_CHARACTERS = " \t\r\n\u3000"
EMPTY_LINES = re.compile(r"((?>\r\n?|\n))(?:[ \t\u3000]*(?:\r\n?|\n))+")
LINE_BREAK = re.compile(r"\r\n?|\n")
LINE_START = re.compile(r"(^|[\r\n]|-->)([ \t\u3000]+)")
LINE_END = re.compile(r"[\r\n][ \t\u3000]*\Z")
BLANK_RUN = re.compile(r"[^\S\r\n]+")
MAX_INDENT = 3
# Characters that have a meaning in Markdown: anywhere, and at the start of a line.
ACTIVE_PATTERN = re.compile(
    r"[\\`*_\[|\"']|\{[:{%]|&[^;&\s]*;|\$\$|~~|>>|--|\.\.\.|  \n"
    r"|^[ \t\u3000]*(?:(?:\d+\.|[-+:])(?=\s)|[#>]|[-=]+\s*$|\^\s*$)",
    re.MULTILINE,
)


def source_body(html: str) -> Cleaned:
    """Return `html` for a post: the same bytes without pairs of ideographic spaces, if nothing in it is dangerous.

    Raises BodyError if it is too long.
    """
    check_size(html)
    kept = _kept(html)
    return Cleaned(kept, {}, _gaps(html, kept) if _may_have_gaps(html) else ())


def _may_have_gaps(html: str) -> bool:
    """Return whether there may be a pair of ideographic spaces that is not just the indent of a paragraph."""
    indents = html.count(f"<p>{INDENT}")
    at = html.find(INDENT) if html.count(INDENT) != indents else -1
    while at >= 0:
        before = html[max(0, at - MAX_TAG_CHARACTERS) : at].rstrip()
        if (before or at > MAX_TAG_CHARACTERS) and not BEFORE_INDENT.search(before, max(0, before.rfind("<"))):
            return True
        at = html.find(INDENT, at + len(INDENT))
    return "&#" in html and INDENT_REFERENCE_PATTERN.search(html) is not None


def _kept(html: str, mark: str = "") -> str:
    """Return `html` for a post. mark: is put in the place of each pair of ideographic spaces within a line of text;
    empty: nothing is."""
    kept = _keep(_without_pairs(html, mark))
    if kept is None:
        kept = _keep(_without_pairs("".join(_rewritten(body_tree(html))), mark))
        if kept is None:
            raise AssertionError("a fragment that was written anew is not sound")
    return liquid_safe(kept)


def _without_pairs(html: str, mark: str) -> str:
    html = printable(html)
    return without_indents(marked(html, mark) if mark else html)


def _gaps(html: str, kept: str) -> tuple[int, ...]:
    """Return the positions in `kept`, which was made of `html`, where only ideographic spaces separated two words."""
    mark = mark_for(html)
    with_marks = _kept(html, mark)
    return gaps(with_marks, mark) if mark and with_marks.replace(mark, "") == kept else ()


def _keep(html: str) -> str | None:
    """Return `html` with its lines mended, or None if it is not sound."""
    out: list[str] = []
    run = InlineRun()
    open_names: list[str] = []
    in_block = False
    position = 0
    while position < len(html):
        if not open_names and (blocks := _harmless_blocks(html, position)):
            out += (run.mended(glued=True), blocks)
            run = InlineRun()
            position += len(blocks)
            continue
        token = TOKEN_PATTERN.match(html, position)
        if not token or len(open_names) > MAX_DEPTH:
            return None
        position = token.end()
        name = (token["name"] or "").lower()
        top_level = not open_names
        if name and not _balanced(token, name, open_names):
            return None
        if top_level and name and name not in PHRASING_ELEMENTS and not _is_in_line(token):
            out.append(run.mended(glued=True))
            run = InlineRun()
            in_block = True
        text = token[0]
        if "&" in text and not token["comment"]:
            text = with_semicolons(text, attributes=bool(name))
        if token["attributes"] and ("{{" in text or "{%" in text):
            text = ADDRESS_ATTRIBUTE_PATTERN.sub(
                lambda found: found[1] + found[2].replace("{", "%7B").replace("}", "%7D"), text
            )
        if ("\n" in text or "\r" in text) and not (top_level and token["text"]):
            text = _without_empty_lines(text, preformatted="pre" in open_names)
        if in_block:
            out.append(text)
            in_block = bool(open_names)
        else:
            run.add(token, text, top_level=top_level)
    if open_names:
        return None
    out.append(run.mended(glued=False))
    return "".join(out)


def _harmless_blocks(html: str, position: int) -> str:
    """Return the plain blocks that stand at `position`; empty if there are none, or one may do harm."""
    blocks = plain_blocks(html, position) if html.startswith("<", position) else ""
    tags = attributes_in(blocks)
    return blocks if all(map(_are_plain, tags)) else ""


def _is_in_line(tag: re.Match[str]) -> bool:
    """Return whether the style of a block puts it into the line."""
    attributes = tag["attributes"] or ""
    if not INLINE_PATTERN.search(attributes):
        return False
    style = read_style(dict(_attributes(attributes)).get("style", ""))
    return style.is_inline and not style.is_block


def _balanced(token: re.Match[str], name: str, open_names: list[str]) -> bool:
    """Return whether the tag may stand here, and update the list of open elements."""
    written = token["name"] if name in MARKDOWN_BLOCK_ELEMENTS else name
    if token["end"]:
        return not token["attributes"] and not token["closed"] and bool(open_names) and open_names.pop() == written
    if name not in SAFE_ELEMENTS or (token["closed"] and name not in VOID_ELEMENTS):
        return False
    if token["attributes"] and not _are_harmless(token["attributes"]):
        return False
    if name not in VOID_ELEMENTS:
        open_names.append(written)
    return True


@lru_cache(maxsize=256)  # a body repeats the same few tags
def _are_plain(written: str) -> bool:
    return not INLINE_PATTERN.search(written) and _are_harmless(written)


@lru_cache(maxsize=256)
def _are_harmless(written: str) -> bool:
    attributes = list(_attributes(written))
    return len({key for key, _ in attributes}) == len(attributes) and not any(_is_harmful(*pair) for pair in attributes)


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    for name, double_quoted, single_quoted in ATTRIBUTE_PATTERN.findall(text):
        yield name.lower(), unescaped(double_quoted or single_quoted)


def _is_harmful(name: str, value: str) -> bool:
    if HARMFUL_ATTRIBUTE.match(name):
        return True
    if name == "style":
        return not is_harmless(value)
    if name in ADDRESS_ATTRIBUTES:
        value = IGNORED_IN_ADDRESSES.sub("", value)
        return SCHEME_PATTERN.match(value) is not None and not HARMLESS_ADDRESS.match(value)
    return False


def _without_empty_lines(text: str, *, preformatted: bool) -> str:
    """Return `text` without empty lines, which end a block of HTML in Hugo; in preformatted text they are escaped
    instead."""
    if preformatted:
        return EMPTY_LINES.sub(lambda found: found[1] + "&#10;" * (len(LINE_BREAK.findall(found[0])) - 1), text)
    return EMPTY_LINES.sub(r"\1", text)


class InlineRun:
    """What stands between two blocks of the top level: text, inline elements and comments."""

    def __init__(self) -> None:
        self._items: list[list[str]] = []  # texts, comments and whole elements, in parts
        self._names: set[str] = set()
        self._texts: list[str] = []  # a tag counts as "<"
        self._is_plain = True

    def add(self, token: re.Match[str], text: str, *, top_level: bool) -> None:
        """Add `token`, which has become `text`."""
        if top_level:
            self._items.append([])
        self._items[-1].append(text)
        if token["text"]:
            self._texts.append(text)
        elif token["name"]:
            self._names.add(token["name"].lower())
            self._texts.append("<")
        # A tag or a comment of several lines can have a line that ends the paragraph.
        if not token["text"] and ("\n" in text or "\r" in text):
            self._is_plain = False

    def mended(self, *, glued: bool) -> str:
        """Return the run, made safe as Markdown. glued: a block follows."""
        if not self._items:
            return ""
        items = ["".join(parts) for parts in self._items]
        elements = [item for item in items if item.startswith("<") and not item.startswith("<!--")]
        is_blank = not any(unescaped(item).strip() for item in items if not item.startswith("<"))
        if is_blank and not any(map(_is_span, elements)):
            gap = [item for item in _gap(items, "" if glued else "\n") if item]
            if not elements or not any(first[0] == second[0] == "<" for first, second in pairwise(gap)):
                return "".join(gap)
        run = "".join(items)
        text = LINE_BREAK.sub("\n", "".join(self._texts))
        is_plain = self._is_plain and self._names <= SPAN_ELEMENTS and not ACTIVE_PATTERN.search(text)
        if is_plain and (not glued or LINE_END.search(run)):
            return LINE_START.sub(_line_start, run)
        leading = run[: len(run) - len(run.lstrip(BLANK_CHARACTERS))]
        trailing = run[len(run.rstrip(BLANK_CHARACTERS)) :]
        words = EMPTY_LINES.sub(r"\1", run.strip(BLANK_CHARACTERS))
        around = "p" if self._names <= PHRASING_ELEMENTS else "div"
        return f"{_thin(leading)}<{around}>{words}</{around}>{_thin(trailing)}"


def _is_span(element: str) -> bool:
    found = TAG_NAME_PATTERN.match(element)
    return found is not None and found[1].lower() in SPAN_ELEMENTS


def _gap(items: list[str], end: str) -> Iterator[str]:
    """Yield blank space, comments, and elements that can stand alone, in a form in which they can stand between two
    blocks."""
    for item, comment, rest in zip(items, [*items[1:], ""], [*items[2:], end, end], strict=False):
        if item.startswith("<"):
            yield item
            continue
        blank = _thin(unescaped(item))
        # Markdown takes an indented comment for a paragraph, up to the end of its line.
        alone = not LINE_BREAK.search(comment) and LINE_BREAK.match(rest.lstrip(" \t\u3000"))
        yield blank if alone or not comment.startswith("<!--") else blank.rstrip(" ")


def _line_start(found: re.Match[str]) -> str:
    """Return a line start that Markdown takes for none of a block. After a comment words may be apart by it."""
    return found[1] + (_thin(found[2]) or ("" if found[1] != "-->" else " "))


def _thin(blank: str) -> str:
    """Return `blank` space with at most three spaces in a row, and without kinds of blanks that Markdown does not
    know."""
    return BLANK_RUN.sub(lambda found: " " * min(found[0].count(" "), MAX_INDENT), blank)


def _rewritten(element: _Element) -> Iterator[str]:
    """Yield the content of `element`, well-formed and without what is harmful."""
    if element.text:
        yield escape(element.text)
    parted = parts_children(element)
    for child in element:
        name = str(child.tag)
        if name in PREFORMATTED_ELEMENTS:
            name = "pre"
        elif name in BLOCKS - SAFE_ELEMENTS:
            name = "div"
        elif name not in SAFE_ELEMENTS | UNSEEN_ELEMENTS and (
            parted or child.get("style") or child.get("hidden") is not None
        ):
            name = "span"  # a span can have the same style, and be a part beside others
        if name in SAFE_ELEMENTS:
            attributes = "".join(f' {key}="{escape_attribute(value)}"' for key, value in _harmless(child))
            yield f"<{name}{attributes} />" if name in VOID_ELEMENTS else f"<{name}{attributes}>"
            yield from _rewritten(child)
            if name not in VOID_ELEMENTS:
                yield f"</{name}>"
        elif name == "input":
            yield "" if (child.get("type") or "").lower() == "hidden" else " "
        elif name in BOX_ELEMENTS | DRAWING_ELEMENTS:  # their words are separate from those beside them
            before, after = child.getprevious(), child.getnext()
            inside = element.tag not in BLOCKS  # then the text around `element` is beside it
            text_before = (element.text or inside) if before is None else before.tail or before.tag not in BLOCKS
            yield from (" " if text_before else "", *_rewritten(child))
            yield " " if child.tail or (inside if after is None else after.tag not in BLOCKS) else ""
        elif found := medium(child, "") if name in PLAYER_ELEMENTS else None:
            yield linked(found)
            if name not in FRAME_ELEMENTS:
                yield from _rewritten(child)
        elif name not in UNSEEN_ELEMENTS:
            yield from _rewritten(child)
        if child.tail:
            yield escape(child.tail)


def _harmless(element: _Element) -> Iterator[tuple[str, str]]:
    """Yield the attributes that the element may keep; of a harmful style only what its words need (`harmless_part`)."""
    for key, value in ((str(key), without_indents(printable(str(value)))) for key, value in element.items()):
        if not ATTRIBUTE_NAME_PATTERN.fullmatch(key):
            continue
        if not _is_harmful(key.lower(), value):
            yield key, value
        elif key.lower() == "style" and (part := harmless_part(value, in_line=element.tag not in BLOCKS)):
            yield key, part
