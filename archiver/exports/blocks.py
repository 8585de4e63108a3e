"""A tree of HTML as blocks of Markdown. No I/O."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

from archiver.cleaning.lines import break_text
from archiver.cleaning.markup import BLOCKS
from archiver.cleaning.media import RECORDINGS, medium, words_of
from archiver.exports.escaping import code, fenced, marked, raised
from archiver.exports.inline import LINE_BREAK, Dialect, Link, Piece, paragraph, title_of
from archiver.exports.tables import Cell, grid, pipes
from archiver.html import html_of
from archiver.posts.markdown import link_target

if TYPE_CHECKING:
    from lxml.etree import _Element

HEADINGS = {f"h{level}": level for level in range(1, 7)}
LISTS = frozenset({"ul", "ol"})
CELLS = ("td", "th")
HIDDEN_ELEMENTS = frozenset({"rp", "script", "style", "template", "title"})
EMPHASES = {
    **dict.fromkeys(("b", "strong"), "strong"),
    **dict.fromkeys(("em", "i"), "em"),
    **dict.fromkeys(("del", "s", "strike"), "del"),
}
CODE_ELEMENTS = frozenset({"code", "kbd", "samp"})
SIGNS_AROUND = {"q": ("“", "”"), "rt": ("(", ")")}  # signs that browsers show around these elements
BLOCKS_OF_CELLS = ("table", "ul", "ol", "pre", "blockquote")  # blocks that cells of Markdown cannot contain
HUGO_MARKUP_PATTERN = re.compile(r"\{\{[<%]|<!--\s*more")  # Hugo interprets these even in code
MAX_ITEM_NUMBER = 999_999_999  # of an item (CommonMark 0.31, 5.2)
NUMBER_PATTERN = re.compile(r"-?[0-9]{1,9}")
PLAIN_STYLE = Piece("")
# Stands for a line break in a text whose line ends are only blanks: no text has this character.
LINE_BREAK_CHARACTER = "\v"


def blocks_of(element: _Element, dialect: Dialect) -> list[str]:
    """Return what is in `element` as blocks of Markdown."""
    return BlockWriter(dialect).blocks(element)


class BlockWriter:
    """Writes the blocks of one element. flat: on one line, as headings and cells need them."""

    def __init__(
        self, dialect: Dialect, style: Piece = PLAIN_STYLE, *, flat: bool = False, in_cell: bool = False
    ) -> None:
        self._dialect = dialect
        self._hugo = dialect is Dialect.HUGO
        self._style = style  # emphases and link that apply to all of it
        self._flat = flat
        self._in_cell = in_cell
        self._pieces: list[Piece] = []
        self._blocks: list[str] = []
        self._last_marker = ""  # the marker of the list that is the last block; empty if that is no list
        self._last_code = (PLAIN_STYLE, "")  # and the text in it

    def blocks(self, element: _Element) -> list[str]:
        """Return the blocks of what is in `element`."""
        self._walk(element, self._style)
        self._flush()
        return self._blocks

    def line(self, element: _Element) -> str:
        """Return what is in `element` on one line."""
        return " ".join(self.blocks(element))

    def _walk(self, element: _Element, style: Piece) -> None:
        self._text(element.text, style)
        for child in element:
            self._element(child, style)
            self._text(child.tail, style)

    def _text(self, text: str | None, style: Piece) -> None:
        if text:
            self._pieces.append(Piece(text, emphases=style.emphases, link=style.link))

    def _blank(self, text: str, style: Piece) -> None:
        """Add blank `text` with the line breaks in it."""
        for number, part in enumerate(text.split(LINE_BREAK_CHARACTER)):
            if number:
                self._line_break()
            self._text(part, style)

    def _line_break(self) -> None:
        self._pieces.append(Piece(" ") if self._flat else LINE_BREAK)

    def _ready(self, markdown: str, style: Piece) -> None:
        self._pieces.append(Piece(markdown, ready=True, emphases=style.emphases, link=style.link))

    def _element(self, element: _Element, style: Piece) -> None:
        name = element.tag
        if name in HIDDEN_ELEMENTS:
            return
        if name in BLOCKS:
            if self._flat:
                self._text(" ", PLAIN_STYLE)
                self._flat_block(element, style)
                self._text(" ", PLAIN_STYLE)
            else:
                self._flush()
                self._block(element, style)
                self._flush()
        elif kind := EMPHASES.get(name):
            self._walk(element, Piece("", emphases=style.emphases | {kind}, link=style.link))
        elif name == "a":
            address = (element.get("href") or "").strip()
            link = style.link or (Link(address, element.get("title") or "") if address else None)
            self._walk(element, Piece("", emphases=style.emphases, link=link))
        elif name == "br":
            self._line_break()
            self._walk(element, style)
        elif name == "img":
            self._picture(element, style)
        elif found := medium(element, "") if name in RECORDINGS else None:
            link = style.link or Link(found.address, "")
            if found.poster:
                self._ready(f"![]({link_target(found.poster)})", Piece("", emphases=style.emphases, link=link))
                self._line_break()
            self._text(words_of(found), Piece("", emphases=style.emphases, link=link))
        elif name in CODE_ELEMENTS and not _has(element, "a", "img", *BLOCKS):
            self._code(element, style)
        elif name in ("sub", "sup") and not _has(element, "img", *BLOCKS):
            self._raised(element, style)
        else:
            before, after = SIGNS_AROUND.get(name, ("", ""))
            self._text(before, style)
            self._walk(element, style)
            self._text(after, style)

    def _flush(self) -> None:
        text = paragraph(self._pieces, self._dialect)
        self._pieces = []
        if text:
            self._add(text)

    def _add(self, block: str, marker: str = "") -> None:
        self._blocks.append(block)
        self._last_marker = marker

    def _block(self, element: _Element, style: Piece) -> None:
        name = element.tag
        if level := HEADINGS.get(name):
            if words := BlockWriter(self._dialect, style, flat=True).line(element):
                self._add(f"{'#' * level} {words}")
        elif name in LISTS:
            self._list(element, style)
        elif name == "blockquote":
            if inner := "\n\n".join(BlockWriter(self._dialect, style).blocks(element)):
                self._add("\n".join(f"> {line}" if line else ">" for line in inner.split("\n")))
        elif name == "hr":
            self._add("---")
        elif name == "pre" and not _has(element, "a", "img", *BLOCKS):
            self._preformatted(_words(element, "\n").strip("\n"))
        elif name == "table" and len(list(element.iter(*CELLS))) > 1:
            self._table(element, style)
        else:
            if name == "pre":  # it has more in it than a block of code can show
                for part in list(element.iter()):
                    break_text(part)
            self._walk(element, style)

    def _flat_block(self, element: _Element, style: Piece) -> None:
        if element.tag == "pre" and not _has(element, "a", "img", *BLOCKS):
            self._code(element, style)
        else:
            self._walk(element, style)

    def _list(self, items: _Element, style: Piece) -> None:
        """Add a list. In Markdown the numbers of a list follow one another: where these do not, another list is begun,
        with another marker, by which Markdown tells it from the one before."""
        number = _first_number(items)
        step = -1 if items.get("reversed") is not None else 1
        bullet = "*" if self._last_marker == "-" else "-"
        end = ")" if self._last_marker == "." else "."
        lines: list[str] = []
        expected: int | None = None
        for item in _items(items):
            value = item.get("value") or ""
            if NUMBER_PATTERN.fullmatch(value):
                number = int(value)
            marker, prefix = f"{bullet} ", ""
            if items.tag == "ol" and 0 <= number <= MAX_ITEM_NUMBER:
                if expected is not None and number != expected:
                    end = ")" if end == "." else "."
                marker, expected = f"{number}{end} ", number + 1
            elif items.tag == "ol":
                prefix = f"{number}\\. "
            number += step
            if text := _joined(BlockWriter(self._dialect, style).blocks(item)):
                indent = "\n" + " " * len(marker)
                lines.append(marker + prefix + indent.join(text.split("\n")).replace(indent + "\n", "\n\n"))
        if lines:
            self._add("\n".join(lines), end if items.tag == "ol" else bullet)

    def _preformatted(self, text: str) -> None:
        if not text.strip():
            return
        if self._hugo and HUGO_MARKUP_PATTERN.search(text):
            lines = (marked(line.strip(), typographer=True) for line in text.split("\n") if line.strip())
            self._add("  \n".join(lines))
        else:
            self._add(fenced(text))

    def _table(self, table: _Element, style: Piece) -> None:
        for caption in table.iter("caption"):
            self._walk(caption, style)
            self._flush()
        rows, spans = grid([self._row(row, style) for row in table.iter("tr") if _table_of(row) is table])
        if not self._hugo and (spans or _has(table, *BLOCKS_OF_CELLS)):
            for caption in list(table.iter("caption")):
                caption.clear(keep_tail=True)  # type: ignore[call-arg]  # the stubs do not know this argument
            etree.strip_tags(table, "caption")
            self._add(re.sub(r"[\r\n]+", " ", html_of(table)))  # on one line, since an empty line would end the HTML
        elif rows:
            self._add(pipes(rows))

    def _row(self, row: _Element, style: Piece) -> list[Cell]:
        return [
            Cell(
                BlockWriter(self._dialect, style, flat=True, in_cell=True).line(cell),
                _span(cell, "rowspan"),
                _span(cell, "colspan"),
            )
            for cell in row
            if cell.tag in CELLS
        ]

    def _picture(self, element: _Element, style: Piece) -> None:
        words = " ".join((element.get("alt") or "").split())
        alt = marked(words, typographer=self._hugo)
        source = (element.get("src") or "").strip()
        if source:
            self._ready(f"![{alt}]({link_target(source)}{title_of(element.get('title') or '')})", style)
        else:
            self._text(words, style)

    def _code(self, element: _Element, style: Piece) -> None:
        for number, text in enumerate(_words(element, LINE_BREAK_CHARACTER).split(LINE_BREAK_CHARACTER)):
            if number:
                self._line_break()
            inner = " ".join(text.split())
            if not inner:
                self._text(text, style)
                continue
            self._text(text[: len(text) - len(text.lstrip())], style)
            if (self._hugo and HUGO_MARKUP_PATTERN.search(inner)) or (self._in_cell and "|" in inner):
                self._text(inner, style)
            else:
                self._add_code(inner, style)
            self._text(text[len(text.rstrip()) :], style)

    def _add_code(self, text: str, style: Piece) -> None:
        """Add code. If code stands directly at its left, both are joined, because the marks between them would not
        count as marks."""
        if (
            self._pieces
            and self._pieces[-1] is self._last_code[0]
            and style == replace(self._last_code[0], text="", ready=False)
        ):
            self._pieces.pop()
            text = self._last_code[1] + text
        self._ready(code(text), style)
        self._last_code = (self._pieces[-1], text)

    def _raised(self, element: _Element, style: Piece) -> None:
        text = _words(element, LINE_BREAK_CHARACTER)
        words = text.strip()
        if not words:
            self._blank(text, style)
            return
        start = text.index(words)
        self._blank(text[:start], style)
        if self._hugo and _has(element, "sub", "sup"):  # small characters cannot express nested ones
            self._text("^(" if element.tag == "sup" else "_(", style)
            self._walk(element, style)
            self._text(")", style)
        elif self._hugo:
            self._text(raised(" ".join(words.split()), "^" if element.tag == "sup" else "_"), style)
        else:
            inner = BlockWriter(self._dialect, flat=True, in_cell=self._in_cell).line(element)
            self._ready(f"<{element.tag}>{inner}</{element.tag}>", style)
        self._blank(text[start + len(words) :], style)


def _joined(blocks: list[str]) -> str:
    """Return the blocks of an item: a list in it needs no empty line before it, unless its first number is another
    than 1 (CommonMark 0.31, 5.2)."""
    text = ""
    for block in blocks:
        is_list = re.match(r"[-*] |1[.)] ", block)
        text += f"{'' if not text else chr(10) if is_list else chr(10) * 2}{block}"
    return text


def _items(items: _Element) -> list[_Element]:
    """Return the items of a list; content between items becomes an item, too."""
    found: list[_Element] = []
    loose: _Element | None = None
    if items.text and items.text.strip():
        loose = items.makeelement("li")
        loose.text = items.text
        found.append(loose)
    for child in list(items):
        tail, child.tail = child.tail or "", None
        if child.tag == "li":
            found.append(child)
            loose = None
        elif loose is None:
            loose = items.makeelement("li")
            loose.append(child)
            found.append(loose)
        else:
            loose.append(child)
        if tail.strip():
            if loose is None:
                loose = items.makeelement("li")
                loose.text = tail
                found.append(loose)
            elif len(loose):
                loose[-1].tail = tail
            else:
                loose.text = f"{loose.text or ''}{tail}"
    return found


def _first_number(items: _Element) -> int:
    start = items.get("start") or ""
    if NUMBER_PATTERN.fullmatch(start):
        return int(start)
    return sum(1 for _ in items.iterchildren("li")) if items.get("reversed") is not None else 1


def _has(element: _Element, *names: str) -> bool:
    """Return whether there is an element of one of these names in `element`."""
    return any(inner is not element for inner in element.iter(*names))


def _words(element: _Element, line_break: str) -> str:
    """Return the text in `element`, with `line_break` in place of each `br`."""
    return "".join(line_break if node == "br" else node for node in _texts(element))


def _texts(element: _Element) -> list[str]:
    texts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            texts += ["br"] if node.tag == "br" else [node.text or ""]
        elif node is not element:
            texts.append(node.tail or "")
    return texts


def _table_of(row: _Element) -> _Element | None:
    return next(row.iterancestors("table"), None)


def _span(cell: _Element, name: str) -> int:
    value = cell.get(name) or "1"
    return min(max(int(value), 1), 1000) if value.isascii() and value.isdigit() and len(value) < 9 else 1
