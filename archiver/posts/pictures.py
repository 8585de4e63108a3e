"""The pictures that a post shows: finding them in its bytes, replacing their addresses by those of files of the
archive, and undoing that. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urldefrag

from lxml import etree

from archiver.cleaning import is_pixel, offers, picture_address, poster
from archiver.text import unescaped

if TYPE_CHECKING:
    from collections.abc import Mapping

FRONT_MATTER_END = "\n---\n"
# The body of a post is sound HTML: a quoted value does not contain its own quotation mark.
TAG_PATTERN = re.compile(
    r"<!--.*?-->|<(img|source|video)\b((?>[^>\"']|\"[^\"]*\"|'[^']*')*+)>", re.DOTALL | re.IGNORECASE
)
PICTURE_TAG_PATTERN = re.compile(rb"<(?:img|video)\b", re.IGNORECASE)
ATTRIBUTE_PATTERN = re.compile(r"(\s+)([\w:.-]+)(?:=(\"[^\"]*\"|'[^']*'))?")
LINK_PATTERN = re.compile(r"\n\n<([^<>\s]+)>\n\n")
WEB_ADDRESS_PATTERN = re.compile(r"https?://[^\s/]", re.IGNORECASE)
# The prefix of attributes that keep an original one: that which had the address (`src`), and one that browsers would
# prefer to it (`srcset`).
KEPT_PREFIX = "data-archived-"
PICTURE_ATTRIBUTE = {"img": "src", "video": "poster"}  # for each element, its attribute with the address of a picture
KEPT_ATTRIBUTES = frozenset(f"{KEPT_PREFIX}{name}" for name in PICTURE_ATTRIBUTE.values())
NO_ADDRESS_MARK = f"{KEPT_PREFIX}none"  # marks an element that had no attribute with an address
MAX_ADDRESS_CHARACTERS = 2_000  # characters of an address
MAX_PICTURES = 300  # pictures of a post that are replaced; further ones keep their addresses


class ShownPicture(NamedTuple):
    """A picture that a post shows from elsewhere. offers: the addresses at which it is offered, the largest first, as
    far as the post has them; else only its address."""

    address: str
    offers: tuple[str, ...]


def link_of(content: bytes) -> str:
    """Return the address of the original article in the post `content`; empty if there is none."""
    return _parts(content)[2]


def shown_pictures(content: bytes) -> dict[str, ShownPicture]:
    """Return the pictures that the post `content` shows from the web, by their addresses without fragments."""
    pictures: dict[str, ShownPicture] = {}
    if not PICTURE_TAG_PATTERN.search(content):
        return pictures
    _, body, base = _parts(content)
    for tag in TAG_PATTERN.finditer(body):
        if (shown := _shown(tag, base)) and len(pictures) < MAX_PICTURES:
            pictures.setdefault(shown.address, shown)
    return pictures


def with_assets(content: bytes, assets: Mapping[str, str], root: str = "/") -> bytes:
    """Return the post `content` with pictures from the archive in the place of those from elsewhere.

    assets: paths in the archive, by the addresses that `shown_pictures` returns. root: what the addresses of files
    begin with; in a post, the root of its site. The original attributes are kept under names that browsers ignore, so
    that `without_assets` can restore the same bytes.
    """
    if not assets:
        return content
    front, body, base = _parts(content)
    is_local = False

    def replaced(tag: re.Match[str]) -> str:
        nonlocal is_local
        if tag[1] and tag[1].lower() == "source":  # it comes before its `img`, within the same `picture`
            after = TAG_PATTERN.search(body, tag.end())
            while after and (after[1] or "").lower() == "source":
                after = TAG_PATTERN.search(body, after.end())
            shown = _shown(after, base) if after else None
            return _without_set(tag) if shown and shown.address in assets else tag[0]
        shown = _shown(tag, base)
        if shown is None or shown.address not in assets:
            return tag[0]
        is_local = True
        return _local(tag, root + assets[shown.address])

    mended = TAG_PATTERN.sub(replaced, body)
    return (front + mended).encode(errors="surrogateescape") if is_local else content


def without_assets(content: bytes) -> bytes:
    """Return the post `content` as it was before `with_assets` put pictures from the archive in place."""
    if KEPT_PREFIX.encode() not in content:
        return content
    front, body, _ = _parts(content)
    return (front + TAG_PATTERN.sub(lambda tag: _original(tag) if tag[1] else tag[0], body)).encode(
        errors="surrogateescape"
    )


def asset_addresses(content: bytes) -> dict[str, str]:
    """Return the paths of the pictures that the post `content` shows from the archive, by the addresses that they came
    from."""
    addresses: dict[str, str] = {}
    if KEPT_PREFIX.encode() not in content:
        return addresses
    _, body, base = _parts(content)
    for tag in TAG_PATTERN.finditer(body):
        if not tag[1]:
            continue
        values = {name.lower(): quoted[1:-1] for _, name, quoted in _attributes(tag)[0]}
        original = (
            None if values.keys().isdisjoint((*KEPT_ATTRIBUTES, NO_ADDRESS_MARK)) else TAG_PATTERN.match(_original(tag))
        )
        if original and (shown := _shown(original, base)):
            addresses.setdefault(shown.address, values[PICTURE_ATTRIBUTE[tag[1].lower()]].removeprefix("/"))
    return addresses


def _parts(content: bytes) -> tuple[str, str, str]:
    """Return a post in two parts, up to the end of its front matter and from there on, and the address of its original
    article, which is the base of relative addresses."""
    front, end, body = content.decode(errors="surrogateescape").partition(FRONT_MATTER_END)
    links = LINK_PATTERN.findall(body, body.rfind("\n\n<", 0, body.rfind(">\n\n") + 1)) if ">\n\n" in body else []
    return (front + end, body, links[0]) if end and links else (front + end, body, "") if end else ("", front, "")


@lru_cache(maxsize=512)
def _read(name: str, attributes: str, base: str) -> ShownPicture | None:
    element = etree.Element(name)
    for _, key, quoted in ATTRIBUTE_PATTERN.findall(attributes):
        if ":" not in key and key[0].isalpha():
            element.set(key.lower(), _harmless(unescaped(quoted[1:-1])))
    if not KEPT_ATTRIBUTES.isdisjoint(map(str, element.keys())) or element.get(NO_ADDRESS_MARK) is not None:
        return None
    if name == "video":
        address = poster(element, base)
        return (
            ShownPicture(urldefrag(address).url, (address,))
            if WEB_ADDRESS_PATTERN.match(address) and len(address) <= MAX_ADDRESS_CHARACTERS
            else None
        )
    if is_pixel(element):
        return None
    address = picture_address(element, base)
    if not WEB_ADDRESS_PATTERN.match(address) or len(address) > MAX_ADDRESS_CHARACTERS:
        return None
    return ShownPicture(urldefrag(address).url, offers(element, base, address))


def _shown(tag: re.Match[str], base: str) -> ShownPicture | None:
    """Return the picture that a tag shows from the web, None if it shows none."""
    name = (tag[1] or "").lower()
    return _read(name, tag[2], base) if name in PICTURE_ATTRIBUTE else None


def _harmless(value: str) -> str:
    """Return a value without characters that lxml does not accept."""
    return "".join(character for character in value if character >= " " and not "\ud800" <= character <= "\udfff")


def _attributes(tag: re.Match[str]) -> tuple[list[tuple[str, str, str]], str]:
    """Return the attributes of a tag (for each: the white space before it, its name, and its value in quotation marks,
    or ""), and what comes after the last."""
    attributes = [(one[1], one[2], one[3] or "") for one in ATTRIBUTE_PATTERN.finditer(tag[2])]
    return attributes, tag[2][sum(len(_written(*one)) for one in attributes) :]


def _written(blank: str, name: str, quoted: str) -> str:
    return f"{blank}{name}={quoted}" if quoted else f"{blank}{name}"


def _local(tag: re.Match[str], address: str) -> str:
    """Return a tag that shows the picture at `address`, and keeps the original attributes."""
    attributes, end = _attributes(tag)
    showing = PICTURE_ATTRIBUTE[tag[1].lower()]
    local = f'{showing}="{escape(address)}"'
    out = []
    for blank, name, quoted in attributes:
        if name.lower() == showing:
            out.append(f"{blank}{local} {_written('', f'{KEPT_PREFIX}{name}', quoted)}")
        else:
            out.append(_written(blank, _less_preferred(name), quoted))
    if not any(name.lower() == showing for _, name, _ in attributes):
        out.insert(0, f" {local} {NO_ADDRESS_MARK}")
    return f"<{tag[1]}{''.join(out)}{end}>"


def _without_set(tag: re.Match[str]) -> str:
    attributes, end = _attributes(tag)
    out = (_written(blank, _less_preferred(name), quoted) for blank, name, quoted in attributes)
    return f"<{tag[1]}{''.join(out)}{end}>"


def _less_preferred(name: str) -> str:
    """Return the name for an attribute: the same, or a prefixed one if browsers would prefer the attribute to `src`."""
    return f"{KEPT_PREFIX}{name}" if name.lower() == "srcset" else name


def _original(tag: re.Match[str]) -> str:
    """Return a tag as it was before `with_assets` changed it."""
    attributes, end = _attributes(tag)
    out, before = [], ""
    is_local = any(name.lower() in (*KEPT_ATTRIBUTES, NO_ADDRESS_MARK) for _, name, _ in attributes)
    showing = PICTURE_ATTRIBUTE.get(tag[1].lower())
    for blank, name, quoted in attributes:
        if name == showing and is_local:
            before = blank
        elif name.lower() in KEPT_ATTRIBUTES:
            out.append(_written(before, name[len(KEPT_PREFIX) :], quoted))
        else:
            out.append("" if name == NO_ADDRESS_MARK else _written(blank, name.removeprefix(KEPT_PREFIX), quoted))
    return f"<{tag[1]}{''.join(out)}{end}>"
