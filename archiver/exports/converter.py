"""markdownify's converter, exact. What this package does with HTML in Markdown: see pure_markdown. No I/O."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any

from markdownify import MarkdownConverter

from archiver.exports.marks import code, fenced, marked, raised
from archiver.exports.soup import EMPHASES, beside, is_mark
from archiver.exports.tables import CELL, PART, ROW, grid, pipes
from archiver.posts.markdown import link_target

if TYPE_CHECKING:
    from bs4 import Tag
    from bs4.element import NavigableString

OPENING = {"b": "**", "em": "*", "del": "~~"}
HUGO = re.compile(r"\{\{[<%]|<!--\s*more")  # what Hugo looks for in code, too
EMPTY_LINE = re.compile(r"\n[ \t]*\n")
BLOCKS_OF_CELLS = ["table", "ul", "ol", "pre", "blockquote"]  # which cells of Markdown cannot hold
INNER = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
PARTS = re.compile(f"[{CELL}{ROW}{PART}]")


class Dialect(Enum):
    """Whose Markdown it is."""

    OBSIDIAN = "obsidian"
    HUGO = "hugo"


class Converter(MarkdownConverter):
    """markdownify's converter, exact: it keeps words as words, and makes no mark that is none where it stands."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(heading_style="atx", bullets="-", wrap=True, wrap_width=None)
        self._hugo = dialect is Dialect.HUGO
        self._begins = True

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        before = beside(el, after=False)
        self._begins = before in ("", "[") or before.isspace() or before.isdigit()
        return str(super().process_text(el, parent_tags))  # type: ignore[misc]

    def escape(self, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        return marked(text, begins=self._begins, typographer=self._hugo)

    def _emphasis(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        """Mark `text`, unless the marks would not be taken for any where they stand (CommonMark 0.31, 6.2); in Chinese
        it often is for want of a space, and then marks at the ends go outside."""
        kind = EMPHASES[tag.name]
        found = INNER.fullmatch(text)
        if not found or not found[2] or EMPTY_LINE.search(text) or parent_tags & {"_noformat", kind}:
            return text
        before, inner, after = found.groups()
        left = beside(tag, after=False) if not before else " "
        right = beside(tag, after=True) if not after else " "
        while inner and _closed(left) and is_mark(inner[0]) and not inner[0].isascii():
            before, left, inner = before + inner[0], inner[0], inner[1:]
        while inner and _closed(right) and is_mark(inner[-1]) and not inner[-1].isascii():
            after, right, inner = inner[-1] + after, inner[-1], inner[:-1]
        if not inner or inner != inner.strip() or "*" in (left, right):
            return text
        if (_closed(left) and is_mark(inner[0])) or (_closed(right) and is_mark(inner[-1])):
            return text
        return f"{before}{OPENING[kind]}{inner}{OPENING[kind]}{after}"

    convert_b = convert_em = convert_del = _emphasis

    def convert_a(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        href = str(tag.get("href") or "").strip()
        if "_noformat" in parent_tags or not href:
            return text
        found = INNER.fullmatch(text)
        if not found or not found[2]:
            return text
        return f"{found[1]}[{' '.join(found[2].split())}]({link_target(href)}{self._title(tag)}){found[3]}"

    def convert_img(self, tag: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        alt = marked(" ".join(str(tag.get("alt") or "").split()), typographer=self._hugo)
        source = str(tag.get("src") or "").strip()
        return f"![{alt}]({link_target(source)}{self._title(tag)})" if source else alt

    def convert_pre(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        text = PARTS.sub(" ", text).strip("\n")
        if "_inline" in parent_tags:
            return f" {self.convert_code(tag, text, parent_tags - {'_noformat'})} "
        if not text.strip():
            return ""
        if self._hugo and HUGO.search(text):
            lines = (marked(line.strip(), typographer=True) for line in text.split("\n") if line.strip())
            shown = "  \n".join(lines)
            return f"\n\n{shown}\n\n"
        return f"\n\n{fenced(text)}\n\n"

    def convert_code(self, tag: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        found = INNER.fullmatch(PARTS.sub(" ", text))
        if "_noformat" in parent_tags or not found or not found[2]:
            return text
        inner = " ".join(found[2].split())
        if (self._hugo and HUGO.search(inner)) or (parent_tags & {"td", "th"} and "|" in inner):
            return f"{found[1]}{marked(inner, typographer=self._hugo)}{found[3]}"
        return f"{found[1]}{code(inner)}{found[3]}"

    convert_kbd = convert_samp = convert_code

    def convert_sub(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        return self._raised("sub", tag, text, parent_tags)

    def convert_sup(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        return self._raised("sup", tag, text, parent_tags)

    def _raised(self, name: str, tag: Tag, text: str, parent_tags: set[str]) -> str:
        words = tag.get_text().strip()
        if "_noformat" in parent_tags or not words or EMPTY_LINE.search(text):
            return text
        if not self._hugo:
            return f"<{name}>{text.strip()}</{name}>"
        form = raised(words, "^" if name == "sup" else "_")
        return form if words.isdecimal() and form != words else marked(form, typographer=True)

    def convert_li(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        return str(super().convert_li(tag, text, parent_tags))  # type: ignore[misc]

    def convert_hr(self, tag: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        return " " if "_inline" in parent_tags else "\n\n---\n\n"

    def convert_td(self, tag: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        words = " ".join(PARTS.sub(" ", text).split(" ")).replace("\n", " ").strip()
        return f"{_span(tag, 'rowspan')}{PART}{_span(tag, 'colspan')}{PART}{words}{CELL}"

    convert_th = convert_td

    def convert_tr(self, tag: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        return text + ROW

    def convert_table(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        rows, spans = grid(text)
        if not self._hugo and (spans or tag.find(BLOCKS_OF_CELLS)):
            return f"\n\n{_html(tag)}\n\n"
        if parent_tags & {"td", "th"}:  # a table in a cell, for Hugo
            return " " + " ".join(cell for row in rows for cell in row) + " "
        return f"\n\n{pipes(rows)}\n\n" if rows else ""

    def _title(self, tag: Tag) -> str:
        title = " ".join(str(tag.get("title") or "").split())
        return f' "{marked(title, typographer=True)}"' if title else ""


def _closed(character: str) -> bool:
    """Return whether there is a letter: beside one, a mark within an emphasis keeps it from being one."""
    return bool(character) and not character.isspace() and not is_mark(character)


def _span(tag: Tag, name: str) -> int:
    value: Any = tag.get(name) or "1"
    return min(max(int(value), 1), 1000) if str(value).isascii() and str(value).isdigit() else 1


def _html(tag: Tag) -> str:
    """Return the HTML of `tag` on one line: an empty one would end it."""
    return str(tag).replace("\r", "").replace("\n", " ")
