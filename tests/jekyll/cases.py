"""Articles and their posts: the replica's, every trap in every place, and mixtures of traps."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from archiver.answer import Answer, Asked
from archiver.errors import QuarantineError
from archiver.extraction import ExtractOptions, Unusable
from archiver.extraction.extractor import Extractor
from archiver.posts.slug import slug
from archiver.recipes import load_recipes
from archiver.replica import Record
from archiver.replica.records import load_records
from archiver.text import is_visible, one_line
from tests.jekyll.traps import ADDRESSES, TIMES, bodies, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.article import Article, Post

RECIPES = load_recipes()
RECIPE = RECIPES["eastmoney"]
EXTRACTORS = {profile: Extractor(ExtractOptions(RECIPES, profile)) for profile in ("clean", "source")}
FETCHED = datetime(2026, 8, 1, tzinfo=UTC)
MIXTURES = 300


def seen(value: str) -> str:
    """Return a field, which is HTML, as an article has it: nothing where a reader sees nothing."""
    text = unescape(value)
    return one_line(text) if is_visible(text) else ""


@dataclass(frozen=True)
class Case:
    """An article as its source has it, what became of it, and its post."""

    record: Record
    url: str
    form: str
    article: Article
    post: Post

    @property
    def name(self) -> str:
        """The name of the post without its date."""
        return Path(self.post.name).stem[len("YYYY-MM-DD-") :]

    @property
    def title(self) -> str:
        return seen(self.record.title) or re.findall("^【(.*?)】|$", seen(self.record.digest))[0]

    @property
    def source(self) -> str:
        return seen(self.record.medianame)

    @property
    def quote(self) -> str:
        """What the post opens with."""
        return re.sub("^【.*?】", "", seen(self.record.digest)).strip() if self.form == "rolling" else ""

    @property
    def category(self) -> str:
        return "emnews" if self.form == "rolling" else slug(self.source)

    @property
    def tag(self) -> str:
        return "东财滚动新闻" if self.form == "rolling" else f"{self.source}新闻"

    @property
    def address(self) -> str:
        if self.form == "rolling":
            return one_line(self.url) or f"http://finance.eastmoney.com/a/{self.record.id}.html"
        return f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={self.name}"

    @property
    def site(self) -> str:
        return RECIPE.site

    @property
    def category_address(self) -> str:
        return f"//{self.site}/" + ("emnews/" if self.form == "rolling" else f"category/{self.category}.html")


def made(profile: str, form: str, record: Record, url: str = "", fetched: datetime = FETCHED) -> Case:
    """The case of `record`; its post is made as a crawl makes it, but for the crawl. Raises QuarantineError."""
    answer = Answer("http://a.example/", "", json.dumps(record.news_text()).encode(), fetched)
    known = {"digest": unescape(record.digest), "url": url}  # as a listing reads it
    asked = Asked(RECIPE.name, record.id, "text", record.infocode, (form,), known)
    extracted = EXTRACTORS[profile].extract(answer, asked)
    if isinstance(extracted, Unusable):
        raise QuarantineError(extracted.reason)
    (article,) = extracted
    if article.post is None:
        raise QuarantineError(article.reason)
    return Case(record, url, form, article, article.post)


def trap(number: int, **fields: Any) -> Record:
    """An article with nothing in it that breaks a site, but for `fields`. Its id has its day."""
    harmless = {"title": "题", "date": "2021-12-24 08:40:00", "medianame": "甲报", "text": "<p>文</p>"}
    fields = {**harmless, "digest": "【题】文", **fields}
    return Record(f"{fields['date'][:10].replace('-', '')}{number:010}", **fields)


def escaped(word: str) -> str:
    """`word` as text in HTML."""
    return word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def trap_cases(profile: str) -> Iterator[Case]:
    """Every trap in every place, in both forms of post. None of them is a reason not to write a post."""
    numbers = count()
    for word in words:
        text = escaped(word)
        everywhere = {"title": text, "medianame": text, "digest": f"【题】{text}"}
        between = f"<p>{text}</p>{text}<p>{text}</p>\n{text}\n<p>文</p>"
        yield made(profile, "share", trap(next(numbers), **everywhere, text=between))
        yield made(profile, "rolling", trap(next(numbers), **everywhere, text=f"{text}\n文"))
    for body in bodies:
        yield made(profile, "share", trap(next(numbers), text=body))
        yield made(profile, "rolling", trap(next(numbers), text=body))
    for url in ADDRESSES:
        yield made(profile, "rolling", trap(next(numbers)), url)
    for time in TIMES:
        published = datetime.fromisoformat(f"{time}+08:00")
        fetched = max(FETCHED, published + timedelta(days=1))  # a time that is far ahead is not believed
        yield made(profile, "share", trap(next(numbers), date=time), fetched=fetched)


def mixed_cases(profile: str) -> Iterator[Case]:
    """Traps within, beside and around each other, always the same ones. Those that cannot be posts are left out."""
    drawn: list[tuple[str, dict[str, str], str]] = []
    line = st.lists(st.sampled_from(words), max_size=4).map("".join)
    tag = st.sampled_from("<p> </p> <b> </b> <div> </div> <br> <table> <td> </table> <font> <a id='a'> </a> <".split())
    blank = st.sampled_from(["\n", "\n\n", "    ", "\t", "\u3000", "\u3000\u3000", "\r\n", "&nbsp;"])
    body = st.lists(st.sampled_from(bodies) | line.map(escaped) | tag | blank, min_size=1, max_size=6).map("".join)
    text = line.map(escaped)
    fields = {"title": text, "medianame": text, "digest": text.map("【题】{}".format), "text": body}

    @settings(
        max_examples=MIXTURES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(["share", "rolling"]), st.fixed_dictionaries(fields), st.sampled_from(ADDRESSES))
    def draw(form: str, fields: dict[str, str], url: str) -> None:
        drawn.append((form, fields, url))

    draw()
    for number, (form, fields_, url) in enumerate(drawn, 5000):
        try:
            yield made(profile, form, trap(number, **fields_), url)
        except QuarantineError:
            continue


def all_cases(profile: str) -> list[Case]:
    """Every case in one profile."""
    replica = [made(profile, form, record) for record in load_records() for form in ("share", "rolling")]
    return [*replica, *trap_cases(profile), *mixed_cases(profile)]
