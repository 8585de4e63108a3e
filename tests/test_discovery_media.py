"""What feeds let hear and see: with its title and picture it becomes the article's, as what its page plays."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from archiver.cleaning import Medium, media_in, media_of, media_text
from archiver.discovery import read_feed
from archiver.reading import read_page
from tests.press import Press, article, press
from tests.web import archive, story, web

if TYPE_CHECKING:
    from tests.conftest import Archive

__all__ = ["archive", "press", "web"]  # fixtures

SITE = "http://www.merrow.example"
FEED = f"{SITE}/news/feed"
SOUND, FILM, PICTURE, OTHER = f"{SITE}/1.mp3", f"{SITE}/1.mp4", f"{SITE}/1.jpg", f"{SITE}/2.jpg"
TUBE = "https://www.youtube.com/watch?v=brIdge_2026"
MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'


def item(inside: str) -> str:
    """A feed of one article."""
    whole = f"<item><title>A bridge &amp; a song</title><link>{article(SITE, 1)}</link>{inside}</item>"
    return f'<rss version="2.0" {MEDIA}><channel><link>{SITE}/</link>{whole}</channel></rss>'


def enclosure(address: str, kind: str) -> str:
    return item(f'<enclosure url="{address}" length="1" type="{kind}"/>')


def content(address: str, said: str) -> str:
    return f'<media:content url="{address}" {said}/>'


def attached(**more: object) -> str:
    """A JSON feed of one article."""
    one = {"id": "1", "url": article(SITE, 1), "title": "A bridge & a song", **more}
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [one]})


TITLE = "A bridge & a song"
BEST = content(FILM, "isDefault='true'")
SMALL, OF_A_PICTURE = content(f"{SITE}/small.mp4", "type='video/mp4'"), content(OTHER, "medium='image'")
HEARD, SEEN = Medium("audio", SOUND, TITLE), Medium("video", FILM, TITLE)
FEEDS = [
    (enclosure(SOUND, "audio/mpeg"), [HEARD], ""),
    (enclosure("/1.mp3", "audio/mpeg"), [HEARD], ""),
    (enclosure("../1.mp4", ""), [SEEN], ""),
    (enclosure(SOUND, "application/octet-stream"), [HEARD], ""),
    (enclosure(FILM, "audio/mp4"), [Medium("audio", FILM, TITLE)], ""),
    (enclosure(f"{SITE}/1.pdf", "application/pdf"), [], ""),
    (enclosure("javascript:alert(1)", "audio/mpeg"), [], ""),
    (enclosure("", "audio/mpeg"), [], ""),
    (enclosure(f"{SITE}/{'x' * 2000}.mp3", "audio/mpeg"), [], ""),
    (enclosure(PICTURE, "image/jpeg"), [], PICTURE),
    (
        item(f'<enclosure url="{SOUND}" type="audio/mpeg"/><itunes:image href="{PICTURE}"/>'),
        [HEARD._replace(poster=PICTURE)],
        PICTURE,
    ),
    (  # forms of one recording
        item(f"<media:group>{SMALL}{BEST}<media:thumbnail url='{PICTURE}'/></media:group>" + OF_A_PICTURE),
        [SEEN._replace(poster=PICTURE)],
        PICTURE,
    ),
    (item(OF_A_PICTURE), [], OTHER),
    (
        item(f'<enclosure url="{SOUND}" type="audio/mpeg"/>{content(f"{SITE}/2.mp3", "")}{content(FILM, "")}'),
        [HEARD, SEEN],
        "",
    ),
    (item('<media:player url="https://www.youtube.com/embed/brIdge_2026"/>'), [Medium("video", TUBE, TITLE)], ""),
    (item('<media:player url="https://player.example/1"/>'), [], ""),
    (
        attached(attachments=[{"url": "/1.mp3", "mime_type": "audio/mpeg", "title": "The song"}], image="/1.jpg"),
        [Medium("audio", SOUND, "The song", PICTURE)],
        PICTURE,
    ),
    (attached(attachments=[7, {"url": 7, "mime_type": 7}, {"mime_type": "audio/mpeg"}], image=["/1.jpg"]), [], ""),
    (attached(attachments={"url": "/1.mp3"}, banner_image="/2.jpg"), [], OTHER),
    (
        attached(attachments=[{"url": f"/{number % 12}.mp3"} for number in range(24)]),
        [Medium("audio", f"{SITE}/{number}.mp3", TITLE) for number in range(10)],
        "",
    ),
]


@pytest.mark.parametrize(("feed", "media", "image"), FEEDS)
def test_what_an_entry_lets_hear_and_see(feed: str, media: list[Medium], image: str) -> None:
    (entry,) = read_feed(feed.encode(), FEED, fetched=datetime(2026, 11, 2, tzinfo=UTC)).entries
    assert (list(entry.media), entry.image) == (media, image)
    assert media_of(media_text(entry.media)) == entry.media


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "7", "{}", "[7]", '[["audio"]]', '[["audio", 7, "", ""]]', f'[["image", "{SOUND}", "", ""]]'),
        '[["audio", "javascript:1", "", ""]]',
    ],
)
def test_what_is_no_list_of_media_says_none(text: str) -> None:
    assert media_of(text) == ()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", [HEARD, SEEN]),
        (f'<audio src="{SITE}/own.mp3"></audio>', [SEEN, Medium("audio", f"{SITE}/own.mp3")]),
        (f'<video src="{FILM}"></video>', [HEARD, SEEN]),
    ],
)
def test_what_a_page_plays_counts_before_what_a_feed_says(body: str, expected: list[Medium]) -> None:
    """The same recording is at another address there, of a host that counts listeners."""
    page = story().replace("</p>", f"</p>{body}", 1)
    address = article(SITE, 1)
    read = read_page(page.encode(), address, fetched=datetime(2026, 11, 2, tzinfo=UTC), media=(HEARD, SEEN))
    assert list(media_in(read.html, address)) == expected


def test_what_a_feed_lets_hear_is_kept_with_its_article_and_replays(archive: Archive, press: Press) -> None:
    home = press.article(SITE, 1)
    press.put(FEED, item(f'<enclosure url="{SOUND}" type="audio/mpeg"/><itunes:image href="{PICTURE}"/>'), "text/xml")
    assert archive.crawl(FEED).returncode == 0
    ((name, post),) = archive.posts.items()
    assert f'<a class="u-audio" href="{SOUND}"><img src="{PICTURE}" /><br />A bridge &amp; a song</a>' in post.decode()
    assert f"image: {PICTURE}" in post.decode().replace('"', "")
    again = archive.output.with_name("again")
    captures = archive.output / "_captures"
    done = archive.archiver("replay", "--output", str(again), str(captures))
    assert done.returncode == 0, done.stderr
    assert [file.read_bytes() for file in again.rglob(name.rpartition("/")[2])] == [post]
    assert press.asked.count(home) == 1
