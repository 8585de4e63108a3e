"""Writing a fragment that is well-formed and balanced whatever is asked of it, and has no empty elements."""

from __future__ import annotations

import re
from typing import NamedTuple

from archiver.cleaning.markup import IMPLIED, IMPLIED_FOR_TEXT, PARAGRAPHS, PARENTS

# A line break and the blank space after it, empty lines included.
LINE_START = re.compile(r"\n[ \t\n\f\u3000]*")
MARGIN = 3  # four spaces at a line start are Markdown's code block


class Frame(NamedTuple):
    """An element that is being written: its name, its start tag, the blank space before it, and whether it was
    not asked for but stands around text that could not stand alone."""

    name: str
    start: str
    gap: str
    implied: bool


class Fragment:
    """Takes elements and text in document order. A start tag is written when something comes to stand in it."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._frames: list[Frame] = [Frame("", "", "", implied=False)]
        self._opened = 1  # of the frames
        self._gap = ""  # blank space between blocks, not yet written
        self._held: list[str] = []  # line breaks and blanks, written if text follows in the same paragraph
        self._inlines: list[tuple[str, str]] = []
        self._inlines_opened = 0

    def result(self) -> str:
        """Return the fragment; every element is closed."""
        self.end(1)
        return "".join(self._out).strip()

    def begin(self, name: str, start: str) -> int:
        """Begin the block `name`, with the start tag `start`. Returns what `end` must be given to end it."""
        frames = self._frames
        while frames[-1].implied or frames[-1].name in PARAGRAPHS:
            if frames[-1].name in PARENTS.get(name, ()):
                break
            self._pop()
        allowed = PARENTS.get(name)
        if allowed is None or frames[-1].name not in allowed:
            while implied := IMPLIED.get(frames[-1].name):
                self._push(implied, f"<{implied}>", implied=True)
            if allowed is not None:
                name, start = "p", "<p>"
        depth = len(frames)
        self._push(name, start)
        return depth

    def boundary(self) -> None:
        """End the paragraph that text stands in, if it is in one that was not asked for or that cannot hold blocks."""
        while self._frames[-1].name in PARAGRAPHS:
            self._pop()

    def end(self, depth: int) -> None:
        """End the block for which `begin` returned `depth`, and all that is still open in it."""
        while len(self._frames) > depth:
            self._pop()

    def paragraph(self, name: str, start: str, text: str) -> bool:
        """Write a whole paragraph of mere `text`, escaped already, where nothing is open. Returns whether it did."""
        if len(self._frames) > 1 or self._inlines or name == "pre":
            return False
        if text and not text.isspace():
            if "\n" in text:
                text = LINE_START.sub(_trim_line_start, text)
            self._out.append(f"{self._gap}{start}{text.lstrip()}</{name}>")
            self._gap = ""
        return True

    def cell(self) -> None:
        """Write the table cell that was just begun even if it stays empty: its column counts."""
        self._open()

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
        """Write `text`, escaped already. Blank text is kept only between things that are."""
        fresh = len(self._frames) > self._opened or self._frames[-1].name in IMPLIED_FOR_TEXT
        if "\n" in text and self._frames[-1].name != "pre":
            text = LINE_START.sub(_trim_line_start, text)
        if text.isspace() and self._frames[-1].name != "pre":
            if not fresh:
                self._held.append(text)
            elif not self._held and self._frames[-1].name in IMPLIED_FOR_TEXT:
                self._gap = self._gap or text
            return
        self._content(text.lstrip() if fresh and self._frames[-1].name != "pre" else text)

    def line_break(self) -> None:
        """Write a line break, if text stands before it and comes after it."""
        if len(self._frames) == self._opened and self._frames[-1].name not in IMPLIED_FOR_TEXT:
            self._held.append("<br />")

    def picture(self, tag: str) -> None:
        """Write the picture `tag`."""
        self._content(tag)

    def _content(self, text: str) -> None:
        while implied := IMPLIED_FOR_TEXT.get(self._frames[-1].name):
            self._push(implied, f"<{implied}>", implied=True)
        if self._opened < len(self._frames):
            self._open()
        if self._held:
            self._out += self._held
            self._held.clear()
        if self._inlines_opened < len(self._inlines):
            self._out += [start for _, start in self._inlines[self._inlines_opened :]]
            self._inlines_opened = len(self._inlines)
        self._out.append(text)

    def _push(self, name: str, start: str, *, implied: bool = False) -> None:
        self._leave_text()
        self._frames.append(Frame(name, start, self._gap, implied))
        self._gap = ""

    def _pop(self) -> None:
        self._leave_text()
        frame = self._frames.pop()
        if self._opened > len(self._frames):
            self._opened -= 1
            self._out.append(f"{self._gap if frame.name in IMPLIED else ''}</{frame.name}>")
            self._gap = ""
        else:
            self._gap = frame.gap or self._gap

    def _leave_text(self) -> None:
        """End what text needs around it; inline elements that go on are begun again where text goes on."""
        self._held.clear()
        if self._inlines_opened:
            self._out += [f"</{name}>" for name, _ in reversed(self._inlines[: self._inlines_opened])]
            self._inlines_opened = 0

    def _open(self) -> None:
        for frame in self._frames[self._opened :]:
            self._out.append(frame.gap + frame.start)
        self._opened = len(self._frames)


def _trim_line_start(found: re.Match[str]) -> str:
    spaces = found[0].rpartition("\n")[2]
    return "\n" + " " * min(spaces.count(" "), MARGIN)
