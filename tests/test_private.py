"""What is ours alone: found in headers and addresses, and taken out, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.captures.exchange import Exchange
from archiver.captures.private import public_exchange, words_of
from archiver.private import (
    is_private_header,
    private_parts,
    public_address,
    public_arguments,
    public_text,
    public_texts,
)

KEY = "AIzaSyD4_x7Q0123456789"
KEPT = "removed-d154eaaf"  # of it
PRIVATE = {
    "http://jane:word@example.org/a": "http://example.org/a",
    "http://jane@example.org/a?x=1": "http://example.org/a?x=1",
    "https://a:b@c:d@example.org": "https://example.org",
    "http://example.org/?token=abc&id=1": "http://example.org/?token=removed&id=1",
    "http://example.org/?id=1&access_token=x": "http://example.org/?id=1&access_token=removed",
    "http://example.org/?api-key=x;apiKey=y": "http://example.org/?api-key=removed;apiKey=removed",
    "http://example.org/?X-Amz-Signature=x&X-Amz-Credential=y": (
        "http://example.org/?X-Amz-Signature=removed&X-Amz-Credential=removed"
    ),
    "http://example.org/?sig=x&sv=2": "http://example.org/?sig=removed&sv=2",
    "http://example.org/?client_secret=x": "http://example.org/?client_secret=removed",
    "http://example.org/?PASSWORD=x": "http://example.org/?PASSWORD=removed",
    "http://example.org/#access_token=x": "http://example.org/#access_token=removed",
    f"http://example.org/?key={KEY}": f"http://example.org/?key={KEPT}",
    f"http://example.org/?to%6ben={KEY}": f"http://example.org/?to%6ben={KEPT}",
    # As browsers read addresses, and as people type them.
    "http:jane:word@example.org/a": "http:example.org/a",
    " HTTPS:\\\\jane:word@example.org/a": " HTTPS:\\\\example.org/a",
    "//jane:word@example.org/a": "//example.org/a",
    "http://jane%40home:w%2Frd@example.org": "http://example.org",
    # In a path, in an address in an address, in names with brackets.
    "http://example.org/a;jsessionid=12AB?id=5": "http://example.org/a;jsessionid=removed?id=5",
    "http://example.org/a;v=1;JSESSIONID=12AB/b": "http://example.org/a;v=1;JSESSIONID=removed/b",
    "http://example.org/?to=http://b.example/?token=x&id=1": "http://example.org/?to=http://b.example/?token=removed&id=1",
    "http://example.org/?to=http%3A%2F%2Fjane%3Aword%40b.example%2F": "http://example.org/?to=http%3A%2F%2Fb.example%2F",
    "http://example.org/?to=%2Fa%3Ftoken%3Dx": "http://example.org/?to=%2Fa%3Ftoken%3Dremoved",
    "http://example.org/?user[password]=x": "http://example.org/?user[password]=removed",
    "http://example.org/?auth%5Btoken%5D=x": "http://example.org/?auth%5Btoken%5D=removed",
    "http://example.org/?passwords[0]=x&passwd[]=y": "http://example.org/?passwords[0]=x&passwd[]=removed",
    "http://example.org/?password[0]=x&tokens[1]=1": "http://example.org/?password[0]=removed&tokens[1]=1",
    "http://example.org/?user=jane&pw=x": "http://example.org/?user=jane&pw=removed",
    "http://example.org/?auth_pw=x": "http://example.org/?auth_pw=removed",
    "http://example.org/?to=http%253A%252F%252Fb.example%252F%253Ftoken%253Dx": (
        "http://example.org/?to=http%253A%252F%252Fb.example%252F%253Ftoken%253Dremoved"
    ),
    **{
        f"http://example.org/?id=1&{name}={KEY}": f"http://example.org/?id=1&{name}={KEPT}"
        for name in """
        auth auth_key pass passphrase passcode pwd credentials hmac X-Goog-Signature X-Goog-Credential Key-Pair-Id
        Policy PHPSESSID SESSION_ID session sid secretKey private_key AWSAccessKeyId sharedkey user-key licenseKey
        license otp jwt bearer ticket sign code oauth_consumer_key oauth_token _token app.secret hdnts
        account_key consumerKey rss_key feedkey member-key readerKey subscriber_key customerkey
        """.split()
    },
}
PUBLIC = [
    "http://example.org/a?id=202403150001234567&type=102",
    "http://example.org/?key=1234567890123456789",  # an id
    "http://example.org/?key=chips&sid=99&code=600519&page=2",
    "http://example.org/?pageToken=CAUQAA0123456789abcdef",  # which page
    "http://example.org/@jane/a",
    "http://example.org/a?to=jane@example.org",
    "http://example.org/?token=",
    "http://example.org/?secretary=Jane&keyword=news&passage=3&sign=leo&design=A1b2C3d4E5f6G7h8",
    "http://example.org/a;v=1;b/c?to=http://b.example/?id=1",
    "http://example.org/?q=a@b=c",
    "mailto:jane@example.org",
    "http://example.org/token/abc",
    "data:text/html,<p>",
    "",
]
PRIVATE_HEADERS = [
    *("Authorization", "Proxy-Authorization", "Cookie", "cookie2", "X-API-Key", "ApiKey", "X-Auth-Token"),
    *("Private-Token", "X-Amz-Security-Token", "X-CSRF-Token", "Ocp-Apim-Subscription-Key", "X-Session-Id", "X-Secret"),
    *(
        "X-Auth",
        "Authentication",
        "X-Functions-Key",
        "X-RapidAPI-Key",
        "X-Master-Key",
        "X-JWT-Assertion",
        "Key",
        "X-Pwd",
    ),
    *("api_key", "AUTH_KEY", "X_Auth_Token", "X-OTP", "X-Ticket", "X-CSRF", "X-Passphrase", "DPoP", "X-SAML-Response"),
]
PUBLIC_HEADERS = [
    *("Host", "User-Agent", "Accept", "Accept-Encoding", "Accept-Language", "From", "If-None-Match", "Referer"),
    *("X-Keywords", "X-Author", "Keep-Alive", "Sec-Fetch-Site", "DNT", "Range"),
    *("If-Modified-Since", "Connection", "Cache-Control", "Content-Type", "Content-Length", "X-Requested-With"),
]


@pytest.mark.parametrize(("url", "public"), PRIVATE.items())
def test_keys_and_names_are_taken_out_of_addresses(url: str, public: str) -> None:
    assert public_address(url) == public
    assert private_parts(url)
    assert public_address(public) == public
    assert private_parts(public) == []


@pytest.mark.parametrize("url", PUBLIC)
def test_other_addresses_stay(url: str) -> None:
    assert public_address(url) == url
    assert private_parts(url) == []


def test_addresses_in_texts_lose_their_keys() -> None:
    alarm = "could not be read (http://a.example/l?api_key={}&page=2): see https://{}b.example/"
    said = {"alarms": [alarm.format("k3y", "jane:pw@")], "requests": 1}
    assert public_texts(said) == {"alarms": [alarm.format("removed", "")], "requests": 1}


def test_pages_whose_addresses_differ_in_a_key_stay_different() -> None:
    kept = {public_address(f"http://example.org/?{name}={KEY}{n}") for name in ("code", "token") for n in range(20)}
    assert len(kept) == 40
    assert len({public_address(f"http://example.org/?password=word{n}") for n in range(20)}) == 1  # it could be guessed


@pytest.mark.parametrize("name", ["key", "token", "page=2&sid"])
@pytest.mark.parametrize(
    "words",
    [
        *("{}: HTTP status 404", "it redirects to {}, a private address", "no such page ({})", "[{}]", "{}.", "{}; {}"),
        *(
            "{}!",
            "{}?",
            "is it {}?!",
            "{}...",
            "{}…",
            "«{}»",
            "“{}”",
            "'{}'",
            "<{}>",
            "{{{}}}",
        ),
    ],
)
def test_the_marks_that_follow_an_address_in_a_text_are_no_part_of_its_key(name: str, words: str) -> None:
    said, kept = (f"http://www.example/a?{name}={value}" for value in (KEY, KEPT))
    assert public_text(words.format(said, said)) == words.format(kept, kept)
    assert public_text(words.format(kept, kept)) == words.format(kept, kept)


@pytest.mark.parametrize("words", ["{}|{}", "{},{}", "{}，{}。", "{}{}"])
def test_addresses_without_a_blank_between_them(words: str) -> None:
    said = f"http://www.example/a?key={KEY}"
    assert public_text(words.format(said, said)) == words.format(*[f"http://www.example/a?key={KEPT}"] * 2)
    said = f"http://www.example/a?token={KEY}"
    assert KEY not in public_text(words.format(said, said))


def test_a_long_text_of_marks_is_read_in_no_time() -> None:
    for text in ("http://" + "." * 300_000 + "x", "http://a/?key=" * 20_000, "http://a/?" + ")" * 300_000):
        assert public_text(text) == text


def test_an_address_in_one_in_a_text() -> None:
    inner = f"http://b.example/?key={KEY}"
    assert public_text(f"http://a.example/?url={inner}: no") == (
        f"http://a.example/?url=http://b.example/?key={KEPT}: no"
    )
    assert public_text(f"http://a.example/?token={inner}: no") == "http://a.example/?token=removed: no"


def test_a_command_line_has_no_credentials() -> None:
    arguments = [
        *(
            "get",
            "-s",
            f'DEFAULT_REQUEST_HEADERS={{"X-Id": "{KEY}"}}',
            "-s",
            "DOWNLOAD_DELAY=1",
            "-s",
            f"HTTP_PROXY={KEY}",
        ),
        *(
            "--on-alarm-post",
            f"http://a.example/{KEY}",
            f"--on-alarm=mail {KEY}",
            f"http://b.example/?token={KEY}",
            "x=y",
        ),
    ]
    assert list(public_arguments(arguments)) == [
        *("get", "-s", "DEFAULT_REQUEST_HEADERS=removed", "-s", "DOWNLOAD_DELAY=1", "-s", "HTTP_PROXY=removed"),
        *("--on-alarm-post", "removed", "--on-alarm=removed", f"http://b.example/?token={KEPT}", "x=y"),
    ]


@given(st.text(st.sampled_from("ab1=&;#?/%@:[]+token") | st.characters()))
def test_an_address_is_public_after_the_first_time(url: str) -> None:
    assert public_address(public_address(f"http://{url}")) == public_address(f"http://{url}")


@pytest.mark.parametrize("name", PRIVATE_HEADERS)
def test_private_headers(name: str) -> None:
    assert is_private_header(name)


@pytest.mark.parametrize("name", PUBLIC_HEADERS)
def test_public_headers(name: str) -> None:
    assert not is_private_header(name)


@pytest.mark.parametrize("name", ["X-Client-Id", "X-License", "X-Subscriber", "x_account"])
@pytest.mark.parametrize("value", [KEY, f"id={KEY}", f"key {KEY}"])
def test_a_header_that_says_what_looks_like_a_key(name: str, value: str) -> None:
    assert is_private_header(name, value)
    assert not is_private_header(name, "42")


@pytest.mark.parametrize("name", PUBLIC_HEADERS)
def test_what_every_browser_says_is_no_key(name: str) -> None:
    if not name.startswith("X-") or name == "X-Requested-With":
        assert not is_private_header(name, KEY)


@pytest.mark.parametrize(
    "url",
    [
        f"http://example.org/{'?a=1' * 3000}",
        f"http://example.org/?a=%{'25' * 3000}3D",
        f"http://example.org/?a={'%3Fa%3D' * 3000}",
        f"http://{'a:b@' * 9000}",
        f"http://example.org/?{'a=1&' * 9000}",
    ],
)
def test_no_address_is_too_deep(url: str) -> None:
    assert public_address(public_address(url)) == public_address(url)


def exchange(
    url: str = "http://example.org/a",
    asked: tuple[tuple[str, str], ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> Exchange:
    """An exchange."""
    time = datetime(2026, 3, 4, tzinfo=UTC)
    return Exchange(url, "GET", (("Host", "example.org"), *asked), 200, "HTTP/1.1", "OK", headers, b"body", time, "")


def test_an_exchange_without_anything_private_is_kept_as_it_is() -> None:
    one = exchange(headers=(("Set-Cookie", "visitor=1"),))
    assert public_exchange(one) is one


def test_what_is_private_is_left_out_of_an_exchange() -> None:
    one = exchange(
        "http://example.org/a?token=abcdef",
        (("Cookie", "sid=012345"), ("Accept", "*/*")),
        (("Location", "/b?token=abcdef"), ("Set-Cookie", "sid=678"), ("X-Echo", "sid=012345"), ("ETag", "1")),
    )
    kept = public_exchange(one)
    assert kept.url == "http://example.org/a?token=removed"
    assert kept.asked == (("Host", "example.org"), ("Accept", "*/*"))
    assert kept.headers == (("Location", "/b?token=removed"), ("X-Echo", "removed"), ("ETag", "1"))
    assert kept.body == b"body"
    assert public_exchange(kept) == kept


def test_what_an_answer_repeats_of_a_cookie_or_a_key_is_replaced() -> None:
    one = exchange(
        f"http://example.org/?token={KEY}",
        (("Cookie", "theme=default; sid=8f3a2c17; x"), ("Authorization", "Bearer abcdef")),
        (("X-Who", "8f3a2c17"), ("X-Theme", "default"), ("Location", f"/b?token={KEY}&sig=new")),
    )
    kept = [("X-Who", "removed"), ("X-Theme", "default"), ("Location", f"/b?token={KEPT}&sig=removed")]
    assert list(public_exchange(one).headers) == kept


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("theme=dark; sid=8f3a2c; n=12; e=", ["8f3a2c"]),
        ("sid=8f3a2c==; b= 8f3a", ["8f3a2c=="]),
        ("a=b=c1 d", ["b=c1"]),
        ("nothing", []),
    ],
)
def test_what_tells_visitors_apart_in_a_cookie(value: str, words: list[str]) -> None:
    assert list(words_of(value)) == [value, *value.split(), *words]


def test_a_header_of_any_length_is_read_once() -> None:
    """A capture of somebody else's may have one of megabytes."""
    for part in ("=", "a=", "?a=", "; ", "a1="):
        assert len(list(words_of(part * 300_000))) < 700_000


def test_cookies_that_everybody_gets_stay() -> None:
    """A proxy's password says nothing to the site: what it sets is not for us alone."""
    one = exchange(asked=(("Proxy-Authorization", "Basic abcdef"),), headers=(("Set-Cookie", "visitor=1"),))
    assert public_exchange(one).headers == (("Set-Cookie", "visitor=1"),)
