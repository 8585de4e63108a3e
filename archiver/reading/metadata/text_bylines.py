"""Bylines that only their words mark: "By Jane Doe" below the heading, "（记者 张三）" in the first paragraph."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from archiver.reading.metadata.dateline import written_times
from archiver.reading.metadata.field import Candidate
from archiver.reading.metadata.names import names_in
from archiver.reading.metadata.shown import shown_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.reading.metadata.evidence import Evidence

LINES = ("p", "div", "span", "li", "address", "em", "i", "small", "strong", "td", "h2", "h3", "h4", "h5", "h6", "a")
BY_LINE = re.compile(
    r"\s*(?:(?i:(?:written|words|story|text|posted|report|published)\s+by|by|von|par|por|door|autor(?:in)?:|author:|text:)\s+)[^\W\d_a-z]"
)
CHINESE = re.compile(
    r"(?:(?:作者|撰文|执笔|采写)\s?[:：/／|｜丨]?\s?|(?:^|[（(【])文\s?[/／|｜丨:：]\s?|记者\s?[:：/／]?\s?)"
    r"(?P<names>[\u4e00-\u9fff·]{2,4}(?:\s?[、，,&＆\s]\s?(?:(?:见习|实习)记者\s?)?[\u4e00-\u9fff·]{2,4}){0,4}?)"
    r"(?=\s?(?:[）)】，。；;|/]|$|\s(?:整合|报道|综合|摄影|通讯员|编辑)))"
)
HAN = re.compile("[\u4e00-\u9fff]")
MAX_ELEMENTS = 10_000
LONGEST = 120  # characters of a line that is only a byline
MAX_PARAGRAPHS = 200


def text_bylines(evidence: Evidence) -> Iterator[Candidate[tuple[str, ...]]]:
    """Yield the names that lines of the page begin with, as bylines do, and those in the first and last paragraphs."""
    body = evidence.tree.find("body")
    if body is None:
        return
    found = 0
    for element in islice(body.iter(*LINES), MAX_ELEMENTS):
        if element.text and BY_LINE.match(element.text[:LONGEST]):
            text = shown_text(element, LONGEST)
            if len(text) < LONGEST and (names := names_in(until_time(text))):
                yield Candidate(names, "line that begins as bylines do")
                found += 1
                if found == 3:
                    return
    for paragraph in islice(body.iter("p"), MAX_PARAGRAPHS):
        text = shown_text(paragraph, LONGEST)
        if HAN.search(text) and (match := CHINESE.search(text)) and (names := _chinese_names(match["names"])):
            yield Candidate(names, "paragraph that names its reporter")
            return


def _chinese_names(text: str) -> tuple[str, ...]:
    parts = re.split(r"[、，,&＆\s]+", re.sub("(?:见习|实习)?记者", " ", text))
    return tuple(dict.fromkeys(part for part in parts if 2 <= len(part) <= 4))


def until_time(text: str) -> str:
    """Return what stands before the time that a line says; all of it if it says none, the rest if it begins with it."""
    first = next(written_times(text), None)
    if first is None:
        return text
    return text[: first.begin].rstrip(" ,-–—|•·:") if first.begin > 3 else text[first.end :]
