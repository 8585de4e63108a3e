"""Articles whose pages cannot be had, of what their feeds have of them: where the recipe of the site allows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from archiver.answer import Answer
from archiver.clock import moment, now
from archiver.recipes import site_for, sites_for

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from archiver.addresses import Reference
    from archiver.article import Article
    from archiver.discovery.entries import ListedArticle

TEXT, BASE = "feed_text", "feed_base"  # among what is known of an article
LONGEST = 200_000  # characters


class FeedTexts:
    """Says of which articles the text is kept that a feed has, and makes pages of these."""

    def __init__(self, settings: BaseSettings) -> None:
        self._sites = [site for site in sites_for(settings) if site.feed_text]

    @property
    def any(self) -> bool:
        """Whether there is a recipe that allows it."""
        return bool(self._sites)

    def facts(self, listed: ListedArticle) -> dict[str, str]:
        """Return what is to be known of an article as a feed has it; nothing if no recipe allows it."""
        if not listed.content or len(listed.content) > LONGEST or not self._allows(listed.address):
            return {}
        return {TEXT: listed.content, BASE: listed.base}

    def page(self, reference: Reference) -> Answer | None:
        """Return a page that has the article as its feed does; None if there is none, or a post of its own page."""
        known = reference.known
        if reference.held or not known.get(TEXT) or not self._allows(reference.address):
            return None
        title, time = escape(known.get("title", "")), known.get("time", "")
        when = f'<meta property="article:published_time" content="{escape(time)}">' if time else ""
        page = (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><base href="{escape(known.get(BASE, ""))}">'
            f'<title>{title}</title><meta property="og:type" content="article">{when}</head><body><main><article>'
            f"<h1>{title}</h1><div>{known[TEXT]}</div></article></main></body></html>"
        )
        return Answer(reference.address, "text/html; charset=utf-8", page.encode("utf-8", "replace"), moment(now()))

    def _allows(self, address: str) -> bool:
        return site_for(address, datetime.now(UTC), self._sites) is not None


def of_feed(article: Article) -> Article:
    """Return an article as one that was made of what a feed has: that of a page is better."""
    return replace(article, rank=article.rank + 1, rules={**article.rules, "body": "feed"})
