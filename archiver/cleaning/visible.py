"""Whether there is anything to see. No I/O."""

from __future__ import annotations

import re

from archiver.cleaning.style import read_style
from archiver.html import parse_fragment
from archiver.text import is_visible, unescaped, without_tags

PICTURE = re.compile(r"<(?:audio|img|video)[\s/>]", re.IGNORECASE)
HIDING = re.compile(r"<[^>]*(?:display|visibility|hidden)", re.IGNORECASE)


def shows_something(html: str) -> bool:
    """Return whether a reader sees anything of the cleaned body `html`: a picture, or a character that is visible."""
    if not HIDING.search(html):
        return PICTURE.search(html) is not None or is_visible(unescaped(without_tags(html)))
    root = parse_fragment(html)
    for element in list(root.iter()):
        if element.get("hidden") is not None or read_style(element.get("style") or "").hides:
            element.clear(keep_tail=True)
            element.tag = "span"
    return next(root.iter("audio", "img", "video"), None) is not None or is_visible("".join(root.itertext()))
