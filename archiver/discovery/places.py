"""Where on a page a link stands, and what that says about whether it leads to an article. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
FRAMES = {"nav": "the navigation", "footer": "the foot of the page", "header": "the head of the page"}
FRAME_ROLES = {"navigation": "the navigation", "contentinfo": "the foot of the page", "banner": "the head of the page"}
FRAME_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menus?|submenu|mainnav|topnav|subnav|breadcrumbs?|foot|footer|site-?footer|masthead"
    r"|topbar|pagination|pager|lang(?:uage)?-?(?:switch\w*|select\w*|menu)|cookies?|consent|share|social|log-?in|tag-?cloud)"
    r"(?=$|[\s_-])",
    re.IGNORECASE,
)
TEASER_NAMES = re.compile(
    r"(?:^|[\s_-])(?:teasers?|headlines?|title|story|stories|article|entry|post|news-?(?:list|item)|card|lead)(?=$|[\s_-])",
    re.IGNORECASE,
)
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
LOOKED_AT = 40  # elements above a link


def place_of(link: HtmlElement) -> tuple[int, str]:
    """Return whether a link stands where articles are named (1), in the page's frame of menus and the like (-1), or
    neither (0); and the place in words."""
    teaser = any(element.tag in HEADINGS for element in link.iterdescendants())
    for depth, element in enumerate((link, *link.iterancestors())):
        if depth > LOOKED_AT or element.tag == "body":
            break
        names = CAMEL.sub("-", f"{element.get('class') or ''} {element.get('id') or ''}")
        if element.tag in ("article", *HEADINGS):
            return 1, "in a heading" if element.tag in HEADINGS else "in an article"
        frame = FRAMES.get(element.tag) or FRAME_ROLES.get((element.get("role") or "").lower())
        if frame and not teaser:
            return -1, f"in {frame}"
        if FRAME_NAMES.search(names) and not teaser:
            return -1, "in a menu or the like"
        teaser = teaser or bool(TEASER_NAMES.search(names))
    return (1, "in a teaser") if teaser else (0, "")
