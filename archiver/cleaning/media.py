"""Videos and sound: what an element plays, as a plain link with a title and a picture. No I/O.

A post keeps the address, the title and the preview picture of a recording; it never plays anything. The class of the
link is that of microformats2, which tells it from other links of a post.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from archiver.cleaning.address import resolved
from archiver.cleaning.pictures import PICTURE_ADDRESS_PATTERN, is_placeholder
from archiver.cleaning.players import AUDIO, VIDEO, player_page
from archiver.cleaning.rules import escape, escape_attribute
from archiver.html import parse_fragment
from archiver.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

CLASS_OF_KIND = {VIDEO: "u-video", AUDIO: "u-audio"}
KIND_OF_CLASS = {name: kind for kind, name in CLASS_OF_KIND.items()}
RECORDINGS = frozenset({VIDEO, AUDIO})  # the elements
FRAME_ELEMENTS = frozenset({"iframe", "embed"})  # the content of these is not the page's
# Elements of which a script makes a player: the attribute with the number of the recording, and the address of its
# page.
STANDINS = {
    "amp-youtube": ("data-videoid", "https://www.youtube.com/watch?v={}"),
    "lite-youtube": ("videoid", "https://www.youtube.com/watch?v={}"),
    "lite-vimeo": ("videoid", "https://vimeo.com/{}"),
    "amp-vimeo": ("data-videoid", "https://vimeo.com/{}"),
    "amp-dailymotion": ("data-videoid", "https://www.dailymotion.com/video/{}"),
}
AMP_ELEMENTS = {"amp-video": VIDEO, "amp-audio": AUDIO, "amp-iframe": "iframe"}
MEDIA_ELEMENTS = RECORDINGS | FRAME_ELEMENTS | STANDINS.keys() | AMP_ELEMENTS.keys()
RECORDING_ID_PATTERN = re.compile(r"[\w-]{3,40}", re.ASCII)
SOURCE_ATTRIBUTES = ("src", "data-src", "data-mp4", "data-video-src", "data-lazy-src", "data-url")
POSTER_ATTRIBUTES = ("poster", "data-poster", "data-poster-url")
TITLE_ATTRIBUTES = ("title", "aria-label", "data-title")
WEB_ADDRESS_PATTERN = re.compile(r"https?://[^\s/]", re.IGNORECASE)
# Endings of playlists of pieces (HLS, DASH): many players need a script for those, so a whole file is better.
PLAYLIST_PATTERN = re.compile(r"\.(?:m3u8|mpd)(?:[?#]|\Z)", re.IGNORECASE)
# Titles that name only the player, whatever it plays.
PLAYER_TITLE_PATTERN = re.compile(
    r"(?i)\W*(?:(?:youtube|vimeo|dailymotion|spotify|soundcloud|twitch|bilibili|apple|facebook|embedded|embed|html5|jw|media|video|audio|"
    r"podcasts?|iframe|external|content|player|widget|play|lecteur|lector|reproductor|vid[ée]o|视频|播放器?|のプレーヤー|プレーヤー|плеер)\W*)*"
)
MAX_TITLE_CHARACTERS = 300
MEDIA_PATTERN = re.compile(r"[<-](?:video|audio)\b", re.IGNORECASE)  # an element, or the class of a link, perhaps


class Medium(NamedTuple):
    """A video or a sound, and its address. kind: "video" or "audio". poster: the address of its preview picture. Title
    and poster may be empty."""

    kind: str
    address: str
    title: str = ""
    poster: str = ""


def medium(element: _Element, base: str) -> Medium | None:
    """Return what an element plays; None if that has no address of the web, or if the element is a frame of another
    kind.

    base: the address against which relative ones are resolved; if it is empty, relative ones lead nowhere.
    """
    name = AMP_ELEMENTS.get(element.tag, element.tag)
    if standin := STANDINS.get(name):
        number = element.get(standin[0]) or ""
        kind, address = VIDEO, standin[1].format(number) if RECORDING_ID_PATTERN.fullmatch(number) else ""
    elif name in RECORDINGS:
        kind, address = name, _recording(element, base)
    else:
        kind, address = (
            "",
            next((page for one in _given(element, SOURCE_ATTRIBUTES) if (page := _whole(one, base))), ""),
        )
    return medium_at(address, kind, title_of(*_given(element, TITLE_ATTRIBUTES)), poster(element, base))


def medium_at(address: str, kind: str = "", title: str = "", poster: str = "") -> Medium | None:
    """Return the medium at an address of the web, which may be that of a player; None if there is none.

    kind: "video" or "audio"; empty: there is a medium only if the address is that of a known player.
    """
    player, page = player_page(address)
    address = resolved(page or address, "")
    kind = player or kind
    return Medium(kind, address, title, poster) if kind and WEB_ADDRESS_PATTERN.match(address) else None


def title_of(*written: str) -> str:
    """Return the first of these titles that says more than the name of a player, on one line; empty if none does."""
    for text in written:
        title = " ".join(printable(text).split())[:MAX_TITLE_CHARACTERS].strip()
        if title and not PLAYER_TITLE_PATTERN.fullmatch(title):
            return title
    return ""


def linked(found: Medium) -> str:
    """Return a medium as the link that stands for it in a body."""
    picture = f'<img src="{escape_attribute(found.poster)}" /><br />' if found.poster else ""
    return f"{link_start(found)}{picture}{escape(words_of(found))}</a>"


def words_of(found: Medium) -> str:
    """Return the words of the link to a medium: its title, or else its address; that of a file without its parameters,
    which may be different each time that the page is loaded, although the article is the same."""
    if found.title or player_page(found.address)[0]:
        return found.title or found.address
    return found.address.partition("?")[0]


def link_start(found: Medium) -> str:
    """Return the start tag of that link."""
    return f'<a class="{CLASS_OF_KIND[found.kind]}" href="{escape_attribute(found.address)}">'


def kind_of_link(element: _Element) -> str:
    """Return the class of a link that shows that it leads to a medium; empty if it has none."""
    names = element.get("class")
    return next((name for name in names.split() if name in KIND_OF_CLASS), "") if names else ""


def media_text(media: Iterable[Medium]) -> str:
    """Return media as a text, for places where only texts are kept."""
    return json.dumps([list(one) for one in media], ensure_ascii=False)


def media_of(text: str) -> tuple[Medium, ...]:
    """Return the media of a text that `media_text` made; none if it is another text."""
    try:
        written = json.loads(text) if text else []
    except ValueError:
        return ()
    found = []
    for one in written if isinstance(written, list) else ():
        if isinstance(one, list) and len(one) == len(Medium._fields) and all(isinstance(part, str) for part in one):
            kind, address, title, picture = one
            if kind in RECORDINGS and (known := medium_at(address, kind, title, picture)):
                found.append(known)
    return tuple(found)


def media_in(html: str, base: str = "") -> tuple[Medium, ...]:
    """Return the media in the body (of either profile) of a post of the page `base`, each once, in their order."""
    if not MEDIA_PATTERN.search(html):
        return ()
    found: dict[str, Medium] = {}
    for element in parse_fragment(html).iter("a", *RECORDINGS):
        if element.tag != "a":
            one = medium(element, base)
        elif name := kind_of_link(element):
            one = _of_link(element, KIND_OF_CLASS[name])
        else:
            continue
        if one and one.address:
            found.setdefault(one.address, one)
    return tuple(found.values())


def _of_link(element: _Element, kind: str) -> Medium:
    address, poster = element.get("href") or "", element.find(".//img")
    found = Medium(kind, address, poster="" if poster is None else poster.get("src") or "")
    title = " ".join("".join(map(str, element.itertext())).split())
    return found if title == words_of(found) else found._replace(title=title)


def _recording(element: _Element, base: str) -> str:
    """Return the address of what a `video` or `audio` plays: a whole file, if there is one."""
    written = [*_given(element, SOURCE_ATTRIBUTES)]
    for source in element.iter("source"):
        written += _given(source, SOURCE_ATTRIBUTES)
    written += [link.get("href") or "" for link in element.iter("a")]  # links for browsers that play nothing
    found = [address for one in written if WEB_ADDRESS_PATTERN.match(address := _whole(one, base))]
    return next((address for address in found if not PLAYLIST_PATTERN.search(address)), found[0] if found else "")


def poster(element: _Element, base: str) -> str:
    """Return the address of a video's preview picture; empty if there is none that can be shown."""
    for written in _given(element, POSTER_ATTRIBUTES):
        address = resolved(written, base)
        if PICTURE_ADDRESS_PATTERN.match(address) and not is_placeholder(address):
            return address
    return ""


def _whole(written: str, base: str) -> str:
    """Return an absolute address of the web. If neither it nor `base` has a scheme, it is https."""
    return resolved(written, base or "https:")


def _given(element: _Element, names: tuple[str, ...]) -> Iterator[str]:
    return (written.strip() for name in names if (written := element.get(name)) and written.strip())
