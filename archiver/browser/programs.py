"""The programs that drawing pages needs: the library that controls a browser, and the system's Chromium. Nothing is
downloaded."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from archiver.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NO_LIBRARY = "Playwright is missing; to have it: pip install 'news-share-archiver[browser]'"
NO_CHROMIUM = (
    "Chromium is missing; to have it: apt-get install chromium; if it is there under another name, say which: "
    "-s ARCHIVER_BROWSER_PROGRAM=FILE"
)


def look_for_browser(settings: Mapping[str, Any]) -> str:
    """Return the file of the browser. Raises BrowserError, which says what is missing and how to get it."""
    if find_spec("playwright") is None:
        raise BrowserError(NO_LIBRARY)
    named = settings["ARCHIVER_BROWSER_PROGRAM"]
    programs = filter(None, map(shutil.which, [named] if named else PROGRAM_NAMES))
    if program := next(programs, None):
        return program
    raise BrowserError(f"{named}: there is no such program (ARCHIVER_BROWSER_PROGRAM)" if named else NO_CHROMIUM)
