"""The articles that the replica publishes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import cache
from html import unescape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

_BEIJING = timezone(timedelta(hours=8))
_MARKUP = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SENTENCE = re.compile(r"[^。！？]*[。！？]?")


@cache
def data_text(name: str) -> str:
    """The text of one of the package's data files."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def _catalogue() -> dict[str, Any]:
    catalogue: dict[str, Any] = yaml.safe_load(data_text("articles.yaml"))
    return catalogue


def load_records() -> list[Record]:
    """The articles of the data file, in its order."""
    return [Record(**entry) for entry in _catalogue()["articles"]]


@dataclass(frozen=True)
class Record:
    """One article as its publisher keeps it.

    `text` and `content` are HTML, `content` being empty where it equals `text`; `date` is `YYYY-MM-DD HH:MM:SS`
    or empty; `revised` holds the fields that editing changes.
    """

    id: str
    title: str
    date: str
    medianame: str
    text: str
    content: str = ""
    digest: str = ""
    column: int = 345
    author: list[str] = field(default_factory=list)
    revised: Mapping[str, str] = field(default_factory=dict)

    @property
    def infocode(self) -> str:
        """The id in the form that the share page uses."""
        return f"NW{self.id}"

    @property
    def url(self) -> str:
        """The address of the article's own page."""
        address: str = _catalogue()["article_url"].format(id=self.id)
        return address

    @property
    def linked(self) -> str:
        """The body with its stock and board names linked."""
        return self.content or self.text

    @property
    def page_date(self) -> str:
        """The date as the article's own page writes it; one that is no date stays as it is."""
        try:
            moment = datetime.fromisoformat(self.date)
        except ValueError:
            return self.date
        written: str = _catalogue()["page_date"].format(moment)
        return written

    @property
    def milliseconds(self) -> int | None:
        """The date, which is Beijing time, in milliseconds since 1970; None where it is no date."""
        try:
            moment = datetime.fromisoformat(self.date)
        except ValueError:
            return None
        return int(moment.replace(tzinfo=_BEIJING).timestamp() * 1000)

    @property
    def byline(self) -> str:
        """The authors in one line."""
        return " ".join(self.author)

    @property
    def excerpt(self) -> str:
        """The beginning of the text, without markup, cut off in mid-sentence."""
        return self._words[:60]

    @property
    def summary(self) -> str:
        """The digest; where there is none, one made of title, first sentence and source."""
        if self.digest:
            return self.digest
        sentence = _SENTENCE.match(self._words)
        assert sentence, "the pattern matches any text"
        return f"【{self.title}】{sentence[0]}（{self.medianame}）"

    @property
    def _words(self) -> str:
        return unescape(_MARKUP.sub("", self.text)).strip()

    def edited(self) -> Record:
        """The article after its revision. A new `text` without a new `content` has no links any more."""
        if not self.revised:
            raise ValueError(f"article {self.id} has no revision to switch to: give it `revised` fields")
        stale = {"content": ""} if "text" in self.revised else {}
        return replace(self, **{**stale, **self.revised})  # type: ignore[arg-type]

    def news_text(self) -> dict[str, object]:
        """The object that the share page's script loads."""
        return {
            "id": self.infocode,
            "newsid": self.id,
            "author": self.author,
            "date": self.date,
            "from": self.medianame,
            "order": 0,
            "title": self.title,
            **({} if self.title else {"digest": self.digest}),
            "docreader": "",
            "medianame": self.medianame,
            "reletecodes": [],
            "relkey": "",
            "url": self.url,
            "text": self.text,
            "content": self.linked,
        }

    def fast_news(self) -> dict[str, object]:
        """The object of the other full-text endpoint."""
        return {
            "data": {
                "Art_Title": self.title,
                "Art_Guidance": self.digest,
                "Art_Media_Name": self.medianame,
                "Art_ShowTime": self.date,
                "Art_Keyword": "",
                "Art_Content": self.linked,
            }
        }
