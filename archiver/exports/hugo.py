"""`hugo`: a section of a Hugo site.

The pages are Markdown without any HTML: Hugo drops HTML in Markdown unless `markup.goldmark.renderer.unsafe` is set,
and from 0.162 on it refuses content files that are HTML unless `security.allowContent` allows them. So these pages
build with the default settings, in old and new versions alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.exports.copies import with_copies
from archiver.exports.escaping import marked
from archiver.exports.files import MAX_NAME_BYTES, Folder, cut, front_matter, name_of, recipe_folder
from archiver.exports.format import About, Format
from archiver.exports.pure_markdown import Dialect, markdown_of
from archiver.exports.shown import home, summary
from archiver.posts.permalink import post_path
from archiver.posts.site_addresses import href, page_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from archiver.exports.entry import Entry
    from archiver.exports.files import Value


TO_SECTION = "../../../"  # from the page of an article, /SECTION/RECIPE/FORM/ID/
SLASHES_PATTERN = re.compile(r"[/\\]+")
ESCAPE_PATTERN = re.compile(r"%(?=[0-9A-Fa-f]{2})")
RESERVED_FILES = ("index.html", "index.xml")  # files beside the directories of terms, whose names no term may have


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
    """Return `value` as a category or tag; may be empty. Hugo makes a directory of each: a build fails at `..`, at a
    name that is too long, and at the name of a file beside it; and links to a name that looks like a percent escape
    lead nowhere."""
    name = cut(ESCAPE_PATTERN.sub("-", SLASHES_PATTERN.sub("-", value)).strip(". "), MAX_NAME_BYTES).strip(". ")
    return f"{name}-" if name.lower() in RESERVED_FILES else name


def _terms(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(term, values))))


def _fields(entry: Entry) -> dict[str, Value]:
    """Return the front matter. Fields that Hugo does not know are parameters of the page (.Params). The names `url`,
    `id` and `path` are avoided, since Hugo gives them a meaning."""
    return {
        "title": entry.title,
        # Otherwise Hugo would show the beginning of the text in lists and feeds, perhaps with pictures, whose relative
        # addresses are right only on the page of the article.
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
    if not entry.recipe:  # a post of the owner's: its own front matter may say its address
        return {"archive_url": entry.url}
    path = page_place(post_path(entry.path, entry.category, entry.published))
    return {"archive_url": f"{home(about)}{href(path)}"}


FORMAT = Format("a section of a Hugo site: Markdown with front matter, one file an article", write, target="directory")
