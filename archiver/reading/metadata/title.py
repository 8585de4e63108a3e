"""The title of an article: its headline, without the names of site and section."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from archiver.reading.metadata.evidence import MIN_SHARED_WORDS
from archiver.reading.metadata.field import Field, ValueCandidate, chosen
from archiver.reading.metadata.nodes import texts
from archiver.reading.metadata.shown import shown_text
from archiver.reading.metadata.site import address_names
from archiver.reading.metadata.wording import fold, plain, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archiver.reading.metadata.evidence import PageEvidence
    from archiver.reading.metadata.site import AddressNames

# What separates a headline from the names of section and site.
SEPARATOR_PATTERN = re.compile(
    r"\s+[-–—|·•:»«›‹/~⋆]+\s+|\s*[|_｜ㅣ│¦]+\s*|(?<=[^\W\d_])-(?=[^\W\d_])|(?<=[\"”’」』!?)…])-(?=[^\W\d_])|\s*[：»›]\s*|\s+[-–—]|[-–—]\s+"
)
BAR = "|"  # after it there is a name more often than after a dash, which headlines have, too
KICKER_ENDS = ":.|–—"
NEWS_TYPES = ("NewsArticle", "LiveBlogPosting", "NewsMediaOrganization")
UNMARKED_RULE = "text that the title element begins with"
MAX_SEPARATORS = 20  # separators of one text that are looked at
MAX_TITLE_CHARACTERS = 500
TITLE_METAS = (
    "title",
    "dc.title",
    "dcterms.title",
    "parsely-title",
    "sailthru.title",
    "citation_title",
    "hdl",
    "headline",
)


def read_title(evidence: PageEvidence, sites: set[str], sections: set[str]) -> Field[str]:
    """Return the headline of the article. sites, sections: folded names of the site and its sections, which are no part
    of the headline."""
    said = [candidate for candidate in _candidates(evidence) if candidate.value]
    folded = {fold(candidate.value) for candidate in said if candidate.rule != "title element"} - sites
    names = sites | sections
    told = address_names(evidence.address)
    cleaned = [ValueCandidate(without_names(c.value, names, folded, told), c.rule) for c in said]
    cleaned = [candidate for candidate in cleaned if not is_site(candidate.value, names)] or cleaned
    news = _is_news(evidence)
    return chosen(
        (_considered(cleaned) if news and _has_other(evidence) else None) or _judged(cleaned, news=news), cleaned
    )


def without_names(text: str, names: set[str], headlines: Iterable[str], told: AddressNames) -> str:
    """Return `text` without the names of the site and of its sections, and without what follows a headline that the
    page has elsewhere. told: what the page's address says about these names, if the page itself does not say them."""
    separators = [
        one for one in islice(SEPARATOR_PATTERN.finditer(text), MAX_SEPARATORS) if not _is_quoted(text[: one.start()])
    ]
    for separator in separators:
        head = text[: separator.start()]
        if len(head) > 10 and fold(head) in headlines:
            return head
    begin, end = 0, len(text)
    for separator in reversed(separators):
        last = text[separator.end() : end]
        if is_site(last, names) or (BAR in separator[0] and len(last) < separator.start() and told.have(last)):
            end = separator.start()
    for separator in separators:
        if separator.end() < end and is_site(text[begin : separator.start()], names):
            begin = separator.end()
    return text[begin:end].strip() or text


def _is_quoted(head: str) -> bool:
    """Whether `head` ends within a quotation: then the `»` that follows ends that, and is no separator."""
    return head.count("«") > head.count("»")


def is_site(text: str, names: set[str]) -> bool:
    """Whether a text is one of the folded `names`, with or without spaces between its words."""
    folded = fold(text)
    return folded in names or folded.replace(" ", "") in names


def _candidates(evidence: PageEvidence) -> Iterator[ValueCandidate[str]]:
    for node in evidence.data.articles:
        name = "headline" if texts(node.values.get("headline")) else "name"
        for text in texts(node.values.get(name))[:1]:
            yield ValueCandidate(plain(text)[:MAX_TITLE_CHARACTERS], f"{node.rule} {name}")
    for text, rule in evidence.meta("og:title", "twitter:title", *TITLE_METAS):
        yield ValueCandidate(plain(text)[:MAX_TITLE_CHARACTERS], rule)
    for heading in evidence.headings:
        yield ValueCandidate(shown_text(heading, MAX_TITLE_CHARACTERS), "heading")
    if evidence.title:
        yield ValueCandidate(plain(evidence.title)[:MAX_TITLE_CHARACTERS], "title element")
    for element in evidence.unmarked_headings[:3] if not evidence.headings else ():
        yield ValueCandidate(shown_text(element, MAX_TITLE_CHARACTERS), UNMARKED_RULE)


def _considered(candidates: list[ValueCandidate[str]]) -> ValueCandidate[str] | None:
    """Return the headline of structured data."""
    return next((candidate for candidate in candidates if candidate.rule.endswith(" headline")), None)


def _judged(candidates: list[ValueCandidate[str]], *, news: bool) -> ValueCandidate[str] | None:
    """Return the headline.

    The headline is what the page shows as its heading, if other parts of the page have much the same. But newspapers
    also write headings for search engines, which are then the same as the title element; in that case the headline is
    what structured data or the title for sharing (og:title) has instead.
    """
    headline = next((c for c in candidates if c.rule.endswith((" headline", " name"))), None)
    shared = next((c for c in candidates if c.rule == "meta og:title"), None)
    element = next((c for c in candidates if c.rule == "title element"), None)
    heading = _heading(candidates)
    h, a, s, e = (fold(c.value) if c else "" for c in (heading, headline, shared, element))
    if not heading:
        unmarked = next((c for c in candidates if c.rule == UNMARKED_RULE), None)
        return (
            (headline if a != s and a == e else None)
            or shared
            or headline
            or unmarked
            or _other(candidates)
            or element
            or next(iter(candidates), None)
        )
    if shared and h != s and h.replace(" ", "") == s.replace(" ", ""):
        return shared  # the same, but in the heading some spaces are missing that only the layout shows
    if not headline and shared and h != s == e and s == _folded(candidates, "meta twitter:title"):
        return shared  # the page has this title everywhere except in its heading
    if not news or not headline or not shared or a == h == s:
        return heading
    if a == s:
        return headline
    if a == h == e:
        others = [fold(c.value) for c in candidates if c.rule.startswith("meta ") and c is not shared]
        kicker = headline.value.removesuffix(shared.value)
        told = others.count(a) >= max(others.count(s), 1)
        cut_off = h.startswith(s) and s not in others
        return (
            headline
            if told or cut_off or (kicker != headline.value and kicker.rstrip()[-1:] in KICKER_ENDS)
            else shared
        )
    return headline if a == e else heading


def _heading(candidates: list[ValueCandidate[str]]) -> ValueCandidate[str] | None:
    """Return the heading that has the most words in common with a title elsewhere in the page; None if none has
    enough."""
    headings = [candidate for candidate in candidates if candidate.rule == "heading"]
    others = [words(candidate.value) for candidate in candidates if candidate.rule != "heading"]

    def common(heading: ValueCandidate[str]) -> float:
        own = words(heading.value)
        return max((len(own & other) / len(own | other) for other in others if own | other), default=0.0)

    best = max(headings, key=common, default=None)
    alone = (
        len(headings) == 1
        and len(best.value) > 15
        and not any(c.rule.endswith((" headline", " name")) for c in candidates)
        if best
        else False
    )
    return best if best and (common(best) > MIN_SHARED_WORDS or alone) else None


def _folded(candidates: list[ValueCandidate[str]], rule: str) -> str:
    return next((fold(candidate.value) for candidate in candidates if candidate.rule == rule), "")


def _has_other(evidence: PageEvidence) -> bool:
    """Whether the structured data of the article has an alternative headline, too: then its headline was chosen with
    care, and is no copy of the title for search engines."""
    return any(texts(node.values.get("alternativeHeadline")) for node in evidence.data.articles[:1])


def _other(candidates: list[ValueCandidate[str]]) -> ValueCandidate[str] | None:
    return next((candidate for candidate in candidates if candidate.rule.startswith("meta ")), None)


def _is_news(evidence: PageEvidence) -> bool:
    """Whether the page's structured data says that it is news, or from a news publisher."""
    return any(
        kind.startswith(NEWS_TYPES) or kind.endswith(NEWS_TYPES) for node in evidence.data.nodes for kind in node.types
    )
