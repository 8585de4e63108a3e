"""Which article an address is: forms of it that are the same, addresses that are not believed, keys and slugs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.identity import (
    KEY_EXPRESSION,
    article_key,
    can_be_step,
    normalise,
    page_slug,
    plain_form,
    problem_of,
    site_of,
)
from archiver.identity.domain import registered_domain
from archiver.posts.post import FILE_NAME_PATTERN

HOME = "https://www.abendblatt.example/2026/11/01/neue-bruecke-am-hafen"


@pytest.mark.parametrize(
    "address",
    [
        "http://www.abendblatt.example/2026/11/01/neue-bruecke-am-hafen",
        "https://WWW.Abendblatt.example:443/2026/11/01/neue-bruecke-am-hafen",
        "https://abendblatt.example./2026/11/01/neue-bruecke-am-hafen/",
        "https://m.abendblatt.example/2026/11/01/neue-bruecke-am-hafen#kommentare",
        "https://amp.abendblatt.example/2026/11/01/neue-bruecke-am-hafen",
        "https://www.abendblatt.example/2026/11/01/neue-bruecke-am-hafen/amp/",
        "https://www.abendblatt.example/amp/2026/11/01/neue-bruecke-am-hafen",
        "https://www.abendblatt.example/2026/11/01/neue-bruecke-am-hafen?outputType=amp",
        "https://www.abendblatt.example/2026/11/01/neue-bruecke-am-hafen?utm_source=x&fbclid=y&amp=1",
        "https://www.abendblatt.example/2026//11/01/neue-bruecke-am-hafen/index.html",
        "https://www.abendblatt.example/2026/11/01/neue%2Dbruecke-am-hafen",
        "https://user:secret@www.abendblatt.example/2026/11/01/neue-bruecke-am-hafen",
        "https://www.google.com/amp/s/www.abendblatt.example/2026/11/01/neue-bruecke-am-hafen",
        "https://www-abendblatt-example.cdn.ampproject.org/c/s/www.abendblatt.example/2026/11/01/neue-bruecke-am-hafen",
    ],
)
def test_what_makes_no_difference(address: str) -> None:
    assert plain_form(address) == "abendblatt.example/2026/11/01/neue-bruecke-am-hafen"
    assert article_key(address) == article_key(HOME)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.abendblatt.example/2026/11/01/Neue-Bruecke-am-Hafen",
        "https://sport.abendblatt.example/2026/11/01/neue-bruecke-am-hafen",
        "https://www.abendblatt.example:8443/2026/11/01/neue-bruecke-am-hafen",
        "https://www.abendblatt.example/2026/11/01/neue-bruecke-am-hafen?seite=2",
        "https://www.morgenblatt.example/2026/11/01/neue-bruecke-am-hafen",
        "https://www.abendblatt.example/2026/11/01/neue-bruecke-am-hafen-2",
    ],
)
def test_what_makes_a_difference(address: str) -> None:
    assert article_key(address) != article_key(HOME)


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("https://m.dev/a", "m.dev/a"),  # the site's own name
        ("https://amp.co.uk/a", "amp.co.uk/a"),
        ("https://www.paper.co.uk/a?b=2&a=1", "paper.co.uk/a?a=1&b=2"),
        ("http://paper.example/", "paper.example"),
        ("http://paper.example/%E6%96%B0%E9%97%BB", "paper.example/%E6%96%B0%E9%97%BB"),
        ("http://paper.example/新闻", "paper.example/%E6%96%B0%E9%97%BB"),
        ("http://paper.example/%ff", "paper.example/%FF"),
        ("mailto:a@paper.example", ""),
        ("http://paper.example/a?b", "paper.example/a?b="),
        ("", ""),
    ],
)
def test_the_plain_form(address: str, plain: str) -> None:
    assert plain_form(address) == plain


@given(st.text(max_size=60))
def test_a_plain_form_is_that_of_its_own_address(path: str) -> None:
    plain = plain_form(f"https://paper.example/{path}")
    assert plain_form(f"http://{plain}") == plain
    assert re.fullmatch(KEY_EXPRESSION, article_key(f"https://paper.example/{path}"))


def test_what_is_no_address_has_no_key() -> None:
    with pytest.raises(ValueError, match="not the address of a web page"):
        article_key("javascript:void(0)")


OWN = "https://www.abendblatt.example"


@pytest.mark.parametrize(
    ("said", "own", "why"),
    [
        ("/b/2041-bruecke", "/a/7-bruecke", ""),
        ("/2026/11/01/bruecke", "/2026/11/01/bruecke/amp", ""),
        ("/2041-bruecke", "/2041-bruecke/seite-2", ""),
        ("/bruecke", "/stadt/bruecke-4711", ""),  # in other words, and still this page's
        ("/", "/stadt/bruecke", "the front page"),
        ("/de/", "/de/bruecke", "the front page"),
        ("/stadt/", "/stadt/bruecke", "a section of the site"),
        ("/2026/11/", "/2026/11/bruecke", "a section of the site"),
        ("/2026/11/01", "/2026/11/01/bruecke", "a section of the site"),
        ("/nachrichten", "/a/2041-neue-bruecke-am-hafen", "a section of the site"),
        ("/tag/bruecke", "/stadt/bruecke", "a section of the site"),
        ("/suche?q=bruecke", "/stadt/bruecke-7", "a section of the site"),
        ("/topics/die-neue-bruecke-am-hafen", "/stadt/bruecke", ""),
        ("/tag/der-arbeit", "/tag/der-arbeit?ref=x", ""),
        ("/stadt?id=7", "/stadt/bruecke", ""),  # a section does not say which
        ("/2041-bruecke", "/2041-bruecke/die-neue-bruecke-am-hafen", "a section of the site"),
        ("/nachrichten", "/a/neue-bruecke-hafen", "a section of the site"),
        ("/nachrichten", "/a/20414711", "a section of the site"),
        ("/nachrichten", "/a/neue-bruecke", ""),  # nobody can tell
        ("/nachrichten.html", "/a/2041-neue-bruecke-am-hafen", ""),
        ("/bruecke7", "/a/2041-neue-bruecke-am-hafen", ""),
        ("/bruecke", "/a/2041-neue-bruecke-am-hafen", ""),
        ("/index.html", "/", ""),
        ("/?p=71", "/2026/bruecke", ""),
        ("/404", "/nicht/not-found", ""),
        ("/404", "/stadt/bruecke", "an error page or a wall"),
        ("/login?next=/stadt/bruecke", "/stadt/bruecke", "an error page or a wall"),
        ("/view.php", "/view.php?id=71", "it does not say which article"),
        ("/view.php?lang=de", "/view.php?articleid=71&lang=de", "it does not say which article"),
        ("/view.php?id=71", "/view.php?id=71&lang=de", ""),
        ("/a.php", "/view.php?id=71", ""),
        ("/stadt/neue-bruecke-71", "/stadt/neue-bruecke-71?id=3", ""),
    ],
)
def test_what_a_page_says_of_itself_is_believed_if_it_can_be(said: str, own: str, why: str) -> None:
    assert problem_of(normalise(f"{OWN}{said}"), normalise(f"{OWN}{own}")) == why


@pytest.mark.parametrize(("said", "why"), [("/", "the front page"), ("/de/", "the front page"), ("/stadt/bruecke", "")])
def test_where_its_own_address_is_not_known_any_but_a_front_page_is_believed(said: str, why: str) -> None:
    assert problem_of(normalise(f"{OWN}{said}"), "") == why


def test_what_is_no_address_is_not_believed() -> None:
    assert problem_of(normalise("mailto:a@paper.example"), f"{OWN}/bruecke") == "no address that can be followed"


@pytest.mark.parametrize(
    ("path", "is_one"), [("/stadt/bruecke", True), ("/?p=71", True), ("/", False), ("/de/", False), ("/login", False)]
)
def test_a_redirect_from_a_front_page_or_a_wall_says_nothing(path: str, is_one: bool) -> None:
    assert can_be_step(normalise(f"{OWN}{path}")) is is_one
    assert not can_be_step("")


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://www.news.paper.co.uk:8443/a", "paper.co.uk"),
        ("https://ann.github.io/a", "ann.github.io"),
        ("http://a.b.paper.example/", "paper.example"),
        ("http://192.0.2.7/a", "192.0.2.7"),
        ("http://[2001:db8::7]/a", "2001:db8::7"),
        ("", ""),
    ],
)
def test_the_site_of_an_address(address: str, site: str) -> None:
    assert site_of(address) == site


@pytest.mark.parametrize(
    ("host", "registered"),
    [
        ("www.paper.co.uk", "paper.co.uk"),
        ("www.paper.co.uk.", "paper.co.uk"),
        ("co.uk", "co.uk"),
        ("www.ann.github.io", "ann.github.io"),
        ("www.shop.paper.ck", "shop.paper.ck"),  # every name below `ck` is a suffix …
        ("a.www.ck", "www.ck"),  # … but this one
        ("news.paper.xn--55qx5d.cn", "paper.xn--55qx5d.cn"),
        ("news.paper.公司。cn", "paper.公司.cn"),
        ("news.xn--.com", "xn--.com"),
        ("a.b.test", "b.test"),
        ("localhost", "localhost"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("", ""),
    ],
)
def test_the_registered_part_of_a_host(host: str, registered: str) -> None:
    assert registered_domain(host) == registered


@given(st.text(st.sampled_from("ab.-\u3002公xn"), max_size=20))
def test_the_registered_part_is_the_end_of_any_host(host: str) -> None:
    assert host.replace("\u3002", ".").strip(".").endswith(registered_domain(host))


@pytest.mark.parametrize(
    "said", ["https://other.example/bruecke", "http://localhost/bruecke", "https://abendblatt.example.evil.test/x"]
)
def test_another_sites_address_is_not_believed(said: str) -> None:
    assert problem_of(said, f"{OWN}/bruecke") == "another site's"


@pytest.mark.parametrize(
    ("path", "title", "slug"),
    [
        ("2026/11/01/neue-bruecke-am-hafen", "", "neue-bruecke-am-hafen"),
        ("2026/11/01/neue-bruecke-am-hafen-4711.html", "", "neue-bruecke-am-hafen"),
        ("news/10993847-a-bridge-opens/amp/", "", "a-bridge-opens"),
        ("a-bridge-opens/2041/", "", "a-bridge-opens"),
        ("stadt/12345678", "Neue Brücke über die Straße", "neue-brucke-uber-die-strasse"),
        ("a/20261101c0123.html", "临岚港开通新航线", "lin-lan-gang-kai-tong-xin-hang-xian"),
        ("%E6%96%B0%E6%A1%A5/", "", "xin-qiao"),
        ("article/9f86d081884c7d65", "Un pont s’ouvre à l'est", "un-pont-souvre-a-lest"),
        ("neue-bruecke/amp", "", "neue-bruecke"),
        ("view.php", "橋が開通", "article"),  # Chinese readings of Japanese are no help
        ("news/12345", "Мост открыт", "article"),
        ("news/12345", "", "article"),
        ("2026/vote-2024-results", "", "vote-2024-results"),
        ("stadt/bruecke", "", "bruecke"),
        ("stadt/neu", "", "neu"),
        ("zz/xy", "Eine Brücke", "eine-brucke"),  # two letters say nothing
        (f"{'x' * 30}-{'y' * 29}", "", f"{'x' * 30}-{'y' * 29}"),  # 60 characters
        (f"{'x' * 30}-{'y' * 30}", "", "x" * 30),
        ("x" * 70, "", "x" * 60),
        ("a-very-long-name-" * 20, "", "a-very-long-name-a-very-long-name-a-very-long-name-a-very"),
    ],
)
def test_the_words_in_a_files_name(path: str, title: str, slug: str) -> None:
    assert page_slug(f"https://paper.example/{path}", title) == slug


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_slug_makes_the_name_of_a_post(path: str, title: str) -> None:
    slug = page_slug(normalise(f"https://paper.example/{path}"), title)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert FILE_NAME_PATTERN.fullmatch(f"2026-11-01-{slug}-abcdefgh.md")


@pytest.mark.parametrize(
    ("address", "normalised"),
    [
        ("https://www.google.com/amp/s/paper.example/a", "https://paper.example/a"),
        ("https://www.google.com/amp/paper.example/a", "http://paper.example/a"),
        ("http://paper.example", "http://paper.example/"),
        ("http://paper.example/a?b=&utm_source=x&c=1", "http://paper.example/a?b=&c=1"),
        ("http://paper.example/a?q=x%20y", "http://paper.example/a?q=x%20y"),  # as the site writes it
        ("http://paper.example/a?utm_source=x", "http://paper.example/a"),
        ("http://paper.example/a#b", "http://paper.example/a"),
        ("ftp://paper.example/a", ""),
    ],
)
def test_an_address_as_it_is_asked_for(address: str, normalised: str) -> None:
    assert normalise(address) == normalised


HEX, MIXED = "0123456789abcdef" * 2, "q1w2e3r4t5z6u7i8o9p0a1s2"


@pytest.mark.parametrize(
    ("address", "normalised"),
    [
        (f"/a/1;jsessionid={MIXED.upper()}.node1", "/a/1"),
        (f"/a/1;v=2;JSESSIONID={MIXED}!-17!9;w=3/b?c=1", "/a/1;v=2;w=3/b?c=1"),
        (f"/;jsessionid={MIXED}", "/"),
        (f"/(S({MIXED}))/a.aspx", "/a.aspx"),
        (f"/x/(X(1)S({MIXED}))/a.aspx", "/x/a.aspx"),
        (f"/x/(A({MIXED})S({MIXED}))", "/x"),
        (f"/a?PHPSESSID={MIXED}", "/a"),
        (f"/a?id=1&phpsessid={MIXED}&b=2", "/a?id=1&b=2"),
        (f"/a?jsessionid={MIXED}", "/a"),
        (f"/a.asp?id=1&ASPSESSIONIDQQ={MIXED}", "/a.asp?id=1"),
        (f"/a?id=1&sid={HEX}", "/a?id=1"),
        (f"/a?id=1&session_id={HEX}&sid={HEX}", "/a?id=1"),
        (f"/2026/bridge?sid={HEX}", "/2026/bridge"),
        (f"/the-new-bridge?sid={HEX}", "/the-new-bridge"),
    ],
)
def test_the_id_of_a_session_is_no_part_of_an_address(address: str, normalised: str) -> None:
    assert normalise(f"http://paper.example{address}") == f"http://paper.example{normalised}"


@pytest.mark.parametrize(
    "address",
    [
        f"/story.php?sid={HEX}",  # it may be that of the story
        f"/show-story?sessionid={HEX}",
        f"/story.php?id=1&sid={MIXED}",
        "/story.php?id=1&sid=170326",
        "/talks?day=2&sessionid=opening-words-of-the-mayor-2026",
        f"/story.php?id=1&newsid={HEX}",
        "/a;jsessionid=1",
        "/a?id=1&phpsessid=7",
        f"/a;id={HEX}",
        f"/a;jsessionid={MIXED}=b",
        "/a/(S(1))/b",
        "/a_(a_long_name_of_something)/b",
        f"/a?id=1&my_sid={HEX}",
    ],
)
def test_what_may_name_the_article_stays(address: str) -> None:
    assert normalise(f"http://paper.example{address}") == f"http://paper.example{address}"


def test_addresses_that_differ_in_their_session_are_one() -> None:
    said = ["/a/1", f"/a/1;jsessionid={MIXED}", f"/a/1;jsessionid={MIXED[::-1]}", f"/a/1?PHPSESSID={HEX}"]
    assert {plain_form(f"http://paper.example{one}") for one in said} == {"paper.example/a/1"}


def test_no_user_stands_in_an_address_that_is_shown() -> None:
    assert normalise("https://ann:secret@paper.example:443/a") == "https://paper.example/a"
    assert normalise("https://ann@paper.example:8443/a") == "https://paper.example:8443/a"


def test_parameters_in_another_encoding_stay_what_they_are() -> None:
    """Many Chinese sites write GBK: to all of them one character would stand for every other."""
    first, second = (f"http://isle.example/show.asp?title={word}&utm_source=feed" for word in ("%C4%E3", "%BA%C3"))
    assert normalise(first) == "http://isle.example/show.asp?title=%C4%E3"
    assert plain_form(first) == "isle.example/show.asp?title=%C4%E3"
    assert plain_form(first) != plain_form(second)
