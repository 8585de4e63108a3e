"""Whether an address that a page claims as its own can be believed. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from archiver.identity.address import AMP_PATH
from archiver.identity.domain import same_site

if TYPE_CHECKING:
    from urllib.parse import SplitResult

# The name of an article in an address has digits or several words; that of a section has not.
ARTICLE_NAME_PATTERN = re.compile(r"[\d_-]|%[89A-F]", re.IGNORECASE)
FRONT_PAGE_PATTERN = re.compile(r"^/?(?:index\.\w+|home|default\.\w+|[a-z]{2}(?:-[a-z]{2})?/?)?$", re.IGNORECASE)
DAY_DIRECTORY_PATTERN = re.compile(r"/(?:19|20)\d\d(?:[/-]?\d\d?){0,2}$")
# Paths where sites list articles: by a tag, a category or an author, or as results of a search.
LIST_PATH_PATTERN = re.compile(
    r"(?i)/(?:tags?|topics?|search|suche|recherche|buscar|categor(?:y|ies)|kategorie|authors?|autor(?:en)?|keywords?|rubrik)"
    r"(?:/[^/]*)?$"
)
ERROR_PAGE_PATTERN = re.compile(
    r"(?i)(?:^|/)(?:40[0-9]|50[0-9]|error\w*|not-?found|page-?not-?found|log-?in|sign-?in|register|subscribe|consent)"
    r"(?:\.\w{2,5})?/?$"
)
# Parameters that say which article a program shows (`/view.php?id=7`).
ID_PARAMETER_PATTERN = re.compile(
    r"(?i)^(?:\w*id|\w*no|\w*num|nr|p|n|a|s|k|key|code|idx\w*|article|story|news|item|post|doc|page_id|slug|title|url|t|v)$"
)


def problem_of(address: str, own: str) -> str:
    """Return why `address` is not believed to be that of the page that came from `own`; empty if it is believed.

    Both are normalised. own: empty if it is not known.
    """
    if not address:
        return "no address that can be followed"
    parts = urlsplit(address)
    if not own:
        return "the front page" if _is_front(parts) else ""
    known = urlsplit(own)
    if not same_site(parts.hostname or "", known.hostname or ""):
        return "another site's"
    if _is_front(parts) and not _is_front(known):
        return "the front page"
    if ERROR_PAGE_PATTERN.search(parts.path) and not ERROR_PAGE_PATTERN.search(known.path):
        return "an error page or a wall"
    if _is_section(parts, known):
        return "a section of the site"
    if _lacks_which(parts, known):
        return "it does not say which article"
    return ""


def can_be_step(address: str) -> bool:
    """Return whether an address that redirected to an article can be one of the article's. A front page or an error
    page is not: it may redirect anywhere for a moment. The address is normalised."""
    parts = urlsplit(address)
    return bool(address) and not _is_front(parts) and not ERROR_PAGE_PATTERN.search(parts.path)


def _is_front(parts: SplitResult) -> bool:
    return bool(FRONT_PAGE_PATTERN.match(parts.path)) and not parts.query


def _is_section(parts: SplitResult, known: SplitResult) -> bool:
    """Return whether an address is that of a directory that the page is in, or of another section."""
    above, here = parts.path.rstrip("/"), known.path.rstrip("/")
    if LIST_PATH_PATTERN.search(above) and not LIST_PATH_PATTERN.search(here) and not _is_article_name(above):
        return True
    if parts.query or above == here:
        return False
    name, own_name = above.rpartition("/")[2], here.rpartition("/")[2]
    if here.startswith(f"{above}/"):
        # If something is appended to an article's own address (`/2041-bridge/print`), the directory is the article
        # itself; a section has another kind of name.
        if AMP_PATH.search(known.path):
            return False
        is_named = ARTICLE_NAME_PATTERN.search(name) and not DAY_DIRECTORY_PATTERN.search(above)
        return not is_named or _is_article_name(here)
    # A page at `/story/2041-bridge` is not the page `/news`.
    return (
        "." not in name
        and not ARTICLE_NAME_PATTERN.search(name)
        and _is_article_name(own_name)
        and name not in own_name
    )


def _is_article_name(text: str) -> bool:
    """Return whether the last part of an address is specific enough to name one article: several words, or a long
    number."""
    name = text.rpartition("/")[2]
    return len(re.findall(r"[^\W\d_]{2,}", name)) >= 3 or bool(re.search(r"\d{5,}", name))


def _lacks_which(parts: SplitResult, known: SplitResult) -> bool:
    """Return whether both are addresses of one program, and only the page's own says which article it is to show."""
    if parts.path != known.path or ARTICLE_NAME_PATTERN.search(parts.path.rpartition("/")[2]):
        return False
    said = dict(parse_qsl(parts.query))
    return any(ID_PARAMETER_PATTERN.match(name) and name not in said for name, _ in parse_qsl(known.query))
