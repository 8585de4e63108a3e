"""robots.txt, asked for once in a while and not in every run."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.http import Response, TextResponse

from archiver.clock import SECOND, now
from archiver.crawl_archive import archive_of

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler

    from archiver.crawl_archive import ArchiveExtension

KEPT = 6 * 3600 * SECOND  # RFC 9309, 2.4, allows a day
SAYS_SO = frozenset({200, 404, 410})  # there is one, or there is none; all else may be a passing trouble


class RobotsCacheMiddleware:
    """Keeps each site's robots.txt in the index, and answers with it."""

    def __init__(self, archive: ArchiveExtension) -> None:
        self._archive = archive

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of a crawl."""
        return cls(archive_of(crawler))

    async def process_request(self, request: Request) -> Response | None:
        """Return the robots.txt that is kept, if that is what is asked for."""
        session = self._archive.session
        if session is None or not _is_robots(request):
            return None
        kept = await session.index.run(lambda index: index.hosts.robots(request.url, now() - KEPT, now()))
        if kept is None:
            return None
        return TextResponse(request.url, status=kept.status, body=kept.body, request=request, flags=["kept"])

    async def process_response(self, request: Request, response: Response) -> Response:
        """Return `response`; a robots.txt is kept, and also that there is none."""
        session = self._archive.session
        if session and _is_robots(request) and response.status in SAYS_SO and "kept" not in response.flags:
            url, status, body = request.url, response.status, response.body
            await session.index.run(lambda index: index.hosts.keep_robots(url, status, body, now()))
        return response


def _is_robots(request: Request) -> bool:
    return "dont_obey_robotstxt" in request.meta and urlsplit(request.url).path == "/robots.txt"
