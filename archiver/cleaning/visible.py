"""Whether there is anything to see. No I/O."""

from __future__ import annotations

import re

from archiver.cleaning.pictures import shows_a_picture
from archiver.cleaning.style import is_hidden, styles_in
from archiver.cleaning.uncovered import uncover
from archiver.html import parse_fragment
from archiver.text import is_visible, unescaped, without_tags

MEDIA_TAG_PATTERN = re.compile(r"<(?:audio|img|video)[\s/>]", re.IGNORECASE)
# The plainest case: a letter or a digit after a tag, in a body that hides nothing but paragraphs.
LETTER_PATTERN = re.compile(r">[^<&]*[0-9A-Za-z\u4e00-\u9fff]")
HIDDEN_PARAGRAPH_PATTERN = re.compile(
    r"<p\s[^<>]*(?:display|visibility|hidden)[^<>]*>(?:(?!</?p[\s>]).)*+</p>", re.IGNORECASE | re.DOTALL
)
STYLE_PATTERN = re.compile("style|hidden", re.IGNORECASE)
# Only a start tag with attributes can hide anything.
HIDING_TAG_PATTERN = re.compile(r"<[a-z][^\s<>/]*+[\s/][^<>]*(?:display|visibility|hidden)", re.IGNORECASE)
# What may hide a letter that stands behind it, or have it in itself.
MAY_HIDE_PATTERN = re.compile(rf"<!--|{HIDING_TAG_PATTERN.pattern}", re.IGNORECASE)


def shows_something(html: str) -> bool:
    """Return whether a reader sees anything of the cleaned body `html`: a picture, or a character that is visible."""
    letter = LETTER_PATTERN.search(html)
    if letter and not MAY_HIDE_PATTERN.search(html, 0, letter.end()):
        return True
    may_hide = HIDING_TAG_PATTERN.search(html) is not None and STYLE_PATTERN.search(html) is not None
    certain = HIDDEN_PARAGRAPH_PATTERN.sub("", html) if may_hide else html  # what is left may hide nothing any more
    if not may_hide or not HIDING_TAG_PATTERN.search(certain):
        if LETTER_PATTERN.search(certain):
            return True
        if is_visible(unescaped(without_tags(certain))):
            return True
        if not may_hide and not MEDIA_TAG_PATTERN.search(html):
            return False
    root = parse_fragment(html)
    uncover(root, styles_in(root))
    for element in list(root.iter()):
        if is_hidden(element):
            element.clear(keep_tail=True)  # type: ignore[call-arg]  # the stubs do not know this argument
            element.tag = "span"
    pictures = any(one.tag != "img" or shows_a_picture(one) for one in root.iter("audio", "img", "video"))
    return pictures or is_visible("".join(map(str, root.itertext())))
