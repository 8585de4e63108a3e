"""Where the pages of a site are: paths of files in it, and addresses from one page to another. No I/O.

The page of an article is where Jekyll puts its post (docs/format.md). The list of a category is also where the footers
of posts link to.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from archiver.places import OLD_POSTS
from archiver.posts.permalink import SAFE_CHARACTERS, segment

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from archiver.recipes import Recipe

FOOTER_LINK_PATTERN = re.compile(r"\]\(//\{site\}/([^)]+)\)")
# What the site itself has at its root: directories (OWN_DIRECTORIES), and files (FILE).
OWN_DIRECTORIES = frozenset(("archive", "sources", "about", "search", "category", OLD_POSTS, "pages", "pictures"))
OWN_FILE_PATTERN = re.compile(
    r"(?:index|404)\.html|style\.css|search\.js|icon\.svg|robots\.txt|(?:feed|sitemap(?:-\d+)?)\.xml|\.archiver-site.*"
)
DAY_LIST_PATTERN = re.compile(r"archive/\d{4}/\d\d/\d\d/(?:index|[\d-]+)\.html")
MAX_PATH_BYTES = 1000  # bytes below the site's directory; systems take 4,096 in all, with the path to that directory
NO_CATEGORY = "none"


def is_reserved(path: str) -> bool:
    """Return whether an owner may not choose `path` for a page, because the site may have something of its own
    there."""
    return _is_own(path.partition("/")[0]) or page_place(path) != path


def page_place(path: str) -> str:
    """Return the path for the page of an article that Jekyll puts at `path`: the same, unless a file of the site's own
    may be in the way. Names of directories that end in `.html` are changed, since a page may have that name."""
    *directories, name = path.split("/")
    if len(path.encode()) > MAX_PATH_BYTES:
        directories = [segment("-".join(directories))]
    parts = [
        f"{one.lstrip('.')}-" if one.endswith(".html") or (OWN_FILE_PATTERN.fullmatch(one) and place == 0) else one
        for place, one in enumerate(directories)
    ]
    stem = name.removesuffix(".html")
    whole = "/".join([*parts, f"{stem}.html"])
    return "/".join([*parts, f"{stem}-post.html"]) if DAY_LIST_PATTERN.fullmatch(whole) else whole


def own_place(page: str, usual: str, lists: Container[str]) -> str:
    """Return the path of the page of a post that the owner wrote. It is `page`, the path that the post gives; or, if
    the site has another file there, `usual`, the path that it would have otherwise. lists: paths of lists that count
    as taken, beside those that are always reserved."""
    return page_place(usual if page != usual and (page in lists or is_reserved(page)) else page)


def old_path(path: str) -> str:
    """Return where the page of a post also has to be, as it was there before the post was moved out of `_posts`; empty
    for posts that were not moved. path: of the post in the archive."""
    directory, _, name = path.rpartition("/")
    return f"{directory}/{PurePosixPath(name).stem}.html" if directory == OLD_POSTS else ""


def category_key(category: str) -> str:
    """Return the name that identifies a category and names the file of its list. It has no white space, as slugs have
    none."""
    return segment("".join(category.split())) or NO_CATEGORY


def category_paths(category: str, spellings: Iterable[str], fixed: Iterable[str] = ()) -> list[str]:
    """Return all paths of the list of a category: where the footers of its posts link to (`fixed`), under its key, and
    under each of its spellings in posts. The first is the one to link to."""
    names = [*fixed, *(f"category/{_file(one)}.html" for one in (category, *sorted(spellings)))]
    return list(dict.fromkeys(names))


def category_page(category: str, label: str) -> str:
    """Return where a numbered page of a category is."""
    return page_place(f"category/{_file(category)}/{label}.html")


def fixed_lists(recipes: Iterable[Recipe]) -> dict[str, tuple[str, ...]]:
    """Return, by category, the paths that footers of recipes link to, for instance `emnews/index.html` for `emnews`.
    Only forms whose category and footer link are the same for all their posts have one."""
    lists: dict[str, tuple[str, ...]] = {}
    for recipe in recipes:
        for form in recipe.forms.values():
            if "{" in form.category:
                continue
            links = [link for link in FOOTER_LINK_PATTERN.findall(form.footer) if "{" not in link]
            paths = [f"{link}index.html" if link.endswith("/") else link for link in links]
            key = category_key(form.category)
            usable = (one for one in paths if not _is_own(one.partition("/")[0]) and ".." not in one)
            lists[key] = tuple(dict.fromkeys((*lists.get(key, ()), *usable)))
    return lists


def day_path(day: str, label: str = "") -> str:
    """Return the path of the list of a day (`2024-03-15`), or of its numbered page `label`."""
    return f"archive/{day.replace('-', '/')}/{label or 'index'}.html"


def root_of(path: str) -> str:
    """Return the relative address that leads from a page to the root of the site: `../` for each directory."""
    return "../" * path.count("/")


def href(path: str) -> str:
    """Return the address of a page relative to the root of the site; `index.html` is left out. A colon in its first
    segment is encoded: in a relative address, what is before it would be read as a scheme (RFC 3986, 4.2)."""
    if path == "index.html":
        return "./"
    shown = path.removesuffix("index.html") if path.endswith("/index.html") else path
    first, slash, rest = quote(shown, safe=SAFE_CHARACTERS, errors="ignore").partition("/")
    return f"{first.replace(':', '%3A')}{slash}{rest}"


def _is_own(name: str) -> bool:
    """Return whether a file or a directory at the root is the site's own."""
    return name in OWN_DIRECTORIES or OWN_FILE_PATTERN.fullmatch(name) is not None


def _file(category: str) -> str:
    return segment(category) or NO_CATEGORY
