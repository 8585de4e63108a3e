"""`archiver get ADDRESS…`: fetch articles and write their posts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from scrapy.crawler import AsyncCrawlerProcess

from archiver.commands.display import Display, print_line
from archiver.commands.options import add_settings_options, add_warc_option, settings_from
from archiver.crawl import run_crawler
from archiver.errors import UsageError
from archiver.scrapy_settings import scrapy_settings
from archiver.spiders.share import ShareSpider
from archiver.statuses import FAILED, INTERRUPTED

if TYPE_CHECKING:
    import argparse


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "get",
        help="fetch articles by address or id and write their posts",
        description="Fetch articles and write their posts. The exit status is 0 only if every address gave a post.",
    )
    parser.add_argument("addresses", nargs="+", metavar="ADDRESS", help="an address or id; - reads a list, one a line")
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each address")
    add_warc_option(parser, "without, only if the recipe says so")
    add_settings_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Fetch what `arguments` name and return the exit status."""
    addresses = list(_expand(arguments.addresses, sys.stdin))
    if not addresses:
        raise UsageError("no address was given")
    process = AsyncCrawlerProcess(scrapy_settings(settings_from(arguments)))
    crawler = process.create_crawler(ShareSpider)
    with Display(crawler, unit="article", total=len(addresses), json_lines=arguments.json) as display:
        report = run_crawler(process, crawler, display.show, urls=addresses)
    if arguments.json:
        print(report.summary(), file=sys.stderr)
    else:
        print_line(report.summary())
    if report.interrupted:
        return INTERRUPTED
    return FAILED if report.failed else 0


def _expand(addresses: list[str], stdin: TextIO) -> list[str]:
    """Return `addresses`, with the lines of standard input in place of each `-`."""
    expanded: list[str] = []
    for address in addresses:
        if address == "-":
            expanded += [line.strip() for line in stdin if line.strip() and not line.lstrip().startswith("#")]
        else:
            expanded.append(address)
    return expanded
