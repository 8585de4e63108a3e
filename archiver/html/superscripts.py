"""A start tag of `sup`, like one of `sub` or `b`, ends a drawing or a formula (13.2.6.5). lexbor does not do so for
`sup`, but for the others: so an empty `span` is put before each `sup`, and taken away when the text is parsed. No
I/O."""

from __future__ import annotations

import re
from itertools import count

FOREIGN_PATTERN = re.compile(r"<(?:svg|math)(?=[\s/>])", re.IGNORECASE | re.ASCII)
SUP_TAG_PATTERN = re.compile(r"<sup(?=[\s/>])", re.IGNORECASE | re.ASCII)
LESS_EXPRESSION, MORE_EXPRESSION = "(?:<|&lt;)", "(?:>|&gt;)"


def ended(html: str) -> tuple[str, str]:
    """Return `html` with an element that ends drawings before each `sup`, and the name of the element's attribute,
    which is nowhere else; where that does not matter, `html` as it is, and an empty name."""
    if not (FOREIGN_PATTERN.search(html) and SUP_TAG_PATTERN.search(html)):
        return html, ""
    folded = html.lower()
    name = next(name for number in count() if (name := f"ends-{number}") not in folded)
    return SUP_TAG_PATTERN.sub(rf"<span {name}></span>\g<0>", html), name


def without_ends(html: str, name: str) -> str:
    """Return `html`, which was parsed and written anew, without what `ended` has put there."""
    if not name:
        return html
    # In the text of scripts, of titles and the like, and in attributes it is no element.
    start, end = (f"{LESS_EXPRESSION}{tag}{MORE_EXPRESSION}" for tag in (rf'span {name}(?:="")?', "/span"))
    return re.sub(start + end, "", html)
