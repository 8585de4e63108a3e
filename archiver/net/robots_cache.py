"""A cache of robots.txt, so that not every run asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.http import Response, TextResponse

from archiver.clock import SECOND
from archiver.crawl_archive import archive_of

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler

    from archiver.crawl_archive import ArchiveExtension

MAX_KEPT_MICROS = 6 * 3600 * SECOND  # RFC 9309, 2.4, allows a day
# Whether there is one is certain; any other status may be passing trouble.
CERTAIN_STATUSES = frozenset({200, 404, 410})


class RobotsCacheMiddleware:
    """Keeps each site's robots.txt in the index, and answers requests for it from there."""

    def __init__(self, archive: ArchiveExtension) -> None:
        self._archive = archive

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of a crawl."""
        return cls(archive_of(crawler))

    async def process_request(self, request: Request) -> Response | None:
        """Return the robots.txt that is kept, None if the request is for something else, or none is kept."""
        kept = await self._archive.kept_robots(request.url, MAX_KEPT_MICROS) if _is_robots(request) else None
        if kept is None:
            return None
        return TextResponse(request.url, status=kept.status, body=kept.body, request=request, flags=["kept"])

    def process_response(self, request: Request, response: Response) -> Response:
        """Return `response`. If it is for a robots.txt, keep it; that there is none is kept, too."""
        if _is_robots(request) and response.status in CERTAIN_STATUSES and "kept" not in response.flags:
            self._archive.keep_robots(request.url, response.status, response.body)
        return response


def _is_robots(request: Request) -> bool:
    return "dont_obey_robotstxt" in request.meta and urlsplit(request.url).path == "/robots.txt"
