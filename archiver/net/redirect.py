"""Redirects, followed only to where a crawl may be led."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest

from archiver.net.guard import NO_ADDRESS_REASON, Guard

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
# A redirect may lead from http to https, never back, and to no other scheme.
ALLOWED_SCHEMES = {"http": {"http", "https"}, "https": {"https"}}


class GuardedRedirectMiddleware(RedirectMiddleware):
    """Scrapy's redirects. Those that lead to another scheme or into a private network are refused, with a reason."""

    guard: Guard | None = None

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Return the request to follow, or the response. Raises IgnoreRequest for a redirect that is refused."""
        if response.status not in REDIRECT_STATUSES or not (location := response.headers.get("Location")):
            return response
        if request.meta.get("dont_redirect"):  # the caller handles it
            return response
        try:
            followed = super().process_response(request, response)
        except IgnoreRequest as error:
            raise IgnoreRequest(f"redirects in a circle, or more than {self.max_redirect_times} times") from error
        except ValueError:
            followed = response
        # Judged by the request that would be made, not by the Location itself, which Scrapy may have corrected.
        target = location.decode("latin-1").strip() if followed is response else followed.url
        if reason := self._refusal(request.url, target):
            raise IgnoreRequest(f"redirects to {target}, {reason}")
        return followed

    def _refusal(self, source: str, target: str) -> str:
        """Return why the redirect must not be followed; empty if it may be."""
        try:
            scheme = urlsplit(target).scheme
        except ValueError:
            return NO_ADDRESS_REASON
        if scheme not in ALLOWED_SCHEMES[urlsplit(source).scheme]:
            return "where only the same scheme or https is followed"
        if self.guard is None:
            self.guard = Guard.from_crawler(self.crawler)
        return self.guard.refusal(target)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of a crawl. The base class would also look for Scrapy's Referer middleware here; it is
        turned off, and without it redirected requests have no Referer."""
        middleware = cls(crawler.settings)
        middleware.crawler = crawler
        return middleware
