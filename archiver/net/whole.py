"""Keeps incomplete answers from spiders, such as parts (status 206)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.spidermiddlewares.httperror import HttpError, HttpErrorMiddleware

from archiver.captures.body import WHOLE_STATUSES

if TYPE_CHECKING:
    from scrapy.http import Response

FIRST_SUCCESS, FIRST_REDIRECT = 200, 300


class WholeAnswersMiddleware(HttpErrorMiddleware):
    """Scrapy's middleware passes every status 2xx on to spiders. This one also refuses those that a replay would not
    read: a part (206), an answer that is still to come (202), an unknown status."""

    def process_spider_input(self, response: Response) -> None:  # type: ignore[override]
        """Raise HttpError for a response that spiders must not get."""
        if FIRST_SUCCESS <= response.status < FIRST_REDIRECT and response.status not in WHOLE_STATUSES:
            raise HttpError(response, "Ignoring an answer that is not whole")
        super().process_spider_input(response)
