"""Writing a fragment that is well-formed and balanced, whatever calls are made, and has no empty elements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from archiver.cleaning.markup import (
    ALLOWED_PARENTS,
    CELLS,
    FREE_PARAGRAPHS,
    IMPLIED_CHILDREN,
    IMPLIED_FOR_TEXT,
    PARAGRAPHS,
)
from archiver.cleaning.rules import escape, liquid_safe
from archiver.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.cleaning.media import Medium

PLAIN_GAPS = frozenset({"\n", "\n ", "\n  ", "\n   "})
BREAK = "<br />"
MAX_BREAKS = 2
# A line end and the blank space after it, if that has a meaning in Markdown: an empty line or a code block.
LINE_START_PATTERN = re.compile(r"\n(?: {4,}| {0,3}[\t\n\u3000])[ \t\n\u3000]*")
MAX_INDENT = 3
INDENT_PATTERN = re.compile("\u3000{2,}")


class Frame(NamedTuple):
    """An element that is being written."""

    name: str
    start: str  # its start tag
    gap: str  # the blank space before it
    running: bool  # text stands directly before it
    implied: bool  # it was not asked for: it is there because its content cannot stand without it


class Fragment:
    """Takes elements and text in document order. A start tag is written only when the element gets content.

    unwanted: matches the text of paragraphs that are left out. clean: paragraphs that are written as they are.
    """

    def __init__(self, unwanted: re.Pattern[str], clean: Iterable[str] = ()) -> None:
        self.dropped: dict[str, int] = {}
        self.offers: dict[str, tuple[str, ...]] = {}
        self.waiting: list[Medium] = []  # media within a link: they are written after it
        self._unwanted = unwanted
        self._clean = iter(clean)
        self._out: list[str] = []
        self._frames: list[Frame] = [Frame("", "", "", running=False, implied=False)]
        self._opened = 1  # how many of the frames have their start tag in `_out`
        self._before_opening = (0, 1)  # the length of `_out`, and `_opened`, before the last start tags
        self._words: list[str] = []  # the text since the last start tags
        self._running = False  # text was written last, and what comes next continues it
        self._gap = ""  # blank space between blocks, not yet written
        self._held: list[str] = []  # line breaks and blanks, which are written if the text goes on
        self._inlines: list[tuple[str, str]] = []
        self._inlines_opened = 0

    def result(self) -> str:
        """Return the fragment; every element is closed, and no line of it has a meaning in Markdown or Liquid."""
        self.end(1)
        text = "".join(self._out)
        if "\u3000" in text:
            text = INDENT_PATTERN.sub("\u3000", text)
        if "\n" in text:
            text = LINE_START_PATTERN.sub(lambda found: _line_start(found[0]), text)
        return liquid_safe(text.strip())

    def drop(self, what: str) -> None:
        """Count something that is left out although a reader may miss it."""
        self.dropped[what] = self.dropped.get(what, 0) + 1

    def takes(self, name: str) -> bool:
        """Return whether the block `name` is written here; if not, its content is only separated from the text around
        it."""
        return name != "p" or self._frames[-1].name == "p" or self._frames[-1].name not in PARAGRAPHS

    def begin(self, name: str, start: str) -> int:
        """Begin the block `name`, with the start tag `start`. Returns what `end` must be given to end it."""
        frames = self._frames
        allowed = ALLOWED_PARENTS.get(name)
        while frames[-1].implied or frames[-1].name in PARAGRAPHS:
            if allowed and frames[-1].name in allowed:
                break
            self._pop()
        if allowed is None or frames[-1].name not in allowed:
            while implied := IMPLIED_CHILDREN.get(frames[-1].name):
                self._push(implied, f"<{implied}>", implied=True)
            if allowed is not None:
                name, start = "p", "<p>"
        depth = len(frames)
        self._push(name, start)
        if name in CELLS:  # even an empty cell counts as a column
            self._open()
        return depth

    def boundary(self) -> None:
        """Separate what comes next from the text before it."""
        if not self._running:
            return
        frame = self._frames[-1]
        if frame.implied and frame.name == "p":
            self._pop()
        elif BREAK not in self._held:
            self.line_break()

    def end(self, depth: int) -> None:
        """End the block for which `begin` returned `depth`, and all that is still open in it."""
        while len(self._frames) > depth:
            self._pop()

    def whole(self, name: str, start: str, text: str) -> bool:
        """Write the block `name` with only `text` in it in one step, if it is a free paragraph of the fragment or a
        cell of a row. Return whether it was one."""
        in_row = name in CELLS and self._frames[-1].name == "tr"
        if self._inlines or not (in_row or (len(self._frames) == 1 and name in FREE_PARAGRAPHS)):
            return False
        if not text.isprintable():
            text = _printable(text)
        text = text.lstrip()
        if in_row:
            self._open()
        elif not text or self._is_unwanted(text):
            return True
        self._out.append(f"{self._gap}{start}{escape(text)}</{name}>")
        self._gap = ""
        return True

    def clean_paragraphs(self) -> None:
        """Write the next of the paragraphs that are clean; no block is open."""
        self.end(1)  # implied elements around the text before them
        self._out.append(self._gap + next(self._clean))
        self._gap = ""

    def begin_inline(self, name: str, start: str) -> None:
        """Begin the inline element `name` (it must not be open already)."""
        self._inlines.append((name, start))

    def end_inline(self) -> None:
        """End the inline element that was begun last."""
        name, _ = self._inlines.pop()
        if self._inlines_opened > len(self._inlines):
            self._inlines_opened -= 1
            self._out.append(f"</{name}>")

    def has_inline(self, name: str) -> bool:
        """Return whether an inline element `name` is open."""
        return any(name == open_name for open_name, _ in self._inlines)

    def text(self, text: str) -> None:
        """Write `text`. Blank text is kept only between text that is written."""
        if not (text.isprintable() or text.isspace()):
            text = _printable(text)
        if not text or text.isspace():
            self._blank(text)
            return
        if self._frames[-1].name == "pre":
            # On one line: blanks at the start of a line would have a meaning in Markdown.
            self._content(escape(text if self._running else text.lstrip("\n")).replace("\n", "&#10;"), text)
            return
        if not self._running:
            text = text.lstrip()
        elif self._held and self._held[-1] == BREAK:
            text = text.lstrip(" \t\u3000")
        self._content(escape(text), text)

    def space(self) -> None:
        """Separate what comes next from the text before it, with one space however often this is called."""
        if not self._held:
            self._blank(" ")

    def line_break(self) -> None:
        """Write a line break, if text stands before it and goes on after it."""
        if self._running and self._held.count(BREAK) < MAX_BREAKS:
            self._held.append(BREAK)

    def picture(self, tag: str) -> None:
        """Write the picture `tag`."""
        self._content(tag)

    def _blank(self, text: str) -> None:
        if self._running:
            if self._frames[-1].name == "pre":
                self._held.append(_printable(text).replace("\n", "&#10;"))
            else:
                if self._held and self._held[-1] == BREAK:
                    text = text.lstrip(" \t\u3000")
                if text:
                    self._held.append(_printable(text))
        elif "\n" in text and not self._gap:
            self._gap = text if text in PLAIN_GAPS else _line_start(text)

    def _content(self, markup: str, text: str = "") -> None:
        """Write `markup`, which stands for `text`, where text can stand."""
        if not self._running:
            while implied := IMPLIED_FOR_TEXT.get(self._frames[-1].name):
                self._push(implied, f"<{implied}>", implied=True)
            if self._opened < len(self._frames):
                self._open()
            self._gap = ""
            self._running = True
        elif self._held:
            self._out += self._held
            self._words += self._held
            self._held.clear()
        if self._inlines_opened < len(self._inlines):
            self._out += [start for _, start in self._inlines[self._inlines_opened :]]
            self._inlines_opened = len(self._inlines)
        self._out.append(markup)
        if text:
            self._words.append(text)

    def _push(self, name: str, start: str, *, implied: bool = False) -> None:
        self._frames.append(Frame(name, start, self._gap, self._running, implied))
        self._gap = ""
        self._running = False

    def _pop(self) -> None:
        frame = self._frames.pop()
        if self._opened <= len(self._frames):
            self._go_on_after(frame)
            return
        self._leave_text()
        if (
            self._words
            and frame.name in FREE_PARAGRAPHS
            and self._is_unwanted("".join(self._words).replace(BREAK, " "))
        ):
            length, self._opened = self._before_opening
            del self._out[length:]
            self._go_on_after(frame)
        else:
            self._opened -= 1
            self._out.append(f"{self._gap if frame.name in IMPLIED_CHILDREN else ''}</{frame.name}>")
            self._gap = ""

    def _go_on_after(self, frame: Frame) -> None:
        """Go on after an element of which nothing was written, as if it had not been there, except for a line break
        within text."""
        self._running = frame.running
        self._gap = "" if frame.running else frame.gap or self._gap
        if BREAK not in self._held:
            self.line_break()

    def _is_unwanted(self, text: str) -> bool:
        if "\n" in text or "\u3000" in text:  # the result may have fewer of these characters
            text = " ".join(text.split())
        return self._unwanted.match(text) is not None

    def _leave_text(self) -> None:
        """End the inline elements around the text; those that are still open are begun again where text goes on."""
        self._held.clear()
        self._running = False
        if self._inlines_opened:
            self._out += [f"</{name}>" for name, _ in reversed(self._inlines[: self._inlines_opened])]
            self._inlines_opened = 0

    def _open(self) -> None:
        self._leave_text()
        self._before_opening = (len(self._out), self._opened)
        self._words.clear()
        self._out += [frame.gap + frame.start for frame in self._frames[self._opened :]]
        self._opened = len(self._frames)


def _printable(text: str) -> str:
    return printable(text).replace("\r", "\n")


def _line_start(blank: str) -> str:
    """Return `blank`, in which a line ends, as one line end and at most three spaces."""
    return "\n" + " " * min(blank.rpartition("\n")[2].count(" "), MAX_INDENT)
