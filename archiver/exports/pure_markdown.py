"""The body of an entry as Markdown. No I/O.

Markdown has no form for sub- and superscripts, and for tables whose cells span rows or columns, or contain lists,
tables or the like. For Obsidian, which shows HTML, these are HTML. For Hugo, which does not, they are Unicode's small
digits (or `^(…)`), and tables with empty cells in the place of spans.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from archiver.cleaning import body_tree, laid_out
from archiver.exports.blocks import blocks_of
from archiver.exports.inline import Dialect
from archiver.text import printable

if TYPE_CHECKING:
    from archiver.exports.entry import Entry

__all__ = ["Dialect", "markdown_of", "markdown_of_html"]


def markdown_of(entry: Entry, dialect: Dialect) -> str:
    """Return quote and body of `entry` as Markdown that ends with a line end."""
    quote = f"<blockquote><p>{escape(entry.quote, quote=False)}</p></blockquote>" if entry.quote else ""
    return markdown_of_html(quote + entry.html, dialect)


def markdown_of_html(html: str, dialect: Dialect) -> str:
    """Return a clean body as Markdown that ends with a line end."""
    return "\n\n".join(blocks_of(body_tree(laid_out(printable(html))), dialect)) + "\n"
