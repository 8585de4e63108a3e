"""What is logged, and how: of articles their address and not their whole content, of errors one line."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter
from scrapy.utils.log import get_scrapy_root_handler

from archiver.article import Article
from archiver.errors import in_a_line
from archiver.private import public_text

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Response
    from scrapy.logformatter import LogFormatterResult
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure


class PublicFormatter(logging.Formatter):
    """Leaves credentials out of addresses: logs are kept and shown, too."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines of a record."""
        return public_text(super().format(record))


class OneLineFormatter(PublicFormatter):
    """Says an error that was raised in the line that speaks of it; where in the code it was raised, it leaves out."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the one line."""
        error = record.exc_info[1] if record.exc_info else None
        plain = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None, "stack_info": None})
        line = " ".join(super().format(plain).split("\n"))
        return f"{line}: {public_text(in_a_line(error))}" if error else line


def format_log(settings: BaseSettings, *, in_lines: bool) -> None:
    """Let what Scrapy logs have no credentials; and, with `in_lines`, one line each, but for who wants to see
    everything (LOG_LEVEL=DEBUG)."""
    if handler := get_scrapy_root_handler():
        kind = OneLineFormatter if in_lines and settings["LOG_LEVEL"] != "DEBUG" else PublicFormatter
        handler.setFormatter(kind(settings["LOG_FORMAT"], settings["LOG_DATEFORMAT"]))


class BriefLogFormatter(LogFormatter):
    """Leaves out what the report says anyway."""

    def crawled(self, request: Any, response: Any, spider: Any) -> LogFormatterResult | None:  # type: ignore[override]
        """Say nothing: one line a request is what the report replaces."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> None:  # type: ignore[override]
        """Say nothing: the report counts articles."""

    def dropped(  # type: ignore[override]
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> None:
        """Say nothing: the report says which article was dropped and why."""

    def spider_error(
        self, failure: Failure, request: Any, response: Response | Failure, spider: Spider
    ) -> LogFormatterResult:
        """Say at which answer a callback failed, unless the spider reports that itself."""
        line = super().spider_error(failure, request, response, spider)
        return {**line, "level": logging.DEBUG} if getattr(spider, "reports_errors", False) else line

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """Say at which article a pipeline failed."""
        return {
            "level": logging.DEBUG if isinstance(item, Article) else logging.ERROR,  # the report has articles
            "msg": "Error processing %(address)s",
            "args": {"address": getattr(item, "address", item)},
        }
