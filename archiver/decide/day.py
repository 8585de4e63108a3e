"""The day of a post: its published address contains the day, so the day must stay the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.article import Article
    from archiver.index.types import HeldPost


def on_its_day(article: Article, held: HeldPost | None, render: Callable[[Article], Article]) -> Article:
    """Return `article`; if its source has moved it to another day, with the time that its post has.

    A source with a recipe writes all its times in one zone, so the day of the post is told in that zone. Any other page
    has a zone of its own, which may be another one than when the post was written: there each time is taken in its own
    zone, since the address of the post has the day in the zone in which it was written. held: the post that there is;
    None: there is none, and the article keeps its time. render: makes the post of an article anew. Raises
    QuarantineError if it cannot be one.
    """
    published = article.published
    assert published is not None, "there is a post"
    if held is None:
        return article
    zone = held.published.tzinfo if article.aliases else published.tzinfo
    if published.date() == held.published.astimezone(zone).date():
        return article
    rules = {**article.rules, "time": f"index:published (the source says {published.isoformat(' ')})"}
    return render(replace(article, published=held.published.astimezone(zone), rules=rules))
