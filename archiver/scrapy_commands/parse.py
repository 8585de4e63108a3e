"""`scrapy parse ADDRESS`, which goes on to the page with the article: a share address gives a page without text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.commands.parse import Command as ParseCommand

if TYPE_CHECKING:
    import argparse

DEFAULT_DEPTH = 2  # requests: the address itself, and the page that holds the article


class Command(ParseCommand):
    """Scrapy's command, one request deeper unless `--depth` says otherwise. Nothing goes into the archive."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of the command."""
        super().add_options(parser)
        parser.set_defaults(depth=DEFAULT_DEPTH)
