"""The names of a page's site (its publisher) and of its sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from archiver.identity import registered_domain
from archiver.reading.metadata.field import Field, ValueCandidate, chosen
from archiver.reading.metadata.nodes import texts
from archiver.reading.metadata.wording import fold, one_line, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.reading.metadata.evidence import PageEvidence

SITE_METAS = (
    *("og:site_name", "application-name", "dc.publisher", "dcterms.publisher", "publisher", "citation_journal_title"),
    *("apple-mobile-web-app-title", "al:android:app_name", "al:ios:app_name", "twitter:app:name:iphone"),
)
SITE_TYPES = frozenset(("WebSite", "Organization", "NewsMediaOrganization"))
SECTION_METAS = (
    "article:section",
    "og:article:section",
    "section",
    "parsely-section",
    "category",
    "cxenseparse:section",
)
MAX_NAME_CHARACTERS = 80
MAX_NAME_WORDS = 6
MIN_PART_CHARACTERS = 4  # characters of a name that are enough to know a domain by
MAX_SECTION_WORDS = 4  # words in the name of a section; a longer text is a headline


class AddressNames(NamedTuple):
    """What the address of a page says about the names of its site and of the sections that the page is in."""

    domain: str  # the part of the host that was registered, without its ending
    sections: frozenset[str]  # the folded names of the directories

    def have(self, text: str) -> bool:
        """Whether `text` is likely one of the names: a directory is called so; or it has the domain in it, is in the
        domain, or begins with the word that the domain begins with."""
        found = fold(text).split()
        if not found or len(found) > MAX_NAME_WORDS:
            return False
        first, whole, domain = found[0], "".join(found), self.domain
        return (
            " ".join(found) in self.sections
            or (len(domain) >= MIN_PART_CHARACTERS and domain in whole)
            or (len(whole) >= MIN_PART_CHARACTERS and whole in domain)
            or (len(first) >= MIN_PART_CHARACTERS and domain.startswith(first))
        )


def address_names(address: str | None) -> AddressNames:
    """Return what `address` says about the names of its site and sections."""
    host = site_host(address)
    directories = urlsplit(address or "").path.split("/")[:-1] if host else []
    return AddressNames(_domain_word(host), frozenset(fold(one.replace("_", " ")) for one in directories if one))


def read_source(evidence: PageEvidence) -> Field[str]:
    """Return the name of the site or publisher."""
    names = (ValueCandidate(candidate.value.partition(" | ")[0], candidate.rule) for candidate in _names(evidence))
    candidates = [name for name in names if 1 < len(name.value) <= MAX_NAME_CHARACTERS and "//" not in name.value]
    host = site_host(evidence.address)
    if host:
        candidates.append(ValueCandidate(host, "address"))
    return chosen(next(iter(candidates), None), candidates)


def site_names(evidence: PageEvidence) -> set[str]:
    """Return every name that the site uses for itself, folded: names in the page, the host, and parts of the host."""
    said = [candidate.value for candidate in _names(evidence)]
    names = {fold(name) for name in (*said, *(name.partition(" | ")[0] for name in said))}
    host = site_host(evidence.address)
    domain = registered_domain(host)
    names |= {fold(host), fold(f"www.{host}"), fold(domain), _domain_word(host)}
    return {name for name in names if name}


def section_names(evidence: PageEvidence) -> set[str]:
    """Return the names of the sections that the page says it belongs to, folded."""
    names = [text for text, _ in evidence.meta(*SECTION_METAS)]
    for node in evidence.data.nodes:
        if node.is_article:
            names += texts(node.values.get("articleSection"))
        elif "ListItem" in node.types:
            names += texts(node.values.get("name"))[:1] or texts(node.values.get("item"))[:1]
    # The last of the breadcrumbs is often the article itself.
    names = [name for name in names if len(name.split()) <= MAX_SECTION_WORDS]
    own = {fold(text) for text, _ in evidence.meta("og:title", "twitter:title")}
    own |= {fold(text) for node in evidence.data.articles for text in texts(node.values.get("headline"))}
    return {fold(name) for name in names[:200] if name.strip() and len(name) < MAX_NAME_CHARACTERS} - own


def site_host(address: str | None) -> str:
    """Return the host of an address without `www.`; "" if it has none."""
    try:
        return (urlsplit(address or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _domain_word(host: str) -> str:
    return registered_domain(host).partition(".")[0].replace("-", "")


def _names(evidence: PageEvidence) -> Iterator[ValueCandidate[str]]:
    for text, rule in evidence.meta("og:site_name"):
        yield ValueCandidate(plain(text), rule)
    for node in evidence.data.articles:
        for text in evidence.data.resolved(node.values.get("publisher"))[:3]:
            yield ValueCandidate(plain(text), f"{node.rule} publisher")
    for node in evidence.data.nodes:
        if node.types & SITE_TYPES and not node.other:
            for name in ("name", "alternateName"):
                for text in texts(node.values.get(name))[:3]:
                    yield ValueCandidate(plain(text), f"{node.rule} {name} of the site")
    for text, rule in evidence.meta(*SITE_METAS[1:]):
        yield ValueCandidate(one_line(text), rule)
