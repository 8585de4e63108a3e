"""The body of an article as a page shows it: clean HTML that makes no browser load anything from other sites. No
I/O."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from markupsafe import Markup

from archiver.cleaning import Cleaner
from archiver.errors import BodyError
from archiver.exports.own import OWN_RECIPE
from archiver.exports.plain import plain_text
from archiver.places import ASSETS
from archiver.posts.read import unmarked
from archiver.posts.site_addresses import root_of
from archiver.recipes.recipe import CleanRules
from archiver.text import printable, unescaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.exports import Entry
    from archiver.exports.entry import EntryPicture
    from archiver.recipes import Recipe

BLOCK_PATTERN = re.compile(r"<(?:p|div|table|ul|ol|h[1-6]|blockquote|pre|center|section|figure|img)\b", re.IGNORECASE)
QUOTE_PATTERN = re.compile(r"(?:>[^\n]*\n)+\n")
PARAGRAPH_GAP_PATTERN = re.compile(r"\n[ \t]*\n")
TOKEN_PATTERN = re.compile(r"""<(/?)(a|img|table|h[1-6])\b((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*/?>""")
HEADING_PATTERN = re.compile(r"<h([1-6])\b")
ATTRIBUTE_PATTERN = re.compile(r'([\w:-]+)="([^"]*)"')
SITE_ROOT = "https://site.invalid/"  # stands for the root of the site while addresses in an owner's post are resolved
PICTURES_DIRECTORY = "pictures"  # the directory of the site with the pictures that the archive has
OWN_PICTURE_PATTERN = re.compile(r"data:image/", re.IGNORECASE)


class Bodies:
    """Makes bodies of posts ready for pages. words: those of the site's language; `picture` and `table` are used."""

    def __init__(self, recipes: Mapping[str, Recipe], words: Mapping[str, str]) -> None:
        self._cleaners = {name: Cleaner(recipe.clean) for name, recipe in recipes.items()}
        self._other = Cleaner(CleanRules())
        self._words = words

    def html(self, entry: Entry, path: str) -> Markup:
        """Return the body of an entry whose page is at `path`. If cleaning refuses it (it is too long, say), its plain
        text is returned as paragraphs."""
        html = _quoted(entry.html) if BLOCK_PATTERN.search(entry.html) else _paragraphs(entry.html)
        try:
            base = f"{SITE_ROOT}{path}" if entry.recipe == OWN_RECIPE else entry.url
            clean = self._cleaners.get(entry.recipe, self._other).clean(printable(html), base).html
        except BodyError:
            clean = "".join(f"<p>{escape(line)}</p>" for line in plain_text(html).split("\n"))
        if entry.recipe == OWN_RECIPE:
            clean = clean.replace(f'="{SITE_ROOT}', f'="{root_of(path) or "./"}')
        return Markup(self._shown(clean, entry.pictures, root_of(path)))

    def _shown(self, html: str, pictures: Mapping[str, EntryPicture], root: str) -> str:
        """Return clean HTML made fit for the page. Pictures that the archive has (`pictures`, by their addresses in the
        HTML) are shown from the site; others become links. Headings start at the second level (the first is the
        page's title). Tables can be scrolled with the keyboard. root: leads from the page to the root of the site."""
        links = 0
        highest = min(map(int, HEADING_PATTERN.findall(html)), default=2)

        def replaced(found: re.Match[str]) -> str:
            nonlocal links
            end, name, attributes = found[1], found[2], found[3]
            if name == "a":
                links += -1 if end else 1
                return found[0]
            if name == "img":
                given = dict(ATTRIBUTE_PATTERN.findall(attributes))
                if own := pictures.get(urldefrag(unescaped(given.get("src", ""))).url):
                    return _own_picture(own, given.get("alt", ""), root)
                return self._picture(given, within_link=links > 0)
            if name == "table":
                label = escape(self._words["table"])
                return (
                    f"{found[0]}</div>"
                    if end
                    else f'<div class="wide" role="group" aria-label="{label}" tabindex="0">{found[0]}'
                )
            return f"<{end}h{min(int(name[1]) - highest + 2, 6)}{attributes}>"

        return TOKEN_PATTERN.sub(replaced, html)

    def _picture(self, attributes: Mapping[str, str], *, within_link: bool) -> str:
        source, words = attributes.get("src", ""), attributes.get("alt", "")
        if OWN_PICTURE_PATTERN.match(source):
            return f'<img src="{source}" alt="{words}" loading="lazy">'
        label = f"{self._words['picture']}{': ' if words else ''}{words}"
        if within_link or not source:
            return f'<span class="picture" role="img" aria-label="{label}" data-label="{label}"></span>'
        return f'<a class="picture" href="{source}" aria-label="{label}" data-label="{label}"></a>'


def site_picture(path: str) -> str:
    """Return the path on the site of the picture whose file is at `path` in the archive."""
    return f"{PICTURES_DIRECTORY}/{path.removeprefix(f'{ASSETS}/')}"


def _own_picture(picture: EntryPicture, words: str, root: str) -> str:
    sides = f' width="{picture.width}" height="{picture.height}"' if picture.width and picture.height else ""
    return f'<img src="{root}{site_picture(picture.path)}"{sides} alt="{words}" loading="lazy">'


def _quoted(html: str) -> str:
    """Return HTML in which a leading quote in Markdown, as old posts have it, has become HTML, too."""
    found = QUOTE_PATTERN.match(html)
    return f"{_paragraph(found[0].strip())}{html[found.end() :]}" if found else html


def _paragraphs(text: str) -> str:
    """Return the text of an old post, which is Markdown without blocks, as HTML."""
    parts = (part.strip() for part in PARAGRAPH_GAP_PATTERN.split(text))
    return "".join(_paragraph(part) for part in parts if part)


def _paragraph(text: str) -> str:
    if text.startswith(">"):
        inner = "\n".join(line.removeprefix(">").strip() for line in text.split("\n"))
        return f"<blockquote>{_paragraph(inner)}</blockquote>" if inner else ""
    return f"<p>{text if '<' in text else escape(unmarked(text), quote=False)}</p>"
