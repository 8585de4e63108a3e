"""The registered part of a host: hosts with the same one belong to one site. The list of public suffixes is the one
that comes with `tldextract`, so no server is asked."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

LIST = ".tld_set_snapshot"  # the file of `tldextract` with the list, as it is published
RULE = re.compile(r"^[.*!]*\w\S*", re.MULTILINE)  # the others are comments
DOTS = str.maketrans("\u3002\uff0e\uff61", "...")  # what stands for a dot in Chinese and Japanese
PUNYCODE = "xn--"


@lru_cache(maxsize=8192)  # the same few hosts come again and again, with each address of an article
def registered_domain(host: str) -> str:
    """Return the registered part of a host: `paper.co.uk` of `www.paper.co.uk`, `ann.github.io` of itself.

    For a host that is not in the list (a top-level domain of tests) it is the last two parts; for an IP address the
    whole address.
    """
    if ":" in host or host.rpartition(".")[2].isdecimal():
        return host
    labels = host.translate(DOTS).strip(".").split(".")
    count = _suffix(labels)
    if 0 < count < len(labels):
        return ".".join(labels[-count - 1 :])
    return ".".join(host.lower().split(".")[-2:])


def site_of(address: str) -> str:
    """Return the site that an address is of: the registered part of its host; empty if it has none."""
    return registered_domain(urlsplit(address).hostname or "")


def same_site(host: str, other: str) -> bool:
    """Whether two hosts are of one site: whatever stands before the registered part (`www.`, `m.`, `amp.`, `news.`)."""
    return registered_domain(host) == registered_domain(other) != ""


def _suffix(labels: list[str]) -> int:
    """Return how many labels at the end of a host are a public suffix; 0 if the list knows none."""
    rules = _rules()
    known = [_decoded(label) for label in labels]
    longest = 0
    for count in range(1, len(known) + 1):
        name, above = ".".join(known[-count:]), ".".join(known[len(known) - count + 1 :])
        if f"!{name}" in rules:  # an exception from a rule for all names below `above`
            return count - 1
        if name in rules or f"*.{above}" in rules:
            longest = count
    return longest


def _decoded(label: str) -> str:
    """Return a label in the letters that the list has."""
    lowered = label.lower()
    if lowered.startswith(PUNYCODE):
        try:
            return lowered.removeprefix(PUNYCODE).encode("ascii").decode("punycode")
        except UnicodeError:
            pass
    return lowered


@cache
def _rules() -> frozenset[str]:
    # Only the file is read: to import `tldextract` loads an HTTP client, and it makes a tree of the list. Together that
    # takes a tenth of a second, in each process of a run.
    spec = find_spec("tldextract")
    assert spec is not None, "it is installed along with this package"
    assert spec.submodule_search_locations
    text = Path(spec.submodule_search_locations[0], LIST).read_text(encoding="utf-8")
    return frozenset(RULE.findall(text))
