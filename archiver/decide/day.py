"""The day of a post. Its address is published, and goes with the day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.article import Article
    from archiver.index.types import HeldPost


def on_its_day(article: Article, held: HeldPost | None, render: Callable[[Article], Article]) -> Article:
    """Return `article`, with the time that its post has if its source has moved it to another day.

    A day is one of the zone that the source writes its times in; where that is known of each page by itself, of the
    zone in which the post has its time. render: makes its post anew. Raises QuarantineError if it cannot be one.
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
