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
# What the site itself has at its root: directories, and files.
OWN = frozenset(("archive", "sources", "about", "search", "category", OLD_POSTS, "pages", "pictures"))
FILE = re.compile(
    r"(?:index|404)\.html|style\.css|search\.js|icon\.svg|robots\.txt|(?:feed|sitemap(?:-\d+)?)\.xml|\.archiver-site.*"
)
DAY_LIST = re.compile(r"archive/\d{4}/\d\d/\d\d/(?:index|[\d-]+)\.html")
LONGEST_PATH = 1000  # bytes; systems take 4,096, and those before the site's own directory are not known
NO_CATEGORY = "none"


def is_reserved(path: str) -> bool:
    """Return whether `path` is no place for a page whose owner chose it: the site may have something there."""
    return _is_own(path.partition("/")[0]) or page_place(path) != path


def page_place(path: str) -> str:
    """Return where the page of an article is that Jekyll puts at `path`: there, unless the site has a file of its own
    in the way. No directory is named as pages are, whatever a source is called."""
    *directories, name = path.split("/")
    if len(path.encode()) > LONGEST_PATH:
        directories = [segment("-".join(directories))]
    parts = [
        f"{one.lstrip('.')}-" if one.endswith(".html") or (FILE.fullmatch(one) and place == 0) else one
        for place, one in enumerate(directories)
    ]
    stem = name.removesuffix(".html")
    whole = "/".join([*parts, f"{stem}.html"])
    return "/".join([*parts, f"{stem}-post.html"]) if DAY_LIST.fullmatch(whole) else whole


def old_path(path: str) -> str:
    """Return where else the page of a post was: of one that was moved out of `_posts`; empty for all others."""
    directory, _, name = path.rpartition("/")
    return f"{directory}/{PurePosixPath(name).stem}.html" if directory == OLD_POSTS else ""


def category_key(category: str) -> str:
    """Return what names a category, and the file of its list: without white space, as slugs are."""
    return segment("".join(category.split())) or NO_CATEGORY


def category_paths(category: str, spellings: Iterable[str], fixed: Iterable[str] = ()) -> list[str]:
    """Return where the list of a category is: under its key, under each of its spellings in posts, and where its form's
    footer says (`fixed`); the first is the one to link to."""
    names = [*fixed, *(f"category/{_file(one)}.html" for one in (category, *sorted(spellings)))]
    return list(dict.fromkeys(names))


def category_page(category: str, label: str) -> str:
    """Return where a numbered page of a category is."""
    return page_place(f"category/{_file(category)}/{label}.html")


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
            usable = (one for one in paths if not _is_own(one.partition("/")[0]) and ".." not in one)
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *usable)))
    return found


def day_path(day: str, label: str = "") -> str:
    """Return where the list of a day (`2024-03-15`) is, or a numbered page of it."""
    return f"archive/{day.replace('-', '/')}/{label or 'index'}.html"


def root_of(path: str) -> str:
    """Return what leads from a page to the root of the site: `../` for each directory."""
    return "../" * path.count("/")


def href(path: str) -> str:
    """Return the address of a page from the root of the site: directories without the name of their page. Its first
    part has no colon: what is before one would be a scheme, where it is all that a link says."""
    if path == "index.html":
        return "./"
    shown = path.removesuffix("index.html") if path.endswith("/index.html") else path
    first, slash, rest = quote(shown, safe=SAFE, errors="ignore").partition("/")
    return f"{first.replace(':', '%3A')}{slash}{rest}"


def _is_own(name: str) -> bool:
    """Return whether a file or a directory at the root is the site's own."""
    return name in OWN or FILE.fullmatch(name) is not None


def _file(category: str) -> str:
    return segment(category) or NO_CATEGORY
