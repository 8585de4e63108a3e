"""Which hosts a crawl may reach: public ones, and private ones only if the user named them. No I/O, except in the
connector."""

from __future__ import annotations

import errno
import ipaddress
import re
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

import yarl
from aiohttp import TCPConnector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from aiohttp.abc import ResolveResult
    from aiohttp.tracing import Trace
    from scrapy.crawler import Crawler

# Names that have a meaning in a local network only (RFC 6761; RFC 6762, 3 and appendix G; RFC 8375; .internal, which
# ICANN reserves; names that systems give themselves, and clusters their services); names of one label; numbers that are
# addresses in disguise (127.1, 0x7f000001); and what is no valid name (127.0.0.1%2F.example.org), which another library
# may read as another host.
LOCAL_NAME_PATTERN = re.compile(
    r"(?:.*\.)?(?:localhost\d*|local|internal|home\.arpa|intranet|private|corp|home|lan|localdomain\d*|svc|test"
    r"|0x[0-9a-f]*|\d+)|[^.]*|.*[/?#@\\<>^|:].*"
)
DOT_CHARACTERS = str.maketrans("\u3002\uff0e\uff61", "...")  # other characters that separate labels: UTS 46, 2.3
# From IANA's registries of special-purpose addresses: what is not "globally reachable", what is deprecated, and what
# belongs to a protocol. And 168.63.129.16, a public address at which a cloud (Azure) tells machines their secrets.
NOT_PUBLIC_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 168.63.129.16/32
    2001::/23 2001:db8::/32 2002::/16 3fff::/20
    """.split()
)
# The public addresses of IPv6; NAT64 and site-local ones are outside.
UNICAST_NETWORK = ipaddress.IPv6Network("2000::/3")
# An ISATAP address ends in an IPv4 address; these are the four bytes before it (RFC 5214, 6.1).
ISATAP_MARKS = frozenset({0x00005EFE, 0x02005EFE})
WEB_PORTS = (80, 443)  # of http and https
REFUSED_REASON = "a private address that was not asked for"
NO_ADDRESS_REASON = "which is no address"


class Guard:
    """Lets a crawl reach public addresses, and those hosts that the user named: by an address, in a recipe, or as a
    proxy.

    trusted: the names or literal addresses of these hosts. One with a port is trusted at that port only, since anything
    may listen at the other ports of a private host. One without a port is trusted at WEB_PORTS.
    """

    def __init__(self, trusted: frozenset[str]) -> None:
        self._trusted = frozenset(place for host in trusted for place in _places(host))
        self._proxies: set[_Place] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Guard:
        """Return the guard of a crawl, which trusts the `trusted_hosts` of its spider."""
        return cls(frozenset(getattr(crawler.spider, "trusted_hosts", ())))

    def refusal(self, url: str) -> str:
        """Return why `url` must not be asked for, judged by the name and port of the host that the request would go to;
        empty if it may be. Where the name leads is judged later (`allows_address`)."""
        host = host_of(url)
        if not host:
            return NO_ADDRESS_REASON
        if is_public_name(host) or _Place(host, yarl.URL(url).port) in self._trusted:
            return ""
        return REFUSED_REASON

    def allows_address(self, host: str, port: int, address: str) -> bool:
        """Return whether `host`, a name or a literal address, may be asked at `address`, the literal address to which
        it resolved. Trusted hosts and proxies always may. Raises ValueError if `address` is no address."""
        place = _Place(canonical_host(host), port)
        return place in self._trusted or place in self._proxies or is_public(address)

    def add_proxy(self, url: str) -> None:
        """Allow the proxy at `url` (with or without a scheme), even at a private address: the user named it, in the
        environment or for a request."""
        proxy = yarl.URL(url if "//" in url else f"http://{url}")
        self._proxies.add(_Place(canonical_host(proxy.raw_host or ""), proxy.port))


class _Place(NamedTuple):
    host: str  # in its canonical form
    port: int | None


def _places(authority: str) -> Iterator[_Place]:
    """Yield the hosts and ports that `authority` stands for: `host:port`, or a host alone, which stands for all
    WEB_PORTS. Yield nothing if it is no valid host."""
    with suppress(ValueError):
        named = yarl.URL(f"//{authority}")
        for port in WEB_PORTS if named.explicit_port is None else (named.explicit_port,):
            yield _Place(canonical_host(named.raw_host or ""), port)


def private_hosts(addresses: Iterable[str]) -> frozenset[str]:
    """Return the hosts of `addresses` that are private by their names, with the ports that are given: a user who typed
    such an address means it. Public names are left out: a user who typed one does not mean a private address to which
    it may lead."""
    named = [url for url in addresses if (host := host_of(url)) and not is_public_name(host)]
    return frozenset(yarl.URL(url).host_port_subcomponent or "" for url in named)


def is_public_name(host: str) -> bool:
    """Return whether `host`, a name or a literal address, is on the public internet, judged by the name itself."""
    host = canonical_host(host)
    try:
        return is_public(host)
    except ValueError:
        return not LOCAL_NAME_PATTERN.fullmatch(host)


def is_public(address: str) -> bool:
    """Return whether the literal `address` is on the public internet. Raises ValueError if it is no address."""
    parsed = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None and parsed not in UNICAST_NETWORK:
            return False
        if int(parsed) >> 32 & 0xFFFFFFFF in ISATAP_MARKS and not is_public(
            str(ipaddress.IPv4Address(parsed.packed[-4:]))
        ):
            return False
        parsed = parsed.ipv4_mapped or parsed
    return not any(parsed in network for network in NOT_PUBLIC_NETWORKS)


def host_of(url: str) -> str:
    """Return the host that a request for `url` goes to, in canonical form; empty if there is none. It is taken from the
    library that makes the requests, since others read some addresses differently (`http:\\\\host`, `///host`)."""
    try:
        return canonical_host(yarl.URL(url).raw_host or "")
    except ValueError:
        return ""


def canonical_host(host: str) -> str:
    """Return a name or literal address in the form in which hosts are compared: mapped as in UTS 46 (full-width digits
    and dots become plain ones, invisible characters go), without brackets, zone and final dot."""
    host = unicodedata.normalize("NFKC", unquote(host)).translate(DOT_CHARACTERS).lower()
    host = "".join(character for character in host if unicodedata.category(character) not in ("Cf", "Cc", "Zs"))
    return host.strip("[]").partition("%")[0].rstrip(".")


class GuardedConnector(TCPConnector):
    """Connects only to addresses that the guard allows. Literal addresses are checked, and those to which a name
    resolves for this very connection: so a name cannot lead elsewhere after it was checked."""

    def __init__(self, guard: Guard, **options: Any) -> None:
        super().__init__(**options)
        self._guard = guard

    async def _resolve_host(self, host: str, port: int, traces: Sequence[Trace] | None = None) -> list[ResolveResult]:
        """Return those addresses of `host` that are allowed. Raises OSError, also when none of them is.

        This method is used because every connection of aiohttp goes through it; a custom resolver would not be asked
        about literal addresses.
        """
        found = await super()._resolve_host(host, port, traces)
        allowed = [result for result in found if self._guard.allows_address(host, port, result["host"])]
        if not allowed:
            raise OSError(
                errno.EACCES, f"{host} is at a private address, {found[0]['host']}, whose port {port} was not asked for"
            )
        return allowed
