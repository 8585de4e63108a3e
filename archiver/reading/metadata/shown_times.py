"""The times that a page shows beside its article: datelines and `<time>` elements, nearest to the heading first."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from archiver.reading.metadata.dateline import written_times
from archiver.reading.metadata.shown import UNSEEN, shown_text
from archiver.reading.metadata.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from archiver.reading.metadata.evidence import Evidence
    from archiver.reading.metadata.moment import Moment, MomentReader

MAX_ELEMENTS = 50_000
LONGEST_LINE = 300  # characters of a line that may be a dateline
QUICK = re.compile(r"(?:19|20|25)\d\d|\d{1,2}[月:]|\d-\d|[今昨前]天|前$|刚刚")
HINTS = re.compile(r"date|time|publi|posted|meta|info|byline|stamp|source|author|entry-|artikel|created", re.IGNORECASE)
NOT_OURS = re.compile(
    r"comment|related|sidebar|recommend|footer|copyright|(?<!elementor-)widget|popular|latest|teaser|promo(?!ted)|archive"
    r"|calendar|(?<![a-z])event|trending|(?<![a-z])most-|(?<![a-z])card|reply|hot-|rank",
    re.IGNORECASE,
)
UPDATED = re.compile(
    r"updat|modif|last\s+(?:change|review|edit)|aktualisier|ge[äa]ndert|stand:|mis\s+à\s+jour|actualizad|aggiornat|bijgewerkt"
    r"|atualizad|oppdatert|opdateret|uppdater|обновлен|оновлен|更新|수정|güncelle|zaktualiz|aktualizov|päivitet",
    re.IGNORECASE,
)
PUBLISHED = re.compile(
    r"publi|posted|发布|發佈|發布|时间|日期|veröff|erstellt|data:|入力|등록|опублик|дата|yayın|opubl|vydán|julkaist",
    re.IGNORECASE,
)
ELSEWHERE = 150  # from which a time is that of something else on the page


def shown_times(evidence: Evidence, reader: MomentReader) -> Iterator[Moment]:
    """Yield the times that the page shows, those of `<time>` and of datelines, nearest to the heading first."""
    found: list[tuple[int, int, Moment]] = []
    seen: set[str] = set()
    heading_at: int | None = None
    heading = evidence.heading
    for at, element in enumerate(islice(_shown(evidence.tree), MAX_ELEMENTS)):
        if element is heading:
            heading_at = at
        if element.tag == "time":
            lines = [element.get("datetime") or "", shown_text(element)]
        elif "data-ptime" in element.attrib:
            lines = [element.get("data-ptime") or ""]
        else:
            lines = [text for text in (element.text, element.tail) if text and QUICK.search(text[:LONGEST_LINE])]
        for line in lines:
            if not line.strip() or len(line) > LONGEST_LINE * 2:
                continue
            for moment in _moments(element, one_line(line), reader):
                key = f"{moment.wall} {moment.rule}"
                if key not in seen:
                    seen.add(key)
                    found.append((at, _weight(element, moment, evidence.around_heading), moment))
    ranked = [moment for _, moment in sorted(_ranked(found, heading_at), key=lambda pair: pair[0])]
    yield from ranked
    if not ranked and len({moment.wall.date() for _, _, moment in found}) == 1:
        yield from (moment for _, _, moment in found)  # beside the article, but the only day on the page


def _shown(tree: HtmlElement) -> Iterator[HtmlElement]:
    body = tree.find("body")
    for element in (tree if body is None else body).iter():
        if isinstance(element.tag, str) and element.tag not in UNSEEN:
            yield element


def _moments(element: HtmlElement, line: str, reader: MomentReader) -> Iterator[Moment]:
    name = "time element" if element.tag == "time" else "dateline"
    found = False
    for written in islice(written_times(line), 4):
        context, begin = line, written.begin
        if not written.clock and element.tag != "time" and (wider := _wider(element, line)):
            for again in written_times(wider):
                if again.text.startswith(written.text) and again.clock:
                    written, context, begin = again, wider, again.begin
                    break
        label = context[max(0, begin - 40) : begin] + " " + _label(element)
        updated = UPDATED.search(label)
        published = PUBLISHED.search(label)
        is_update = updated is not None and (published is None or published.start() < updated.start())
        if moment := reader.written(written, f"updated {name}" if is_update else name):
            found = True
            yield moment
    if element.tag == "time" and not found:
        yield from reader.said(line, name)


def _label(element: HtmlElement) -> str:
    names = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('id') or ''}"
    before = element.getprevious()
    said = (before.text or "") + (before.tail or "") if before is not None and isinstance(before.tag, str) else ""
    parent = element.getparent()
    return f"{(parent.text or '') if parent is not None else ''} {said[-40:]} {names}"


def _wider(element: HtmlElement, line: str) -> str:
    """Return the text of the element around a line, if it is short enough to be a dateline."""
    for around in islice(element.iterancestors(), 2):
        text = shown_text(around, LONGEST_LINE)
        if len(text) >= LONGEST_LINE:
            return ""
        if len(text) > len(line):
            return text
    return ""


def _weight(element: HtmlElement, moment: Moment, around_heading: frozenset[HtmlElement]) -> int:
    """Return how much nearer to (below 0) or farther from the heading a time counts for where it stands."""
    weight = 0 if moment.clock else 60
    if element.tag == "time" or PUBLISHED.search(_label(element)):
        weight -= 15
    for above, part in enumerate(islice((element, *element.iterancestors()), 12)):
        names = f"{part.get('class') or ''} {part.get('id') or ''}"
        if above < 3 and HINTS.search(names):
            weight -= 10
        if part in around_heading:
            break
        if NOT_OURS.search(names) or part.tag in ("aside", "footer", "nav"):
            weight += ELSEWHERE
        if part.tag in ("p", "li", "td", "blockquote", "figcaption"):
            weight += 10
    return weight


def _ranked(found: list[tuple[int, int, Moment]], heading_at: int | None) -> Iterator[tuple[float, Moment]]:
    for at, weight, moment in found:
        if weight >= ELSEWHERE:
            continue
        away = at if heading_at is None else at - heading_at
        yield (away if away >= 0 else -3 * away) + weight, moment
