"""Sounds, videos and pictures of an entry of a feed: enclosures, Media RSS, attachments of JSON Feed. No I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from archiver.cleaning import Medium, medium_at, title_of
from archiver.discovery.markup import title_text
from archiver.urls import resolve_url

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURE_KIND = "image"
MEDIA_KINDS = ("audio", "video", PICTURE_KIND)
ENDING_OF_KIND = {
    "audio": re.compile(r"\.(?:mp3|m4[ab]|ogg|oga|opus|wav|flac|aac)$", re.IGNORECASE),
    "video": re.compile(r"\.(?:mp4|m4v|webm|mov|ogv|m3u8)$", re.IGNORECASE),
    PICTURE_KIND: re.compile(r"\.(?:jpe?g|png|gif|webp|avif)$", re.IGNORECASE),
}
MAX_MEDIA = 10  # of an entry
MAX_ADDRESS_CHARACTERS = 2_000  # characters


class Enclosed(NamedTuple):
    """What an entry has beside its text. image: the address of its picture in lists; it may be empty."""

    media: tuple[Medium, ...] = ()
    image: str = ""


class _File(NamedTuple):
    address: str
    kind: str
    title: str = ""


def enclosed_in_xml(item: Any, title: str, base: str) -> Enclosed:
    """Return what an entry of an XML feed has. item: the entry as the parser gives it. title: of the entry. base: the
    address against which relative ones are resolved."""
    links = [link for link in item.get("links") or () if str(link.get("rel")).lower() == "enclosure"]
    own = [_file(link.get("href"), link.get("type"), "", link.get("title"), base) for link in links]
    contents = sorted(item.get("media_content") or (), key=lambda one: one.get("isdefault") != "true")
    others = [_file(one.get("url"), one.get("type"), one.get("medium"), "", base) for one in contents]
    player = item.get("media_player")
    others.append(_file(player.get("url") if isinstance(player, dict) else "", "", "", "", base))
    image = item.get("image")
    pictures = [one.get("url") for one in item.get("media_thumbnail") or ()]
    pictures.append(image.get("href") if isinstance(image, dict) else "")
    # Several files of one kind in Media RSS are one recording in several forms, so one of a kind is enough.
    kinds = {one.kind for one in own}
    for one in others:
        if one.kind not in kinds:
            kinds.add(one.kind)
            own.append(one)
    return _enclosed(own, pictures, title, base)


def enclosed_in_json(item: dict[str, Any], title: str, base: str) -> Enclosed:
    """Return what an item of a JSON Feed has, as `enclosed_in_xml` does."""
    attached = item.get("attachments")
    files = [
        _file(one.get("url"), one.get("mime_type"), "", one.get("title"), base)
        for one in (attached if isinstance(attached, list) else ())
        if isinstance(one, dict)
    ]
    return _enclosed(files, [item.get("image"), item.get("banner_image")], title, base)


def _enclosed(files: list[_File], pictures: list[Any], title: str, base: str) -> Enclosed:
    shown = [*(_address(one, base) for one in pictures), *(one.address for one in files if one.kind == PICTURE_KIND)]
    image = next(filter(None, shown), "")
    return Enclosed(tuple(_media(files, title, image))[:MAX_MEDIA], image)


def _media(files: list[_File], title: str, image: str) -> Iterator[Medium]:
    seen = set()
    for one in files:
        found = (
            None if one.kind == PICTURE_KIND else medium_at(one.address, one.kind, title_of(one.title, title), image)
        )
        if found and found.address not in seen:
            seen.add(found.address)
            yield found


def _file(address: Any, said: Any, medium: Any, title: Any, base: str) -> _File:
    """Return a file. Its kind is the one that the feed says, or else follows from the ending of its name."""
    whole = _address(address, base)
    kinds = (str(medium or "").lower(), str(said or "").strip().lower().partition("/")[0])
    kind = next((one for one in kinds if one in MEDIA_KINDS), "")
    if not kind and whole:
        path = urlsplit(whole).path
        kind = next((one for one, ending in ENDING_OF_KIND.items() if ending.search(path)), "")
    return _File(whole, kind, title_text(title) if isinstance(title, str) else "")


def _address(written: Any, base: str) -> str:
    if not isinstance(written, str) or not written.strip():
        return ""
    address = resolve_url(written.strip(), base)
    return address if len(address) <= MAX_ADDRESS_CHARACTERS else ""
