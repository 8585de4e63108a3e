"""Where a crawl may be led, and where not."""

from __future__ import annotations

import asyncio
import datetime
import socket
import ssl
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.settings import Settings

from archiver import recipes
from archiver.net.guard import (
    NO_ADDRESS_REASON,
    REFUSED_REASON,
    Guard,
    GuardedConnector,
    host_of,
    is_public,
    is_public_name,
    private_hosts,
)
from archiver.net.redirect import GuardedRedirectMiddleware
from archiver.replica import Fault
from tests.answering import answering
from tests.rawserver import answer, serving

if TYPE_CHECKING:
    import ipaddress
    from collections.abc import Iterator

    from tests.conftest import Archive


PUBLIC = ["93.184.216.34", "8.8.8.8", "172.32.0.1", "192.167.0.1", "100.63.0.1", "2606:4700::1", "::ffff:8.8.8.8"]
PUBLIC += ["2606:4700::5efe:8.8.8.8", "2606:4700::5eff:127.0.0.1"]
PRIVATE = [
    *("0.0.0.0", "0.1.2.3", "10.1.2.3", "127.0.0.1", "127.255.0.1", "172.16.0.1", "172.31.0.1", "192.168.1.1"),
    *("100.64.0.1", "100.100.100.200", "169.254.169.254", "198.18.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1"),
    *("192.0.0.192", "168.63.129.16", "192.88.99.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::7f00:1", "::8.8.8.8", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254"),
    *("fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "5f00::1"),
    *("::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "2002:7f00:1::", "2001::1"),
    *(
        "2606:4700::5efe:127.0.0.1",
        "2606:4700::200:5efe:10.0.0.1",
        "2606:4700::5efe:a9fe:a9fe",
        "2001:db8::5efe:8.8.8.8",
    ),
    *("2001:db8::1", "2001:20::1", "3fff::1"),
]
LOCAL = [
    *("localhost", "LOCALHOST", "a.localhost", "localhost.", "printer.local", "db.internal", "nas.lan", "x.home.arpa"),
    *("localhost.localdomain", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "shop.test"),
    *("intranet", "metadata", "metadata.google.internal", ""),
    *("db.inter\u00adnal", "site.lo\u200bcal", "localhost6.localdomain6", "a.localhost4"),
    *("127.0.0.1%2f.example.org", "127.0.0.1/.example.org", "127.0.0.1#.example.org", "127.0.0.1\uff0f.example.org"),
    *("a@127.0.0.1.example.org", "127.0.0.1\\.example.org", "127.0.0.1:80.example.org", "127.0.0.1％23.example.org"),
    *("127.1", "2130706433", "0x7f000001", "017700000001", "0x7f.1", "127.0.0.1.", "[::1]", "%31%32%37.0.0.1"),
    *(
        "127\u30020\u30020\u30021",
        "\uff11\uff12\uff17.0.0.1",
        "①②⑦.⓪.⓪.①",
        "127.0.\u200b0.1",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "127.0\uff0e0.1",
    ),
]


@pytest.mark.parametrize("host", ["finance.example.com", "xn--fiq228c.example", "新闻.example", "1.example", *PUBLIC])
def test_public_hosts_are_allowed(host: str) -> None:
    assert is_public_name(host)


@pytest.mark.parametrize("host", [*LOCAL, *PRIVATE])
def test_private_hosts_are_not(host: str) -> None:
    assert not is_public_name(host)


# A host alone means the ports that its addresses need not name.
@pytest.mark.parametrize(
    ("named", "allowed", "refused"),
    [
        ("intranet", "http://intranet/ https://Intranet./ http://intranet:443/", "http://intranet:8080/"),
        ("intranet:8080", "http://intranet:8080/a", "http://intranet/ https://intranet/ http://intranet:22/"),
        ("127.0.0.1:80", "http://127.0.0.1/ http://①②⑦.0.0.1:80/", "https://127.0.0.1/ http://127.0.0.1:6379/"),
        ("[::1]:8000", "http://[::1]:8000/ http://[0::1]:8000/", "http://[::1]/ http://[::1]:8001/"),
        ("[::1]", "http://[::1]/", "http://[::1]:8000/"),
        ("ⓘntranet:8080", "http://intranet:8080/", "http://intranet/"),
        ("intranet", "http://public.example:8080/", "http://elsewhere.internal/"),
        ("intranet:99999", "", "http://intranet/ http://intranet:8080/"),
    ],
)
def test_a_host_that_was_asked_for_is_allowed_at_its_port(named: str, allowed: str, refused: str) -> None:
    guard = Guard(frozenset({named}))
    assert [guard.refusal(url) for url in allowed.split()] == ["" for _ in allowed.split()]
    assert [guard.refusal(url) for url in refused.split()] == [REFUSED_REASON for _ in refused.split()]


def test_a_host_that_was_asked_for_may_be_anywhere() -> None:
    guard = Guard(frozenset({"intranet", "printer:631"}))
    assert guard.allows_address("intranet", 80, "10.0.0.1")
    assert guard.allows_address("printer", 631, "10.0.0.1")
    assert not guard.allows_address("printer", 80, "10.0.0.1")
    assert not guard.allows_address("elsewhere.example", 80, "10.0.0.1")


@pytest.mark.parametrize("proxy", ["http://user:word@127.0.0.8:3128", "127.0.0.8:3128"])
def test_a_proxy_may_be_asked_where_it_is_and_is_no_site(proxy: str) -> None:
    guard = Guard(frozenset())
    assert not guard.allows_address("127.0.0.8", 3128, "127.0.0.8")
    guard.add_proxy(proxy)
    assert guard.allows_address("127.0.0.8", 3128, "127.0.0.8")
    assert not guard.allows_address("127.0.0.8", 22, "127.0.0.8")
    assert guard.refusal("http://127.0.0.8:3128/") == REFUSED_REASON


@pytest.mark.parametrize(("proxy", "port"), [("http://proxy.example", 80), ("https://proxy.example", 443)])
def test_a_proxy_without_a_port_is_at_that_of_its_scheme(proxy: str, port: int) -> None:
    guard = Guard(frozenset())
    guard.add_proxy(proxy)
    assert guard.allows_address("proxy.example", port, "10.0.0.1")
    assert not guard.allows_address("proxy.example", 3128, "10.0.0.1")


def test_of_what_somebody_typed_only_what_is_private_by_its_name_is_trusted() -> None:
    typed = ["http://127.0.0.1:8000/a", "http://Intranet/b", "https://public.example/c", "http://", "http://8.8.8.8/"]
    assert private_hosts([*typed, "http://me:word@[::1]:81/"]) == {"127.0.0.1:8000", "intranet", "[::1]:81"}


@given(st.ip_addresses())
def test_no_private_address_is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not is_public(str(address))
    if address.version == 4:
        assert is_public(f"::ffff:{address}") == is_public(str(address))
        assert not is_public(f"64:ff9b::{address}")
        assert not is_public(f"::{address}")


PRIVATE_ADDRESSES = [
    *("http://127.0.0.1/t", "http://127。0。0。1:9911/t", "http://①②⑦.⓪.⓪.①/", "http://user:word@127.0.0.1/"),
    *("http://public.example@127.0.0.1/", "http://[::127.0.0.1]/", "http://[::1%25lo]/", "http://0x7f.1/"),
]
NO_ADDRESSES = [
    "http:///127.0.0.1/t",
    "http://127.0.0.1:99\\@public.example/m",
    "http://[::1/",
    "http://",
    "http:\\\\a/p",
]


@pytest.mark.parametrize(
    ("url", "reason"),
    [*((url, REFUSED_REASON) for url in PRIVATE_ADDRESSES), *((url, NO_ADDRESS_REASON) for url in NO_ADDRESSES)],
)
def test_an_address_is_judged_by_where_the_request_would_go(url: str, reason: str) -> None:
    assert Guard(frozenset()).refusal(url) == reason


# Redirects.

SETTINGS = Settings()

LOCATIONS = [
    *("http:\\\\127.0.0.1:9911/p", "///127.0.0.1:9911/t", "//127.0.0.1/t", "http://127.0.0.1:9911\\@public.example/m"),
    *("http://127。0。0。1:9911/t", "http://①②⑦.⓪.⓪.①/", "\thttp://127.0.0.1/", "http:/\\127.0.0.1/", "http://[::1]/"),
    *("\\\\127.0.0.1\\x", "/\\127.0.0.1/x", "http:127.0.0.1", "HTTP://LOCALHOST/", "http://a@b@127.0.0.1/"),
]


def redirected(source: str, location: str, status: int = 302, **meta: object) -> Request | Response:
    """What becomes of a redirect."""
    middleware = GuardedRedirectMiddleware(SETTINGS)
    middleware.crawler = SimpleNamespace(spider=SimpleNamespace(name="x"))  # type: ignore[assignment]
    response = Response(source, status=status, headers={"Location": location.encode("utf-8")})
    return middleware.process_response(Request(source, meta=meta), response)


@pytest.mark.parametrize("location", LOCATIONS)
def test_no_redirect_leads_into_a_private_network(location: str) -> None:
    """Each is refused, or leads to where it was sent from: never to the private address."""
    try:
        followed = redirected("http://public.example/a", location)
    except IgnoreRequest as error:
        assert str(error).startswith("redirects to ")  # noqa: PT017 - it may be followed as well
    else:
        assert isinstance(followed, Request)
        assert host_of(followed.url) == "public.example"


@pytest.mark.parametrize(
    ("source", "location", "followed"),
    [
        ("http://public.example/a", "https://public.example/b", "https://public.example/b"),
        ("http://public.example/a", "http://other.example/b", "http://other.example/b"),
        ("https://public.example/a", "https://other.example/b", "https://other.example/b"),
        ("https://public.example/a", "//other.example/b", "https://other.example/b"),
        ("https://public.example/a", "/b", "https://public.example/b"),
    ],
)
def test_redirects_that_are_followed(source: str, location: str, followed: str) -> None:
    request = redirected(source, location)
    assert isinstance(request, Request)
    assert request.url == followed


@pytest.mark.parametrize(
    ("source", "location"),
    [
        ("https://public.example/a", "http://public.example/a"),
        ("https://public.example/a", "http://other.example/b"),
        ("https://public.example/a", "file:///etc/passwd"),
        ("http://public.example/a", "ftp://public.example/a"),
        ("http://public.example/a", "data:text/html,x"),
    ],
)
def test_a_redirect_takes_no_encryption_away_and_leads_only_to_the_web(source: str, location: str) -> None:
    with pytest.raises(IgnoreRequest, match="where only the same scheme or https is followed"):
        redirected(source, location)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_every_kind_of_redirect_is_judged(status: int) -> None:
    followed = redirected("http://public.example/a", "/b", status)
    assert isinstance(followed, Request)
    assert followed.url == "http://public.example/b"
    with pytest.raises(IgnoreRequest, match=REFUSED_REASON):
        redirected("http://public.example/a", "http://127.0.0.1/", status)


@pytest.mark.parametrize(("status", "meta"), [(200, {}), (201, {}), (304, {}), (302, {"dont_redirect": True})])
def test_what_is_no_redirect_or_is_not_to_be_followed_is_an_answer(status: int, meta: dict[str, object]) -> None:
    assert isinstance(redirected("http://public.example/a", "http://127.0.0.1/", status, **meta), Response)


def test_a_location_that_is_no_address() -> None:
    with pytest.raises(IgnoreRequest, match=r"redirects to .*, which is no address"):
        redirected("http://public.example/a", "http://[::1/x")


# Connections.


class Names(AbstractResolver):
    """A resolver that knows a few names."""

    def __init__(self, **names: list[str]) -> None:
        self.names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.names[host]
        ]

    async def close(self) -> None:
        """Nothing is open."""


def connected(host: str, port: int = 80) -> list[str]:
    """The addresses that a connector would connect to."""
    names = Names(mixed=["10.0.0.1", "93.184.216.34"], rebound=["127.0.0.1"], mine=["127.0.0.1"], other=["127.0.0.1"])

    async def ask() -> list[str]:
        guard = Guard(frozenset({"mine", "127.0.0.9", "other:81"}))
        guard.add_proxy("http://user:word@127.0.0.8:3128")
        async with GuardedConnector(guard, resolver=names) as connector:
            assert isinstance(connector, GuardedConnector)
            return [result["host"] for result in await connector._resolve_host(host, port)]

    return asyncio.run(ask())


def test_names_are_checked_by_what_they_resolve_to() -> None:
    assert connected("mixed") == ["93.184.216.34"]
    assert connected("mine") == ["127.0.0.1"]


def test_literal_addresses_are_checked_where_the_connection_is_opened() -> None:
    assert connected("93.184.216.34") == ["93.184.216.34"]
    assert connected("127.0.0.9") == ["127.0.0.9"]  # asked for
    assert connected("127.0.0.8", 3128) == ["127.0.0.8"]  # the proxy
    assert connected("other", 81) == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("host", "port"),
    [
        *((host, 80) for host in ("rebound", "127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254")),
        *(("mine", 8080), ("127.0.0.9", 22), ("127.0.0.8", 80), ("other", 80)),
    ],
)
def test_no_connection_is_opened_to_a_private_address(host: str, port: int) -> None:
    with pytest.raises(
        OSError, match=rf"{host} is at a private address, .*, whose port {port} was not asked for"
    ) as caught:
        connected(host, port)
    assert caught.value.strerror  # what explains it asks for that


@pytest.fixture
def untrusted_server(tmp_path: Path) -> Iterator[int]:
    """The port of an HTTPS server on this machine whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    with answering(server):
        yield server.server_port


def test_certificates_are_verified(archive: Archive, untrusted_server: int, tmp_path: Path) -> None:
    text = (Path(recipes.__file__).parent / "eastmoney.yaml").read_text(encoding="utf-8")
    text = text.replace("http://{host}/", "https://{host}/").replace(
        "finews.zning.xyz,", f"'localhost:{untrusted_server}',"
    )
    (tmp_path / "local.yaml").write_text(text, encoding="utf-8")
    address = f"https://localhost:{untrusted_server}/html_News/NewsShare.html?infoCode=NW202403150001234567"
    result = archive.get(address, "-s", f"ARCHIVER_RECIPES={tmp_path}", "-s", "RETRY_TIMES=0")
    assert result.returncode == 1
    assert "no connection: " in result.stderr
    assert "certificate verify failed: self-signed certificate" in result.stderr


def test_a_loopback_host_of_your_own_recipe_may_be_asked(archive: Archive, tmp_path: Path) -> None:
    text = (Path(recipes.__file__).parent / "eastmoney.yaml").read_text(encoding="utf-8")
    host = f"127.0.0.1:{archive.replica.port}"
    (tmp_path / "local.yaml").write_text(text.replace("finews.zning.xyz,", f"'{host}',"), encoding="utf-8")
    article = archive.replica.articles[0]
    address = f"http://{host}/html_News/NewsShare.html?infoCode={article.infocode}"
    result = archive.get(address, "-s", f"ARCHIVER_RECIPES={tmp_path}", env={"http_proxy": ""})
    assert (result.returncode, result.stdout) == (0, "1 written, 0 unchanged, 0 failed\n")


@pytest.mark.parametrize(
    "location",
    [
        *("http://127.0.0.1:{}/t", "http:\\\\127.0.0.1:{}/p", "///127.0.0.1:{}/t", "http://127。0。0。1:{}/t"),
        *("http://①②⑦.⓪.⓪.①:{}/", "http://127.0.0.1:{}\\@public.example/m", "http://[::ffff:127.0.0.1]:{}/"),
    ],
)
def test_nothing_is_asked_of_a_private_address(archive: Archive, tmp_path: Path, location: str) -> None:
    """Without a proxy: a source that may be asked sends us on to another service of this machine."""
    text = (Path(recipes.__file__).parent / "eastmoney.yaml").read_text(encoding="utf-8")
    host = f"localhost:{archive.replica.port}"
    (tmp_path / "local.yaml").write_text(text.replace("finews.zning.xyz,", f"'{host}',"), encoding="utf-8")
    article = archive.replica.articles[0]
    with serving(lambda _: [answer(b"secret")]) as bait:
        place = location.format(bait.port).encode().decode("latin-1")
        archive.replica.fail(Fault.REDIRECT_TO, path="/NewsData/GetNewsText.do", location=place)
        address = f"http://{host}/html_News/NewsShare.html?infoCode={article.infocode}"
        arguments = ("-s", f"ARCHIVER_RECIPES={tmp_path}", "-s", "RETRY_TIMES=0")
        result = archive.get(address, *arguments, env={"http_proxy": ""})
        assert bait.requests == []
    assert "Traceback" not in result.stderr
    assert "secret" not in "".join(content.decode() for content in archive.posts.values())
    assert any("/NewsData/GetNewsText.do" in target for target in archive.asked())


@pytest.mark.parametrize("named", ["typed", "of a recipe"])
def test_a_host_that_was_named_sends_nobody_to_another_of_its_ports(
    archive: Archive, tmp_path: Path, named: str
) -> None:
    """Where a page that its user asked for sends us on to another service of the same machine."""
    with serving(lambda _: [answer(b"secret")]) as bait:
        onward = answer(b"", f"Location: http://127.0.0.1:{bait.port}/admin", status="302 Found")
        with serving(lambda _: [onward]) as site:
            address, arguments = f"{site.url}/2026/11/01/a-bridge-opens", ["-s", "RETRY_TIMES=0"]
            if named == "of a recipe":
                text = (Path(recipes.__file__).parent / "eastmoney.yaml").read_text(encoding="utf-8")
                text = text.replace("finews.zning.xyz,", f"'127.0.0.1:{site.port}',")
                (tmp_path / "local.yaml").write_text(text, encoding="utf-8")
                address = f"{site.url}/html_News/NewsShare.html?infoCode=NW202403150001234567"
                arguments += ["-s", f"ARCHIVER_RECIPES={tmp_path}"]
            result = archive.get(address, *arguments, env={"http_proxy": ""})
            assert len(site.requests) > 1  # beside its robots.txt
        assert bait.requests == []
    assert (result.returncode, "secret" in result.stdout + result.stderr) == (1, False)
    assert f"redirects to http://127.0.0.1:{bait.port}/admin, {REFUSED_REASON}" in result.stderr
