"""Requests for an answer only if it is another version (RFC 9110, 13): what to keep, and what to send. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.index import Validators

if TYPE_CHECKING:
    from scrapy.http import Response

NOT_MODIFIED = 304


def validators_of(response: Response) -> Validators:
    """Return what `response` says of its version: ETag and Last-Modified."""
    etag, modified = response.headers.get("ETag") or b"", response.headers.get("Last-Modified") or b""
    return Validators(etag.decode("latin-1"), modified.decode("latin-1"))


def conditional(validators: Validators) -> dict[str, str]:
    """Return headers that ask for an answer only if it is another version than that; none if nothing is known of it."""
    headers = {"If-None-Match": validators.etag, "If-Modified-Since": validators.modified}
    return {name: value for name, value in headers.items() if value}
