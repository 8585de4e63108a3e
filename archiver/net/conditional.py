"""Conditional requests, which ask for an answer only if it has changed (RFC 9110, 13): what to keep of an answer, and
what to send. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.index import Validators

if TYPE_CHECKING:
    from scrapy.http import Response

NOT_MODIFIED = 304


def validators_of(response: Response) -> Validators:
    """Return the validators of `response`: its ETag and Last-Modified, empty if it has none."""
    etag, modified = response.headers.get("ETag") or b"", response.headers.get("Last-Modified") or b""
    return Validators(etag.decode("latin-1"), modified.decode("latin-1"))


def conditional(validators: Validators) -> dict[str, str]:
    """Return request headers that ask for an answer only if it has changed since the one with these validators; no
    headers if there are no validators."""
    headers = {"If-None-Match": validators.etag, "If-Modified-Since": validators.modified}
    return {name: value for name, value in headers.items() if value}
