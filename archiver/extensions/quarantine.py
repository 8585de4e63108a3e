"""Quarantine: articles that could not become posts, kept with the reason."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy import signals

from archiver.crawl_archive import archive_of
from archiver.errors import StoreError, with_advice
from archiver.pipelines.archive import NotPostedError
from archiver.places import QUARANTINE
from archiver.private import public_values
from archiver.storage import write_atomically

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.article import Article


class QuarantineFiles:
    """Writes each quarantined article to `_quarantine/<recipe>-<id>.json` in the archive."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._directory = Path(crawler.settings["ARCHIVER_OUTPUT"]) / QUARANTINE

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl."""
        extension = cls(crawler)
        crawler.signals.connect(extension.item_dropped, signals.item_dropped)
        return extension

    def item_dropped(self, exception: BaseException) -> None:
        """Keep an article that was quarantined, with the reason and all that is known of it."""
        if not isinstance(exception, NotPostedError) or exception.article.outcome != "quarantined":
            return
        article = exception.article
        try:
            write_atomically(self._directory / _name(article), _text(article))
        except OSError as error:
            where = self._directory / _name(article)
            archive_of(self._crawler).fail(StoreError(f"{where}: cannot be written: {with_advice(error)}"))


def _name(article: Article) -> str:
    # The id itself may be wrong: only its letters and digits go into the name.
    return f"{article.recipe}-{''.join(filter(str.isalnum, article.id))[:40] or 'unnamed'}.json"


def _text(article: Article) -> bytes:
    fields = (field.name for field in dataclasses.fields(article) if field.name not in ("post", "signature"))
    record = {"reason": article.reason, **{name: getattr(article, name) for name in fields}}
    text = json.dumps(public_values(record), ensure_ascii=False, indent=1, default=str) + "\n"
    return text.encode("utf-8", "backslashreplace")
