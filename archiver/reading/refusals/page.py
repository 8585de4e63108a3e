"""Refusing web pages that are no article, by what they say about themselves and by what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.errors import NeedsScriptsError, NotAnArticleError
from archiver.reading.refusals.listing import refuse_listing
from archiver.reading.refusals.paywall import MAX_STUB_PROSE, find_paywall
from archiver.reading.refusals.wording import BLOCK_PATTERN, CONSENT_PATTERN, ERROR_PATTERN, SCRIPTS_PATTERN

if TYPE_CHECKING:
    from archiver.documents import Document
    from archiver.reading.body import Body
    from archiver.reading.metadata import Metadata

MIN_PROSE = 100  # characters, weighted (body.outline.CJK_WEIGHT); one of 1,100 real articles had less
MIN_TEXT_CHARACTERS = 40
MAX_LINKED_SHARE = 0.5
MAX_SHORT_PROSE = 1500  # an error page or a wall has no more prose
APP_ROOT_NAMES = frozenset(("root", "app", "__next", "__nuxt", "main-app", "react-root", "app-root"))
PRODUCT_TYPES = frozenset(("Product", "ProductGroup", "Offer", "AggregateOffer"))


def refuse_page(document: Document, metadata: Metadata, body: Body, *, keep_paywalled: bool = False) -> None:
    """Raise NotAnArticleError if the page is no article, or does not show it.

    keep_paywalled: accept the beginning of an article whose rest is for those who pay.
    """
    title = metadata.title.value or ""
    has_body = body.prose >= MIN_PROSE and len(body.text) >= MIN_TEXT_CHARACTERS
    if body.prose < MAX_SHORT_PROSE:
        _refuse_error(document, title, has_body=has_body)
        if not (keep_paywalled and has_body):
            _refuse_paywall(document, metadata, body, has_body=has_body)
        _refuse_consent(document, metadata, body, has_body=has_body)
    if not has_body:
        _refuse_empty(document, metadata, body)
    refuse_listing(document.address, metadata, body)


def _refuse_error(document: Document, title: str, *, has_body: bool) -> None:
    for text in _headings(document, title):
        if ERROR_PATTERN.search(text):
            raise NotAnArticleError("an error page", f"it is headed “{text}”", may_pass=True)
        if BLOCK_PATTERN.search(text) and not has_body:
            raise NotAnArticleError("a page that asks whether we are human", f"it is headed “{text}”", may_pass=True)


def _refuse_paywall(document: Document, metadata: Metadata, body: Body, *, has_body: bool) -> None:
    if body.prose < MAX_STUB_PROSE and (found := find_paywall(document, metadata, body)):
        there = f"{found}, and {len(body.text)} characters of its text are there"
        advice = "; --keep-paywalled keeps them" if has_body else ""
        raise NotAnArticleError("a paywall", there + advice, may_pass=True)


def _refuse_consent(document: Document, metadata: Metadata, body: Body, *, has_body: bool) -> None:
    for text in _headings(document, metadata.title.value or ""):
        if CONSENT_PATTERN.search(text) and metadata.published.value is None:
            raise NotAnArticleError("a consent wall", f"it is headed “{text}”", may_pass=True)
    if not has_body and (found := CONSENT_PATTERN.search(body.glimpse)):
        raise NotAnArticleError("a consent wall", f"it says “{found[0]}”", may_pass=True)


def _refuse_empty(document: Document, metadata: Metadata, body: Body) -> None:
    said = f"{body.prose} characters of prose, {body.shown} of text in all"
    if PRODUCT_TYPES & metadata.types or any(kind.startswith("og:product") for kind in metadata.types):
        raise NotAnArticleError("a product", f"its structured data says so; {said}")
    if any("video" in kind.lower() for kind in metadata.types) or _shows_video(document):
        raise NotAnArticleError("a video without a text", said)
    if frames := len(list(document.tree.iter("frame"))):
        raise NotAnArticleError("a page of frames", f"{frames} frames")
    if why := _needs_scripts(document, body):
        raise NeedsScriptsError("a page that JavaScript must draw", f"{why}; {said}", may_pass=True)
    if body.linked > MAX_LINKED_SHARE * body.shown:
        linked = f"{body.linked / body.shown:.0%} of its text is in links"
        raise NotAnArticleError("a page that leads to others", f"{linked}; {said}")
    raise NotAnArticleError("a page without the text of an article", said, may_pass=True)


def _headings(document: Document, title: str) -> list[str]:
    found = [title, document.tree.findtext(".//title") or ""]
    for heading in document.tree.iter("h1", "h2"):
        found.append("".join(map(str, heading.itertext())))
        if len(found) > 4:
            break
    return [" ".join(text.split())[:200] for text in found if text.strip()]


def _shows_video(document: Document) -> bool:
    return next(document.tree.iter("video"), None) is not None


def _needs_scripts(document: Document, body: Body) -> str:
    for element in document.tree.iter("noscript"):
        if found := SCRIPTS_PATTERN.search(" ".join(map(str, element.itertext()))[:2000]):
            return f"it says “{found[0]}”"
    if found := SCRIPTS_PATTERN.search(body.glimpse):
        return f"it says “{found[0]}”"
    for element in document.tree.iter("div", "main", "app-root"):
        if (element.get("id") or element.tag) in APP_ROOT_NAMES:
            return f"its element {element.get('id') or element.tag} is to be filled"
    return ""
