"""The sitemaps that a site's robots.txt names. No I/O."""

from __future__ import annotations

import re

from archiver.discovery.addresses import address_of
from archiver.encoding import decode

SITEMAP_LINE_PATTERN = re.compile(r"^[ \t\ufeff]*site-?map[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


def listed_sitemaps(content: bytes, address: str) -> list[str]:
    """Return the sitemaps that the robots.txt at `address` names, each once, in its order."""
    text = decode(content).text.replace("\r", "\n")
    found = (address_of(one, address) for one in SITEMAP_LINE_PATTERN.findall(text))
    return list(dict.fromkeys(filter(None, found)))
