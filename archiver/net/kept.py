"""Answers that are at hand already, given in place of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import TextResponse

from archiver.recorder import recorder

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from archiver.index import Answer
    from archiver.recorder import Recorder

KEPT = "archiver_kept_answer"  # in a request's meta: an Answer


class KeptAnswersMiddleware:
    """Answers a request with what its `meta` holds, or with what was captured; from there on it looks like any other
    answer. A capture that cannot be read any more is asked for again."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of a crawl."""
        return cls(recorder(crawler))

    async def process_request(self, request: Request) -> Response | None:
        """Return the answer that `request` carries, None if it must be asked."""
        answer: Answer | None = request.meta.get(KEPT)
        if answer is None:
            return None
        body, content_type = answer.body, answer.content_type
        if body is None:
            captured = await self._recorder.answer(request.cb_kwargs["evidence"])
            if captured is None:
                request.cb_kwargs.update(fetched=None, evidence=None)
                return None
            body, content_type = captured.body, captured.content_type
        return TextResponse(
            answer.url,
            headers={"Content-Type": content_type} if content_type else {},
            body=body,
            request=request,
            flags=["kept"],
        )
