"""The registered part of a host: hosts with the same one belong to one site. The list of public suffixes is the one
that comes with `tldextract`, so no server is asked."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract


def registered_domain(host: str) -> str:
    """Return the registered part of a host: `paper.co.uk` of `www.paper.co.uk`, `ann.github.io` of itself.

    For a host that is not in the list (a top-level domain of tests) it is the last two parts; for an IP address the
    whole address.
    """
    if ":" in host or host.rpartition(".")[2].isdecimal():
        return host
    return _suffixes()(host).top_domain_under_public_suffix or ".".join(host.lower().split(".")[-2:])


def site_of(address: str) -> str:
    """Return the site that an address is of: the registered part of its host; empty if it has none."""
    return registered_domain(urlsplit(address).hostname or "")


def same_site(host: str, other: str) -> bool:
    """Whether two hosts are of one site: whatever stands before the registered part (`www.`, `m.`, `amp.`, `news.`)."""
    return registered_domain(host) == registered_domain(other) != ""


@cache
def _suffixes() -> TLDExtract:
    from tldextract import TLDExtract  # imported here, since it loads an HTTP client, which is never used

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
