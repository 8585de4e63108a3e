"""Videos and sound: links with a title and a picture, in posts, readings and exports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from markupsafe import Markup

from archiver.cleaning import Cleaner, Medium, media_in, source_body
from archiver.cleaning.players import PLAYERS, player_page
from archiver.exports.pure_markdown import Dialect, markdown_of_html
from archiver.posts.pictures import asset_addresses, shown_pictures, with_assets, without_assets
from archiver.reading import read_page
from archiver.recipes.recipe import CleanRules, Drop
from archiver.site.body import Bodies
from tests.conftest import PROJECT
from tests.exported import entry, written

if TYPE_CHECKING:
    from archiver.exports import Entry

BASE = "https://news.example/2026/a-bridge.html"
FILE, PICTURE = "https://cdn.example/opening.mp4", "https://cdn.example/opening.jpg"
TUBE = "https://www.youtube.com/watch?v=brIdge_2026"
EMBED = "//www.youtube-nocookie.com/embed/brIdge_2026"
HERE = BASE.rpartition("/")[0]
LINK = f'<a class="u-video" href="{FILE}"><img src="{PICTURE}" /><br />The opening</a>'
CLEANER = Cleaner(CleanRules())


def link(address: str, words: str = "", kind: str = "video") -> str:
    """The link to a recording."""
    return f'<a class="u-{kind}" href="{address}">{words or address}</a>'


def cleaned(html: str) -> str:
    """A body in the profile `clean`; cleaning it again changes nothing."""
    once = CLEANER.clean(html, BASE).html
    assert CLEANER.clean(once, BASE).html == once
    return once


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f'<p>A<video src="{FILE}" poster="{PICTURE}" title="The opening">x</video>B</p>', f"A<br />{LINK}<br />B"),
        (
            '<video src="/v.mp4?token=1"></video>',
            link("https://news.example/v.mp4?token=1", "https://news.example/v.mp4"),
        ),
        ('<video><source src="a.m3u8"><source src="b.webm"><track src="t.vtt"></video>', link(f"{HERE}/b.webm")),
        ('<video src="a.m3u8"></video>', link(f"{HERE}/a.m3u8")),
        (f'<audio aria-label="Bells"><a href="{FILE}">download</a></audio>', link(FILE, "Bells", "audio")),
        (f'<video src="blob:x" data-src="{FILE}"></video>', link(FILE)),
        (
            '<iframe src="https://www.youtube.com/embed/brIdge_2026?rel=0" title="Bridge"></iframe>',
            link(TUBE, "Bridge"),
        ),
        (f'<audio src="{TUBE}"></audio>', link(TUBE)),
        (f'<iframe data-src="{EMBED}" title="YouTube video player"></iframe>', link(TUBE)),
        ('<lite-youtube videoid="brIdge_2026">Play it</lite-youtube>', f"{link(TUBE)}</p><p>Play it"),
        (f'<amp-video src="{FILE}" title="x"><p>Words.</p></amp-video>', f"{link(FILE, 'x')}</p><p>Words."),
        # Where a link stands in a link, the inner one comes after it.
        (
            f'<a href="/x">a<video src="{FILE}" title="v"></video>b</a>',
            f'<a href="https://news.example/x">ab</a></p><p>{link(FILE, "v")}',
        ),
        # A forgotten end takes no paragraph along.
        (f'<p>A</p><video src="{FILE}" title="v"><p>B</p>', f"A</p><p>{link(FILE, 'v')}</p><p>B"),
        # Nothing that could be kept.
        ("<p>A</p><video></video><audio src></audio><video src='blob:https://a.example/1'></video>", "A"),
        ("<p>A</p><iframe src='https://ads.example/v.mp4'></iframe><iframe src='javascript:x'></iframe>", "A"),
        ("<p>A</p><video src='javascript:x'></video><embed src='data:video/mp4,x'>", "A"),
        ("<p>A</p><lite-youtube videoid='\"><b>'></lite-youtube>", "A"),
    ],
)
def test_what_plays_becomes_a_link(html: str, expected: str) -> None:
    assert cleaned(html) == f"<p>{expected}</p>"


def test_a_recording_stays_in_its_figure() -> None:
    html = cleaned(f'<figure><video src="{FILE}"></video><figcaption>It opens.</figcaption></figure>')
    assert html == f"<figure>{link(FILE)}<figcaption>It opens.</figcaption></figure>"


def test_a_title_is_text_and_an_address_harmless() -> None:
    html = cleaned("""<video src="/v{{x}}.mp4?a='&quot;<b>" title="{% x %} &lt;b&gt; &quot;" poster="javascript:x">""")
    words = '&#123;% x %} &lt;b&gt; "'
    assert html == "<p>" + link("https://news.example/v%7B%7Bx%7D%7D.mp4?a='%22%3Cb%3E", words) + "</p>"


def test_a_poster_that_a_recipe_calls_live_is_left_out() -> None:
    rules = CleanRules(drop=Drop(pictures=(r"cdn\.example",)))
    html = Cleaner(rules).clean(f'<video src="{FILE}" poster="{PICTURE}" title="x"></video>', BASE).html
    assert html == f'<p><a class="u-video" href="{FILE}">x</a></p>'


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        (f'<p>A</p><video src="{FILE}" poster="{PICTURE}" controls></video>', None),  # as it is
        (
            '<p>A<iframe src="https://player.bilibili.com/player.html?bvid=BV1xx411c7mD" title="桥"></iframe>B</p>',
            '<p>A<a class="u-video" href="https://www.bilibili.com/video/BV1xx411c7mD">桥</a>B</p>',
        ),
        ('<p>A</p><iframe src="https://ads.example/"></iframe>', "<p>A</p>"),
        (f'<p>A</p><amp-video src="{FILE}">B</amp-video>', f"<p>A</p>{link(FILE)}B"),
    ],
)
def test_the_source_profile_keeps_elements_and_makes_links_of_frames(html: str, kept: str | None) -> None:
    assert source_body(html).html == (html if kept is None else kept)
    assert source_body(source_body(html).html).html == source_body(html).html


@pytest.mark.parametrize(
    ("player", "page"),
    [
        ("https://www.youtube.com/embed/videoseries?list=PL0", "https://www.youtube.com/playlist?list=PL0"),
        ("https://youtu.be/brIdge_2026?t=3", TUBE),
        ("https://m.youtube.com/watch?v=brIdge_2026&t=3", TUBE),
        ("https://player.vimeo.com/video/76979871?h=8272103f6e", "https://vimeo.com/76979871/8272103f6e"),
        ("https://player.vimeo.com/video/76979871", "https://vimeo.com/76979871"),
        ("https://geo.dailymotion.com/player/x1.html?video=x8abc", "https://www.dailymotion.com/video/x8abc"),
        ("https://www.dailymotion.com/embed/video/x8abc", "https://www.dailymotion.com/video/x8abc"),
        ("https://player.bilibili.com/player.html?aid=170001", "https://www.bilibili.com/video/av170001"),
        ("https://v.qq.com/txp/iframe/player.html?vid=k0012abc", "https://v.qq.com/x/page/k0012abc.html"),
        ("https://player.youku.com/embed/XNDU=", "https://v.youku.com/v_show/id_XNDU=.html"),
        ("http://player.youku.com/player.php/sid/XNDU=/v.swf", "https://v.youku.com/v_show/id_XNDU=.html"),
        ("https://vk.com/video_ext.php?oid=-1&id=2&hash=3", "https://vk.com/video-1_2"),
        ("https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Ffb.example%2F1", "https://fb.example/1"),
        ("https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/1", "https://api.soundcloud.com/tracks/1"),
        ("https://open.spotify.com/embed/episode/4rOoJ6?theme=0", "https://open.spotify.com/episode/4rOoJ6"),
        ("https://embed.podcasts.apple.com/us/podcast/x/id1", "https://podcasts.apple.com/us/podcast/x/id1"),
        ("https://players.brightcove.net/1/default/index.html?videoId=2", "https://players.brightcove.net/1/default/index.html?videoId=2"),
        # No players, or nothing in them.
        ("https://www.youtube.com/embed/", ""),
        ("https://www.youtube.com/about", ""),
        ("https://notyoutube.com/embed/brIdge_2026", ""),
        ("https://youtube.com.evil.example/embed/brIdge_2026", ""),
        ("https://www.facebook.com/plugins/video.php?href=javascript:x", ""),
        ("https://player.bilibili.com/player.html", ""),
        ("https://[::1/embed/x", ""),
        ("ftp://www.youtube.com/embed/brIdge_2026", ""),
        (f"https://www.youtube.com/embed/{'x' * 2000}", ""),
    ],
)  # fmt: skip
def test_the_page_of_what_a_player_shows(player: str, page: str) -> None:
    assert player_page(player)[1] == page
    assert bool(player_page(player)[0]) == bool(page)


HOSTS = [host for one in PLAYERS for host in one.hosts]
PIECES = st.sampled_from([*"\"'<>&{}%# \\/?=:", "//", "\0", "\ud800", "桥", "&amp;", "http:", "blob:", FILE, *HOSTS])
ADDRESSES = st.lists(PIECES, max_size=6).map("".join)


@given(st.sampled_from(["video", "audio", "iframe", "embed", "amp-iframe", "lite-youtube"]), ADDRESSES, ADDRESSES)
def test_any_player_makes_a_sound_body(name: str, address: str, title: str) -> None:
    attributes = {"src": address, "videoid": address, "title": title, "poster": address}
    written = "".join(f' {key}="{Markup.escape(value)}"' for key, value in attributes.items())
    html = f"<p>A</p><{name}{written}></{name}><p>B</p>"
    for body in (cleaned(html), source_body(html).html):
        assert body.startswith("<p>A</p>")
        assert body.endswith("<p>B</p>")
        assert "{{" not in body
        assert "{%" not in body
        for one in media_in(body, BASE):
            assert one.address.startswith(("http://", "https://"))


def test_media_of_a_post_are_known_again() -> None:
    expected = (Medium("video", FILE, "The opening", PICTURE), Medium("audio", "https://cdn.example/b.mp3"))
    body = f'<video src="{FILE}" poster="{PICTURE}" title="The opening"></video><audio src="https://cdn.example/b.mp3">'
    assert media_in(cleaned(f'{body}<a href="{TUBE}">no player</a>{body}')) == expected
    assert media_in(source_body(f"{body}</audio>").html) == expected
    assert media_in(f'<video src="{FILE}" title="x"></video><video src="{FILE}" title="y"></video>')[0].title == "x"
    assert media_in('<video src="//cdn.example/opening.mp4"></video>') == (Medium("video", FILE),)
    assert media_in('<video src="/v.mp4"></video>', BASE) == (Medium("video", "https://news.example/v.mp4"),)
    assert media_in('<a class="u-video">nothing</a><a class="u-photo" href="/x">x</a>') == ()


# What a page has, read without a recipe.

TEXT = "".join(
    f"<p>Paragraph {n} tells at some length how the bridge over the Merrow was built, and who paid for it.</p>"
    for n in range(9)
)


def read(body: str = TEXT, head: str = "") -> str:
    """The body of a page as it is read, but for its paragraphs."""
    page = (
        f"<html><head><title>A bridge opens</title>{head}</head><body><nav><a href=/>Home</a></nav>"
        f"<article><h1>A bridge opens</h1>{body}</article></body></html>"
    )
    reading = read_page(page.encode(), BASE)
    assert "opening" not in reading.text
    assert "example" not in reading.text
    return reading.html.replace(TEXT, "…")


def script(node: object) -> str:
    """A script with structured data."""
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def data(**more: object) -> str:
    """The structured data of an article."""
    return script({"@type": "NewsArticle", "headline": "A bridge opens"} | more)


SOUND = "https://w.soundcloud.com/player/?url=https%3A//snd.example/1"
IMAGE = {"@type": "ImageObject", "url": PICTURE}
VIDEO = {"@type": "VideoObject", "name": "The opening", "contentUrl": FILE, "thumbnailUrl": [PICTURE, "/small.jpg"]}


@pytest.mark.parametrize(
    "head",
    [
        data(video=VIDEO),
        data(video=[IMAGE, VIDEO | {"thumbnailUrl": None, "thumbnail": IMAGE}]),
        data(video={"@id": "#v"}) + script(VIDEO | {"@id": "#v"}),
        data() + script(VIDEO),
        data(associatedMedia=VIDEO) + f'<meta property="og:video" content="{FILE}?other">',
    ],
)
def test_structured_data_names_a_video_that_the_body_does_not_play(head: str) -> None:
    assert read(head=head) == f"<p>{LINK}</p>…"


def test_a_video_is_shown_where_the_body_has_it_with_what_the_data_knows_of_it() -> None:
    head = data(video=VIDEO)
    player = f'<div class="video-player"><video src="{FILE}"></video></div>'
    assert read(f"{TEXT}{player}{TEXT[:200]}", head).startswith(f"…<p>{LINK}</p>")
    pieces = f'<video poster="{PICTURE}"><source src="{HERE}/a.m3u8"></video>'
    assert read(f"{TEXT}{pieces}", head) == f"…<p>{LINK.replace(FILE, f'{HERE}/a.m3u8')}</p>"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            f'<meta property="og:video:url" content="https:{EMBED}"><meta property="og:video" content="/x.swf">',
            link(TUBE),
        ),
        (f'<meta property="og:audio" content="{FILE}">', link(FILE, kind="audio")),
        (
            data(audio={"@type": "AudioObject", "name": "Bells", "embedUrl": SOUND}),
            link("https://snd.example/1", "Bells", "audio"),
        ),
        # Of another article, or of none.
        (data() + script(VIDEO) + script(VIDEO | {"contentUrl": "/2.mp4"}), ""),
        (data(mentions=VIDEO), ""),
        (data(video={"@type": "VideoObject", "contentUrl": "javascript:x"}), ""),
        (data(video=[None, 1, "x", {}]), ""),
    ],
)
def test_what_else_a_page_says_of_its_media(head: str, expected: str) -> None:
    assert read(head=head) == (f"<p>{expected}</p>…" if expected else "…")


def test_a_page_cannot_name_any_number_of_media() -> None:
    many = [{"@type": "VideoObject", "contentUrl": f"https://cdn.example/{n}.mp4"} for n in range(99)]
    assert read(head=data(video=many)).count("u-video") == 10


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f'<div class="video-container"><iframe src="{EMBED}"></iframe></div>{TEXT}', f"<p>{link(TUBE)}</p>…"),
        (
            f'<figure><video src="{FILE}"></video><figcaption>A ship</figcaption></figure>{TEXT}',
            f"<figure>{link(FILE)}<figcaption>A ship</figcaption></figure>…",
        ),
        (f'<video src="{FILE}"></video>{TEXT}<video src="{FILE}"></video>', f"<p>{link(FILE)}</p>…"),
        # An advertisement, and what is beside the article.
        (f'<div class="ad-banner"><video src="{FILE}"></video></div>{TEXT}', "…"),
        (f'{TEXT}<aside><video src="{FILE}"></video></aside>', "…"),
    ],
)
def test_players_of_a_page(body: str, expected: str) -> None:
    assert read(body) == expected


# Posters are pictures of the post.


@pytest.mark.parametrize("profile", ["clean", "source"])
def test_a_poster_becomes_a_file_of_the_archive_and_its_address_comes_back(profile: str) -> None:
    player = f'<video title="x" poster="{PICTURE}#a" src="{FILE}"></video>'
    body = cleaned(player) if profile == "clean" else source_body(player).html
    post = f"---\nlayout: post\n---\n<VIDEO>{body}\n\n<{BASE}>\n\nfooter".encode()
    assert list(shown_pictures(post)) == [PICTURE]
    assert shown_pictures(post)[PICTURE].offers[0].partition("#")[0] == PICTURE
    shown = with_assets(post, {PICTURE: "_assets/ab/abcd.jpg"})
    name = "src" if profile == "clean" else "poster"
    assert f'{name}="/_assets/ab/abcd.jpg" data-archived-{name}="{PICTURE}#a"' in shown.decode()
    assert asset_addresses(shown) == {PICTURE: "_assets/ab/abcd.jpg"}
    assert shown_pictures(shown) == {}
    assert without_assets(shown) == post
    assert source_body(body).html == body


# Exports and the site.

BODY = f"<p>A</p><p>{LINK}</p><p>B</p>"
PLAYED = f'<p>A</p><video poster="{PICTURE}" title="The opening" src="{FILE}">old browser</video><p>B</p>'
RECORD = {"kind": "video", "url": FILE, "title": "The opening", "poster": PICTURE}


@pytest.fixture(params=[BODY, PLAYED], ids=["clean", "source"])
def article(request: pytest.FixtureRequest) -> Entry:
    """An article with a video."""
    return entry(html=request.param, url=BASE)


def test_tables_have_a_column_for_media(article: Entry) -> None:
    (line,) = written("jsonl", article, entry()).splitlines()[:1]
    assert json.loads(line)["media"] == [RECORD]
    schema = json.loads((PROJECT / "docs" / "export.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(line))
    header, row, other = written("csv", article, entry()).decode().split("\r\n")[:3]
    assert header.split(",").index("media") > 0
    assert f",{FILE}," in row
    assert "media" not in other


@pytest.mark.parametrize("dialect", list(Dialect))
def test_markdown_leads_to_media(article: Entry, dialect: Dialect) -> None:
    text = markdown_of_html(article.html, dialect)
    assert text == f"A\n\n[![]({PICTURE})]({FILE})  \n[The opening]({FILE})\n\nB\n"
    assert markdown_of_html(f'<audio src="{FILE}">old browser</audio>', dialect) == f"[{FILE}]({FILE})\n"


@pytest.mark.parametrize("format_", ["atom", "rss", "jsonfeed"])
def test_feeds_keep_the_link(format_: str) -> None:
    assert FILE.encode() in written(format_, entry(html=BODY, url=BASE))


def test_a_page_of_the_site_plays_nothing(article: Entry) -> None:
    html = str(Bodies({}, {"picture": "picture", "table": "table"}).html(article, "x/y.html"))
    assert f'<a class="u-video" href="{FILE}">' in html
    assert "The opening</a>" in html
    assert "<video" not in html
    assert PICTURE not in html  # nobody is asked for it
