"""Articles made from the text in a feed, where their own pages cannot be had and the recipe of the site allows it."""

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

# Keys in what is known of an article: the feed's text, and the base of its links.
TEXT_KEY, BASE_KEY = "feed_text", "feed_base"
MAX_TEXT_CHARACTERS = 200_000  # characters


class FeedTexts:
    """Decides for which articles the text in a feed is kept, and makes pages of these texts."""

    def __init__(self, settings: BaseSettings) -> None:
        self._sites = [site for site in sites_for(settings) if site.feed_text]

    @property
    def any(self) -> bool:
        """Whether any recipe of a site allows it (`feed_text`)."""
        return bool(self._sites)

    def facts(self, listed: ListedArticle) -> dict[str, str]:
        """Return the text of an article in a feed, as it is noted with the article; nothing if the feed has none, if it
        is too long, or if no recipe allows it."""
        if not listed.content or len(listed.content) > MAX_TEXT_CHARACTERS or not self._allows(listed.address):
            return {}
        return {TEXT_KEY: listed.content, BASE_KEY: listed.base}

    def page(self, reference: Reference) -> Answer | None:
        """Return a page made of the article's text in its feed. None if no text was kept, if no recipe allows it any
        more, or if the archive has a post of the article already."""
        known = reference.known
        if reference.held or not known.get(TEXT_KEY) or not self._allows(reference.address):
            return None
        title, time = escape(known.get("title", "")), known.get("time", "")
        when = f'<meta property="article:published_time" content="{escape(time)}">' if time else ""
        page = (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><base href="{escape(known.get(BASE_KEY, ""))}">'
            f'<title>{title}</title><meta property="og:type" content="article">{when}</head><body><main><article>'
            f"<h1>{title}</h1><div>{known[TEXT_KEY]}</div></article></main></body></html>"
        )
        return Answer(reference.address, "text/html; charset=utf-8", page.encode("utf-8", "replace"), moment(now()))

    def _allows(self, address: str) -> bool:
        return site_for(address, datetime.now(UTC), self._sites) is not None


def of_feed(article: Article) -> Article:
    """Return an article marked as made of a feed's text, with a rank that is one worse than that of its own page."""
    return replace(article, rank=article.rank + 1, rules={**article.rules, "body": "feed"})
