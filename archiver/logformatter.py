"""What is logged, and how: articles by their addresses instead of their whole content, errors in one line."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter
from scrapy.utils.log import get_scrapy_root_handler

from archiver.article import Article
from archiver.errors import in_a_line
from archiver.private import public_text
from archiver.text import with_short_words

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Response
    from scrapy.logformatter import LogFormatterResult
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure


class PublicFormatter(logging.Formatter):
    """Leaves credentials out of addresses, since logs are kept and shown, and shortens long addresses."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines of a record."""
        return with_short_words(public_text(super().format(record)))


class OneLineFormatter(PublicFormatter):
    """Puts the error of a record into its line, and leaves out the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the one line."""
        error = record.exc_info[1] if record.exc_info else None
        plain = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None, "stack_info": None})
        line = " ".join(super().format(plain).split("\n"))
        return f"{line}: {with_short_words(public_text(in_a_line(error)))}" if error else line


def format_log(settings: BaseSettings, *, in_lines: bool) -> None:
    """Have Scrapy's log records shown without credentials; and, with `in_lines`, each in one line, except with
    LOG_LEVEL=DEBUG."""
    if handler := get_scrapy_root_handler():
        kind = OneLineFormatter if in_lines and settings["LOG_LEVEL"] != "DEBUG" else PublicFormatter
        handler.setFormatter(kind(settings["LOG_FORMAT"], settings["LOG_DATEFORMAT"]))


class BriefLogFormatter(LogFormatter):
    """Does not log what the report says anyway."""

    def crawled(self, request: Any, response: Any, spider: Any) -> LogFormatterResult | None:  # type: ignore[override]
        """Log nothing: the report stands in place of a line for each request."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> None:  # type: ignore[override]
        """Log nothing: the report counts articles."""

    def dropped(  # type: ignore[override]
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> None:
        """Log nothing: the report says which article was dropped and why."""

    def spider_error(
        self, failure: Failure, request: Any, response: Response | Failure, spider: Spider
    ) -> LogFormatterResult:
        """Log for which answer a callback failed; at level DEBUG if the spider reports that itself."""
        line = super().spider_error(failure, request, response, spider)
        return {**line, "level": logging.DEBUG} if getattr(spider, "reports_errors", False) else line

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """Log for which item a pipeline failed."""
        return {
            "level": logging.DEBUG if isinstance(item, Article) else logging.ERROR,  # the report has articles
            "msg": "Error processing %(address)s",
            "args": {"address": getattr(item, "address", item)},
        }
