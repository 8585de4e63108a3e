"""The one address of an article: what the page says of it, believed if it is sensible."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from archiver.reading.metadata.domain import same_site
from archiver.reading.metadata.field import Candidate, Field, Lost, chosen
from archiver.reading.metadata.nodes import texts
from archiver.urls import resolve_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.reading.metadata.evidence import Evidence

# Parameters that say where a reader came from. Those of one service begin alike.
TRACKING = re.compile(
    r"^(?:utm_\w+|hsa_\w+|mc_[a-z]+|pk_\w+|mtm_\w+|at_(?:medium|campaign|link\w*|format|bbc_team|ptr_name)|stm_\w+|vero_\w+|oly_\w+"
    r"|_hs\w+|__\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid|igshid|igsh|mkt_tok"
    r"|wt_?(?:mc|zmc)\w*|wt\.\w+|ito|icid|ncid|cmpid|cmp|smid|smtyp|s_?cid|sr_share|share_?(?:from|id|token|source)?|ref|ref_?src"
    r"|referrer|referer|xtor|spm|from_?(?:source|ref)?|_ga|_gl|partner|rss|feed|ftag|taid|socialshare|guccounter|guce_referrer\w*)$",
    re.IGNORECASE,
)
MAX_ALIASES = 50
AMP_PATH = re.compile(r"(?:/amp|\.amp|/amp\.html)/?$|\.amp(?=\.html$)", re.IGNORECASE)
ARTICLE_NAME = re.compile(r"[\d-]")
FRONT = re.compile(r"^/?(?:index\.\w+|home|default\.\w+|[a-z]{2}(?:-[a-z]{2})?/?)?$", re.IGNORECASE)


def read_canonical(evidence: Evidence, base: str) -> Field[str]:
    """Return the absolute address of the page. Without any that is believed it is the page's own, normalised."""
    own = normalise(evidence.address or "")
    believed: list[Candidate[str]] = []
    lost: list[Lost[str]] = []
    for text, rule in _said(evidence):
        address = normalise(resolve_url(text, base))
        if reason := _problem(address, own):
            lost.append(Lost(address or text, rule, reason))
        else:
            believed.append(Candidate(address, rule))
    if own:
        believed.append(Candidate(own, "address"))
    return chosen(next(iter(believed), None), believed, lost)


def read_aliases(evidence: Evidence, base: str, canonical: str | None) -> tuple[str, ...]:
    """Return the other addresses that the page says are its own: believed by the same rules, without `canonical`."""
    own = normalise(evidence.address or "")
    said = [text for text, _ in _said(evidence)]
    said += [href for name in ("amphtml", "shortlink") for href in evidence.links.get(name, ())]
    addresses = [own, *(normalise(resolve_url(text, base)) for text in said[:MAX_ALIASES])]
    believed = (address for address in addresses if not _problem(address, own) and address != canonical)
    return tuple(dict.fromkeys(believed))


def normalise(address: str) -> str:
    """Return an address without fragment, tracking parameters and default port; "" stays as it is."""
    address = resolve_url(address)
    if not address:
        return ""
    parts = urlsplit(address)
    query = parts.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=None)
        kept = [pair for pair in pairs if not TRACKING.match(pair[0])]
        if len(kept) != len(pairs):
            query = urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))


def _said(evidence: Evidence) -> Iterator[tuple[str, str]]:
    for href in evidence.links.get("canonical", ()):
        yield href, "link canonical"
    yield from evidence.meta("og:url")
    for node in evidence.data.articles:
        for name in ("mainEntityOfPage", "url"):
            value = node.values.get(name)
            for text in texts(value.get("@id") or value.get("url") if isinstance(value, dict) else value)[:1]:
                yield text, f"{node.rule} {name}"
    yield from evidence.meta("twitter:url", "parsely-link", "citation_public_url")


def _problem(address: str, own: str) -> str:
    """Return why an address is not believed to be the one of the page at `own`; "" if it is."""
    if not address:
        return "no address that can be followed"
    parts = urlsplit(address)
    if not own:
        return "the front page" if _is_front(parts.path) and not parts.query else ""
    known = urlsplit(own)
    if not same_site(parts.hostname or "", known.hostname or ""):
        return "another site's"
    if _is_front(parts.path) and not parts.query and not _is_front(known.path):
        return "the front page"
    above = parts.path.rstrip("/")
    if known.path.rstrip("/").startswith(f"{above}/") and not parts.query and not AMP_PATH.search(known.path):
        # An article is at its own address with something behind it, too (`/2041-bridge/print`); a section has a name.
        return "" if ARTICLE_NAME.search(above.rpartition("/")[2]) else "a section of the site"
    return ""


def _is_front(path: str) -> bool:
    return bool(FRONT.match(path))
