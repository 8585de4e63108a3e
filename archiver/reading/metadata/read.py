"""The metadata of any news page. In: a parsed page. Out: its metadata. No I/O, no clock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archiver.identity import normalise
from archiver.languages import language_tag
from archiver.reading.metadata.authors import read_authors
from archiver.reading.metadata.canonical import read_aliases, read_canonical
from archiver.reading.metadata.evidence import PageEvidence
from archiver.reading.metadata.field import Field, ValueCandidate, chosen
from archiver.reading.metadata.language import read_language
from archiver.reading.metadata.media import read_media
from archiver.reading.metadata.metadata import Metadata
from archiver.reading.metadata.names import names_in
from archiver.reading.metadata.nodes import texts
from archiver.reading.metadata.site import read_source, section_names, site_names
from archiver.reading.metadata.site_rules import SiteRules
from archiver.reading.metadata.times import read_times
from archiver.reading.metadata.title import read_title
from archiver.reading.metadata.wording import plain
from archiver.urls import resolve_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from archiver.documents import Document
    from archiver.recipes import SiteRecipe

DESCRIPTION_METAS = (
    "og:description",
    "description",
    "twitter:description",
    "dc.description",
    "dcterms.description",
    "sailthru.description",
)
IMAGE_METAS = (
    "og:image:secure_url",
    "og:image:url",
    "og:image",
    "twitter:image",
    "twitter:image:src",
    "parsely-image-url",
    "thumbnail",
)
FREE_PROPERTY = "isAccessibleForFree"
# Values of `article:content_tier` and its like that mean: not for everyone.
LOCKED_TIERS = frozenset(("locked", "metered", "premium", "paid", "subscriber", "subscribers"))


def read_metadata(document: Document, fetched: datetime | None, recipe: SiteRecipe | None = None) -> Metadata:
    """Return the metadata of a page. Nothing is raised, whatever the page is, and the tree is not changed.

    fetched: when the page was asked for (aware), None if that is not known. Relative times count from then, and later
    times are not believed. recipe: the recipe of its site, whose rules come before the general ones.
    """
    evidence = PageEvidence(document.tree, resolve_url(document.address or "") or None)
    site = SiteRules(recipe, evidence) if recipe else None
    general = _read(evidence, document.base, fetched, site)
    return general if site is None else _overridden(general, site, document.base)


def _overridden(general: Metadata, site: SiteRules, base: str) -> Metadata:
    """Return the metadata with the rules of a recipe applied; to times and language `_read` has applied them."""
    recipe = site.recipe
    source = site.override("source", general.source, plain)
    if recipe.source:
        source = site.settle("source", general.source, ValueCandidate(recipe.source, recipe.label))
    return replace(
        general,
        title=site.override("title", general.title, plain),
        authors=site.override_all("authors", general.authors, names_in),
        source=source,
        description=site.override("description", general.description, plain),
        image=site.override("image", general.image, lambda text: resolve_url(text, base)),
        canonical=site.override("canonical", general.canonical, lambda text: normalise(resolve_url(text, base))),
    )


def _language(evidence: PageEvidence, site: SiteRules | None) -> Field[str]:
    general = read_language(evidence)
    if site is None:
        return general
    if site.recipe.language:
        return site.settle("language", general, ValueCandidate(site.recipe.language, site.recipe.label))
    return site.override("language", general, language_tag)


def _read(evidence: PageEvidence, base: str, fetched: datetime | None, site: SiteRules | None) -> Metadata:
    sites = site_names(evidence)
    language = _language(evidence, site)
    published, modified, day_only = read_times(evidence, language.value, fetched, site)
    canonical = read_canonical(evidence, base)
    return Metadata(
        title=read_title(evidence, sites, section_names(evidence)),
        published=published,
        modified=modified,
        authors=read_authors(evidence, sites),
        source=read_source(evidence),
        language=language,
        description=_first(_descriptions(evidence)),
        image=_first(_images(evidence, base)),
        canonical=canonical,
        aliases=read_aliases(evidence, base, canonical.value),
        published_day_only=day_only,
        article_body=_body(evidence),
        types=_types(evidence),
        free=_free(evidence),
        paywalled=_is_paywalled(evidence),
        media=read_media(evidence, base),
    )


def _first(candidates: Iterator[ValueCandidate[str]]) -> Field[str]:
    found = [candidate for candidate in candidates if candidate.value]
    return chosen(found[0] if found else None, found)


def _descriptions(evidence: PageEvidence) -> Iterator[ValueCandidate[str]]:
    for text, rule in evidence.meta(*DESCRIPTION_METAS):
        yield ValueCandidate(plain(text), rule)
    for node in evidence.data.articles:
        for text in texts(node.values.get("description"))[:1]:
            yield ValueCandidate(plain(text), f"{node.rule} description")


def _images(evidence: PageEvidence, base: str) -> Iterator[ValueCandidate[str]]:
    for text, rule in evidence.meta(*IMAGE_METAS):
        yield ValueCandidate(resolve_url(text, base), rule)
    for node in evidence.data.articles:
        for name in ("image", "thumbnailUrl"):
            for value in _listed(node.values.get(name))[:1]:
                for text in texts((value.get("url") or value.get("contentUrl")) if isinstance(value, dict) else value)[
                    :1
                ]:
                    yield ValueCandidate(resolve_url(text, base), f"{node.rule} {name}")
    for href in evidence.links.get("image_src", ()):
        yield ValueCandidate(resolve_url(href, base), "link image_src")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _body(evidence: PageEvidence) -> str | None:
    bodies = [text for node in evidence.data.articles for text in texts(node.values.get("articleBody"))]
    longest = max(bodies, key=len, default=None)
    return plain(longest) if longest else None


def _types(evidence: PageEvidence) -> frozenset[str]:
    types = {kind for node in evidence.data.nodes if not node.other for kind in node.types}
    return frozenset(types | {f"og:{text.lower()}" for text, _ in evidence.meta("og:type")})


def _free(evidence: PageEvidence) -> bool | None:
    """Return whether the page says that everybody may read its article; None if it does not say."""
    said = [_is_true(node.values.get(FREE_PROPERTY)) for node in (*evidence.data.articles, *evidence.data.pages)]
    return False if False in said else True if True in said else None


def _is_paywalled(evidence: PageEvidence) -> bool:
    """Whether the page says that its article, or a part of it, is for those who pay."""
    if any(text.lower() in LOCKED_TIERS for text, _ in evidence.meta("article:content_tier")):
        return True
    parts = (node for node in evidence.data.nodes if "WebPageElement" in node.types)
    return _free(evidence) is False or any(_is_true(node.values.get(FREE_PROPERTY)) is False for node in parts)


def _is_true(value: object) -> bool | None:
    """Return the truth value that structured data writes as `false`, "False" or "http://schema.org/False"."""
    word = str(value).strip().lower().rpartition("/")[2]
    return True if word in ("true", "yes", "1") else False if word in ("false", "no", "0") else None
