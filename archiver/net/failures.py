"""Why a request failed, in words for its user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiohttp import ClientHttpProxyError, ClientResponseError, ServerDisconnectedError
from scrapy import exceptions
from scrapy.spidermiddlewares.httperror import HttpError

from archiver.errors import os_reason
from archiver.net.backoff import retry_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scrapy.http import Response
    from twisted.python.failure import Failure

FIRST_REDIRECT, FIRST_REFUSAL, FIRST_SERVER_ERROR = 300, 400, 500
ADVICE_OF_STATUS = {
    204: "an answer without content",
    206: "it is a part of what was asked for",
    304: "it says that nothing has changed, which was not asked",
    401: "the page wants a login",
    403: "the site refuses us; set ARCHIVER_CONTACT, slow down, or ask its owner",
    404: "there is no such article, or it was withdrawn",
    410: "the article was withdrawn",
    429: "too many requests; try again later, with a longer DOWNLOAD_DELAY",
}
LISTING_ADVICE = dict.fromkeys((404, 410), "there is nothing at this address; has the listing moved?")

OUR_MESSAGE_STARTS = ("the answer ", "its ")  # how messages of archiver.captures.body begin
# The part of a message of aiohttp that quotes the received bytes; and its message that a connection failed, with the
# reason in brackets.
SHOWN_BYTES_PATTERN = re.compile(r"(?: when reading)?: b['\"].*|:?\n\n.*", re.DOTALL)
CONNECTOR_MESSAGE_PATTERN = re.compile(r"Cannot connect to host \S+ ssl:.*?\[(?:\w+: )?(.*)\]", re.DOTALL)


def explain(failure: Failure, *, listing: bool = False) -> str:
    """Return what went wrong with a request, and what to do about it if there is something. listing: whether it was for
    a listing, not for an article."""
    return explain_error(failure.value, listing=listing)


def explain_error(error: BaseException | None, *, listing: bool = False) -> str:
    """Return what went wrong with a request, by the error that it ended with; as `explain`."""
    if isinstance(error, HttpError):
        return _explain_status(error.response, {**ADVICE_OF_STATUS, **LISTING_ADVICE} if listing else ADVICE_OF_STATUS)
    if isinstance(error, exceptions.IgnoreRequest) and str(error) == "Forbidden by robots.txt":
        return "forbidden by the site's robots.txt"
    if isinstance(error, exceptions.DownloadTimeoutError):
        return "no answer in time (DOWNLOAD_TIMEOUT)"
    if isinstance(error, exceptions.ResponseDataLossError):
        message = str(error)
        return (
            message
            if message.startswith(OUR_MESSAGE_STARTS)
            else "the answer is cut off: the connection closed before its end"
        )
    if isinstance(beneath := error.__cause__ if error else None, ServerDisconnectedError):
        return "the connection was closed before an answer came"
    if isinstance(beneath, ClientResponseError):
        return _explain_head(beneath)
    text = str(error) or type(error).__name__
    if "DOWNLOAD_MAXSIZE" in text or isinstance(error, exceptions.DownloadCancelledError):
        return "the answer is larger than DOWNLOAD_MAXSIZE allows"
    if match := CONNECTOR_MESSAGE_PATTERN.fullmatch(text):
        kind = "the host was not found" if isinstance(error, exceptions.CannotResolveHostError) else "no connection"
        return f"{kind}: {_cause(error) or match[1]}"
    return text


def _explain_head(error: ClientResponseError) -> str:
    """Return what is wrong with an answer whose head cannot be read, or that a proxy refused."""
    reason = " ".join(SHOWN_BYTES_PATTERN.sub("", error.message).split())
    if isinstance(error, ClientHttpProxyError):
        return f"the proxy refuses: status {error.status}{f' ({reason})' if reason else ''}"
    return f"the answer is no sound HTTP{f': {reason}' if reason else ''}"


def _cause(error: BaseException | None) -> str:
    """Return the reason that the operating system gave for a failed connection (aiohttp may show it as "None"); empty
    if there is none."""
    beneath = getattr(error.__cause__ if error else None, "os_error", None)
    return os_reason(beneath) if isinstance(beneath, OSError) else ""


def _explain_status(response: Response, known: Mapping[int, str]) -> str:
    status = response.status
    advice = known.get(status, "")
    if not advice and FIRST_REDIRECT <= status < FIRST_REFUSAL and not response.headers.get("Location"):
        advice = "a redirect that does not say where to"
    if not advice and status >= FIRST_SERVER_ERROR:
        advice = "the site is in trouble; try again later"
    wait = f", it asks to wait {retry_after(response):.0f} s" if retry_after(response) else ""
    return f"HTTP status {status}{f': {advice}' if advice else ''}{wait}"


def in_words(failures: Iterable[tuple[str, str]]) -> str:
    """Return failures as one text, hosts with the same reason together. failures: pairs of host and reason."""
    hosts: dict[str, list[str]] = {}
    for host, reason in failures:
        hosts.setdefault(reason, []).append(host)
    return "; ".join(f"{reason} ({', '.join(names)})" for reason, names in hosts.items())
