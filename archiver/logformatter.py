"""What Scrapy logs of articles: their address, not their whole content."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Response
    from scrapy.logformatter import LogFormatterResult
    from twisted.python.failure import Failure


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

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """Say at which article a pipeline failed."""
        return {
            "level": logging.ERROR,
            "msg": "Error processing %(address)s",
            "args": {"address": getattr(item, "address", item)},
        }
