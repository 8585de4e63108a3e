"""Drafting a recipe for the site of some pages: selectors that find on each page the same as the general reading (for
the body, nearly the same)."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from parsel.csstranslator import HTMLTranslator

from archiver.documents import read_document
from archiver.errors import UsageError
from archiver.reading import explain_page
from archiver.recipes import SiteRecipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from lxml.html import HtmlElement

    from archiver.reading import Explanation

DRAFTED_FIELDS = ("title", "published", "authors", "body")
GENERAL_NAME_PATTERN = re.compile(r"[A-Za-z][A-Za-z_-]*")  # classes and ids that all articles of a site may have
OWN_NAME_PATTERN = re.compile(r"[.#][^.#]*\d")  # a class or id with a number belongs to one article only
TIME_NAME_PATTERN = re.compile(r"date|time|publi|posted|stamp", re.IGNORECASE)
MAX_BYLINE_CHARACTERS = 200
MAX_ELEMENTS = 5_000
MAX_TRIED_SELECTORS = 12  # selectors that are tried for a field
MIN_LIKENESS = 0.7  # how alike a body must be to that of the general reading, which may have too much in it
MAX_SHOWN_CHARACTERS = 70  # characters of a value in a comment
DRAFT_HEAD = """\
# Drafted from {pages}. Delete what the general reading gets right by itself, and mend the rest;
# `archiver recipe test` shows what each rule finds.
"""


class DraftPage(NamedTuple):
    """A page to draft a recipe from."""

    name: str
    content: bytes
    address: str | None
    content_type: str | None = None
    fetched: datetime | None = None

    def explained(self, recipe: SiteRecipe | None = None) -> Explanation:
        """Return how the page is read, by a recipe or (None) by the general reading alone."""
        return explain_page(
            self.content, self.address, content_type=self.content_type, fetched=self.fetched, recipe=recipe
        )


def draft(pages: Sequence[DraftPage]) -> str:
    """Return the YAML of a recipe for the site of `pages`, with the values that the general reading finds in comments.

    Raises UsageError if the site of a page is not known, or if the pages are of several sites.
    """
    read = [(page, page.explained()) for page in pages]
    hosts = _hosts(read)
    lines = [DRAFT_HEAD.format(pages="one page" if len(pages) == 1 else f"{len(pages)} pages").rstrip()]
    lines += [f"name: {_name(hosts[0])}", f"hosts: {json.dumps(hosts)}"]
    rules: list[str] = []
    silent: list[str] = []
    for field in DRAFTED_FIELDS:
        says = " | ".join(_shown(explained.fields[field].value) for _, explained in read if explained.fields)
        select = _selector(field, read)
        (rules if select else silent).append(f"  # {says}")
        if select:
            rules.append(f"  {field}: {json.dumps([select], ensure_ascii=False)}")
        else:
            silent.append(f"  # {field}: ['say where it is']")
    lines += ["fields:" if rules else "# fields:", *rules, *silent]
    lines += ["# drop: ['.what-is-no-part-of-the-body']", "# time_zone: Europe/London"]
    return "\n".join(lines) + "\n"


def _hosts(read: Sequence[tuple[DraftPage, Explanation]]) -> list[str]:
    hosts: dict[str, None] = {}
    for page, explained in read:
        canonical = explained.fields["canonical"].value if explained.fields else None
        host = (urlsplit(page.address or canonical or "").hostname or "").lower()
        if not host:
            raise UsageError(f"{page.name}: it does not say of which site it is; say it with --address")
        hosts[host] = None
    if len({host.removeprefix("www.") for host in hosts}) > 1:
        raise UsageError(f"the pages are of several sites: {', '.join(hosts)}; a recipe is for one")
    host = next(iter(hosts))
    return [host, host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"]


def _name(host: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", host.removeprefix("www."))


def _shown(value: Any) -> str:
    text = ", ".join(value) if isinstance(value, tuple) else str(value or "(nothing)")
    text = " ".join(text.split())
    return text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}…"


def _selector(field: str, read: Sequence[tuple[DraftPage, Explanation]]) -> str:
    """Return a selector that finds on each page the value of `field` that the general reading finds; empty if there is
    none."""
    if not all(explained.fields and explained.fields[field].value for _, explained in read):
        return ""
    page, explained = read[0]
    tree = read_document(page.content, page.content_type, page.address).tree
    selects = dict.fromkeys(_candidates(field, tree, explained.fields[field]))
    for select in islice(selects, MAX_TRIED_SELECTORS):
        recipe = msgspec.convert({"name": "draft", "hosts": ["x"], "fields": {field: [select]}}, SiteRecipe)
        if all(_agrees(one.explained(recipe), general, field) for one, general in read):
            return select
    return ""


def _agrees(explained: Explanation, general: Explanation, field: str) -> bool:
    one, other = explained.fields[field], general.fields[field].value
    if not one.rule.startswith("recipe "):
        return False
    return bool(one.value == other or (field == "body" and _likeness(one.value, other or "") >= MIN_LIKENESS))


def _likeness(text: str | None, other: str) -> float:
    """Return the share of their words that two texts have in common, from 0 to 1."""
    own, others = Counter((text or "").split()), Counter(other.split())
    return 2 * (own & others).total() / (own.total() + others.total())


def _candidates(field: str, tree: HtmlElement, general: Any) -> Iterator[str]:
    """Yield selectors of elements that may hold the value of `field`, the most promising first."""
    if field == "body":
        elements = [general.rule.partition(": ")[2].partition(",")[0], *(lost.value for lost in general.lost)]
        for element in elements:
            if element.strip("abcdefghijklmnopqrstuvwxyz") or element in ("article", "main"):
                yield from _valid(element)
        for tag, *names in (element.split(".") for element in elements if "#" not in element):
            for name in names:
                yield from _valid(f"{tag}.{name}")
        return
    for element in islice(tree.iter(), MAX_ELEMENTS):
        if isinstance(element.tag, str) and _may_say(field, element, general.value):
            yield from _selectors(element)


def _may_say(field: str, element: HtmlElement, value: Any) -> bool:
    names = " ".join(filter(None, (element.get("class"), element.get("id"), element.get("itemprop"))))
    if field == "published":
        return element.tag == "time" or (TIME_NAME_PATTERN.search(names) is not None and len(element) == 0)
    if element.tag in ("title", "script", "style", "html", "head", "body", "meta"):
        return False
    text = " ".join("".join(map(str, element.itertext())).split()) if field == "title" or names else ""
    if field == "title":
        return bool(text == value)
    return bool(text) and len(text) < MAX_BYLINE_CHARACTERS and all(name in text for name in value)


def _selectors(element: HtmlElement) -> Iterator[str]:
    tag = str(element.tag)
    if itemprop := element.get("itemprop"):
        yield from _valid(f'{tag}[itemprop="{itemprop}"]')
    for name in (element.get("class") or "").split():
        if GENERAL_NAME_PATTERN.fullmatch(name):
            yield from _valid(f"{tag}.{name}")
    if (name := element.get("id") or "") and GENERAL_NAME_PATTERN.fullmatch(name):
        yield from _valid(f"#{name}")
    if tag in ("h1", "time"):
        yield tag


def _valid(select: str) -> Iterator[str]:
    """Yield a selector if it is valid and not one article's own. (Sites have names that CSS would have to escape.)"""
    try:
        HTMLTranslator().css_to_xpath(select)
    except Exception:  # whatever cssselect raises for what it cannot read
        return
    if not OWN_NAME_PATTERN.search(select):
        yield select
