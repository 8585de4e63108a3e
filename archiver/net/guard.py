"""Which hosts a crawl may be led to: what is public on the net, and what is not. Pure, but for the connector."""

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

# Names that never leave a network (RFC 6761; RFC 6762, 3 and appendix G; RFC 8375; .internal, which ICANN reserves; the
# names that systems give themselves, and clusters their services), names of one part, and numbers that are addresses in
# disguise (127.1, 0x7f000001); and what is no name (127.0.0.1%2F.example.org), which others may read in another way.
LOCAL_NAME = re.compile(
    r"(?:.*\.)?(?:localhost\d*|local|internal|home\.arpa|intranet|private|corp|home|lan|localdomain\d*|svc|test"
    r"|0x[0-9a-f]*|\d+)|[^.]*|.*[/?#@\\<>^|:].*"
)
DOTS = str.maketrans("\u3002\uff0e\uff61", "...")  # what separates labels too: UTS 46, 2.3
# Of IANA's registries of special-purpose addresses, what is not "globally reachable", deprecated, or of a protocol; and
# two addresses in public ranges at which clouds tell machines their secrets.
NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 168.63.129.16/32
    2001::/23 2001:db8::/32 2002::/16 3fff::/20
    """.split()
)
UNICAST = ipaddress.IPv6Network("2000::/3")  # all of IPv6 that is given to anybody; NAT64 and site-local are not in it
# What stands in an IPv6 address before the IPv4 address of a tunnel's end, its last four bytes (ISATAP; RFC 5214, 6.1).
ISATAP = frozenset({0x00005EFE, 0x02005EFE})
WEB_PORTS = (80, 443)  # of http and https
REFUSED = "a private address that was not asked for"
NO_ADDRESS = "which is no address"


class Guard:
    """Lets a crawl reach public addresses, and those places that its user named: directly, in a recipe, or as a proxy.

    trusted: the names or literal addresses of these hosts. One with a port is trusted at that port: behind others of a
    private host may be anything. One without is trusted at the ports that addresses need not name.
    """

    def __init__(self, trusted: frozenset[str]) -> None:
        self._trusted = frozenset(place for host in trusted for place in _places(host))
        self._proxies: set[_Place] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Guard:
        """Return the guard of a crawl: its spider's `trusted_hosts` are trusted."""
        return cls(frozenset(getattr(crawler.spider, "trusted_hosts", ())))

    def refusal(self, url: str) -> str:
        """Return why `url` must not be asked for, nothing if it may: judged by where the request would go to, as far as
        that tells by itself."""
        host = host_of(url)
        if not host:
            return NO_ADDRESS
        if is_public_name(host) or _Place(host, yarl.URL(url).port) in self._trusted:
            return ""
        return REFUSED

    def allows_address(self, host: str, port: int, address: str) -> bool:
        """Return whether `host`, a name or a literal address, may be asked at `address`, the literal address to which
        it resolved; a proxy always may. Raises ValueError if `address` is none."""
        place = _Place(canonical_host(host), port)
        return place in self._trusted or place in self._proxies or is_public(address)

    def add_proxy(self, url: str) -> None:
        """Let the proxy at `url` (with or without a scheme) be asked, wherever it is: its user named it, in the
        environment or for a request."""
        proxy = yarl.URL(url if "//" in url else f"http://{url}")
        self._proxies.add(_Place(canonical_host(proxy.raw_host or ""), proxy.port))


class _Place(NamedTuple):
    host: str  # in its canonical form
    port: int | None


def _places(authority: str) -> Iterator[_Place]:
    """Yield the places that a host means, with a port or without; none if it is no host."""
    with suppress(ValueError):
        named = yarl.URL(f"//{authority}")
        for port in WEB_PORTS if named.explicit_port is None else (named.explicit_port,):
            yield _Place(canonical_host(named.raw_host or ""), port)


def private_hosts(addresses: Iterable[str]) -> frozenset[str]:
    """Return the hosts of `addresses` that are private by their names, with the ports that are given: who typed such
    an address means it. A public name is not in it: nobody who types that means the private address to which it may
    lead."""
    named = [url for url in addresses if (host := host_of(url)) and not is_public_name(host)]
    return frozenset(yarl.URL(url).host_port_subcomponent or "" for url in named)


def is_public_name(host: str) -> bool:
    """Return whether `host`, a name or a literal address, is one of the public internet, as far as that tells by
    itself."""
    host = canonical_host(host)
    try:
        return is_public(host)
    except ValueError:
        return not LOCAL_NAME.fullmatch(host)


def is_public(address: str) -> bool:
    """Return whether the literal `address` is one of the public internet. Raises ValueError if it is no address."""
    parsed = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None and parsed not in UNICAST:
            return False
        if int(parsed) >> 32 & 0xFFFFFFFF in ISATAP and not is_public(str(ipaddress.IPv4Address(parsed.packed[-4:]))):
            return False
        parsed = parsed.ipv4_mapped or parsed
    return not any(parsed in network for network in NOT_PUBLIC)


def host_of(url: str) -> str:
    """Return the host that a request for `url` goes to, in its canonical form; empty if there is none. The library that
    makes the requests is asked for it: others read some addresses in another way (`http:\\\\host`, `///host`)."""
    try:
        return canonical_host(yarl.URL(url).raw_host or "")
    except ValueError:
        return ""


def canonical_host(host: str) -> str:
    """Return a name or literal address in the one form in which it is compared: as UTS 46 maps it (full-width digits
    and dots, characters without a width), without brackets, zone and a last dot."""
    host = unicodedata.normalize("NFKC", unquote(host)).translate(DOTS).lower()
    host = "".join(character for character in host if unicodedata.category(character) not in ("Cf", "Cc", "Zs"))
    return host.strip("[]").partition("%")[0].rstrip(".")


class GuardedConnector(TCPConnector):
    """Connects only to addresses that the guard allows: those to which names resolve, at the last moment, so that none
    can change; and literal ones."""

    def __init__(self, guard: Guard, **options: Any) -> None:
        super().__init__(**options)
        self._guard = guard

    async def _resolve_host(self, host: str, port: int, traces: Sequence[Trace] | None = None) -> list[ResolveResult]:
        """Return the addresses of `host`. Raises OSError, also when all of them are refused.

        Every connection of aiohttp comes through here; a resolver of one's own is not asked about literal addresses.
        """
        found = await super()._resolve_host(host, port, traces)
        allowed = [result for result in found if self._guard.allows_address(host, port, result["host"])]
        if not allowed:
            raise OSError(
                errno.EACCES, f"{host} is at a private address, {found[0]['host']}, whose port {port} was not asked for"
            )
        return allowed
