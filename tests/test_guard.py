"""Where a crawl may be led, and where not."""

from __future__ import annotations

import asyncio
import datetime
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from archiver import recipes
from archiver.net.guard import Guard, GuardedResolver, is_public

if TYPE_CHECKING:
    import ipaddress
    from collections.abc import Iterator

    from tests.conftest import Archive


@pytest.mark.parametrize("host", ["finance.example.com", "93.184.216.34", "2606:4700::1", "xn--fiq228c.example"])
def test_public_hosts_are_allowed(host: str) -> None:
    assert Guard(frozenset()).allows_name(host)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "a.localhost", "localhost.", "printer.local", "db.internal", ""),
        *("127.0.0.1", "127.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("2130706433", "0x7f000001", "017700000001", "127.0.0.1.", "224.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "2002:7f00:1::"),
    ],
)
def test_private_hosts_are_not(host: str) -> None:
    assert not Guard(frozenset()).allows_name(host)


def test_a_host_that_was_asked_for_is_allowed() -> None:
    guard = Guard(frozenset({"127.0.0.1", "intranet"}))
    assert guard.allows_name("127.0.0.1")
    assert guard.allows_address("intranet", "10.0.0.1")
    assert not guard.allows_name("127.0.0.2")


@given(st.ip_addresses())
def test_no_private_address_is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not is_public(str(address)) or (address.version == 6 and address.sixtofour is not None)


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


def test_names_are_checked_by_what_they_resolve_to() -> None:
    names = Names(mixed=["10.0.0.1", "93.184.216.34"], rebound=["127.0.0.1"], mine=["127.0.0.1"])
    resolver = GuardedResolver(Guard(frozenset({"mine"})), names)

    def resolve(name: str) -> list[str]:
        return [result["host"] for result in asyncio.run(resolver.resolve(name))]

    assert resolve("mixed") == ["93.184.216.34"]
    assert resolve("mine") == ["127.0.0.1"]
    with pytest.raises(OSError, match=r"rebound is at a private address, 127\.0\.0\.1, and was not asked for"):
        resolve("rebound")


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
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


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
