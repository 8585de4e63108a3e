"""The authors of an article: every byline that the page has, judged."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from archiver.reading.metadata.field import Candidate, Field, chosen
from archiver.reading.metadata.names import CJK, has_byline_word, is_login, names_in
from archiver.reading.metadata.shown import shown_text
from archiver.reading.metadata.text_bylines import text_bylines, until_time
from archiver.reading.metadata.wording import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from archiver.reading.metadata.evidence import Evidence

Names = tuple[str, ...]
METAS = (
    *("author", "article:author_name", "byl", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator"),
    *("dc.creator.personalname", "cxenseparse:author", "article:author", "og:article:author", "og:author", "authors"),
    *("citation_author", "shareaholic:article_author_name", "rbauthors", "author_name", "creator", "twitter:data1"),
)
BYLINE = re.compile(
    r"byline|author|autor(?!\w*is)|signature|writer|redakteur|journalist|auteur|reporter", re.IGNORECASE
)
NOT_OURS = re.compile(
    r"comment|related|sidebar|recommend|footer|bio(?![a-z])|avatar|image|photo|caption|credit|widget|popular|follow|social|card-?list|testimonial"
    r"|reply|teaser|promo|collection|latest|review-?er|icon|-list-?item",
    re.IGNORECASE,
)
MARKED = (
    "//body//a[@rel='author' or contains(@href, 'author') or contains(@href, 'autor')]"
    " | //body//*[@itemprop='author'] | //body//*[@class]"
)
MAX_ELEMENTS = 20_000
MOST_AUTHORS = 12  # more names than that are a list of all who write for the site
MAX_BYLINES = 40
LONGEST_BYLINE = 200


def read_authors(evidence: Evidence, sites: set[str]) -> Field[Names]:
    """Return the names of the authors. Where only the site itself or an agency is named, that is the author."""
    candidates = [candidate for candidate in _candidates(evidence, sites) if candidate.value]
    first = next(iter(candidates), None)
    if first is None or _is_personal(first.value, sites):
        return chosen(first, candidates)
    return chosen(next((c for c in candidates if _is_full(c.value, sites)), first), candidates)


def _is_personal(names: Names, sites: set[str]) -> bool:
    return not all(fold(name) in sites or is_login(name) for name in names)


def _is_full(names: Names, sites: set[str]) -> bool:
    """Whether all names are such as persons have: two words or more, none of them the site's."""
    return all((" " in name or CJK.search(name)) and fold(name) not in sites and not is_login(name) for name in names)


def _candidates(evidence: Evidence, sites: set[str]) -> Iterator[Candidate[Names]]:
    for node in evidence.articles:
        name = "author" if "author" in node.values else "creator"
        if said := evidence.resolved(node.values.get(name)):
            yield Candidate(_joined(said), f"{node.rule} {name}")
    for name in METAS:
        said = evidence.metas.get(name, [])
        if name == "twitter:data1" and not re.match(
            "written|author|by", "".join(evidence.metas.get("twitter:label1", [])), re.I
        ):
            continue
        if name == "citation_author":
            said = [" ".join(reversed(text.split(", "))) if text.count(", ") == 1 else text for text in said]
        named = _joined(said)
        # Of several elements of one name, one may be the newspaper's.
        yield Candidate(tuple(n for n in named if fold(n) not in sites) or named, f"meta {name}")
    yield from _bylines(evidence)
    yield from text_bylines(evidence)
    for node in evidence.pages:
        if said := evidence.resolved(node.values.get("author")):
            yield Candidate(_joined(said), f"{node.rule} author of the page")


def _joined(said: list[str]) -> Names:
    return tuple(dict.fromkeys(name for text in said[:50] for name in names_in(text)))


def _bylines(evidence: Evidence) -> Iterator[Candidate[Names]]:
    """Yield the names in the elements that are marked as bylines, those of one kind together."""
    found: dict[str, list[str]] = {}
    worded: set[str] = set()
    for element in evidence.tree.xpath(MARKED)[:MAX_ELEMENTS]:
        names = " ".join(element.get(name) or "" for name in ("class", "rel", "itemprop", "href"))
        if not BYLINE.search(names) or NOT_OURS.search(names) or _is_elsewhere(element):
            continue
        text = shown_text(element, LONGEST_BYLINE)
        if not text or len(text) >= LONGEST_BYLINE:
            continue
        linked = [names_in(shown_text(link)) for link in islice(element.iter("a"), 20)] if element.tag != "a" else []
        named = tuple(n for names in linked for n in names) if len(linked) > 1 and all(map(len, linked)) else ()
        if named := named or names_in(until_time(text)):
            key = "link" if element.tag == "a" else f"{element.tag} {element.get('class') or ''}"
            held = found.setdefault(key, [])
            if has_byline_word(text):
                worded.add(key)
            held.extend(name for name in named if name not in held)
            if len(found) > MAX_BYLINES:
                break
    for key in sorted(found, key=lambda key: key not in worded):
        if len(found[key]) <= MOST_AUTHORS:
            yield Candidate(tuple(found[key]), "byline")


def _is_elsewhere(element: HtmlElement) -> bool:
    for part in islice(element.iterancestors(), 10):
        if part.tag in ("aside", "footer", "nav", "figure", "figcaption"):
            return True
        names = f"{part.get('class') or ''} {part.get('id') or ''}"
        if part.tag not in ("body", "html") and NOT_OURS.search(names):
            return True
    return False
