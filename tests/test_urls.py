"""Addresses as a browser resolves and writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.urls import resolve_listed, resolve_url

BASE = "https://list.example.com/api/latest?page=1"


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("http://a.example/x", "http://a.example/x"),
        ("//a.example/x", "https://a.example/x"),
        ("/x/1.html", "https://list.example.com/x/1.html"),
        ("x/../1.html", "https://list.example.com/api/1.html"),
        ("?page=2", "https://list.example.com/api/latest?page=2"),
        (" http://a.example/年 报\n.pdf\t", "http://a.example/%E5%B9%B4%20%E6%8A%A5.pdf"),
        (r"http:\\a.example\x", "http://a.example/x"),
        ("HTTP://A.Example:80", "http://a.example/"),
        ("http://青石.example/?甲=<乙>", "http://xn--y7y328d.example/?%E7%94%B2=%3C%E4%B9%99%3E"),
        ("http://127。0。0。1/", "http://127.0.0.1/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://a.example/%7e|{}", "http://a.example/%7e|%7B%7D"),
        ("javascript:void(0)", ""),
        ("data:text/plain,x", ""),
        ("mailto:a@b.example", ""),
        ("http://", ""),
        ("http://[::1", ""),
        ("http://a b/", ""),
        ("\ud800", ""),
    ],
)
def test_an_address_in_a_page(address: str, url: str) -> None:
    assert resolve_url(address, BASE) == url


def test_other_schemes_are_asked_for() -> None:
    assert resolve_url("mailto:a@b.example?subject=a b", schemes=frozenset({"mailto"})) == (
        "mailto:a@b.example?subject=a%20b"
    )


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("news.example.com/a/1.html", "https://news.example.com/a/1.html"),
        ("news.example.com:8080/a", "https://news.example.com:8080/a"),
        ("www.example.com", "https://www.example.com/"),
        ("新闻.example/甲", "https://xn--efvy88h.example/%E7%94%B2"),
        # Files, not hosts.
        ("1.html", "https://list.example.com/api/1.html"),
        ("a.b.shtml?x=1", "https://list.example.com/api/a.b.shtml?x=1"),
        ("2021/12/24.1", "https://list.example.com/api/2021/12/24.1"),
        # The listing itself is no article.
        ("", ""),
        ("#", ""),
        (BASE, ""),
        ("javascript:;", ""),
    ],
)
def test_an_address_in_a_listing(address: str, url: str) -> None:
    assert resolve_listed(address, BASE) == url


@given(st.text(), st.sampled_from(["", BASE]))
def test_what_was_resolved_stays_as_it_is(address: str, base: str) -> None:
    url = resolve_url(address, base)
    assert url == "" or url.startswith(("http://", "https://"))
    assert resolve_url(url) == url
    assert url.isascii()
    assert not any(character.isspace() for character in url)
