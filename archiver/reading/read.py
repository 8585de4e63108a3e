"""Reading a news page. In: the page. Out: the article in it, or why it is no article. No I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archiver.documents import read_document
from archiver.errors import BodyError, NotAnArticleError
from archiver.reading.body import SiteBody, read_body
from archiver.reading.metadata import Discarded, Field, PageEvidence, SiteRules, read_metadata
from archiver.reading.refusals import find_paywall, refuse_content, refuse_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from archiver.cleaning import Medium
    from archiver.documents import Document
    from archiver.reading.body import Body
    from archiver.reading.metadata import Metadata
    from archiver.recipes import SiteRecipe

METADATA_FIELDS = (
    "title",
    "published",
    "modified",
    "authors",
    "source",
    "language",
    "canonical",
    "description",
    "image",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The article in a news page. rules: for each field, the rule that gave it."""

    address: str | None  # where the page came from
    canonical: str | None  # the address that the page gives as its own
    aliases: tuple[str, ...]  # other addresses that it gives as its own
    title: str | None
    published: datetime | None  # aware
    modified: datetime | None  # aware
    authors: tuple[str, ...]
    source: str | None
    language: str | None  # a BCP 47 tag
    description: str | None
    image: str | None  # an absolute address
    paywalled: bool  # the page says that its text is for those who pay, so only the beginning may be there
    html: str  # the body, cleaned like the body of a post
    text: str  # the plain text of the body, paragraphs separated by empty lines, without captions
    rules: dict[str, str] = field(default_factory=dict)
    # Pictures of the body, by their addresses there: the addresses at which the page offers each, the largest first.
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a page was read: the result, and for each field its value, the rule that gave it, and the candidates that
    were not taken."""

    address: str | None
    reading: Reading | None  # None: the page is refused
    refused: NotAnArticleError | None  # why it is refused
    fields: Mapping[str, Field[Any]]  # the metadata, then the text as `body`; empty for what is no web page at all


def read_page(
    content: bytes,
    address: str | None,
    *,
    content_type: str | None = None,
    fetched: datetime | None = None,
    keep_paywalled: bool = False,
    recipe: SiteRecipe | None = None,
    media: Sequence[Medium] = (),
) -> Reading:
    """Return the article in the web page `content`, which came from `address`.

    content_type: the header of that name. fetched: when the page was asked for (aware); relative times count from it.
    keep_paywalled: accept the beginning of an article whose rest is for those who pay. recipe: the recipe of its site
    (`archiver.recipes.site_for`), whose rules come before the general ones. media: the article's video and audio, as a
    listing names them.
    Raises NotAnArticleError if the page is no article, or does not show it; ValueError for a time without a zone.
    """
    refuse_content(content, content_type)
    document = read_document(content, content_type, address)
    metadata, body = _read(document, fetched, recipe, media)
    refuse_page(document, metadata, body, keep_paywalled=keep_paywalled)
    return _reading(document, metadata, body)


def explain_page(
    content: bytes,
    address: str | None,
    *,
    content_type: str | None = None,
    fetched: datetime | None = None,
    keep_paywalled: bool = False,
    recipe: SiteRecipe | None = None,
) -> Explanation:
    """Return how `read_page` reads a page, and which candidates it had. A page that is refused is explained, too.

    Raises ValueError for a time without a zone.
    """
    try:
        refuse_content(content, content_type)
        document = read_document(content, content_type, address)
        metadata, body = _read(document, fetched, recipe)
    except NotAnArticleError as error:
        return Explanation(address, None, error, {})
    fields = {name: getattr(metadata, name) for name in METADATA_FIELDS} | {"body": _explained(body, recipe)}
    try:
        refuse_page(document, metadata, body, keep_paywalled=keep_paywalled)
    except NotAnArticleError as error:
        return Explanation(address, None, error, fields)
    return Explanation(address, _reading(document, metadata, body), None, fields)


def _read(
    document: Document, fetched: datetime | None, recipe: SiteRecipe | None, media: Sequence[Medium] = ()
) -> tuple[Metadata, Body]:
    if fetched is not None and fetched.utcoffset() is None:
        raise ValueError(f"fetched: {fetched.isoformat()} has no zone; give one, such as datetime.now(UTC)")
    metadata = read_metadata(document, fetched, recipe)
    site = _site_body(document, recipe) if recipe else None
    try:
        title, said = metadata.title.value or "", metadata.article_body or ""
        return metadata, read_body(document, title, said, site, metadata.media, media)
    except BodyError as error:
        raise NotAnArticleError("a page larger than any article", str(error)) from error


def _site_body(document: Document, recipe: SiteRecipe) -> SiteBody:
    rules = SiteRules(recipe, PageEvidence(document.tree, document.address))
    held = [(recipe.rule(place), rules.elements(place)) for place in recipe.places("body")]
    return SiteBody(held, [element for place in recipe.dropped() for element in rules.elements(place)])


def _reading(document: Document, metadata: Metadata, body: Body) -> Reading:
    fields = {name: getattr(metadata, name) for name in METADATA_FIELDS}
    rules = {name: found.rule for name, found in fields.items() if found.rule} | {"body": body.rule}
    if document.note:
        rules["encoding"] = document.note
    values = {name: found.value for name, found in fields.items()}
    values["authors"] = values["authors"] or ()
    if beginning := find_paywall(document, metadata, body):
        rules["paywalled"] = beginning
    return Reading(
        address=document.address,
        aliases=metadata.aliases,
        paywalled=metadata.paywalled or bool(beginning),
        html=body.html,
        text=body.text,
        rules=rules,
        offers=body.offers,
        **values,
    )


def _explained(body: Body, recipe: SiteRecipe | None) -> Field[str]:
    """Return the text of the body as a field whose candidates are the elements that it may have been in."""
    missed = recipe.missed("body", body.rule) if recipe else ()
    lost: list[Discarded[str]] = [Discarded("", rule, "it finds nothing") for rule in missed]
    if not body.candidates:
        return Field(lost=tuple(lost))
    (rule, element, best), *others = body.candidates
    for why, other, score in others:
        if body.given and other == element:
            continue
        reason = "the recipe says otherwise" if body.given else f"fits {score:.2f}, the best {best:.2f}"
        lost.append(Discarded(other, why, reason))
    fits = "" if body.given else f", fits {best:.2f}"
    return Field(body.text or None, f"{rule}: {element}{fits}", tuple(lost))
