"""HTML made ready for a converter that knows fewer elements, and what stands beside an element. No I/O."""

from __future__ import annotations

import unicodedata

from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement, PreformattedString

# Blocks that Markdown does not have: what is in them, it has.
PLAIN_BLOCKS = (
    "address aside center details dd dl dt fieldset figcaption figure footer form header hgroup legend main nav "
    "noscript summary"
).split()
BLOCKS = frozenset(
    "article blockquote div h1 h2 h3 h4 h5 h6 hr li ol p pre section table tbody td tfoot th thead tr ul".split()
)
PARTS_OF_TABLES = ["thead", "tbody", "tfoot", "tr", "td", "th"]
HIDDEN = ("script", "style", "template")
BOLD, LEANING, STRUCK = ("b", "strong"), ("em", "i"), ("del", "s", "strike")
EMPHASES = {name: kind[0] for kind in (BOLD, LEANING, STRUCK) for name in kind}
MARKED = frozenset([*EMPHASES, "a", "code", "kbd", "samp", "sub", "sup"])


def prepared(html: str) -> BeautifulSoup:
    """Return `html` (a sound fragment) with unknown blocks as `div`, without what nobody sees; links and emphases are
    within blocks, each in one piece, code holds words only, captions are before their tables, and tables of one cell
    are what is in it."""
    soup = BeautifulSoup(f"<div>{html}\n</div>", "html.parser")
    for text in soup.find_all(string=lambda string: isinstance(string, PreformattedString)):
        text.extract()
    for tag in soup.find_all(HIDDEN):
        tag.decompose()
    for tag in soup.find_all(PLAIN_BLOCKS):
        tag.name = "div"
    for tag in soup.find_all(["a", *EMPHASES]):
        if tag.find(list(BLOCKS)):  # in Markdown it is within a block
            kept = {name: str(tag[name]) for name in ("href", "title") if tag.get(name)}
            for node in [*tag.find_all(string=lambda string: bool(string and string.strip())), *tag.find_all("img")]:
                node.wrap(soup.new_tag(tag.name, attrs=dict(kept)))
            tag.name = "div"
    for tag in soup.find_all("a"):
        if not str(tag.get("href") or "").strip() or tag.find_parent("a"):
            tag.name = "span"
    for tag in soup.find_all(["code", "kbd", "samp", "pre"]):
        if tag.find(["a", "img", *BLOCKS]):  # code holds words only
            tag.name = "div" if tag.name == "pre" else "span"
    for caption in soup.find_all("caption"):
        table = caption.find_parent("table")
        caption.name = "div"
        if table:
            table.insert_before(caption.extract())
    for tag in soup.find_all(PARTS_OF_TABLES):
        if not tag.find_parent("table"):
            tag.name = "div"
    for tag in soup.find_all("li"):
        if not tag.find_parent(["ul", "ol"]):
            tag.name = "div"
    for items in soup.find_all(["ul", "ol"]):
        for node in list(items.children):
            if node.get_text().strip() and not (isinstance(node, Tag) and node.name in BLOCKS):
                node.wrap(soup.new_tag("li"))
    for tag in soup.find_all(["p", "div"]):
        if not tag.get_text().strip() and not tag.find(["img", "hr"]):  # it still keeps apart what is beside it
            tag.clear()
            tag.name = "br" if isinstance(tag.previous_sibling, Tag) and tag.previous_sibling.name in MARKED else "div"
    for table in reversed(soup.find_all("table")):
        if len(table.find_all(["td", "th"])) <= 1:
            for tag in [table, *table.find_all(PARTS_OF_TABLES)]:
                tag.name = "div"
    for tag in soup.find_all(list(EMPHASES)):
        tag.name = EMPHASES[tag.name]
        before = tag.previous_sibling
        if isinstance(before, Tag) and before.name == tag.name:
            for child in reversed(list(before.contents)):
                tag.insert(0, child.extract())
            before.decompose()
    return soup


def beside(node: PageElement, *, after: bool) -> str:
    """Return the character that stands before (or after) `node` in its block as Markdown has it: `*` for another
    emphasis, `]` for what ends in a mark, `[` for a link or the like that it is in, nothing at the block's end."""
    while True:
        for sibling in node.next_siblings if after else node.previous_siblings:
            text = sibling.get_text()
            if isinstance(sibling, Tag):
                if sibling.name == "br" or sibling.name in BLOCKS:
                    return ""
                if sibling.name in MARKED and (text.strip() or sibling.find("img")):
                    return "*" if sibling.name in EMPHASES else "]"
                if sibling.name == "img" and sibling.get("src"):
                    return "]"
            if text:
                return text[0] if after else text[-1]
        parent = node.parent
        if parent is None or parent.name in BLOCKS:
            return ""
        if parent.name in MARKED and parent.name not in EMPHASES:  # an emphasis may turn out to have no marks
            return "["
        node = parent


def is_mark(character: str) -> bool:
    """Return whether CommonMark (0.31, 2.1) takes it for punctuation."""
    return unicodedata.category(character)[0] in "PS"
