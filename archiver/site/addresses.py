"""Where the pages of a site are: paths of files in it, and addresses from one page to another. No I/O.

An article is where Jekyll puts its post (docs/format.md), and its category is where the footers of posts say.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from archiver.places import OLD_POSTS
from archiver.posts.permalink import SAFE, segment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.recipes import Recipe

FOOTER_LINK = re.compile(r"\]\(//\{site\}/([^)]+)\)")
# What the site itself has there; a category of that name has no directory of its own.
OWN = frozenset(("archive", "sources", "about", "search", "category", OLD_POSTS, "pages"))


def is_reserved(path: str) -> bool:
    """Return whether the site may have a page or a file of its own at `path`."""
    return path.partition("/")[0] in OWN or path in ("index.html", "404.html") or not path.endswith(".html")


def old_path(path: str) -> str:
    """Return where else the page of a post was: of one that was moved out of `_posts`; empty for all others."""
    directory, _, name = path.rpartition("/")
    return f"{directory}/{PurePosixPath(name).stem}.html" if directory == OLD_POSTS else ""


def category_key(category: str) -> str:
    """Return what names a category: without white space, as slugs are."""
    return "".join(category.split())


def category_paths(category: str, spellings: Iterable[str], fixed: Iterable[str] = ()) -> list[str]:
    """Return where the list of a category is: under its key, under each of its spellings in posts, and where its form's
    footer says (`fixed`); the first is the one to link to."""
    names = [*fixed, *(f"category/{_file(one)}.html" for one in (category, *sorted(spellings)))]
    return list(dict.fromkeys(names))


def category_page(category: str, label: str) -> str:
    """Return where a numbered page of a category is."""
    return f"category/{_file(category)}/{label}.html"


def fixed_lists(recipes: Iterable[Recipe]) -> dict[str, tuple[str, ...]]:
    """Return where the footers of recipes send readers, by category, for those whose form has always the same:
    `emnews` to `emnews/index.html`."""
    found: dict[str, tuple[str, ...]] = {}
    for recipe in recipes:
        for form in recipe.forms.values():
            if "{" in form.category:
                continue
            links = [link for link in FOOTER_LINK.findall(form.footer) if "{" not in link]
            paths = [f"{link}index.html" if link.endswith("/") else link for link in links]
            key = category_key(form.category)
            usable = (one for one in paths if one.partition("/")[0] not in OWN and ".." not in one)
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *usable)))
    return found


def day_path(day: str, label: str = "") -> str:
    """Return where the list of a day (`2024-03-15`) is, or a numbered page of it."""
    return f"archive/{day.replace('-', '/')}/{label or 'index'}.html"


def root_of(path: str) -> str:
    """Return what leads from a page to the root of the site: `../` for each directory."""
    return "../" * path.count("/")


def href(path: str) -> str:
    """Return the address of a page from the root of the site: directories without the name of their page."""
    if path == "index.html":
        return "./"
    return quote(path.removesuffix("index.html") if path.endswith("/index.html") else path, safe=SAFE, errors="ignore")


def _file(category: str) -> str:
    return segment(category) or "none"
