"""Addresses that differ without leading to different pages: a form to ask for, and a form to compare. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from archiver.identity.domain import registered_domain
from archiver.private import public_address
from archiver.urls import resolve_url

# Parameters that say where a reader came from. Those of one service have the same beginning.
TRACKING_PATTERN = re.compile(
    r"^(?:utm_\w+|hsa_\w+|mc_[a-z]+|pk_\w+|mtm_\w+|at_(?:medium|campaign|link\w*|format|bbc_team|ptr_name)|stm_\w+|vero_\w+|oly_\w+"
    r"|_hs\w+|__\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid|igshid|igsh|mkt_tok"
    r"|wt_?(?:mc|zmc)\w*|wt\.\w+|ito|icid|ncid|cmpid|cmp|smid|smtyp|s_?cid|sr_share|share_?(?:from|id|token|source)?|ref|ref_?src"
    r"|referrer|referer|xtor|spm|from_?(?:source|ref)?|_ga|_gl|partner|rss|feed|ftag|taid|socialshare|guccounter|guce_referrer\w*)$",
    re.IGNORECASE,
)
# Ids of a reader's session, which servers write into addresses for those who take no cookies. Names that are used for
# nothing else; and others, which count only with a value that hardly anything else has.
SESSION_PATTERN = re.compile(r"^(?:jsessionid|phpsessid|aspsessionid\w*|oscsid|zenid|cftoken)$", re.IGNORECASE)
DOUBTFUL_SESSION_PATTERN = re.compile(r"^(?:sid|sess(?:ion)?[-_]?id)$", re.IGNORECASE)
SESSION_ID_PATTERN = re.compile(r"[\w,.!~:-]{16,}", re.ASCII)
DIGEST_PATTERN = re.compile(r"[0-9a-f]{32,}", re.IGNORECASE)
SESSION_IN_PATH_PATTERN = re.compile(
    rf";(?:jsessionid|phpsessid)={SESSION_ID_PATTERN.pattern}(?=[;/]|\Z)"  # Java; and what imitates it
    r"|/\((?:[A-Z]\([\w-]+\))*S\([\w-]{16,}\)\)(?=/|\Z)",  # ASP.NET
    re.IGNORECASE | re.ASCII,
)
# What tells pages apart in a path: a number, or words of a title.
NAMED_PATH_PATTERN = re.compile(r"\d|-[^/]*-")
# The first labels of hosts under which a site shows the same pages for other devices.
DEVICE_LABELS = frozenset("www www2 m mobile mobil amp wap touch 3g wwww".split())
# What AMP adds to an address; and names of files that stand for their whole directory.
AMP_PATH = re.compile(r"(?:/amp|\.amp|/amp\.html)/?$|\.amp(?=\.html?$)|^/amp(?=/.)|_amp(?=\.html?$)", re.IGNORECASE)
AMP_QUERY = frozenset(
    {("amp", ""), ("amp", "1"), ("amp", "true"), ("outputtype", "amp"), ("output", "amp"), ("mode", "amp")}
)
DIRECTORY_FILE = re.compile(r"/(?:index|default)\.(?:s?html?|php|aspx?|jsp)$", re.IGNORECASE)
# Where copies of AMP pages are kept for others: `google.com/amp/s/` and `paper-example.cdn.ampproject.org/c/s/`, which
# go on with the address that the page has at home; `s/` is for https.
AMP_CACHE = re.compile(
    r"https?://(?:(?:www\.)?google\.[a-z.]{2,6}/amp/|[\w-]+\.cdn\.ampproject\.org/(?:[acvir]/)?)(s/)?(?=[\w-]+\.[\w.-]+(?:/|$))",
    re.IGNORECASE,
)


def normalise(address: str) -> str:
    """Return an address without user, fragment, tracking parameters, ids of sessions and default port, to ask for and
    to show; empty if it is no address of the web. The address of a copy in an AMP cache is replaced by the page's
    own."""
    address = resolve_url(address)
    if cached := AMP_CACHE.match(address):
        address = resolve_url(f"http{'s' if cached[1] else ''}://{address[cached.end() :]}")
    if not address:
        return ""
    parts = urlsplit(address)
    path, query = SESSION_IN_PATH_PATTERN.sub("", parts.path) or "/", parts.query
    if query:
        pairs = _parameters(query)
        kept = _without_sessions([pair for pair in pairs if not TRACKING_PATTERN.match(pair[0])], path)
        if len(kept) != len(pairs):
            query = _query(kept)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, query, ""))


@lru_cache(maxsize=4096)
def plain_form(address: str) -> str:
    """Return an address in the form in which all addresses of one page are the same; empty if it is no address.

    Scheme, user, default port, fragment, tracking parameters, ids of sessions and the order of parameters make no
    difference, nor do `www.`, `m.` and `amp.` before the site's own name, the marks of AMP, `index.html` and a slash at
    the end. Keys and tokens are not in it: it is written into the archive.
    """
    parts = urlsplit(public_address(normalise(address)))
    if not parts.hostname:
        return ""
    host = _home_host(parts.hostname.rstrip("."))
    if parts.port:
        host = f"{host}:{parts.port}"
    path = re.sub("/{2,}", "/", unquote(parts.path, errors="surrogateescape"))
    path = AMP_PATH.sub("", DIRECTORY_FILE.sub("", path).rstrip("/"))
    kept = sorted(pair for pair in _parameters(parts.query) if (pair[0].lower(), pair[1].lower()) not in AMP_QUERY)
    query = f"?{_query(kept)}" if kept else ""
    return f"{host}{quote(path.rstrip('/'), errors='surrogateescape')}{query}"


def _parameters(query: str) -> list[tuple[str, str]]:
    """Return the parameters of an address. Bytes that are no UTF-8 (many Chinese sites write GBK) stay what they
    are."""
    return parse_qsl(query, keep_blank_values=True, errors="surrogateescape")


def _query(parameters: list[tuple[str, str]]) -> str:
    return urlencode(parameters, errors="surrogateescape")


def _without_sessions(pairs: list[tuple[str, str]], path: str) -> list[tuple[str, str]]:
    """Return the parameters of an address without those that are the id of a session. What may as well be the id of an
    article (`story.php?sid=…`) is left out only where the rest of the address says which page it is."""
    kept = [one for one in pairs if not (SESSION_PATTERN.match(one[0]) and SESSION_ID_PATTERN.fullmatch(one[1]))]
    certain = [one for one in kept if not (DOUBTFUL_SESSION_PATTERN.match(one[0]) and DIGEST_PATTERN.fullmatch(one[1]))]
    return certain if certain or NAMED_PATH_PATTERN.search(path) else kept


def _home_host(host: str) -> str:
    """Return a host without the labels that stand for a device."""
    home = registered_domain(host)
    while host != home:
        first, _, rest = host.partition(".")
        if first not in DEVICE_LABELS:
            break
        host = rest
    return host
