"""Which pages a browser draws before they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import HtmlResponse

from archiver.browser import LOADED_META_KEY, browser_of
from archiver.net.budget import BudgetMiddleware
from archiver.net.kept import CAPTURE_META_KEY
from archiver.recipes import site_for, sites_for

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from archiver.recipes import Recipe


class PageDrawer:
    """Has the browser of a crawl draw pages: those for which a recipe asks that, and others as ARCHIVER_BROWSER
    says."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._which: str = crawler.settings["ARCHIVER_BROWSER"]
        self._sites = [site for site in sites_for(crawler.settings) if site.browser]

    def wants(self, response: Response, recipe: Recipe | None = None, page: str = "") -> bool:
        """Return whether a page is to be drawn before it is read. recipe, page: the recipe of the article, and the name
        of the page in it, if they are known."""
        if not _can_be_drawn(response):
            return False
        rules = next((one for one in recipe.pages if one.name == page), None) if recipe else None
        if rules and rules.format == "json":
            return False
        said = bool(rules and rules.browser) or site_for(response.url, None, self._sites) is not None
        return said or self._which == "always"

    def wants_refused(self, response: Response) -> bool:
        """Return whether to draw a page that was refused because it shows nothing without its scripts."""
        return self._which == "refused" and _can_be_drawn(response)

    async def draw(self, response: Response) -> Response:
        """Return a page as it is drawn. Raises BrowserError; BudgetSpentError if the run is over before."""
        budget = self._crawler.get_downloader_middleware(BudgetMiddleware)
        drawing = browser_of(self._crawler).draw(response)
        return await (budget.in_hand(drawing) if budget else drawing)


def _can_be_drawn(response: Response) -> bool:
    """Return whether a response is HTML that has come from the network and has not been drawn yet."""
    return isinstance(response, HtmlResponse) and not {CAPTURE_META_KEY, LOADED_META_KEY} & response.meta.keys()
