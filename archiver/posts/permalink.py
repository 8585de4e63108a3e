"""Where Jekyll puts the page of a post (docs/format.md). No I/O."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from archiver.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

DATE_PREFIX_PATTERN = re.compile(r"\d{4}-\d\d-\d\d-(?=.)")
KEPT_CHARACTERS = frozenset("._~!$&'()+,;=@")  # what Jekyll keeps of a name, besides letters, marks and digits
PLAIN_NAME_PATTERN = re.compile(r"[\w.~!$&'()+,;=@]*", re.ASCII)  # a name that is kept as it is
SAFE_CHARACTERS = "/~!$&'()*+,;=:@"  # characters that need no encoding in the path of an address (RFC 3986, 3.3)
MAX_NAME_BYTES = 200  # bytes of a name; file systems take 255


def post_path(path: str, category: str, published: date) -> str:
    """Return the path of a post's page. path: that of the post in the archive. category: if it has white space in it,
    Jekyll takes it for several categories, with a directory for each."""
    return page_path(DATE_PREFIX_PATTERN.sub("", PurePosixPath(path).stem, count=1), category.split(), published)


def page_path(name: str, categories: Iterable[str], published: date) -> str:
    """Return the path of the page of a post with that name: its categories are the directories."""
    directories = dict.fromkeys(category.lower() for category in categories)
    parts = [part for category in directories for part in category.split("/")]
    directory = "/".join([*filter(None, map(segment, parts)), published.isoformat()[:10].replace("-", "/")])
    return f"{directory}/{page_name(name)}.html"


def page_name(name: str) -> str:
    """Return the name of the page of a post with that name, without its ending."""
    return segment(_pretty(name)) or "post"


def segment(name: str) -> str:
    """Return `name` as one segment of a path; empty if it cannot be one. A long name is cut, and ends in a digest."""
    name = one_line(name).replace("/", "-").strip()
    if name in ("", ".", ".."):
        return ""
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    digest = sha256(name.encode()).hexdigest()[:12]
    return f"{name.encode()[: MAX_NAME_BYTES - 13].decode(errors='ignore')}-{digest}"


def _pretty(name: str) -> str:
    """Return a name in the form that it has in Jekyll's permalinks (`slugify`, mode `pretty`)."""
    if PLAIN_NAME_PATTERN.fullmatch(name):
        return name
    kept = "".join(one if one in KEPT_CHARACTERS or _is_word(one) else "\0" for one in name)
    return re.sub("\0+", "-", kept).removeprefix("-").removesuffix("-")


def _is_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd"
