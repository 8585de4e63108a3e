"""Which hosts a crawl may be led to. Pure, but for the resolver that asks it."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies

from aiohttp.abc import AbstractResolver, ResolveResult

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# Names that never leave a network (RFC 6761, RFC 6762, .internal), and numbers that are addresses in disguise.
LOCAL_NAME = re.compile(r"(?:.*\.)?(?:localhost|local|internal|0x[0-9a-f]*|\d+)\.?", re.IGNORECASE)


class Guard:
    """Lets a crawl reach public addresses, and those hosts that its user named: directly or in a recipe."""

    def __init__(self, trusted: frozenset[str]) -> None:
        self.trusted = trusted
        self._proxies = {urlsplit(proxy).hostname for proxy in getproxies().values()}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Guard:
        """Return the guard of a crawl: its spider's `trusted_hosts` are trusted."""
        return cls(frozenset(getattr(crawler.spider, "trusted_hosts", ())))

    def allows_name(self, host: str) -> bool:
        """Return whether `host`, a name or a literal address, may be asked, as far as that tells by itself."""
        if host in self.trusted:
            return True
        try:
            return is_public(host)
        except ValueError:
            return bool(host) and not LOCAL_NAME.fullmatch(host)

    def allows_address(self, host: str, address: str) -> bool:
        """Return whether `host` may be asked at `address`, to which it resolved; a proxy always may."""
        return host in self.trusted or host in self._proxies or is_public(address)


def is_public(address: str) -> bool:
    """Return whether the literal `address` is one of the public internet. Raises ValueError if it is no address."""
    parsed = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or parsed.sixtofour or parsed
    return parsed.is_global and not parsed.is_multicast


class GuardedResolver(AbstractResolver):
    """Resolves names, but to addresses that the guard allows only; at the last moment, so that none can change."""

    def __init__(self, guard: Guard, resolver: AbstractResolver) -> None:
        self._guard = guard
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of `host`. Raises OSError, also when all of them are refused."""
        found = await self._resolver.resolve(host, port, family)
        allowed = [result for result in found if self._guard.allows_address(host, result["host"])]
        if not allowed:
            raise OSError(f"{host} is at a private address, {found[0]['host']}, and was not asked for")
        return allowed

    async def close(self) -> None:
        """Release what resolving took."""
        await self._resolver.close()
