"""A start tag of `sup`, like one of `sub` or `b`, ends a drawing or a formula (13.2.6.5). lexbor does not do so for
`sup`, but for the others: so `sup` is parsed under another name. No I/O."""

from __future__ import annotations

import re

# Elements that end a drawing, too, and are otherwise parsed exactly like `sup`.
LIKE_SUP = ("var", "sub", "span")
FOREIGN = re.compile(r"<(?:svg|math)(?=[\s/>])", re.IGNORECASE | re.ASCII)
SUP = re.compile(r"(</?)sup(?=[\s/>])", re.IGNORECASE | re.ASCII)
SUP_ANYWHERE = re.compile(r"<sup", re.IGNORECASE)
BEFORE_NAME = r"((?:<|&lt;?|&#0*60;?|&#x0*3c;?)/?)"


def renamed(html: str) -> tuple[str, str]:
    """Return `html`, and an empty text; or, where it may matter, `html` with another name in place of `sup`, and that
    name, which no other tag in it has."""
    if SUP_ANYWHERE.search(html) and FOREIGN.search(html):
        for name in LIKE_SUP:
            if not re.search(rf"{BEFORE_NAME}{name}\b", html, re.IGNORECASE):
                return SUP.sub(rf"\1{name}", html), name
    return html, ""


def named_back(html: str, name: str) -> str:
    """Return `html`, which was parsed and written anew, with `sup` in place of the name that `renamed` returned."""
    return re.sub(rf"{BEFORE_NAME}{name}\b", r"\1sup", html) if name else html
