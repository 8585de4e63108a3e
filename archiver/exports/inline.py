"""Text within a block as Markdown: lines are made of pieces of text with their emphases and links. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from archiver.exports.escaping import is_mark, marked
from archiver.posts.markdown import link_target

SPACES_PATTERN = re.compile(r"[ \t\n\r\f]+")
MARK_OF_STYLE = {"strong": "**", "em": "*", "del": "~~"}


class Dialect(Enum):
    """The program for which Markdown is written."""

    OBSIDIAN = "obsidian"
    HUGO = "hugo"


@dataclass(frozen=True)
class Link:
    """Where a piece of text leads."""

    address: str
    title: str


@dataclass(frozen=True)
class Piece:
    """A piece of text or, if `ready`, of Markdown; `\\n` alone is a line break."""

    text: str
    ready: bool = False
    emphases: frozenset[str] = frozenset()
    link: Link | None = None


LINE_BREAK = Piece("\n", ready=True)


def title_of(title: str) -> str:
    """Return the title of a link or a picture as it stands after the address."""
    words = " ".join(title.split())
    return f' "{marked(words, typographer=True)}"' if words else ""


def paragraph(pieces: list[Piece], dialect: Dialect) -> str:
    """Return `pieces` as the Markdown of a paragraph; empty if there is nothing in them."""
    return Line(dialect).render(_collapsed(pieces)).strip(" ")


def _collapsed(pieces: list[Piece]) -> list[Piece]:
    """Return `pieces` with their white space folded as browsers fold it; neighbours of the same style are joined."""
    folded: list[Piece] = []
    space = True  # the next piece follows white space, or begins a line
    for piece in pieces:
        if piece == LINE_BREAK:
            _trim(folded)
            folded.append(piece)
            space = True
            continue
        text = piece.text if piece.ready else SPACES_PATTERN.sub(" ", piece.text)
        if space and not piece.ready:
            text = text.removeprefix(" ")
        if not text:
            continue
        space = not piece.ready and text.endswith(" ")
        last = folded[-1] if folded else None
        if last and not (last.ready or piece.ready) and replace(last, text="") == replace(piece, text=""):
            folded[-1] = replace(piece, text=last.text + text)
        else:
            folded.append(replace(piece, text=text))
    _trim(folded)
    while folded and folded[0] == LINE_BREAK:
        del folded[0]
    while folded and folded[-1] == LINE_BREAK:
        del folded[-1]
        _trim(folded)
    return folded


def _trim(pieces: list[Piece]) -> None:
    while pieces and not pieces[-1].ready:
        text = pieces[-1].text.rstrip(" ")
        if text:
            pieces[-1] = replace(pieces[-1], text=text)
            return
        del pieces[-1]


class Line:
    """Renders pieces. An emphasis gets its marks only where Markdown takes them for marks (CommonMark 0.31, 6.2)."""

    def __init__(self, dialect: Dialect) -> None:
        self._hugo = dialect is Dialect.HUGO

    def render(self, pieces: list[Piece], left: str = "", right: str = "") -> str:
        """Return the Markdown of `pieces`.

        left, right: the characters beside them: empty at the end of a line; `[` and `]` for a link or the like, `*` for
        another emphasis.
        """
        out: list[str] = []
        position = 0
        while position < len(pieces):
            piece = pieces[position]
            before = _last(pieces[position - 1]) if position else left
            kind, end = self._longest(pieces, position)
            after = _first(pieces[end]) if end < len(pieces) else right
            run = pieces[position:end]
            if kind == "link" and piece.link:
                out.append(self._linked(run, piece.link))
            elif kind:
                inner = [replace(one, emphases=one.emphases - {kind}) for one in run]
                out.append(self._emphasised(inner, MARK_OF_STYLE[kind], before, after))
            elif piece.ready:
                out.append("  \n" if piece == LINE_BREAK else piece.text)
            else:
                begins = before in ("", "[") or before.isspace() or before.isdigit()
                out.append(marked(piece.text, begins=begins, typographer=self._hugo))
            position = end
        return "".join(out)

    def _longest(self, pieces: list[Piece], start: int) -> tuple[str, int]:
        """Return which link or emphasis extends over the most pieces from `start` on, and where it ends."""
        piece = pieces[start]
        best, best_end = "", start + 1
        for kind in (*(["link"] if piece.link else []), *sorted(piece.emphases, reverse=True)):
            end = start + 1
            while end < len(pieces) and (
                pieces[end].link == piece.link if kind == "link" else kind in pieces[end].emphases
            ):
                end += 1
            if not best or end > best_end:
                best, best_end = kind, end
        return best, best_end

    def _linked(self, pieces: list[Piece], link: Link) -> str:
        inner = self.render([replace(one, link=None) for one in pieces], "[", "[")
        words = inner.strip()
        if not words:
            return inner
        before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        return f"{before}[{' '.join(words.split())}]({link_target(link.address)}{title_of(link.title)}){after}"

    def _emphasised(self, pieces: list[Piece], mark: str, left: str, right: str) -> str:
        """Return `pieces` between marks; without marks where Markdown would not take them for such. In Chinese text,
        which has no spaces, that is often so because of punctuation at the ends, which is therefore put outside the
        marks."""
        plain = self.render(pieces, left, right)
        inner = plain.strip(" ")
        before, after = plain[: len(plain) - len(plain.lstrip(" "))], plain[len(plain.rstrip(" ")) :]
        left, right = " " if before else left, " " if after else right
        while inner and _closed(left) and is_mark(inner[0]) and not inner[0].isascii():
            before, left, inner = before + inner[0], inner[0], inner[1:]
        while inner and _closed(right) and is_mark(inner[-1]) and not inner[-1].isascii():
            after, right, inner = inner[-1] + after, inner[-1], inner[:-1]
        wrong = not inner or inner != inner.strip() or "*" in (left, right) or inner[0] in "*~" or inner[-1] in "*~"
        if wrong or (_closed(left) and is_mark(inner[0])) or (_closed(right) and is_mark(inner[-1])):
            # Text that was struck out must not run into the text that replaces it.
            return f" {plain} " if mark == "~~" and plain.strip() else plain
        return f"{before}{mark}{inner}{mark}{after}"


def _last(piece: Piece) -> str:
    """Return the character of `piece` that stands before the next piece."""
    return _edge(piece, -1)


def _first(piece: Piece) -> str:
    return _edge(piece, 0)


def _edge(piece: Piece, position: int) -> str:
    if piece == LINE_BREAK:
        return ""
    if piece.text[position].isspace():
        return " "
    if piece.emphases:
        return "*"
    return "]" if piece.ready or piece.link else piece.text[position]


def _closed(character: str) -> bool:
    """Return whether `character` is a letter or the like: beside one, marks of an emphasis that begin or end with
    punctuation do not count as marks."""
    return bool(character) and not character.isspace() and not is_mark(character)
