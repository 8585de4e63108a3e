"""Where on a page a link stands, and what that says about whether it leads to an article. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
FRAME_ELEMENTS = {"nav": "the navigation", "footer": "the foot of the page", "header": "the head of the page"}
FRAME_ROLES = {"navigation": "the navigation", "contentinfo": "the foot of the page", "banner": "the head of the page"}
FRAME_NAME_PATTERN = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menus?|submenu|mainnav|topnav|subnav|breadcrumbs?|foot|footer|site-?footer|masthead"
    r"|topbar|pagination|pager|lang(?:uage)?-?(?:switch\w*|select\w*|menu)|cookies?|consent|share|social|log-?in|tag-?cloud)"
    r"(?=$|[\s_-])",
    re.IGNORECASE,
)
TEASER_NAME_PATTERN = re.compile(
    r"(?:^|[\s_-])(?:teasers?|headlines?|title|story|stories|article|entry|post|news-?(?:list|item)|card|lead)(?=$|[\s_-])",
    re.IGNORECASE,
)
CAMEL_CASE_PATTERN = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
MAX_ELEMENTS_ABOVE = 40  # elements above a link


def place_of(link: HtmlElement) -> tuple[int, str]:
    """Return whether a link stands where articles are named (1), in the page's frame of menus and the like (-1), or
    neither (0); and the place in words."""
    teaser = any(element.tag in HEADINGS for element in link.iterdescendants())
    for depth, element in enumerate((link, *link.iterancestors())):
        if depth > MAX_ELEMENTS_ABOVE or element.tag == "body":
            break
        names = CAMEL_CASE_PATTERN.sub("-", f"{element.get('class') or ''} {element.get('id') or ''}")
        if element.tag in ("article", *HEADINGS):
            return 1, "in a heading" if element.tag in HEADINGS else "in an article"
        frame = FRAME_ELEMENTS.get(element.tag) or FRAME_ROLES.get((element.get("role") or "").lower())
        if frame and not teaser:
            return -1, f"in {frame}"
        if FRAME_NAME_PATTERN.search(names) and not teaser:
            return -1, "in a menu or the like"
        teaser = teaser or bool(TEASER_NAME_PATTERN.search(names))
    return (1, "in a teaser") if teaser else (0, "")
