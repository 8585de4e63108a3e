"""Only what is all of an answer is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.spidermiddlewares.httperror import HttpError, HttpErrorMiddleware

from archiver.captures.body import WHOLE

if TYPE_CHECKING:
    from scrapy.http import Response

SUCCESS, REDIRECT = 200, 300


class WholeAnswersMiddleware(HttpErrorMiddleware):
    """Scrapy's middleware, for which every status of success is as good as another, keeping from spiders what a replay
    would not read: a part (206), what is yet to come (202), a status that nobody knows."""

    def process_spider_input(self, response: Response) -> None:  # type: ignore[override]
        """Raise HttpError for an answer that is not to be read."""
        if SUCCESS <= response.status < REDIRECT and response.status not in WHOLE:
            raise HttpError(response, "Ignoring an answer that is not whole")
        super().process_spider_input(response)
