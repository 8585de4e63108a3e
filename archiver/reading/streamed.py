"""Pages that come in parts: what a server was slow with stands at the end, hidden, and a script puts it in its place.

React does so (`react-dom/server`, streaming). Where something is waited for stand `<!--$?-->`, an empty `template` with
an id that begins with `B:`, what is shown meanwhile, and `<!--/$-->`. What belongs there comes later, in a hidden `div`
whose id begins with `S:`, and a script, `$RC("B:0","S:0")`, moves it. A part of a part goes to a `template` whose id
begins with `P:`; `$RS("S:1","P:1")` moves it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

PART = re.compile(r'<div hidden(?:="")? id="(?:[\w-]*-)?S:[0-9a-f]+"')
WAITING = re.compile(r'(<!--\$\?--><template id="([^"<>]*)"></template>)((?:(?!<!--/?\$).)*)<!--/\$-->', re.DOTALL)
MOVED = re.compile(r'\$R([CRS])\("([^"]*)","([^"]*)"')


def comes_in_parts(text: str) -> bool:
    """Return whether a page comes in parts."""
    return PART.search(text) is not None


def without_stopgaps(text: str) -> str:
    """Return a page that comes in parts without what it shows until they are in their places; that of a part which has
    not come stays."""
    return WAITING.sub(lambda found: found[1] if f'id="{_renamed(found[2], "S")}"' in text else found[0], text)


def put_in_place(tree: HtmlElement, text: str) -> None:
    """Put the parts of a page where its scripts would. One that has no place stays where it is, hidden."""
    by_id = {name: element for element in tree.iter("div", "template") if ":" in (name := element.get("id") or "")}
    places = {}
    for verb, first, second in MOVED.findall(text):
        part, place = (first, second) if verb == "S" else (second, first)
        places[part] = place
    for name, part in by_id.items():
        if part.tag != "div" or part.get("hidden") is None or "S:" not in name:
            continue
        likely = (places.get(name, ""), _renamed(name, "B"), _renamed(name, "P"))
        place_ = next((by_id[one] for one in likely if one in by_id and by_id[one].tag == "template"), None)
        # A part that holds its own place, which no server sends, stays where it is.
        if place_ is not None and all(above is not part for above in place_.iterancestors()):
            _move(part, place_)


def _renamed(name: str, kind: str) -> str:
    """Return the id of another kind (`B`, `P` or `S`) that has the number of this one."""
    start, _, number = name.rpartition(":")
    return f"{start[:-1]}{kind}:{number}"


def _move(part: HtmlElement, place: HtmlElement) -> None:
    """Put what `part` holds where `place` is, which goes."""
    if part.text:
        if (before := place.getprevious()) is not None:
            before.tail = (before.tail or "") + part.text
        elif (around := place.getparent()) is not None:
            around.text = (around.text or "") + part.text
        part.text = None
    for child in list(part):
        place.addprevious(child)
    place.drop_tree()
