"""What a site offers: all its sources, which of them a crawl reads, which it need not read, and why. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archiver.identity import plain_form
from archiver.private import public_address

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.discovery.entries import PageLink
    from archiver.discovery.inspection import Inspection

NOTHING_NEW_REASON = "it lists no article that is not listed above"
NO_ARTICLES_REASON = "it lists no articles"
NO_FAULT_REASONS = frozenset({NOTHING_NEW_REASON, NO_ARTICLES_REASON})
NOTHING_FOUND_PROBLEM = "nothing was found that lists articles"


@dataclass(frozen=True, slots=True)
class Source:
    """A feed, a sitemap, an index of sitemaps or a page of links."""

    kind: str
    address: str
    why: str  # what named it
    title: str = ""
    articles: tuple[str, ...] = ()  # addresses, each once
    others: int = 0  # how many other things it lists: sections, other sitemaps
    newest: datetime | None = None  # the latest time that it says of an article
    is_read: bool = False
    reason: str = ""  # why it is not read
    notes: tuple[str, ...] = ()
    index: str = ""  # the address of the index of sitemaps that names it: reading that one reads this one, too


@dataclass
class Offer:
    """What a site offers. articles: all that a crawl would read, each once, by the form of their addresses that is
    compared."""

    address: str
    sources: list[Source] = field(default_factory=list)
    links: tuple[PageLink, ...] = ()  # of the page itself
    articles: dict[str, str] = field(default_factory=dict)
    problem: str = ""  # why nothing is known of it

    @property
    def why_nothing(self) -> str:
        """Why there is nothing to read: what is wrong with the site, or with what it names and cannot be read."""
        if self.problem:
            return self.problem
        missed = [one for one in self.sources if one.reason not in NO_FAULT_REASONS and not one.is_read]
        if not missed:
            return NOTHING_FOUND_PROBLEM
        more = f"; and {len(missed) - 1} more" if len(missed) > 1 else ""
        return f"{NOTHING_FOUND_PROBLEM}: {public_address(missed[0].address)}: {missed[0].reason}{more}"

    def miss(self, kind: str, address: str, why: str, reason: str) -> None:
        """Note a source that was named but cannot be read."""
        self.sources.append(Source(kind, address, why, reason=reason))

    def take_feed(self, listed: Inspection, why: str, index: str = "") -> None:
        """Add what a feed lists. index: the one that names it."""
        feed = listed.feed
        assert feed is not None
        notes = [f"{count} left out: {reason}" for reason, count in feed.left_out.items()]
        if feed.hub:
            notes.append(f"tells of what is new through {feed.hub} (WebSub)")
        if feed.ttl:
            notes.append(f"asks to be read every {feed.ttl} minutes at most")
        self._take("feed", listed, why, notes, title=feed.title, index=index)

    def take_sitemap(self, listed: Inspection, why: str, index: str = "") -> None:
        """Add what a sitemap lists. index: the address of the index of sitemaps that names it."""
        notes = [f"only its beginning was read: {listed.cut}"] if listed.cut else []
        if listed.maps and not (listed.articles or listed.others):
            count = len(listed.maps)
            source = Source("index", listed.address, why, others=count, is_read=True, notes=tuple(notes), index=index)
            self.sources.append(source)
        else:
            self._take("sitemap", listed, why, notes, index=index)

    def take_page(self, listed: Inspection, why: str) -> None:
        """Add the links of the page itself."""
        self.links = listed.links
        self._take("page", listed, why, [])

    def _take(
        self, kind: str, listed: Inspection, why: str, notes: list[str], *, title: str = "", index: str = ""
    ) -> None:
        forms = {plain_form(one.address): one.address for one in reversed(listed.articles)}
        new = forms.keys() - self.articles.keys()
        for form in reversed(forms):
            self.articles.setdefault(form, forms[form])
        self.sources.append(
            Source(
                kind,
                listed.address,
                why,
                title,
                articles=tuple(reversed(forms.values())),
                others=listed.others,
                newest=max((one.time for one in listed.articles if one.time), default=None),
                is_read=bool(new),
                reason="" if new else NOTHING_NEW_REASON if forms else NO_ARTICLES_REASON,
                notes=tuple(notes),
                index=index,
            )
        )
