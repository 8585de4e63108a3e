"""The times that a page shows with its article: datelines and `<time>` elements, those nearest to the heading first."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from archiver.reading.metadata.dateline import written_times
from archiver.reading.metadata.shown import UNSEEN_ELEMENTS, marks, shown_text
from archiver.reading.metadata.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lxml.html import HtmlElement

    from archiver.reading.metadata.evidence import PageEvidence
    from archiver.reading.metadata.moment import Moment, MomentReader

MAX_ELEMENTS = 50_000
MAX_LINE_CHARACTERS = 300  # characters of a line that may be a dateline
QUICK_TIME_PATTERN = re.compile(r"(?:19|20|25)\d\d|\d{1,2}[月:]|\d-\d|[今昨前]天|前$|刚刚")
TIME_HINT_PATTERN = re.compile(
    r"date|time|publi|posted|meta|info|byline|stamp|source|author|entry-|artikel|created", re.IGNORECASE
)
NOT_OURS_PATTERN = re.compile(
    r"comment|related|sidebar|recommend|footer|copyright|(?<!elementor-)widget|popular|latest|teaser|promo(?!ted)|archive"
    r"|calendar|(?<![a-z])event|trending|(?<![a-z])most-|(?<![a-z])card|reply|hot-|rank",
    re.IGNORECASE,
)
UPDATED_PATTERN = re.compile(
    r"updat|modif|last\s+(?:change|review|edit)|aktualisier|ge[äa]ndert|stand:|mis\s+à\s+jour|actualizad|aggiornat|bijgewerkt"
    r"|atualizad|oppdatert|opdateret|uppdater|обновлен|оновлен|更新|수정|güncelle|zaktualiz|aktualizov|päivitet",
    re.IGNORECASE,
)
PUBLISHED_PATTERN = re.compile(
    r"publi|posted|发布|發佈|發布|时间|日期|veröff|erstellt|data:|入力|등록|опублик|дата|yayın|opubl|vydán|julkaist",
    re.IGNORECASE,
)
MAX_LABEL_CHARACTERS = 40  # characters before a time that may say what kind of time it is
# Attributes with a time that scripts convert to the reader's time zone and show in the page.
TIME_ATTRIBUTES = (
    "data-ptime",
    "data-pubtime",
    "data-published",
    "data-publish-time",
    "data-publish-date",
    "data-datetime",
)
TIME_ATTRIBUTE_NAMES = frozenset(TIME_ATTRIBUTES)
MAX_TIMES = 300
ELSEWHERE_WEIGHT = 150  # a time with at least this weight belongs to something else on the page


def shown_times(evidence: PageEvidence, reader: MomentReader) -> Iterator[Moment]:
    """Yield the times that the page shows, those of `<time>` and of datelines, nearest to the heading first."""
    found: dict[tuple[datetime, str], tuple[int, int, Moment]] = {}
    heading_at: int | None = None
    for at, element in enumerate(islice(_shown(evidence.tree), MAX_ELEMENTS)):
        if element is evidence.heading:
            heading_at = at
        for line in _lines(element):
            for moment in _moments(element, one_line(line), reader):
                weight = _weight(element, moment, evidence.around_heading)
                found.setdefault((moment.wall, moment.rule), (at, weight, moment))
        if len(found) > MAX_TIMES:
            break
    begin = heading_at or 0
    ranked = [
        (_away(at - begin) + weight, moment) for at, weight, moment in found.values() if weight < ELSEWHERE_WEIGHT
    ]
    yield from (moment for _, moment in sorted(ranked, key=lambda pair: pair[0]))
    if not ranked and len({moment.wall.date() for _, _, moment in found.values()}) == 1:
        yield from (moment for _, _, moment in found.values())  # not near the article, but the only day on the page


def _away(elements: int) -> int:
    """Return the distance to the heading of what is `elements` after it; below 0: before it, which counts as three
    times as far."""
    return elements if elements >= 0 else -3 * elements


def _lines(element: HtmlElement) -> list[str]:
    """Return texts in an element, and right after it, that may have a time in them."""
    if element.tag == "time":
        lines = [element.get("datetime") or "", shown_text(element)]
    else:
        lines = [
            text
            for text in (element.text, element.tail)
            if text and QUICK_TIME_PATTERN.search(text[:MAX_LINE_CHARACTERS])
        ]
        if not TIME_ATTRIBUTE_NAMES.isdisjoint(element.keys()):
            lines += [text for name in TIME_ATTRIBUTES if (text := element.get(name))]
    return [line for line in lines if line.strip() and len(line) <= 2 * MAX_LINE_CHARACTERS]


def _shown(tree: HtmlElement) -> Iterator[HtmlElement]:
    body = tree.find("body")
    for element in (tree if body is None else body).iter():
        if isinstance(element.tag, str) and element.tag not in UNSEEN_ELEMENTS:
            yield element


def _moments(element: HtmlElement, line: str, reader: MomentReader) -> Iterator[Moment]:
    name = "time element" if element.tag == "time" else "dateline"
    found = False
    for written in islice(written_times(line, reader.language), 4):
        context, begin = line, written.begin
        if not written.clock and element.tag != "time" and (wider := _wider(element, line)):
            for again in written_times(wider, reader.language):
                if again.text.startswith(written.text) and again.clock:
                    written, context, begin = again, wider, again.begin
                    break
        is_update = _is_update(context[max(0, begin - MAX_LABEL_CHARACTERS) : begin], _label(element))
        if moment := reader.written(written, f"updated {name}" if is_update else name):
            found = True
            yield moment
    if element.tag == "time" and not found:
        yield from reader.said(line, name)


def _is_update(*labels: str) -> bool:
    """Whether a time is that of a change, by the first of `labels` that says which kind it is."""
    for label in labels:
        updated, published = UPDATED_PATTERN.search(label), PUBLISHED_PATTERN.search(label)
        if updated or published:
            return updated is not None and (published is None or published.start() < updated.start())
    return False


def _label(element: HtmlElement) -> str:
    """Return what may tell the kind of a time in `element`: the text before it, unless that has a time, and the
    element's names."""
    names = f"{marks(element)} {(element.get('itemprop') or '')[:40]}"
    before = element.getprevious()
    said = ""
    if before is not None and isinstance(before.tag, str):
        said = f"{shown_text(before, 2 * MAX_LABEL_CHARACTERS, apart=True)} {before.tail or ''}"
        said = "" if QUICK_TIME_PATTERN.search(said) else said
    parent = element.getparent()
    inside = (parent.text or "") if parent is not None else ""
    return f"{inside[-MAX_LABEL_CHARACTERS:]} {said[-MAX_LABEL_CHARACTERS:]} {names}"


def _wider(element: HtmlElement, line: str) -> str:
    """Return the text of the element around a line, if it is short enough to be a dateline."""
    for around in islice(element.iterancestors(), 2):
        text = shown_text(around, MAX_LINE_CHARACTERS, apart=True)
        if len(text) >= MAX_LINE_CHARACTERS:
            return ""
        if len(text) > len(line):
            return text
    return ""


def _weight(element: HtmlElement, moment: Moment, around_heading: frozenset[HtmlElement]) -> int:
    """Return a correction of a time's distance to the heading, by the names of the elements around it and by what the
    time has: below 0, it counts as nearer; above, as farther."""
    weight = 0 if moment.clock else 60
    if element.tag == "time" or PUBLISHED_PATTERN.search(_label(element)):
        weight -= 15
    for above, part in enumerate(islice((element, *element.iterancestors()), 12)):
        names = marks(part)
        if above < 3 and TIME_HINT_PATTERN.search(names):
            weight -= 10
        if part in around_heading:
            break
        if NOT_OURS_PATTERN.search(names) or part.tag in ("aside", "footer", "nav"):
            weight += ELSEWHERE_WEIGHT
        if part.tag in ("p", "li", "td", "blockquote", "figcaption"):
            weight += 10
    return weight
