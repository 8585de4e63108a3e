"""The pictures of a post: found, put in place as files of the archive, and taken back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.cleaning import Cleaner, offers, picture_address, source_body
from archiver.html import parse_fragment
from archiver.posts.pictures import (
    MAX_PICTURES,
    ShownPicture,
    asset_addresses,
    shown_pictures,
    with_assets,
    without_assets,
)
from archiver.recipes.recipe import CleanRules

BASE = "https://news.example/2026/a-bridge.html"
FRONT = '---\nlayout: post\ntitle: "<img src=\\"http://title.example/1.jpg\\">"\n---\n'
END = f"\n\n<{BASE}>\n\nfooter"
ONE, TWO, THREE = (f"https://cdn.example/{number}.jpg" for number in (1, 2, 3))
FILE = "_assets/ab/abcd.jpg"
MANY = ", ".join(f"{TWO}?{number} {number}00w" for number in range(7, 14))


def post(body: str) -> bytes:
    """A post with that body."""
    return f"{FRONT}{body}{END}".encode()


def body_of(content: bytes) -> str:
    """The body of such a post."""
    return content.decode().removeprefix(FRONT).removesuffix(END)


def test_a_post_shows_a_file_in_the_place_of_an_address_which_it_keeps() -> None:
    content = post(f'<figure><img src="{ONE}?a=1&amp;b=2" alt="A bridge" /><figcaption>Bridge</figcaption></figure>')
    address = f"{ONE}?a=1&b=2"
    assert shown_pictures(content) == {address: ShownPicture(address, (address,))}
    shown = with_assets(content, {address: FILE, TWO: "_assets/other.jpg"})
    assert body_of(shown) == (
        f'<figure><img src="/{FILE}" data-archived-src="{ONE}?a=1&amp;b=2" alt="A bridge" />'
        "<figcaption>Bridge</figcaption></figure>"
    )
    assert asset_addresses(shown) == {address: FILE}
    assert shown_pictures(shown) == {}
    assert with_assets(shown, {address: FILE}) == shown
    assert without_assets(shown) == content


def test_a_post_that_shows_none_of_them_stays_as_it_is() -> None:
    content = post(f'<p>words</p><img src="{TWO}" />')
    assert with_assets(content, {}) is content
    assert with_assets(content, {ONE: FILE}) is content
    assert without_assets(content) is content


@pytest.mark.parametrize(
    "body",
    [
        "<p>words</p>",
        '<img src="data:image/png;base64,AAAA" />',
        '<img src="/_assets/ab/abcd.jpg" />'.replace("/_assets", "data:image/gif;base64,R0lGODlhAQABAA/_assets"),
        f'<!-- <img src="{ONE}"> -->',
        f'<img src="{ONE}" width="1" height="1" />',
        f'<img src="{ONE}" style="display:block;width:1px" />',
        '<img alt="none" />',
        f'<p>&lt;img src="{ONE}"&gt;</p>',
        f'<img src="{ONE}{"x" * 2000}" />',
        f'<video poster="{ONE}{"x" * 2000}"></video>',
        '<video poster="data:image/png;base64,AAAA"></video>',
        f'<video src="{ONE}"></video>',
    ],
)
def test_what_is_no_picture_from_elsewhere(body: str) -> None:
    assert shown_pictures(post(body)) == {}


def test_a_post_of_the_source_profile() -> None:
    """Its markup may be anything that is sound; whatever browsers would prefer to the file is put aside."""
    body = (
        "<p><IMG\n SRC='img/1.jpg#top' border=\"1\" data-x title='a > b'/>"
        f'<img alt="late" src="data:image/gif;base64,R0lGODlhAQABAAAA" data-src="{TWO}">'
        f'<picture><source srcset="{ONE} 2x"><source media="x" srcset="{ONE}">'
        f'<img srcset="{TWO} 2x" data-original="{ONE}"></picture>'
        f'<picture><source srcset="{ONE}?other"><img src="{ONE}?other"></picture></p>'
    )
    own = "https://news.example/2026/img/1.jpg"
    content = post(body)
    assert list(shown_pictures(content)) == [own, TWO, ONE, f"{ONE}?other"]
    shown = with_assets(content, {own: "_assets/1.jpg", TWO: "_assets/2.jpg", ONE: "_assets/3.jpg"})
    assert body_of(shown) == (
        "<p><IMG\n src=\"/_assets/1.jpg\" data-archived-SRC='img/1.jpg#top' border=\"1\" data-x title='a > b'/>"
        '<img alt="late" src="/_assets/2.jpg" data-archived-src="data:image/gif;base64,R0lGODlhAQABAAAA" '
        f'data-src="{TWO}">'
        f'<picture><source data-archived-srcset="{ONE} 2x"><source media="x" data-archived-srcset="{ONE}">'
        f'<img src="/_assets/3.jpg" data-archived-none data-archived-srcset="{TWO} 2x" data-original="{ONE}"></picture>'
        f'<picture><source srcset="{ONE}?other"><img src="{ONE}?other"></picture></p>'
    )
    assert without_assets(shown) == content
    assert asset_addresses(shown) == {own: "_assets/1.jpg", TWO: "_assets/2.jpg", ONE: "_assets/3.jpg"}
    assert source_body(body_of(shown).replace("\n", " ")).html == body_of(shown).replace("\n", " ")  # it is sound


ATTRIBUTES = st.lists(
    st.tuples(
        st.sampled_from(
            ["src", "SRC", "srcset", "data-src", "data-original", "alt", "width", "data-x", "orginial_src"]
        ),
        st.sampled_from([f'"{ONE}"', f"'{TWO}'", '"img/a b.png"', '"1"', '"x > y"', '""', ""]),
    ),
    max_size=5,
    unique_by=lambda pair: pair[0].lower(),
)
TAGS = st.tuples(st.sampled_from(["img", "IMG", "source", "p"]), ATTRIBUTES, st.sampled_from(["", " /", "/"]))


@given(st.lists(TAGS, max_size=4))
def test_what_was_put_in_place_can_be_taken_back(tags: list[tuple[str, list[tuple[str, str]], str]]) -> None:
    made = (
        f"<{name}{''.join(f' {key}={value}' if value else f' {key}' for key, value in pairs)}{end}>"
        for name, pairs, end in tags
    )
    content = post("words".join(made))
    assets = {address: f"_assets/{number}.jpg" for number, address in enumerate(shown_pictures(content))}
    shown = with_assets(content, assets)
    assert without_assets(shown) == content
    assert shown_pictures(shown) == {}
    assert asset_addresses(shown) == assets


def test_a_post_has_so_many_pictures_and_no_more() -> None:
    content = post("".join(f'<img src="https://cdn.example/{number}.jpg">' for number in range(MAX_PICTURES + 9)))
    assert list(shown_pictures(content))[-1] == f"https://cdn.example/{MAX_PICTURES - 1}.jpg"
    assert len(shown_pictures(content)) == MAX_PICTURES


def test_of_a_picture_that_comes_twice_the_first_says_where_it_is() -> None:
    content = post(f'<img src="{ONE}" srcset="{TWO} 1200w"><img src="{ONE}">')
    assert shown_pictures(content) == {ONE: ShownPicture(ONE, (TWO, ONE))}


@pytest.mark.parametrize(
    ("markup", "offered"),
    [
        (f'<img src="{ONE}">', [ONE]),
        (f'<img src="{ONE}" srcset="{ONE} 600w, {TWO} 1200w, {THREE} 900w">', [TWO, "3", ONE]),
        (f'<img src="{ONE}" srcset="{TWO} 2x, {THREE} 1.5x">', [TWO, "3", ONE]),
        (f'<img src="{ONE}" srcset="{TWO} 9000w, {THREE} 2000w">', ["3", ONE]),
        (f'<img src="{ONE}" width="1600" srcset="{TWO} 800w">', [ONE, TWO]),
        (f'<img src="{ONE}" srcset="{TWO} 1200w, {THREE} 900w, {TWO} 300w">', [TWO, "3", ONE]),
        # No more than anybody would try, or a page has.
        (
            f'<img src="{ONE}" srcset="{", ".join(f"{TWO}?{n} {n}00w" for n in range(7, 14))}">',
            ["?13", "?12", "?11", "?10"],
        ),
        (f'<img src="{ONE}" srcset="{TWO} 700w{", " * 5_000}{THREE} 900w">', ["3", TWO, ONE]),
        (f'<img src="{ONE}" srcset="{", ".join(f"{TWO} {n}w" for n in range(100))}, {THREE} 900w">', [ONE, TWO]),
        (f'<img src="{ONE}" orginial_src="{TWO}">', [TWO, ONE]),
        (
            f'<img src="{ONE}" data-orig-file="{TWO}" data-lazy-srcset="{THREE} 900w">',
            [TWO, "3", ONE],
        ),
        (f'<picture><source type="image/avif" srcset="{TWO} 900w"><img src="{ONE}"></picture>', [TWO, ONE]),
        (f'<picture><source type="image/heic" srcset="{TWO} 900w"><img src="{ONE}"></picture>', [ONE]),
        (
            f'<img src="{ONE}" srcset="javascript:x 900w, data:image/png;base64,AA 950w, , {TWO}?a,b 800w">',
            ["2.jpg?a,b", ONE],
        ),
    ],
)
def test_the_largest_that_a_page_offers_is_the_first(markup: str, offered: list[str]) -> None:
    image = parse_fragment(markup).find(".//img")
    assert image is not None
    found = offers(image, BASE, picture_address(image, BASE))
    assert [next((one for one in offered if one in address), address) for address in found] == offered


def test_cleaning_says_what_a_page_offered_and_writes_what_it_did() -> None:
    body = f'<p>Words enough.</p><img src="{ONE}" srcset="{TWO} 1200w"><img src="{TWO}">'
    cleaned = Cleaner(CleanRules()).clean(body, BASE)
    assert cleaned.html == f'<p>Words enough.</p><p><img src="{ONE}" /><img src="{TWO}" /></p>'
    assert cleaned.offers == {ONE: (TWO, ONE)}
