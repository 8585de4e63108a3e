"""Pages that come in parts: the parts for which the server needed longer are at the end, hidden, and a script moves
them to their places.

React does so (`react-dom/server`, streaming). The place of a late part has `<!--$?-->`, an empty `template` with an id
that begins with `B:`, a stopgap that is shown meanwhile, and `<!--/$-->`. The part comes later, in a hidden `div` whose
id begins with `S:`, and a script, `$RC("B:0","S:0")`, moves it. A part of a part goes to a `template` whose id begins
with `P:`; `$RS("S:1","P:1")` moves it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

PART_PATTERN = re.compile(r'<div hidden(?:="")? id="(?:[\w-]*-)?S:[0-9a-f]+"')
WAITING_PATTERN = re.compile(
    r'(<!--\$\?--><template id="([^"<>]*)"></template>)((?:(?!<!--/?\$).)*)<!--/\$-->', re.DOTALL
)
MOVED_PATTERN = re.compile(r'\$R([CRS])\("([^"]*)","([^"]*)"')


def comes_in_parts(text: str) -> bool:
    """Return whether a page comes in parts."""
    return PART_PATTERN.search(text) is not None


def without_stopgaps(text: str) -> str:
    """Return a page that comes in parts without its stopgaps; the stopgap of a part that has not come stays."""
    return WAITING_PATTERN.sub(lambda found: found[1] if f'id="{_renamed(found[2], "S")}"' in text else found[0], text)


def put_in_place(tree: HtmlElement, text: str) -> None:
    """Move the parts of a page to the places where its scripts would. A part without a place stays where it is,
    hidden."""
    parts = {one.get("id", ""): one for one in tree.iter("div") if one.get("hidden") is not None}
    waiting = {one.get("id", ""): one for one in tree.iter("template")}
    said = {}  # by part: the place that the scripts name
    for verb, first, second in MOVED_PATTERN.findall(text):
        name, place = (first, second) if verb == "S" else (second, first)
        said[name] = place
    for name, part in parts.items():
        likely = (said.get(name, ""), _renamed(name, "B"), _renamed(name, "P")) if "S:" in name else ()
        found = next((place for place in likely if place in waiting), None)
        # A part that contains its own place (which no server sends) stays where it is.
        if found is not None and all(above is not part for above in waiting[found].iterancestors()):
            _move(part, waiting.pop(found))


def _renamed(name: str, kind: str) -> str:
    """Return the id of the kind `kind` (`B`, `P` or `S`) with the same number as the id `name`."""
    start, _, number = name.rpartition(":")
    return f"{start[:-1]}{kind}:{number}"


def _move(part: HtmlElement, place: HtmlElement) -> None:
    """Replace `place` by the content of `part`."""
    if part.text:
        if (before := place.getprevious()) is not None:
            before.tail = (before.tail or "") + part.text
        elif (around := place.getparent()) is not None:
            around.text = (around.text or "") + part.text
        part.text = None
    for child in list(part):
        place.addprevious(child)
    place.drop_tree()
