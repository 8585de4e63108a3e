"""Telling somebody of alarms: a command gets the report on standard input, or it is posted to an address. A failure
here is reported, but does not end the run."""

from __future__ import annotations

import http.client
import json
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import archiver
from archiver.errors import os_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TIMEOUT_SECONDS = 60  # seconds


class _NoRedirect(HTTPRedirectHandler):
    """Follows no redirect: the report goes only to the address that the user gave."""

    def redirect_request(self, *_args: object, **_named: object) -> None:
        """Return no further request."""


def notify(report: Mapping[str, Any], command: str, address: str) -> Iterator[str]:
    """Send `report` as JSON to `command` (a shell command that reads standard input) and to `address` (with POST), if
    they are not empty. Yield a line for each failure, without the address's path, which may be a secret."""
    content = json.dumps(report, ensure_ascii=False).encode("utf-8", "backslashreplace")
    if command and (problem := _run(command, content)):
        yield f"ARCHIVER_ON_ALARM: {problem}"
    if address and (problem := _post(address, content)):
        yield f"ARCHIVER_ON_ALARM_POST: {urlsplit(address).hostname}: {problem}"


def _run(command: str, content: bytes) -> str:
    try:
        result = subprocess.run(["sh", "-c", command], input=content, check=False, timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        return f"`{command}` had not ended after {TIMEOUT_SECONDS} s"
    except OSError as error:
        return f"`{command}` cannot be run: {os_reason(error)}"
    return f"`{command}` ended with status {result.returncode}" if result.returncode else ""


def _post(address: str, content: bytes) -> str:
    headers = {"Content-Type": "application/json", "User-Agent": f"archiver/{archiver.__version__}"}
    request = Request(address, data=content, headers=headers)
    try:
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS):
            return ""
    except HTTPError as error:
        error.close()
        return f"answered with status {error.code}"
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        return f"the report could not be sent: {os_reason(reason) if isinstance(reason, OSError) else reason}"
