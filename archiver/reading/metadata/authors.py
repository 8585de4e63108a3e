"""The authors of an article: all names in the page are gathered, and the most trusted are chosen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.reading.metadata.bylines import marked_bylines
from archiver.reading.metadata.field import Field, ValueCandidate, chosen
from archiver.reading.metadata.names import each_once, is_full_name, is_login, is_medium, names_in
from archiver.reading.metadata.text_bylines import REPORTER_RULE, text_bylines
from archiver.reading.metadata.wording import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.reading.metadata.evidence import PageEvidence

Names = tuple[str, ...]
AUTHOR_METAS = (
    *("author", "article:author_name", "byl", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator"),
    *("dc.creator.personalname", "cxenseparse:author", "article:author", "og:article:author", "og:author", "authors"),
    *("citation_author", "shareaholic:article_author_name", "rbauthors", "author_name", "creator"),
)
WRITTEN_BY_PATTERN = re.compile(
    r"written|author|by\b|verfasst|escrit|écrit|auteur|autor|geschreven|scritto", re.IGNORECASE
)
MAX_TEXTS = 50


def read_authors(evidence: PageEvidence, sites: set[str]) -> Field[Names]:
    """Return the names of the authors.

    Structured data and meta elements are taken if they name anybody but the site itself; else the bylines that the page
    shows are looked for. If only the site or an agency is named anywhere, that is the author.

    sites: the folded names of the site.
    """
    said = [candidate for candidate in _structured(evidence, sites) if candidate.value]
    if said and _is_personal(said[0].value, sites):
        return chosen(said[0], said)
    said += [candidate for candidate in _shown(evidence) if candidate.value]
    first = next(iter(said), None)
    if first is None or _is_personal(first.value, sites):
        return chosen(first, said)
    if all(map(is_medium, first.value)):  # a portal's name for the paper that it has the article from
        return chosen(next((candidate for candidate in said if candidate.rule == REPORTER_RULE), first), said)
    return chosen(next((candidate for candidate in said if _is_full(candidate.value, sites)), first), said)


def _is_personal(names: Names, sites: set[str]) -> bool:
    return not all(fold(name) in sites or is_login(name) or is_medium(name) for name in names)


def _is_full(names: Names, sites: set[str]) -> bool:
    """Whether all names look like those of persons: two words or more, and no name of the site in them."""
    folded = [fold(name) for name in names]
    return all(map(is_full_name, names)) and not any(site in name for site in sites for name in folded)


def _structured(evidence: PageEvidence, sites: set[str]) -> Iterator[ValueCandidate[Names]]:
    for node in evidence.data.articles:
        name = "author" if "author" in node.values else "creator"
        yield ValueCandidate(_names(evidence.data.resolved(node.values.get(name))), f"{node.rule} {name}")
    for name in AUTHOR_METAS:
        said = evidence.metas.get(name, [])
        if name == "citation_author":
            said = [" ".join(reversed(text.split(", "))) if text.count(", ") == 1 else text for text in said]
        names = _names(said)
        # One of several meta elements with the same name may name the newspaper.
        yield ValueCandidate(tuple(name for name in names if fold(name) not in sites) or names, f"meta {name}")
    for number in "12":
        label = next(iter(evidence.metas.get(f"twitter:label{number}", ())), "")
        if WRITTEN_BY_PATTERN.search(label):
            yield ValueCandidate(_names(evidence.metas.get(f"twitter:data{number}", [])), f"meta twitter:data{number}")


def _shown(evidence: PageEvidence) -> Iterator[ValueCandidate[Names]]:
    yield from marked_bylines(evidence)
    yield from text_bylines(evidence)
    for node in evidence.data.pages:
        yield ValueCandidate(
            _names(evidence.data.resolved(node.values.get("author"))), f"{node.rule} author of the page"
        )


def _names(said: list[str]) -> Names:
    return each_once(name for text in said[:MAX_TEXTS] for name in names_in(text))
