"""The effect of styles on what a reader sees. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _Element

PIXEL_SIZES = frozenset({"0", "1", "0px", "1px"})
PIXEL_DECLARATIONS = frozenset(f"{side}:{size}" for side in ("width", "height") for size in PIXEL_SIZES)
# What loads or runs something, or takes the element out of its own place, over other parts of the page. Escapes and
# comments could hide any of these, and no editor writes them.
HARMFUL_PATTERN = re.compile(
    r"[\\@<]|/\*|expression|script|behaviou?r|binding|url|image|src|position|z-index|transform|inset", re.IGNORECASE
)
# Declarations that also do so: some by their name, some with a negative number, some with a large one, because shadows
# and outlines cover what is beside them.
LEAVING_PATTERN = re.compile(r"(?:-[a-z]+-)?(?:translate|scale|rotate|zoom|offset|animation)[a-z-]*")
MOVING_PATTERN, BELOW_ZERO_PATTERN = re.compile("margin|text-indent|left|right|top|bottom"), re.compile(r"-\s*+\.?\d")
COVERING_PATTERN = re.compile("shadow|outline|vertical-align")
LARGE_LENGTH_PATTERN = re.compile(
    r"\d{3}(?:\.\d{1,9})?(?:px|p[tc]|q|mm|%)|\d{2}(?:\.\d{1,9})?(?:r?em|v[a-z]|cm|in|ch|ex)"
)


DISPLAY_PATTERN = re.compile(r"(?:^|;)display:([a-z-]+)(!important)?")
# Not `backface-visibility`, which many editors write and which hides nothing.
VISIBILITY_PATTERN = re.compile(r"(?:^|;)visibility:([a-z-]+)(!important)?")
WHITE_SPACE_PATTERN = re.compile(r"(?:^|;)white-space:([a-z-]+)(!important)?")
LINE_KEEPING_VALUES = frozenset({"pre", "pre-wrap", "pre-line", "break-spaces"})  # of these
# Elements with other values are as visible as what is around them.
VISIBILITY_VALUES = {
    "visible": True,
    "initial": True,
    "hidden": False,
    "collapse": False,
}
COMMENT_PATTERN = re.compile(r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?")  # one without an end: all the rest of it
# Values of `display`. `-webkit-box` is used to cut a text off after some lines.
BLOCK_DISPLAY_PATTERN = re.compile("block|flex|flow-root|grid|list-item|table|-webkit-(?:box|flex)")
INLINE_DISPLAYS = ("inline", "contents")
# A box whose children stand beside each other, each a box of its own.
FLEX_DISPLAY_PATTERN = re.compile("(?:-webkit-)?(?:inline-)?(?:flex|grid)")
OUT_OF_LINE_PATTERN = re.compile(r"(?:^|;)(?:float:(?:left|right|inline-)|position:(?:absolute|fixed))")

# Styles that change the meaning of a text: a price that is struck out, a power.
STRUCK_OUT_PATTERN = re.compile(r"(?:^|;)text-decoration(?:-line)?:[^;]*line-through")
STYLE_OF_MEANING = {
    "": "",
    "s": "text-decoration:line-through",
    "sub": "vertical-align:sub",
    "sup": "vertical-align:super",
}
RAISED_PATTERN = re.compile(r"(?:^|;)vertical-align:(sub|super)(?:!important)?(?:;|$)")


WRITTEN_STYLES = etree.XPath("descendant-or-self::*/@style", smart_strings=False)


class Style(NamedTuple):
    """The effects of an element's style. shows: the element is shown even if it has the attribute `hidden`. visible:
    whether `visibility` says that it is visible; None if it says nothing. is_inline: `display` says that it is no
    block. parts: it lays out its children side by side. meaning: the name of an element with the same meaning;
    empty if there is none. white_space: the value of `white-space`; empty if there is none."""

    hides: bool
    shows: bool
    visible: bool | None
    makes_a_pixel: bool
    is_block: bool
    is_inline: bool
    parts: bool
    white_space: str
    meaning: str


@lru_cache(maxsize=64)  # a body repeats the same few styles
def read_style(style: str) -> Style:
    """Return what the value of a `style` attribute does."""
    style = COMMENT_PATTERN.sub("", "".join(style.split()).lower())
    display = _last(DISPLAY_PATTERN, style)
    visible = VISIBILITY_VALUES.get(_last(VISIBILITY_PATTERN, style))
    return Style(
        hides=display == "none" or visible is False,
        shows=display not in ("", "none"),
        visible=visible,
        makes_a_pixel=not PIXEL_DECLARATIONS.isdisjoint(style.split(";")),
        is_block=(BLOCK_DISPLAY_PATTERN.match(display) or OUT_OF_LINE_PATTERN.search(style)) is not None,
        is_inline=display in INLINE_DISPLAYS,
        parts=FLEX_DISPLAY_PATTERN.match(display) is not None,
        white_space=_last(WHITE_SPACE_PATTERN, style),
        meaning=_meaning(style),
    )


def styles_in(root: _Element) -> set[Style]:
    """Return what the styles of the elements in the tree `root` do, each once."""
    return set(map(read_style, cast("list[str]", WRITTEN_STYLES(root))))


def _last(declaration: re.Pattern[str], style: str) -> str:
    """Return the value of a declaration, empty if there is none: the last `!important` one counts, or else the last."""
    found = sorted(declaration.findall(style), key=lambda one: bool(one[1]))
    return str(found[-1][0]) if found else ""


def _meaning(style: str) -> str:
    if STRUCK_OUT_PATTERN.search(style):
        return "s"
    raised = RAISED_PATTERN.search(style)
    return raised[1].replace("super", "sup") if raised else ""


def harmless_part(style: str, *, in_line: bool) -> str:
    """Return, for a `style` attribute that is not harmless, a harmless style that keeps what its words need: that they
    stay hidden, stay separate from others, or keep their meaning. in_line: the element is no block by itself."""
    read = read_style(style)
    if read.hides and read.visible is not False:
        return "display:none"
    visible = "" if read.visible is None else f"visibility:{'visible' if read.visible else 'hidden'}"
    return ";".join(filter(None, (visible, laid_out_part(style, in_line=in_line))))


def laid_out_part(style: str, *, in_line: bool) -> str:
    """Return of a `style` attribute what lays out words and says what they mean, and nothing that hides them."""
    read = read_style(style)
    if read.parts:
        display = "display:flex" if read.is_block else "display:inline-flex"
    else:
        display = "display:block" if in_line and read.is_block else ""
        if not in_line and read.is_inline and not read.is_block:
            display = "display:inline"
    lines = f"white-space:{read.white_space}" if read.white_space in LINE_KEEPING_VALUES else ""
    return ";".join(filter(None, (display, lines, STYLE_OF_MEANING[read.meaning])))


@lru_cache(maxsize=256)
def is_harmless(style: str) -> bool:
    """Return whether a `style` attribute may stay in a post: it loads nothing, and covers nothing but its element."""
    return HARMFUL_PATTERN.search(style) is None and not any(map(_reaches_out, style.lower().split(";")))


def _reaches_out(declaration: str) -> bool:
    """Return whether a declaration takes an element, or what it shows, out of its place."""
    name, _, value = declaration.partition(":")
    return bool(
        LEAVING_PATTERN.fullmatch(name.strip())
        or (MOVING_PATTERN.search(name) and BELOW_ZERO_PATTERN.search(value))
        or (COVERING_PATTERN.search(name) and LARGE_LENGTH_PATTERN.search(value))
    )


def is_hidden(element: _Element) -> bool:
    """Return whether an element is hidden by its attribute or its style. `until-found` does not count as hidden:
    readers can have it shown, like the content of a `details` element."""
    style = read_style(element.get("style") or "")
    hidden = element.get("hidden")
    return style.hides or (hidden is not None and hidden.lower() != "until-found" and not style.shows)
