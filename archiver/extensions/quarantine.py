"""Quarantine: articles that could not become posts, kept with the reason."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy import signals

from archiver.errors import QuarantineError, SameTextError
from archiver.recorder import recorder

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.article import Article
    from archiver.recorder import Recorder

logger = logging.getLogger(__name__)

QUARANTINE = "_quarantine"


class Quarantine:
    """Writes each quarantined article to `_quarantine/<recipe>-<id>.json` in the output directory."""

    def __init__(self, directory: Path, recorder: Recorder) -> None:
        self._directory = directory
        self._recorder = recorder

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl."""
        extension = cls(Path(crawler.settings["ARCHIVER_OUTPUT"]) / QUARANTINE, recorder(crawler))
        crawler.signals.connect(extension.item_dropped, signals.item_dropped)
        return extension

    def item_dropped(self, item: Article, exception: BaseException) -> None:
        """Keep `item` if it was quarantined, with the reason and all that is known of it."""
        if not isinstance(exception, QuarantineError):
            return
        if (
            item.evidence and item.evidence.about and not isinstance(exception, SameTextError)
        ):  # better rules may make a post of it
            item.evidence.about = {**item.evidence.about, "quarantined": str(exception)}
            self._recorder.keep_soon(item.evidence)
        # The id may be what is wrong: only letters and digits of it go into the name.
        name = f"{item.recipe}-{''.join(filter(str.isalnum, item.id))[:40] or 'unnamed'}.json"
        # Not asdict: it copies the evidence.
        fields = (field.name for field in dataclasses.fields(item) if field.name != "evidence")
        record = {"reason": str(exception), **{name: getattr(item, name) for name in fields}}
        text = json.dumps(record, ensure_ascii=False, indent=1, default=str) + "\n"
        temporary = self._directory / f".{name}.{os.getpid()}.tmp"
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
            temporary.replace(self._directory / name)
        except OSError as error:
            logger.error("%s: cannot be kept in %s: %s", item.address, self._directory, error.strerror)
