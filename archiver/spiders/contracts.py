"""A Scrapy contract for callbacks that read an article, with which `scrapy check` tests them."""

from __future__ import annotations

from typing import Any

from scrapy.contracts import Contract

from archiver.addresses import page_addresses, resolve
from archiver.recipes import load_recipes


class ArticleContract(Contract):
    """Ask for the first page of an article.

    @article ID, or SOURCE/ID where ids of several sources look alike
    """

    name = "article"

    def adjust_request_args(self, args: dict[str, Any]) -> dict[str, Any]:
        """Return `args` with the address in them. Raises UnknownAddressError for an id that no recipe knows."""
        reference = resolve(self.args[0], load_recipes().values())
        _, args["url"] = next(page_addresses(reference))
        return args
