"""Values for an index: short to write, and different for each article."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from archiver.captures import Capture
from archiver.clock import DAY, SECOND
from archiver.index.types import (
    ArticleKey,
    FailedArticle,
    Finished,
    HeldBack,
    Intent,
    LastAnswer,
    Recheck,
    Sighting,
)

if TYPE_CHECKING:
    from archiver.index import Index
    from archiver.index.types import Held

NOW = 1_800_000_000 * SECOND
LIST = "news/latest"
PUBLISHED = datetime(2027, 1, 15, 8, tzinfo=UTC)
RECHECK = Recheck(within=2 * DAY, every=6 * 3600 * SECOND)


def key(name: str = "a") -> ArticleKey:
    """The key of an article."""
    return ArticleKey("news", name)


def seen(*names: str, place: str = LIST, form: str = "share", **known: str) -> list[Sighting]:
    """Articles as a listing has them."""
    return [Sighting(key(name), place, form, known) for name in names]


def digest(text: str) -> bytes:
    """The SHA-256 of a text."""
    return sha256(text.encode()).digest()


def capture(number: int, warc: str = "_captures/a.warc.gz") -> Capture:
    """A record of an answer."""
    return Capture(
        warc,
        number * 100,
        90,
        digest(str(number)).hex(),
        f"http://news.example/{number}",
        datetime(2027, 1, 15, tzinfo=UTC) + timedelta(seconds=number),
    )


def intent(name: str = "a", text: str = "text", **fields: Any) -> Intent:
    """A post that is about to be written."""
    made = Intent(
        key(name), "share", f"_posts/{name}.md", digest(text), PUBLISHED, f"digest of {text}", {"title": "page"}, NOW
    )
    return made._replace(**fields)


def answer(number: int = 0, **fields: Any) -> LastAnswer:
    """The answer that an article was made of."""
    made = LastAnswer("page", f"http://news.example/{number}", f'"{number}"', "", NOW + number, capture(number))
    return made._replace(**fields)


def saved(name: str = "a", at: int = NOW, **fields: Any) -> Finished:
    """An article whose post is on disk, asked for at a time."""
    return Finished(key(name), "share", "saved", at)._replace(**fields)


def failed(name: str = "a", reason: str = "HTTP status 500", **fields: Any) -> FailedArticle:
    """An article that the source did not give."""
    return FailedArticle(key(name), reason)._replace(**fields)


def edit(name: str = "a", text: str = "edited", **fields: Any) -> HeldBack:
    """An edit that is not believed yet."""
    return HeldBack(key(name), "share", 1, f"digest of {text}", text.encode(), None)._replace(**fields)


def save(index: Index, name: str = "a", text: str = "text", at: int = NOW, **fields: Any) -> None:
    """Have a post written, as of a time."""
    index.begin([intent(name, text, saved=at)], at)
    index.finish([saved(name, at, **fields)], at)


def held(index: Index, name: str = "a") -> Held:
    """What is held of an article."""
    return index.held([key(name)])[key(name)]


def due(index: Index, now: int, *, run: int, place: str = LIST, limit: int = 100) -> list[str]:
    """The ids of the articles that are due in a run that asks for the first time."""
    return [one.key.id for one in index.claim(run, [place], limit, now)]
