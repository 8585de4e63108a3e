"""The structured data of a page: which of its nodes is the article, and what a node refers to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from archiver.reading.metadata.nodes import Node, texts, types_of
from archiver.reading.metadata.wording import fold

# How likely a node for an article is about the article of the page: it surely is; its headline is another one; it has
# no headline.
SURELY_ABOUT_PAGE, OTHER_HEADLINE, NO_HEADLINE = range(3)
MAX_OTHER_HEADLINES = 2
MAX_ARTICLES = 20
MAX_TEXTS = 50  # texts of one value that are looked at


@dataclass(frozen=True)
class StructuredData:
    """The nodes of a page: JSON-LD first, then microdata, then RDFa. title: the text of the title element."""

    nodes: tuple[Node, ...]
    address: str
    title: str

    @cached_property
    def articles(self) -> list[Node]:
        """The nodes for articles that may be the article of the page, the most likely first."""
        doubts = [(self._doubt(node), node) for node in self.nodes if node.is_article]
        found = sorted(doubts, key=lambda pair: pair[0])
        doubtful = sum(doubt == OTHER_HEADLINE for doubt, _ in found)
        # If several have other headlines than the page, they are articles that the page links to.
        others = doubtful > MAX_OTHER_HEADLINES or (doubtful and found[0][0] == SURELY_ABOUT_PAGE)
        return [node for doubt, node in found if not (others and doubt == OTHER_HEADLINE)][:MAX_ARTICLES]

    @cached_property
    def pages(self) -> list[Node]:
        """The nodes for the page itself."""
        return [node for node in self.nodes if node.is_page][:MAX_ARTICLES]

    def is_elsewhere(self, node: Node) -> bool:
        """Return whether a node has another title than the page, and so is about something that the page embeds."""
        return self._doubt(node) == OTHER_HEADLINE

    def resolved(self, value: object) -> list[str]:
        """Return the texts in a value (`texts`); for a reference (`@id`), those of the node that it refers to."""
        found: list[str] = []
        for part in value[:MAX_TEXTS] if isinstance(value, list) else [value]:
            name = part.get("@id") if isinstance(part, dict) and "name" not in part else None
            node = self._by_id.get(name) if isinstance(name, str) else None
            found.extend(texts(part if node is None else node.values.get("name")))
        return found

    def named(self, value: object) -> list[Node]:
        """Return the nodes in a value; for a reference (`@id`), the node that it refers to."""
        found: list[Node] = []
        for part in value[:MAX_TEXTS] if isinstance(value, list) else [value]:
            if not isinstance(part, dict):
                continue
            name = part.get("@id")
            node = self._by_id.get(name) if isinstance(name, str) and len(part) == 1 else None
            found.append(node or Node(part, "", frozenset(types_of(part))))
        return found

    @cached_property
    def _by_id(self) -> dict[str, Node]:
        named: dict[str, Node] = {}
        for node in self.nodes:
            name = node.values.get("@id")
            if isinstance(name, str) and (name not in named or len(node.values) > len(named[name].values)):
                named[name] = node
        return named

    @cached_property
    def _folded_title(self) -> str:
        return fold(self.title)

    def _doubt(self, node: Node) -> int:
        headline = next(iter(texts(node.values.get("headline") or node.values.get("name"))), "")
        if not headline:
            return NO_HEADLINE
        path = urlsplit(self.address).path.rstrip("/")
        named = texts([node.values.get(name) for name in ("@id", "url", "mainEntityOfPage")])
        if path and any(path in text for text in named):
            return SURELY_ABOUT_PAGE
        return SURELY_ABOUT_PAGE if fold(headline) in self._folded_title or not self.title else OTHER_HEADLINE
