"""Finding the title of an article on its page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archiver.reading.body.outline import Outline

WORD_PATTERN = re.compile(r"\w+")
MIN_TITLE_CHARACTERS = 15


def fold(text: str) -> str:
    """Return the words of `text` in lower case, with single spaces."""
    return " ".join(WORD_PATTERN.findall(text.lower()))


def title_place(page: Outline, root: int, title: str) -> tuple[int, bool]:
    """Return the heading within `root` that is the title, and True; if none has that text, the first `h1`, and False;
    -1 if there is no `h1` either."""
    wanted = fold(title)
    words = set(wanted.split())
    first = -1
    for place in range(root, page.ends[root]):
        tag = page.elements[place].tag
        if tag in ("h1", "h2", "h3"):
            text = fold(page.text(place))
            if not text:
                continue
            if text == wanted or _is_most_of(text, wanted) or _is_most_of(wanted, text):
                return place, True
            if tag == "h1":
                own = set(text.split())
                if len(own & words) > 0.6 * max(len(words), len(own)) and len(words) > 4:
                    return place, True
                if first < 0:
                    first = place
    return first, False


def _is_most_of(part: str, whole: str) -> bool:
    return len(part) > MIN_TITLE_CHARACTERS and 2 * len(part) > len(whole) and part in whole
