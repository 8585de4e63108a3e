"""`archiver get ADDRESS…`: fetch articles and write their posts."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, TextIO

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError
from tqdm import tqdm

from archiver.commands.options import add_settings_options, settings_from
from archiver.crawl import run_crawler
from archiver.spiders.share import ShareSpider

if TYPE_CHECKING:
    import argparse

    from archiver.extensions.report import Result

INTERRUPTED = 130  # as shells say it of a process that was stopped with Ctrl-C


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "get",
        help="fetch articles by address or id and write their posts",
        description="Fetch articles and write their posts. The exit status is 0 only if every address gave a post.",
    )
    parser.add_argument("addresses", nargs="+", metavar="ADDRESS", help="an address or id; - reads a list, one a line")
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each address")
    add_settings_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Fetch what `arguments` name and return the exit status."""
    addresses = list(_expand(arguments.addresses, sys.stdin))
    if not addresses:
        raise UsageError("no address was given")
    process = AsyncCrawlerProcess(settings_from(arguments))
    crawler = process.create_crawler(ShareSpider)
    output = crawler.settings["ARCHIVER_OUTPUT"]
    with tqdm(total=len(addresses), unit="article", disable=not sys.stderr.isatty(), leave=False) as progress:

        def show(result: Result) -> None:
            progress.update()
            if result.reason:
                where = f" (kept in {output}/_quarantine)" if result.outcome == "quarantined" else ""
                tqdm.write(f"archiver: {result.address}: {result.reason}{where}", file=sys.stderr)
            if arguments.json:
                _print(json.dumps(_as_json(result), ensure_ascii=False))

        report = run_crawler(process, crawler, show, urls=addresses)
    if arguments.json:
        print(report.summary(), file=sys.stderr)
    else:
        _print(report.summary())
    assert isinstance(crawler.spider, ShareSpider)
    if sum(report.counts.values()) < len(crawler.spider.wanted) + len(crawler.spider.unknown):
        return INTERRUPTED
    return 1 if report.failed else 0


def _expand(addresses: list[str], stdin: TextIO) -> list[str]:
    """Return `addresses`, with the lines of standard input in place of each `-`."""
    expanded: list[str] = []
    for address in addresses:
        if address == "-":
            expanded += [line.strip() for line in stdin if line.strip() and not line.lstrip().startswith("#")]
        else:
            expanded.append(address)
    return expanded


def _print(line: str) -> None:
    """Print `line`. Where nobody reads any more (`| head`), the articles are still wanted: the rest goes nowhere."""
    try:
        tqdm.write(line, file=sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _as_json(result: Result) -> dict[str, object]:
    article = result.article
    record: dict[str, object] = {"address": result.address, "outcome": result.outcome}
    if result.reason:
        record["reason"] = result.reason
    if article:
        record |= {
            "id": article.id,
            "recipe": article.recipe,
            "title": article.title,
            "published": article.published.isoformat() if article.published else None,
            "source": article.source,
            "path": article.path or None,
            "response_url": article.response_url,
            "fetched": article.fetched.isoformat(timespec="seconds"),
            "rules": article.rules,
        }
    return record
