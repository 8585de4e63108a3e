"""Why a request failed, in words for its user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import exceptions
from scrapy.spidermiddlewares.httperror import HttpError

from archiver.net.backoff import retry_after

if TYPE_CHECKING:
    from twisted.python.failure import Failure

ADVICE = {
    401: "the page wants a login",
    403: "the site refuses us; set ARCHIVER_CONTACT, slow down, or ask its owner",
    404: "there is no such article, or it was withdrawn",
    410: "the article was withdrawn",
    429: "too many requests; try again later, with a longer DOWNLOAD_DELAY",
}


def explain(failure: Failure) -> str:
    """Return what went wrong with a request, and where there is something to do about it, what."""
    error = failure.value
    if isinstance(error, HttpError):
        response = error.response
        advice = ADVICE.get(response.status) or (
            "the site is in trouble; try again later" if response.status >= 500 else ""
        )
        wait = f", it asks to wait {retry_after(response):.0f} s" if retry_after(response) else ""
        return f"HTTP status {response.status}{f': {advice}' if advice else ''}{wait}"
    if isinstance(error, exceptions.IgnoreRequest) and "robots.txt" in str(error):
        return "forbidden by the site's robots.txt"
    if isinstance(error, exceptions.DownloadTimeoutError):
        return "no answer in time (DOWNLOAD_TIMEOUT)"
    if isinstance(error, exceptions.CannotResolveHostError):
        return f"the host was not found or may not be asked: {error}"
    return str(error) or type(error).__name__
