"""Answers that are at hand already, given in place of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import TextResponse

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from archiver.index import Answer

KEPT = "archiver_kept_answer"  # in a request's meta: an Answer


class KeptAnswersMiddleware:
    """Answers a request with what its `meta` holds; from there on it looks like any other answer."""

    def process_request(self, request: Request) -> Response | None:
        """Return the answer that `request` carries, None if it must be asked."""
        answer: Answer | None = request.meta.get(KEPT)
        if answer is None:
            return None
        return TextResponse(
            answer.url,
            headers={"Content-Type": answer.content_type} if answer.content_type else {},
            body=answer.body,
            request=request,
            flags=["kept"],
        )
