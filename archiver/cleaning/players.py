"""Players of well-known hosts that pages embed: finding, from the address of the player, that of the page with the same
recording.

A player works only in a frame; in twenty years its address will be of use only for the number of the recording in it.
No I/O.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

VIDEO, AUDIO = "video", "audio"
MAX_ADDRESS_CHARACTERS = 2_000  # characters of an address
WEB_ADDRESS_PATTERN = re.compile(r"https?://", re.IGNORECASE)


class Player(NamedTuple):
    """hosts: the endings of its hosts' names. path: a pattern for what follows the host. page: a template for the
    address of the page with the recording, in which groups of `path` and parameters of the query are filled in, which
    must all be there; empty: the page has the player's own address."""

    kind: str
    hosts: tuple[str, ...]
    path: str
    page: str = ""


# The first one that matches counts.
PLAYERS = (
    Player(
        VIDEO,
        ("youtube.com", "youtube-nocookie.com"),
        "/embed/videoseries",
        "https://www.youtube.com/playlist?list={list}",
    ),
    Player(
        VIDEO,
        ("youtube.com", "youtube-nocookie.com"),
        r"/(?:embed|v|live|shorts)/(?P<id>[\w-]{6,})",
        "https://www.youtube.com/watch?v={id}",
    ),
    Player(VIDEO, ("youtube.com",), "/watch", "https://www.youtube.com/watch?v={v}"),
    Player(VIDEO, ("youtu.be",), r"/(?P<id>[\w-]{6,})", "https://www.youtube.com/watch?v={id}"),
    Player(VIDEO, ("player.vimeo.com",), r"/video/(?P<id>\d+)", "https://vimeo.com/{id}/{h}"),
    Player(VIDEO, ("player.vimeo.com",), r"/video/(?P<id>\d+)", "https://vimeo.com/{id}"),
    Player(VIDEO, ("dailymotion.com",), r"/embed/video/(?P<id>[a-z0-9]+)", "https://www.dailymotion.com/video/{id}"),
    Player(VIDEO, ("geo.dailymotion.com",), r"/player(?:/\w+)?\.html", "https://www.dailymotion.com/video/{video}"),
    Player(VIDEO, ("bilibili.com",), r"/(?:\w+/)?(?:\w*player)\.html", "https://www.bilibili.com/video/{bvid}"),
    Player(VIDEO, ("bilibili.com",), r"/(?:\w+/)?(?:\w*player)\.html", "https://www.bilibili.com/video/av{aid}"),
    Player(VIDEO, ("v.qq.com",), r"/(?:txp/)?iframe/(?:player|preview)\.html", "https://v.qq.com/x/page/{vid}.html"),
    Player(VIDEO, ("player.youku.com",), r"/embed/(?P<id>[\w=]+)", "https://v.youku.com/v_show/id_{id}.html"),
    Player(
        VIDEO,
        ("player.youku.com",),
        r"/player\.php/(?:.*/)?sid/(?P<id>[\w=]+)/",
        "https://v.youku.com/v_show/id_{id}.html",
    ),
    Player(VIDEO, ("ixigua.com",), r"/iframe/(?P<id>\d+)", "https://www.ixigua.com/{id}"),
    Player(VIDEO, ("facebook.com",), r"/(?:v[\d.]+/)?plugins/video\.php", "{href}"),
    Player(VIDEO, ("rutube.ru",), r"/play/embed/(?P<id>\w+)", "https://rutube.ru/video/{id}/"),
    Player(VIDEO, ("ok.ru",), r"/videoembed/(?P<id>\d+)", "https://ok.ru/video/{id}"),
    Player(VIDEO, ("vk.com", "vkvideo.ru"), r"/video_ext\.php", "https://vk.com/video{oid}_{id}"),
    Player(VIDEO, ("player.twitch.tv",), "/", "https://www.twitch.tv/videos/{video}"),
    Player(VIDEO, ("streamable.com",), r"/[eos]/(?P<id>\w+)", "https://streamable.com/{id}"),
    Player(VIDEO, ("embed.ted.com",), r"/talks/(?P<id>[\w-]+)", "https://www.ted.com/talks/{id}"),
    Player(VIDEO, ("embed.nicovideo.jp",), r"/watch/(?P<id>\w+)", "https://www.nicovideo.jp/watch/{id}"),
    Player(VIDEO, ("archive.org",), r"/embed/(?P<id>[\w.-]+)", "https://archive.org/details/{id}"),
    Player(VIDEO, ("tiktok.com",), r"/(?:embed|player)(?:/v\d)?/(?P<id>\d+)", "https://www.tiktok.com/embed/v2/{id}"),
    Player(VIDEO, ("players.brightcove.net", "jwplatform.com", "jwplayer.com"), r"/.*\.html"),
    Player(VIDEO, ("fast.wistia.net", "fast.wistia.com"), r"/embed/(?:iframe|medias)/\w+"),
    Player(AUDIO, ("w.soundcloud.com",), "/player/?", "{url}"),
    Player(
        AUDIO,
        ("open.spotify.com",),
        r"/embed(?:-podcast)?/(?P<kind>episode|show|track|album|playlist)/(?P<id>\w+)",
        "https://open.spotify.com/{kind}/{id}",
    ),
    Player(AUDIO, ("embed.podcasts.apple.com",), r"(?P<path>/.+)", "https://podcasts.apple.com{path}"),
    Player(AUDIO, ("embed.acast.com", "player.acast.com", "art19.com", "megaphone.fm", "omny.fm"), r"/.+"),
)
PLAYER_PATTERNS = [(player, re.compile(player.path, re.IGNORECASE | re.ASCII)) for player in PLAYERS]
PLACEHOLDER_PATTERN = re.compile(r"\{(\w+)\}")


def player_page(address: str) -> tuple[str, str]:
    """Return what the player at `address` plays ("video" or "audio"), and the address of the page that shows the same;
    two empty texts if it is not the address of a known player."""
    if not WEB_ADDRESS_PATTERN.match(address) or len(address) > MAX_ADDRESS_CHARACTERS:
        return "", ""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    except ValueError:  # not an address, or its query has too many parameters
        return "", ""
    for player, pattern in PLAYER_PATTERNS:
        if not any(host == name or host.endswith(f".{name}") for name in player.hosts):
            continue
        found = pattern.match(parts.path)
        if found and (page := _filled(player.page, given | found.groupdict()) if player.page else address):
            return player.kind, page
    return "", ""


def _filled(page: str, values: Mapping[str, str]) -> str:
    """Return an address with `values` filled in; empty if one of them is missing."""
    if not all(values.get(name) for name in PLACEHOLDER_PATTERN.findall(page)):
        return ""
    address = PLACEHOLDER_PATTERN.sub(lambda place: values[place[1]], page)
    return address if WEB_ADDRESS_PATTERN.match(address) and len(address) <= MAX_ADDRESS_CHARACTERS else ""
