"""Bylines that are recognised by their words alone: "By Jane Doe" below the heading, "（记者 张三）" in a paragraph."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from archiver.reading.metadata.field import ValueCandidate
from archiver.reading.metadata.names import is_full_name, names_of_element
from archiver.reading.metadata.shown import shown_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from archiver.reading.metadata.evidence import PageEvidence

LINE_ELEMENTS = frozenset("p div span li address em i b small strong td h2 h3 h4 h5 h6 a dt dd header".split())
BY_LINE_PATTERN = re.compile(
    r"\s*(?P<word>(?i:(?:written|words|story|text|posted|report|published|article)\s+by|by|von|par|por|door"
    r"|autor(?:in)?|authors?|text))(?:\s*:\s*|\s+|$)(?P<rest>\S|$)"
)
WITH_COLON_PATTERN = re.compile(r"\s*(?:autor(?:in)?|authors?|text)(?:\s*:|\s*$)", re.IGNORECASE)
CHINESE_BYLINE_PATTERN = re.compile(
    r"(?:(?:作者|撰文|执笔|采写)\s?[:：/／|｜丨]?\s?|(?:^|[（(【])文\s?[/／|｜丨:：]\s?|(?<![对向诉给与跟让])记者\s?[:：/／]?\s?)"
    r"(?!表示|透露|介绍|了解|获悉|采访|注意到|发现|看到|从)(?P<names>[\u4e00-\u9fff·]{2,4}(?:\s?[、，,&＆\s]\s?(?:(?:见习|实习)记者\s?)?[\u4e00-\u9fff·]{2,4}){0,4}?)"
    r"(?=\s?(?:[）)】，。；;|/]|$|\s(?:整合|报道|综合|摄影|通讯员|编辑)))"
)
REPORTER_RULE = "paragraph that names its reporter"
HAN_PATTERN = re.compile("[\u4e00-\u9fff]")
MAX_ELEMENTS = 10_000
MAX_ELEMENTS_AFTER_HEADING = 150  # a byline is looked for in so many elements after the heading
MAX_BYLINES = 3
MAX_BYLINE_CHARACTERS = 120  # characters of a line that is only a byline
MAX_PARAGRAPHS = 200


def text_bylines(evidence: PageEvidence) -> Iterator[ValueCandidate[tuple[str, ...]]]:
    """Yield the names in lines after the heading that begin as bylines do, and then those of the first paragraph that
    names its reporter in Chinese."""
    yield from islice(_lines(evidence), MAX_BYLINES)
    for paragraph in islice(evidence.tree.iter("p"), MAX_PARAGRAPHS):
        text = shown_text(paragraph, MAX_BYLINE_CHARACTERS)
        if (
            HAN_PATTERN.search(text)
            and (match := CHINESE_BYLINE_PATTERN.search(text))
            and (names := _chinese_names(match["names"]))
        ):
            yield ValueCandidate(names, REPORTER_RULE)
            return


def _lines(evidence: PageEvidence) -> Iterator[ValueCandidate[tuple[str, ...]]]:
    left = MAX_ELEMENTS if evidence.heading is None else 0
    for element in islice(evidence.tree.iter(), MAX_ELEMENTS):
        if element is evidence.heading:
            left = MAX_ELEMENTS_AFTER_HEADING
        left -= 1
        if left > 0 and element.tag in LINE_ELEMENTS and element.text and (names := _names_in_line(element)):
            yield ValueCandidate(names, "line that begins as bylines do")


def _names_in_line(element: HtmlElement) -> tuple[str, ...]:
    text = element.text or ""
    begin = BY_LINE_PATTERN.match(text[:MAX_BYLINE_CHARACTERS])
    if not begin or (
        begin["rest"].islower() or (WITH_COLON_PATTERN.match(begin["word"]) and not WITH_COLON_PATTERN.match(text))
    ):
        return ()
    if not begin["rest"] and len(element) == 0:
        following = element.getnext()
        return () if following is None else _full(names_of_element(following, MAX_BYLINE_CHARACTERS))
    return _full(names_of_element(element, MAX_BYLINE_CHARACTERS))


def _full(names: tuple[str, ...]) -> tuple[str, ...]:
    return names if all(map(is_full_name, names)) else ()


def _chinese_names(text: str) -> tuple[str, ...]:
    parts = re.split(r"[、，,&＆\s]+", re.sub("(?:见习|实习)?记者", " ", text))
    return tuple(dict.fromkeys(part for part in parts if 2 <= len(part) <= 4))
