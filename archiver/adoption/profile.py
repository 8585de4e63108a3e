"""Which profile the bodies of an archive were written in. No I/O."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from archiver.posts.pictures import without_assets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.cleaning import Cleaner
    from archiver.posts.read import ReadPost

MAX_SAMPLE = 500  # posts
# Cleaning a clean body changes nothing, unless the rules have changed since. Of bodies in the source's own markup, a
# far larger share than this is changed.
MAX_CHANGED_SHARE = 0.1
HTML_PATTERN = re.compile(r"<(?:p|div|br|table|img|h[1-6]|ul|ol|center|span|font)[\s>/]", re.IGNORECASE)


def found_profile(posts: Iterable[ReadPost], cleaner: Cleaner) -> str:
    """Return the profile (`clean` or `source`) that posts of a recipe were written in; empty if they do not show it.

    cleaner: the recipe's. Of many posts the first are looked at; those without HTML say nothing.
    """
    # Pictures from the archive are put in place after cleaning.
    found = (without_assets(post.body.encode()).decode() for post in posts if not post.damage)
    bodies = list(islice(filter(HTML_PATTERN.search, found), MAX_SAMPLE))
    if not bodies:
        return ""
    changed = sum(cleaner.clean(body, "").html != body for body in bodies)
    return "source" if changed > MAX_CHANGED_SHARE * len(bodies) else "clean"
