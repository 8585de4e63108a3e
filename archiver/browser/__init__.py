"""Pages that scripts draw: a browser that reaches nothing by itself, and asks for everything through the crawl."""

from archiver.browser.browser import LOADED_META_KEY, Browser, browser_of
from archiver.browser.keeping import PageKeeper
from archiver.browser.programs import look_for_browser

__all__ = ["LOADED_META_KEY", "Browser", "PageKeeper", "browser_of", "look_for_browser"]
