"""`scrapy crawl`, with an exit status that tells whether every article gave a post."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError

from archiver.crawl import run_crawler
from archiver.errors import ArchiverError
from archiver.statuses import status_of

if TYPE_CHECKING:
    import argparse


class Command(CrawlCommand):
    """Scrapy's command; its exit status also tells whether articles failed (1) or there were alarms (3)."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider that `args` names."""
        if len(args) != 1:
            raise UsageError("give the name of one spider")
        assert isinstance(self.crawler_process, AsyncCrawlerProcess)
        try:
            report = run_crawler(self.crawler_process, self._create_crawler(args[0]), **opts.spargs)
        except ArchiverError as error:
            sys.stderr.write(f"archiver: {error}\n")
            self.exitcode = status_of(error)
        else:
            self.exitcode = report.exit_status
