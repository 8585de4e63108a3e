"""What the index needs to know of a post that is on disk. No I/O."""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from archiver.clock import micros
from archiver.dates import id_day
from archiver.index.types import Adoption, ArticleKey
from archiver.minhash import signature
from archiver.posts import said, text_digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from archiver.adoption.names import Named
    from archiver.posts.read import ReadPost
    from archiver.recipes import Recipe


def published(named: Named, post: ReadPost) -> datetime | None:
    """Return when an article was published: by its date, else its file's name, else its id; None if none of these says
    it."""
    if post.date:
        return post.date if post.date.tzinfo else post.date.replace(tzinfo=named.recipe.zone())
    if named.day:
        return midnight(named.recipe, named.day)
    day = id_day(named.recipe, named.id)
    return midnight(named.recipe, day) if day else None


def midnight(recipe: Recipe, day: date) -> datetime:
    """Return the beginning of `day` where the source is."""
    return datetime(day.year, day.month, day.day, tzinfo=recipe.zone())


def own_address(named: Named, post: ReadPost) -> str:
    """Return the address that a post of this form links to, if the recipe can make it from the id alone, or the post
    itself says it; else empty."""
    if named.recipe.is_web:
        return post.more.canonical or post.link or ""
    return named.recipe.link_from_id(named.form, named.id)


def known(named: Named, post: ReadPost) -> dict[str, str]:
    """Return the facts that only listings say, and that a later post of this form will need again."""
    facts: dict[str, str] = {}
    if named.form.quote and post.quote and (text := _before_drop(post.quote, named.form.quote.drop)):
        facts[named.form.quote.source] = text
    if "{url}" in named.form.link and post.link:
        facts["url"] = post.link
    return facts


def adoption(
    path: str,
    named: Named,
    post: ReadPost,
    content: bytes,
    when: datetime,
    versions: Sequence[tuple[bytes, int]] = (),
) -> Adoption:
    """Return the post in the form that the index takes; its time of saving is that of its publication."""
    text = "" if post.damage or post.link is None else said(post.body, named.recipe)
    return Adoption(
        ArticleKey(named.recipe.name, named.id),
        named.form_name,
        path,
        sha256(content).digest(),
        when,
        text_digest(text),
        known(named, post),
        micros(when),
        post.link or own_address(named, post),
        tuple(versions),
        signature=signature(text) if text else None,
    )


def _before_drop(quote: str, drop: str | None) -> str:
    """Return a text from which `quote` is left when a post drops a part of it by the expression `drop`; empty if none
    is known."""
    match = re.search(drop, quote) if drop else None
    if not drop or not match:
        return quote
    text = match[0] + quote  # only the first match is dropped
    return text if re.sub(drop, "", text, count=1).strip() == quote else ""
