"""The video and audio of an article, as structured data and meta elements name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.cleaning import Medium, medium_at, title_of
from archiver.reading.metadata.nodes import texts
from archiver.reading.metadata.wording import plain
from archiver.urls import resolve_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.reading.metadata.evidence import PageEvidence
    from archiver.reading.metadata.nodes import Node

KIND_OF_TYPE = {"VideoObject": "video", "AudioObject": "audio", "PodcastEpisode": "audio"}
MEDIA_PROPERTIES = ("video", "audio", "associatedMedia")  # the properties under which an article has its media
ADDRESS_PROPERTIES = ("contentUrl", "embedUrl", "url")
METAS_OF_KIND = {
    "video": ("og:video:secure_url", "og:video:url", "og:video", "twitter:player:stream"),
    "audio": ("og:audio:secure_url", "og:audio:url", "og:audio"),
}
MAX_MEDIA = 10


def read_media(evidence: PageEvidence, base: str) -> tuple[Medium, ...]:
    """Return the video and audio of an article, each once: those in its structured data, or else those in meta
    elements."""
    found: dict[str, Medium] = {}
    for node in _nodes(evidence):
        if one := _of_node(node, base):
            found.setdefault(one.address, one)
    if not found:
        for kind, names in METAS_OF_KIND.items():
            for text, _ in evidence.meta(*names):
                if one := medium_at(resolve_url(text, base), kind):
                    found.setdefault(one.address, one)
                    break  # the others are the same in other forms
    return tuple(found.values())[:MAX_MEDIA]


def _nodes(evidence: PageEvidence) -> Iterator[Node]:
    """Yield the nodes that are media of the article: those that it names, and the page's only one, if there is just
    one."""
    for owner in (*evidence.data.articles, *evidence.data.pages):
        for name in MEDIA_PROPERTIES:
            yield from evidence.data.named(owner.values.get(name))
    alone = [node for node in evidence.data.nodes if not node.other and node.types & KIND_OF_TYPE.keys()]
    if len(alone) == 1:  # if there are several, some may belong to other articles
        yield alone[0]


def _of_node(node: Node, base: str) -> Medium | None:
    kind = next((KIND_OF_TYPE[name] for name in sorted(node.types) if name in KIND_OF_TYPE), "")
    if not kind:
        return None
    title = title_of(*(plain(text) for name in ("name", "headline") for text in texts(node.values.get(name))[:1]))
    poster = next(
        (
            address
            for name in ("thumbnailUrl", "thumbnail", "image")
            for text in _addresses(node.values.get(name))
            if (address := resolve_url(text, base))
        ),
        "",
    )
    for name in ADDRESS_PROPERTIES:
        for text in texts(node.values.get(name))[:1]:
            if one := medium_at(resolve_url(text, base), kind, title, poster):
                return one
    return None


def _addresses(value: object) -> list[str]:
    """Return the addresses of a picture, or of the first of several."""
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict):
        return texts(first.get("contentUrl")) or texts(first.get("url"))
    return texts(first)
