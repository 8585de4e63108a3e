"""What a page says about itself: structured data, meta elements, links, headings. Each is gathered only once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from archiver.reading.metadata.json_ld import json_values
from archiver.reading.metadata.markup import MICRODATA, RDFA, markup_values
from archiver.reading.metadata.nodes import nodes
from archiver.reading.metadata.shown import shown_text
from archiver.reading.metadata.structured import StructuredData
from archiver.reading.metadata.wording import fold, one_line, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

MAX_METAS = 2_000
MAX_SHOWN = 5_000
MAX_HEADING_CHARACTERS = 300
MIN_SHARED_WORDS = 0.3  # a heading that shares more than this share of its words with a title elsewhere is the headline
MAX_META_CHARACTERS = 5_000


@dataclass(frozen=True)
class PageEvidence:
    """What the page `tree` at `address` says about itself. Each part is read when it is first used."""

    tree: HtmlElement
    address: str | None

    @cached_property
    def metas(self) -> dict[str, list[str]]:
        """The contents of the meta elements by their names in lower case, in the order of the page."""
        found: dict[str, list[str]] = {}
        for element in islice(self.tree.iter("meta"), MAX_METAS):
            content = one_line((element.get("content") or element.get("value") or "")[:MAX_META_CHARACTERS])
            if not content:
                continue
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                for name in (element.get(attribute) or "").lower().split():
                    found.setdefault(name, []).append(content)
        return found

    @cached_property
    def links(self) -> dict[str, list[str]]:
        """The `href` of the link elements by their `rel` in lower case."""
        found: dict[str, list[str]] = {}
        for element in islice(self.tree.iter("link"), MAX_METAS):
            if href := (element.get("href") or "").strip():
                for name in (element.get("rel") or "").lower().split():
                    found.setdefault(name, []).append(href)
        return found

    def meta(self, *names: str) -> Iterator[tuple[str, str]]:
        """Yield (content, rule) for the meta elements with these names, in the order of `names`."""
        for name in names:
            for content in self.metas.get(name, ()):
                yield content, f"meta {name}"

    @cached_property
    def data(self) -> StructuredData:
        """The structured data: JSON-LD, microdata and RDFa."""
        scripts: list[object] = []
        for script in self.tree.iter("script"):
            if "ld+json" in (script.get("type") or "").lower():
                scripts.extend(json_values(script.text or ""))
        found = (
            *nodes(scripts, "json-ld"),
            *nodes(markup_values(self.tree, MICRODATA), "microdata"),
            *nodes(markup_values(self.tree, RDFA), "rdfa"),
        )
        return StructuredData(found, self.address or "", self.title)

    @cached_property
    def title(self) -> str:
        """The text of the title element; "" without one."""
        element = self.tree.find(".//title")
        return "" if element is None else one_line((element.text or "")[:MAX_META_CHARACTERS])

    @cached_property
    def unmarked_headings(self) -> list[HtmlElement]:
        """The elements, the longest first, whose text is the beginning of the title element's text: they are headings
        without being marked as such."""
        folded = fold(self.title)
        tags = ("h2", "h3", "h4", "div", "p", "span", "strong", "b", "font", "td", "a", "li")
        found: list[tuple[int, HtmlElement]] = []
        for element in islice(self.tree.iter(*tags), MAX_SHOWN):
            text = element.text
            start = fold(text) if text and 5 < len(text) < MAX_HEADING_CHARACTERS else ""
            if start and folded.startswith(start) and len(folded) > len(start) > len(folded) / 2:
                found.append((len(start), element))
        return [element for _, element in sorted(found, key=lambda pair: -pair[0])]

    @cached_property
    def heading(self) -> HtmlElement | None:
        """The element that shows the headline: the heading most like the page's title, or one that is not marked."""
        titles = [words(text) for text, _ in self.meta("og:title")] + [words(self.title)]

        def common(element: HtmlElement) -> float:
            own = words(shown_text(element))
            return max((len(own & other) / len(own | other) for other in titles if own | other), default=0.0)

        best = max(self.headings, key=common, default=None)
        if best is not None and (common(best) > MIN_SHARED_WORDS or len(self.headings) == 1):
            return best
        return next(iter(self.unmarked_headings), best)

    @cached_property
    def around_heading(self) -> frozenset[HtmlElement]:
        """The elements around the headline: what is in them belongs to the article, whatever they are called."""
        return frozenset(() if self.heading is None else self.heading.iterancestors())

    @cached_property
    def headings(self) -> list[HtmlElement]:
        return list(islice(self.tree.iter("h1"), 50))
