"""Requests that are answered from captures, without asking the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import TextResponse

from archiver.crawl_archive import archive_of

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from archiver.captures import Capture
    from archiver.crawl_archive import ArchiveExtension

CAPTURE_META_KEY = "archiver_capture"  # in a request's meta: the Capture that answers it


class KeptAnswersMiddleware:
    """Answers a request from the capture that its `meta` names; spiders handle the response like any other. If the
    capture cannot be read any more, the source is asked."""

    def __init__(self, archive: ArchiveExtension) -> None:
        self._archive = archive

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of a crawl."""
        return cls(archive_of(crawler))

    async def process_request(self, request: Request) -> Response | None:
        """Return the answer from the capture, None if the source must be asked."""
        capture: Capture | None = request.meta.get(CAPTURE_META_KEY)
        if capture is None:
            return None
        session = await self._archive.open()
        captured = await session.recorder.read(capture)
        if captured is None:
            del request.meta[CAPTURE_META_KEY]
            return None
        headers = {"Content-Type": captured.content_type} if captured.content_type else {}
        return TextResponse(capture.url, headers=headers, body=captured.body, request=request, flags=["kept"])
