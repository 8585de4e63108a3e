"""`archiver crawl [SOURCE[/LISTING]…]`: read listings, fetch what is new, write the posts."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from scrapy.crawler import AsyncCrawlerProcess

from archiver.commands.display import Display, print_line, print_table
from archiver.commands.options import add_settings_options, add_warc_option, settings_from
from archiver.crawl import run_crawler
from archiver.scrapy_settings import scrapy_settings
from archiver.signals import article_due
from archiver.spiders.listing import ListingSpider

if TYPE_CHECKING:
    import argparse

    from archiver.addresses import Reference
    from archiver.extensions.report import Report

OPTIONS = {
    "recheck": "ARCHIVER_RECHECK",
    "max_requests": "ARCHIVER_MAX_REQUESTS",
    "max_seconds": "ARCHIVER_MAX_SECONDS",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "crawl",
        help="read listings, fetch what is new and write the posts",
        description="Read listings, fetch the articles that are new, and those that are due again, and write their "
        "posts. The exit status is 0 if all went well, 1 if an article failed, 3 if a source went quiet or worse, "
        "75 if another run is at work.",
    )
    parser.add_argument(
        "listings", nargs="*", metavar="SOURCE[/LISTING]", help="what to read; of a source all listings, by default all"
    )
    parser.add_argument("--since", default="", metavar="DATE", help="fetch only articles published then or later")
    parser.add_argument("--limit", default=0, metavar="N", help="fetch at most N articles; the rest stays due")
    parser.add_argument("--pages", default=0, metavar="N", help="read N pages of listings that have several")
    parser.add_argument("--recheck", metavar="SPAN", help="look again at all articles saved this long ago or less (2d)")
    parser.add_argument("--max-requests", metavar="N", help="make at most N requests (ARCHIVER_MAX_REQUESTS)")
    parser.add_argument("--max-seconds", metavar="N", help="ask for nothing more after that (ARCHIVER_MAX_SECONDS)")
    parser.add_argument("--dry-run", action="store_true", help="read the listings, print what is due, write nothing")
    parser.add_argument("--json", action="store_true", help="print the report of the run as JSON")
    add_warc_option(parser, "without, unless the recipe says no")
    add_settings_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Crawl what `arguments` name and return the exit status."""
    options = {setting: getattr(arguments, option) for option, setting in OPTIONS.items()}
    settings = settings_from(arguments, **options, ARCHIVER_DRY_RUN=arguments.dry_run or None)
    process = AsyncCrawlerProcess(scrapy_settings(settings))
    crawler = process.create_crawler(ListingSpider)
    count = 0

    def due(reference: Reference) -> None:
        nonlocal count
        count += 1
        title = reference.known.get("title", "")
        print_line(f"{reference.recipe.name} {reference.id} {','.join(reference.forms)} {title}".rstrip())

    crawler.signals.connect(due, article_due)
    with Display(crawler, unit="article") as display:
        report = run_crawler(
            process,
            crawler,
            display.show,
            listings=arguments.listings,
            since=arguments.since,
            limit=arguments.limit,
            pages=arguments.pages,
        )
    _show(report, as_json=arguments.json, due=count if arguments.dry_run else None)
    return report.exit_status


def _show(report: Report, *, as_json: bool, due: int | None) -> None:
    """Show what a run came to. due: in a dry run, how many articles would have been asked for."""
    for alarm in report.alarms:
        print(f"archiver: ALARM: {alarm}", file=sys.stderr)
    content = report.as_dict()
    if content["notice"]:
        print(f"archiver: {content['notice']}", file=sys.stderr)
    if as_json:
        print_line(json.dumps(content, ensure_ascii=False, indent=1))
        return
    if due is not None:
        print_line(f"{due} articles are due")
        return
    if sys.stdout.isatty():
        rows = [
            [one["listing"], one["listed"], one["new"], one["saved"], one["failed"], "; ".join(one["alarms"])]
            for one in content["listings"]
        ]
        print_table(["listing", "listed", "new", "saved", "failed", ""], rows)
        print_line(f"{content['requests']} requests, {content['bytes']:,} bytes, {content['duration']:.1f} s")
    left = "; the budget is spent, the rest is for the next run" if content["budget_spent"] else ""
    print_line(report.summary() + left)
