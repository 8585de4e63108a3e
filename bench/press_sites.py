"""A made-up press: thirty sites in six languages, which list their articles in every way there is, and print what
agencies send. A server, or a test, gives its pages away."""

from __future__ import annotations

import gzip
from html import escape
from random import Random
from typing import NamedTuple

from bench.feeds import FEEDS, sitemap
from bench.syndication import CHANGES, Language

SITES = 30
LANGUAGES = ("en", "de", "zh", "ru", "ja", "ar")
# How sites list their articles, in turn: feeds that the front page names, and one at a well-known place; sitemaps that
# robots.txt names, packed and in an index too, and one for news at a well-known place; links alone.
KINDS = ("rss", "atom", "rdf", "json", "gbk", "broken", "sitemap", "index", "news", "links")
PLACES = {
    "rss": "feed.xml",
    "atom": "atom.xml",
    "rdf": "rdf.xml",
    "json": "feed.json",
    "gbk": "feed.php",
    "broken": "rss",
}
WELL_KNOWN = "atom"  # the feed that no page names
PRINTED = ("agency", "dropped", "added", "punctuated", "headline", "edited")  # how sites print what an agency sends
HTML, XML, TEXT = "text/html; charset=utf-8", "application/xml", "text/plain"


class Sheet(NamedTuple):
    """What is at an address."""

    body: bytes
    content_type: str


class Press(NamedTuple):
    """A press. sheets: what is at each address. homes: of the sites. articles: the addresses of all articles. copies:
    of those that are one agency's story each."""

    sheets: dict[str, Sheet]
    homes: list[str]
    articles: list[str]
    copies: list[set[str]]


def make_press(each: int, sites: int = SITES) -> Press:
    """Return a press of so many sites, with `each` articles of its own on each of them, and one of an agency."""
    press = Press({}, [], [], [])
    languages = {name: Language(name) for name in LANGUAGES}
    sent = {name: language.paragraphs(Random(f"agency {name}"), 8) for name, language in languages.items()}
    printed: dict[str, set[str]] = {}
    for number in range(sites):
        kind = KINDS[number % len(KINDS)]
        name = "zh" if kind == "gbk" else LANGUAGES[number % len(LANGUAGES)]
        home, random = f"http://paper{number}.example/", Random(number)
        texts = [languages[name].paragraphs(random) for _ in range(each)]
        change = CHANGES[PRINTED[number % len(PRINTED)]]
        texts.append(change(list(sent[name]), name, random, languages[name].paragraphs(random)))
        addresses = [f"{home}2026/11/{day % 28 + 1:02}/story-{number}-{day}-of-the-day" for day in range(len(texts))]
        for day, (address, paragraphs) in enumerate(zip(addresses, texts, strict=True)):
            title = languages[name].sentence(random)[:60]
            press.sheets[address] = Sheet(_article(address, title, paragraphs, name, day % 28 + 1), HTML)
        _list(press, home, kind, addresses)
        press.homes.append(home)
        press.articles.extend(addresses)
        printed.setdefault(name, set()).add(addresses[-1])
    press.copies.extend(group for group in printed.values() if len(group) > 1)
    return press


def _article(address: str, title: str, paragraphs: list[str], language: str, day: int) -> bytes:
    text = "".join(f"<p>{escape(one)}</p>" for one in paragraphs)
    site = address.split("/")[2]
    links = "".join(f"<li><a href='/section/{number}'>Section {number}</a></li>" for number in range(12))
    return (
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'><title>{escape(title)} - {site}</title>"
        f"<link rel='canonical' href='{address}'><meta property='og:type' content='article'>"
        f"<meta property='og:title' content='{escape(title)}'><meta property='og:site_name' content='{site}'>"
        f"<meta property='article:published_time' content='2026-11-{day:02}T08:00:00Z'></head><body>"
        f"<nav><ul>{links}</ul></nav><main><article><h1>{escape(title)}</h1>{text}</article></main>"
        f"<footer><p>© {site}. All rights reserved.</p><ul>{links}</ul></footer></body></html>"
    ).encode()


def _list(press: Press, home: str, kind: str, addresses: list[str]) -> None:
    """Have a site list its articles."""
    head = body = robots = ""
    if kind in PLACES:
        place, listed = home + PLACES[kind], [f"{one}?utm_source={kind}" for one in addresses]
        made = FEEDS[kind](listed)
        content = made.encode() if isinstance(made, str) else made
        press.sheets[place] = Sheet(content, "application/json" if kind == "json" else XML)
        if kind != WELL_KNOWN:
            form = "feed+json" if kind == "json" else "rss+xml"
            head = f"<link rel='alternate' type='application/{form}' href='{place}'>"
    elif kind == "sitemap":
        press.sheets[f"{home}map.xml"] = Sheet(sitemap(dict.fromkeys(addresses, "")).encode(), XML)
        robots = f"Sitemap: {home}map.xml\n"
    elif kind == "index":
        packed = gzip.compress(sitemap(dict.fromkeys(addresses, "2026-11-20")).encode(), mtime=0)
        press.sheets[f"{home}map-1.xml.gz"] = Sheet(packed, "application/octet-stream")
        entry = f"<sitemap><loc>{home}map-1.xml.gz</loc><lastmod>2026-11-20</lastmod></sitemap>"
        press.sheets[f"{home}maps.xml"] = Sheet(f"<sitemapindex>{entry}</sitemapindex>".encode(), XML)
        robots = "sitemap: /maps.xml\n"
    elif kind == "news":
        press.sheets[f"{home}news-sitemap.xml"] = Sheet(_news(addresses), XML)
    else:
        body = "".join(f"<h2><a href='{one}'>What the town says of the bridge today</a></h2>" for one in addresses)
    front = f"<!doctype html><html><head><title>Paper</title>{head}</head><body>{body}<p>Welcome.</p></body></html>"
    press.sheets[home] = Sheet(front.encode(), HTML)
    press.sheets[f"{home}robots.txt"] = Sheet(f"User-agent: *\nDisallow: /private\n{robots}".encode(), TEXT)


def _news(addresses: list[str]) -> bytes:
    urls = "".join(
        f"<url><loc>{one}</loc><news:news><news:title>News</news:title>"
        "<news:publication_date>2026-11-20T08:00:00Z</news:publication_date></news:news></url>"
        for one in addresses
    )
    of_news = "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
    spaces = f"xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' {of_news}"
    return f"<urlset {spaces}>{urls}</urlset>".encode()
