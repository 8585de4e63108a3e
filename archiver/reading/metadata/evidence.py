"""What a page says of itself, gathered once: structured data, meta elements, links, headings. A tree in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archiver.reading.metadata.json_ld import json_values
from archiver.reading.metadata.markup import MICRODATA, RDFA, markup_values
from archiver.reading.metadata.nodes import Node, nodes, texts
from archiver.reading.metadata.shown import shown_text
from archiver.reading.metadata.wording import fold, one_line, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

DOUBTFUL = 1
MAX_DOUBTFUL = 2
MAX_METAS = 2_000
MAX_SHOWN = 5_000
LONGEST_HEADING = 300
BACKED = 0.3  # share of words in common from which a heading is the headline that the page speaks of elsewhere
LONGEST_META = 5_000


@dataclass(frozen=True)
class Evidence:
    """What `tree`, the page at `address`, says of itself. Each part is read when it is first asked for."""

    tree: HtmlElement
    address: str | None

    @cached_property
    def metas(self) -> dict[str, list[str]]:
        """What each meta element says, by its name in small letters; the page's order."""
        found: dict[str, list[str]] = {}
        for element in islice(self.tree.iter("meta"), MAX_METAS):
            content = one_line((element.get("content") or element.get("value") or "")[:LONGEST_META])
            if not content:
                continue
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                for name in (element.get(attribute) or "").lower().split():
                    found.setdefault(name, []).append(content)
        return found

    @cached_property
    def links(self) -> dict[str, list[str]]:
        """The `href` of each link element, by its `rel` in small letters."""
        found: dict[str, list[str]] = {}
        for element in islice(self.tree.iter("link"), MAX_METAS):
            if href := (element.get("href") or "").strip():
                for name in (element.get("rel") or "").lower().split():
                    found.setdefault(name, []).append(href)
        return found

    def meta(self, *names: str) -> Iterator[tuple[str, str]]:
        """Yield (text, rule) of the meta elements of these names, in the order of `names`."""
        for name in names:
            for content in self.metas.get(name, ()):
                yield content, f"meta {name}"

    @cached_property
    def nodes(self) -> list[Node]:
        """All structured data: JSON-LD first, then microdata, then RDFa."""
        scripts: list[object] = []
        for script in self.tree.iter("script"):
            if "ld+json" in (script.get("type") or "").lower():
                scripts.extend(json_values(script.text or ""))
        return [
            *nodes(scripts, "json-ld"),
            *nodes(markup_values(self.tree, MICRODATA), "microdata"),
            *nodes(markup_values(self.tree, RDFA), "rdfa"),
        ]

    @cached_property
    def articles(self) -> list[Node]:
        """The nodes that say they are the article of the page, the one that is most likely first."""
        found = sorted(((self._doubt(node), node) for node in self.nodes if node.is_article), key=lambda pair: pair[0])
        doubtful = [node for doubt, node in found if doubt == DOUBTFUL]
        # Several with other headlines than the page's are those that it leads to.
        others = len(doubtful) > MAX_DOUBTFUL or (doubtful and found[0][0] == 0)
        return [node for doubt, node in found if not (others and doubt == DOUBTFUL)]

    @cached_property
    def _by_id(self) -> dict[str, Node]:
        named: dict[str, Node] = {}
        for node in self.nodes:
            name = node.values.get("@id")
            if isinstance(name, str) and (name not in named or len(node.values) > len(named[name].values)):
                named[name] = node
        return named

    def resolved(self, value: object) -> list[str]:
        """Return the texts that a value comes down to, with `@id` followed to the node that it names."""
        found: list[str] = []
        for part in value[:50] if isinstance(value, list) else [value]:
            name = part.get("@id") if isinstance(part, dict) and "name" not in part else None
            node = self._by_id.get(name) if isinstance(name, str) else None
            found.extend(texts(part if node is None else node.values.get("name")))
        return found

    @cached_property
    def pages(self) -> list[Node]:
        """The nodes that say they are the page itself."""
        return [node for node in self.nodes if node.is_page]

    def _doubt(self, node: Node) -> int:
        """Return how doubtful it is that a node that says it is an article is the one of this page."""
        headline = next(iter(texts(node.values.get("headline") or node.values.get("name"))), "")
        if not headline:
            return 2
        path = urlsplit(self.address).path.rstrip("/") if self.address else ""
        named = texts([node.values.get(name) for name in ("@id", "url", "mainEntityOfPage")])
        if path and any(path in text for text in named):
            return 0
        return 0 if fold(headline) in fold(self.title) or not self.title else DOUBTFUL

    @cached_property
    def title(self) -> str:
        """The text of the title element; "" without one."""
        element = self.tree.find(".//title")
        return "" if element is None else one_line((element.text or "")[:LONGEST_META])

    @cached_property
    def unmarked_headings(self) -> list[HtmlElement]:
        """The elements whose text the title element's own begins with: headings that are not marked as such. The
        longest first."""
        folded = fold(self.title)
        tags = ("h2", "h3", "h4", "div", "p", "span", "strong", "b", "font", "td", "a", "li")
        found: list[tuple[int, HtmlElement]] = []
        for element in islice(self.tree.iter(*tags), MAX_SHOWN):
            text = element.text
            start = fold(text) if text and 5 < len(text) < LONGEST_HEADING else ""
            if start and folded.startswith(start) and len(folded) > len(start) > len(folded) / 2:
                found.append((len(start), element))
        return [element for _, element in sorted(found, key=lambda pair: -pair[0])]

    @cached_property
    def heading(self) -> HtmlElement | None:
        """The element that shows the headline, as far as that can be told by what the title element says."""
        titles = [words(text) for text, _ in self.meta("og:title")] + [words(self.title)]

        def common(element: HtmlElement) -> float:
            own = words(shown_text(element))
            return max((len(own & other) / len(own | other) for other in titles if own | other), default=0.0)

        best = max(self.headings, key=common, default=None)
        if best is not None and (common(best) > BACKED or len(self.headings) == 1):
            return best
        return next(iter(self.unmarked_headings), best)

    @cached_property
    def around_heading(self) -> frozenset[HtmlElement]:
        """The elements that the headline is within: they hold what belongs to the article, whatever they are called."""
        return frozenset(() if self.heading is None else self.heading.iterancestors())

    @cached_property
    def headings(self) -> list[HtmlElement]:
        return list(islice(self.tree.iter("h1"), 50))
