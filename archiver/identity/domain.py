"""The registered part of a host: hosts with the same one belong to one site. The list of public suffixes is the one
that comes with `publicsuffixlist`, so no server is asked."""

from __future__ import annotations

from functools import cache, lru_cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

DOTS = str.maketrans("\u3002\uff0e\uff61", "...")  # what stands for a dot in Chinese and Japanese


@lru_cache(maxsize=8192)  # the same few hosts come again and again, with each address of an article
def registered_domain(host: str) -> str:
    """Return the registered part of a host: `paper.co.uk` of `www.paper.co.uk`, `ann.github.io` of itself.

    For a host that is not in the list (a top-level domain of tests) it is the last two parts; for an IP address the
    whole address.
    """
    if ":" in host or host.rpartition(".")[2].isdecimal():
        return host
    name = host.lower().translate(DOTS).strip(".")
    return _suffixes().privatesuffix(name) or ".".join(name.split(".")[-2:])


def site_of(address: str) -> str:
    """Return the site that an address is of: the registered part of its host; empty if it has none."""
    return registered_domain(urlsplit(address).hostname or "")


def same_site(host: str, other: str) -> bool:
    """Whether two hosts are of one site: whatever stands before the registered part (`www.`, `m.`, `amp.`, `news.`)."""
    return registered_domain(host) == registered_domain(other) != ""


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
