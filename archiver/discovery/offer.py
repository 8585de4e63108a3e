"""What a site offers, put together: which of it a crawl reads, which it need not, and why. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archiver.discovery.shapes import likeness, problem_with
from archiver.identity import plain_form

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from archiver.discovery.entries import PageLink
    from archiver.discovery.look import Listed

ONLY_ARTICLES = 2  # how likely an address is that only articles have
NOTHING_NEW = "it lists no article that is not listed above"


@dataclass(frozen=True, slots=True)
class Source:
    """A feed, a sitemap, an index of sitemaps or a page of links."""

    kind: str
    address: str
    why: str  # what named it
    title: str = ""
    articles: tuple[str, ...] = ()  # addresses, each once
    others: int = 0  # what else is listed: sections, other sitemaps
    newest: datetime | None = None  # time that is said of an article
    is_read: bool = False
    reason: str = ""  # why it is not read
    notes: tuple[str, ...] = ()


@dataclass
class Offer:
    """What a site offers. articles: all that a crawl would read, each once, by the form that is compared."""

    address: str
    sources: list[Source] = field(default_factory=list)
    links: tuple[PageLink, ...] = ()  # of the page itself
    articles: dict[str, str] = field(default_factory=dict)
    problem: str = ""  # why nothing is known of it

    def miss(self, kind: str, address: str, why: str, reason: str) -> None:
        """Take note of what was named and cannot be read."""
        self.sources.append(Source(kind, address, why, reason=reason))

    def take_feed(self, listed: Listed, why: str) -> None:
        """Take what a feed lists."""
        feed = listed.feed
        assert feed is not None
        times = [moment for entry in feed.entries if (moment := entry.published or entry.updated)]
        notes = [f"{count} left out: {reason}" for reason, count in feed.left_out.items()]
        if feed.hub:
            notes.append(f"tells of what is new through {feed.hub} (WebSub)")
        if feed.ttl:
            notes.append(f"asks to be read every {feed.ttl} minutes at most")
        self._take("feed", listed.address, why, feed.title, [entry.address for entry in feed.entries], 0, times, notes)

    def take_sitemap(self, listed: Listed, why: str) -> None:
        """Take what a sitemap lists. News sitemaps have articles only; of others those count that look like some."""
        maps = sum(entry.is_sitemap for entry in listed.entries)
        pages = [entry for entry in listed.entries if not entry.is_sitemap]
        articles = [entry for entry in pages if entry.title or looks_like_an_article(entry.address)]
        times = [moment for entry in articles if (moment := entry.published or entry.modified)]
        notes = [f"only its beginning was read: {listed.cut}"] if listed.cut else []
        addresses = [entry.address for entry in articles]
        if maps and not pages:
            self.sources.append(Source("index", listed.address, why, others=maps, is_read=True, notes=tuple(notes)))
        else:
            self._take("sitemap", listed.address, why, "", addresses, len(pages) - len(articles), times, notes)

    def take_page(self, listed: Listed, why: str) -> None:
        """Take the links of the page itself."""
        self.links = listed.links
        addresses = [link.address for link in listed.links if link.is_article]
        self._take("page", listed.address, why, "", addresses, len(listed.links) - len(addresses), [], [])

    def _take(
        self,
        kind: str,
        address: str,
        why: str,
        title: str,
        articles: list[str],
        others: int,
        times: Iterable[datetime],
        notes: list[str],
    ) -> None:
        forms = {plain_form(article): article for article in reversed(articles)}
        new = forms.keys() - self.articles.keys()
        for form in reversed(forms):
            self.articles.setdefault(form, forms[form])
        reason = "" if new else NOTHING_NEW if articles else "it lists no articles"
        newest = max(times, default=None)
        found = tuple(reversed(forms.values()))
        self.sources.append(Source(kind, address, why, title, found, others, newest, bool(new), reason, tuple(notes)))


def looks_like_an_article(address: str) -> bool:
    """Return whether an address is one that only articles have."""
    return not problem_with(address) and likeness(address)[0] >= ONLY_ARTICLES
