"""The shapes of addresses: addresses of a site's articles have the same ones. No I/O."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from archiver.identity import plain_form

if TYPE_CHECKING:
    from collections.abc import Iterable

YEAR_PATTERN = re.compile(r"(?:19|20)\d\d")
DAY_PATTERN = re.compile(r"(?:19|20)\d\d[-_]?(?:0[1-9]|1[0-2])(?:[-_]?(?:[0-2]\d|3[01]))?")
WORD_PATTERN = re.compile(r"[^\W\d_]{2,}")
ENDING_PATTERN = re.compile(r"\.[a-z]{2,5}\d?$", re.IGNORECASE)
LONG_NUMBER_PATTERN = re.compile(r"\d{5,}")
MIN_TITLE_WORDS = 4  # a name in an address with so many words is a title
MIN_NAME_WORDS = 2
# It begins where a run of letters and digits does: tried at each of them it would take time without end.
CODE_PATTERN = re.compile(
    r"(?<![^\W_])(?=[^\W_]*\d)(?=[^\W_]*[^\W\d_])[^\W_]{8,}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}", re.IGNORECASE
)
DATED_PATH_PATTERN = re.compile(
    r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])(?:[/-]?(?:0?[1-9]|[12]\d|3[01]))?(?=[/_.-]|\D|\d{3,})"
)
# A whole day, and one name in it. Lists of a day's articles have no name there, or that of a server's own pages.
DAY_AND_NAME_PATTERN = re.compile(
    r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])[/-]?(?:0?[1-9]|[12]\d|3[01])/(?!(?:index|default|home|all)\b)[^/]*$",
    re.IGNORECASE,
)
ID_PARAMETER_PATTERN = re.compile(
    r"^(?:\w*id|no|aid|nid|p|idx\w*|article\w*|story|news\w*|docid|sn|newsno)$", re.IGNORECASE
)
NO_PAGE_PATTERN = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|pdf|zip|gz|rar|7z|mp[34]|m4[av]|webm|ogg|wav|avi|mov|docx?|xlsx?|pptx?|epub"
    r"|apk|exe|dmg|css|js|json|xml|rss|atom|ics|txt)$",
    re.IGNORECASE,
)
# Directories in which nothing is an article, and names of pages of the site itself, in the languages of the press.
NO_ARTICLES_PATTERN = re.compile(
    r"(?:tags?|topics?|themen?|thema|temas?|category|categories|kategorien?|categorias?|categorie|rubriques?|rubrik"
    r"|authors?|autor(?:en|es)?|auteurs?|profiles?|users?|members?|account|konto|compte|log-?in|sign-?in|sign-?up|register"
    r"|log-?out|subscriptions?|newsletters?|search|suche|recherche|buscar|page|seite|feeds?|rss|sitemaps?|wp-content"
    r"|wp-login\.php|wp-admin|wp-json|cdn-cgi|share|print)",
    re.IGNORECASE,
)
OWN_PAGE_PATTERN = re.compile(
    r"(?:about(?:-us)?|ueber-uns|a-propos|kontakt|contact(?:-us)?|contacto?s?|impressum|imprint|privacy(?:-(?:policy|notice"
    r"|statement|settings))?|datenschutz(?:erklaerung|hinweise)?|confidentialite|terms(?:-(?:of|and)-\w+){0,2}|agb|cookies?"
    r"(?:-(?:policy|settings|notice))?|legal(?:-notice)?|mentions-legales|aviso-legal|help|hilfe|aide|ayuda|faq|jobs?"
    r"|careers?|advertis(?:e|ing)(?:-with-us)?|werbung|mediadaten|shop|store|abos?|abonnements?|subscribe|archives?|archiv"
    r"|weather|wetter|horoscopes?|crosswords?|sudoku|games?|live-?tv|e-?paper|podcasts?|accessibility|press|team)"
    r"(?:\.\w{2,5})?",
    re.IGNORECASE,
)


class Shapes:
    """The shapes of the addresses of known articles.

    A shape keeps directories that many addresses share (`/news/`), and puts a kind in the place of each part that
    differs: a year, a number, the words of a title.
    """

    def __init__(self, articles: Iterable[str] = ()) -> None:
        self._counts = Counter(filter(None, map(shape_of, articles)))

    def count(self, address: str) -> int:
        """Return how many of the known articles have the shape of `address`."""
        return self._counts[shape_of(address)]


def shape_of(address: str) -> str:
    """Return the shape of an address; empty if it is not an address, or is that of a site's front page."""
    parts = urlsplit(f"//{plain_form(address)}")
    names = [unquote(name) for name in parts.path.split("/") if name]
    query = "&".join(f"{name}={_kind(value)}" for name, value in sorted(parse_qsl(parts.query)))
    if not names and not query:
        return ""
    *directories, last = names or [""]
    ending = ENDING_PATTERN.search(last)
    end = ending[0].lower() if ending else ""
    path = "/".join(
        [*map(_kind_of_directory, directories), _kind(last.removesuffix(ending[0] if ending else "")) + end]
    )
    return f"{parts.netloc}/{path}{f'?{query}' if query else ''}"


def problem_with(address: str) -> str:
    """Return why an address cannot be that of an article, as the address alone shows; empty if it can be."""
    parts = urlsplit(address)
    names = [name for name in unquote(parts.path).split("/") if name]
    if not names and not parts.query:
        return "the front page"
    if found := NO_PAGE_PATTERN.search(parts.path):
        return f"a file ({found[0].lower()})"
    for name in names:
        if NO_ARTICLES_PATTERN.fullmatch(name) or (name is names[-1] and OWN_PAGE_PATTERN.fullmatch(name)):
            return f"a page of the site itself ({name})"
    return ""


def likeness(address: str) -> tuple[int, str]:
    """Return how much the address alone looks like that of an article (0: not at all, 2: only articles have such
    addresses), and what in it looks so."""
    parts = urlsplit(address)
    path = unquote(parts.path)
    last = ENDING_PATTERN.sub("", path.rstrip("/").rpartition("/")[2])
    words = len(WORD_PATTERN.findall(last))
    is_dated = bool(DATED_PATH_PATTERN.search(path))
    is_in_a_day = words > 0 and DAY_AND_NAME_PATTERN.search(path.rstrip("/"))
    if is_in_a_day or (is_dated and (words >= MIN_NAME_WORDS or re.search(r"\d{3,}", last) or _is_long(last))):
        return 2, "a day in the address"
    if words >= MIN_TITLE_WORDS:
        return 2, "the words of a title in the address"
    if LONG_NUMBER_PATTERN.search(last):
        return 2, "a number in the address"
    if CODE_PATTERN.fullmatch(last) or CODE_PATTERN.search(last.rpartition("-")[2]):
        return 2, "a code in the address"
    if any(ID_PARAMETER_PATTERN.match(name) and re.search(r"\d{2,}", value) for name, value in parse_qsl(parts.query)):
        return 2, "a number in the address"
    if _is_long(last):
        return 2, "a title in the address"
    if words >= MIN_NAME_WORDS or re.search(r"\d{2,}", last):
        return 1, "a name in the address"
    return 0, ""


def _is_long(name: str) -> bool:
    """Return whether a name without blanks between words (Chinese, Japanese) is long enough for a title."""
    return sum(character >= "\u2e80" for character in name) >= 6


def _kind_of_directory(name: str) -> str:
    kind = _kind(name)
    return name.lower() if kind in ("word", "words") else kind


def _kind(name: str) -> str:
    if YEAR_PATTERN.fullmatch(name):
        return "year"
    if DAY_PATTERN.fullmatch(name):
        return "day"
    if name.isdecimal():
        return "number" if len(name) > 2 else "nn"
    if CODE_PATTERN.fullmatch(name):
        return "code"
    words = len(WORD_PATTERN.findall(name))
    if words >= MIN_NAME_WORDS + 1 or _is_long(name):
        return "title" + ("+number" if LONG_NUMBER_PATTERN.search(name) else "")
    if re.search(r"\d{3,}", name):
        return "name+number"
    return "words" if words > 1 else "word"
