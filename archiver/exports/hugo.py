"""`hugo`: a section of a Hugo site.

The pages are Markdown without any HTML: Hugo drops HTML in Markdown unless `markup.goldmark.renderer.unsafe` is set,
and from 0.162 on it refuses content files that are HTML unless `security.allowContent` has them. So they build as they
are, in old and new versions alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from archiver.exports.copies import with_copies
from archiver.exports.files import MAX_NAME, Folder, cut, front_matter, name_of, recipe_folder
from archiver.exports.format import About, Format
from archiver.exports.marks import marked
from archiver.exports.pure_markdown import Dialect, markdown_of
from archiver.exports.shown import home, summary
from archiver.posts.permalink import SAFE, post_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from archiver.exports.entry import Entry
    from archiver.exports.files import Value


TO_SECTION = "../../../"  # from the page of an article, /SECTION/RECIPE/FORM/ID/
SLASHES = re.compile(r"[/\\]+")
ESCAPES = re.compile(r"%(?=[0-9A-Fa-f]{2})")
BESIDE = ("index.html", "index.xml")  # the files of a list of terms


def write(entries: Iterator[Entry], path: Path, about: About) -> None:
    """Write RECIPE/FORM/ID.md for each entry into the new directory `path`, copies of its pictures, and the `_index.md`
    of the section."""
    folder = Folder(path)
    (path / "_index.md").write_text(front_matter({"title": about.title or "Archive"}), encoding="utf-8")
    for entry in entries:
        page = with_copies(entry, folder, about.output, TO_SECTION)
        text = front_matter(_fields(entry) | _links(entry, about)) + "\n" + markdown_of(page, Dialect.HUGO)
        folder.write(entry, f"{recipe_folder(entry)}/{name_of(entry.form)}", f"{name_of(entry.id)}.md", text)


def term(value: str) -> str:
    """Return `value` as a category or tag; may be empty. Hugo makes a directory of each, and a build ends at `..`, at a
    name that is too long, and at one of a file that is beside it; links to what looks like an escape lead nowhere."""
    name = cut(ESCAPES.sub("-", SLASHES.sub("-", value)).strip(". "), MAX_NAME).strip(". ")
    return f"{name}-" if name.lower() in BESIDE else name


def _terms(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(term, values))))


def _fields(entry: Entry) -> dict[str, Value]:
    """Return the front matter. What Hugo has no meaning for is a parameter of the page (.Params); `url`, `id` and
    `path` would have one."""
    return {
        "title": entry.title,
        # What Hugo would take of the text itself for lists and feeds may show pictures, of which the addresses are
        # right on the page of the article alone.
        "summary": marked(summary(entry), typographer=True),
        "date": entry.published,
        **({"lastmod": entry.saved} if entry.revision > 1 else {}),
        "categories": _terms([entry.category]),
        "tags": _terms(entry.tags),
        "source": entry.source,
        "source_url": entry.url,
        "recipe": entry.recipe,
        "form": entry.form,
        "article_id": entry.id,
        "revision": entry.revision,
        "state": entry.state,
    }


def _links(entry: Entry, about: About) -> dict[str, Value]:
    """Return where the article is on the site of the archive, if that has a host."""
    if not about.site:
        return {}
    if not entry.recipe:  # one of the owner's: it may say itself where it is
        return {"archive_url": entry.url}
    path = quote(post_path(entry.path, entry.category, entry.published), safe=SAFE, errors="ignore")
    return {"archive_url": f"{home(about)}{path}"}


FORMAT = Format("a section of a Hugo site: Markdown with front matter, one file an article", write, target="directory")
