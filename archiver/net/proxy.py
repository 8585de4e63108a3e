"""The proxy that the environment names for a request (`http_proxy`, `no_proxy`)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.request import proxy_bypass

from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.utils.httpobj import urlparse_cached

if TYPE_CHECKING:
    from scrapy import Request


class ProxyMiddleware(HttpProxyMiddleware):
    """Scrapy's middleware, which asks only once for each host whether it needs no proxy: to find out, Python reads the
    whole environment."""

    def __init__(self, auth_encoding: str | None = "latin-1") -> None:
        super().__init__(auth_encoding)
        self._is_direct = lru_cache(maxsize=8192)(proxy_bypass)

    def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Have a request go through the proxy for its host, if there is one."""
        address = urlparse_cached(request)
        if "proxy" in request.meta or address.scheme not in self.proxies:
            super().process_request(request)
        elif address.hostname and not self._is_direct(address.hostname):
            credentials, proxy = self.proxies[address.scheme]
            self._set_proxy_and_creds(request, proxy, credentials, address.scheme)
