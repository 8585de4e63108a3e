"""`archiver crawl [SOURCE[/LISTING]…]`: read listings, fetch what is new, write the posts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archiver.commands.alarms import add_alarm_options, alarm_settings, tell_of_alarms
from archiver.commands.display import (
    MAX_TITLE_WIDTH,
    Display,
    count,
    cut,
    print_alarms,
    print_json,
    print_line,
    print_table,
    say,
)
from archiver.commands.options import add_fetching_options, archive_from
from archiver.commands.site import build_site
from archiver.commands.wrapping import print_wrapped
from archiver.errors import StuckError, UsageError

if TYPE_CHECKING:
    import argparse

    from archiver.run_report import RunReport

SETTING_OF_OPTION = {
    "recheck": "ARCHIVER_RECHECK",
    "max_requests": "ARCHIVER_MAX_REQUESTS",
    "max_seconds": "ARCHIVER_MAX_SECONDS",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "crawl",
        help="read listings, fetch what is new and write the posts",
        description="Read the listings of sources and of followed sites; fetch the articles that are new, and those "
        "that are to be looked at again, and write their posts. The exit status is 0 if all went well, 1 if an article "
        "failed, 3 on an alarm (a source gives nothing any more, say), 75 if another run is at work.",
    )
    parser.add_argument(
        "listings",
        nargs="*",
        metavar="SOURCE[/LISTING]|ADDRESS",
        help="what to read: all listings of a source, one of them, or what the site at an address lists; `web`: all "
        "followed sites; by default everything",
    )
    parser.add_argument(
        "--since", default="", metavar="TIME", help="fetch only articles published then or later (2026-08-19, 2d)"
    )
    parser.add_argument(
        "--limit", default=0, metavar="N", help="fetch at most N articles (0: no limit); the rest stays due"
    )
    parser.add_argument("--pages", default=0, metavar="N", help="read N pages of listings that have several")
    parser.add_argument(
        "--recheck",
        metavar="SPAN",
        help="look again at all articles saved this long ago or less (2d); 0: look at none again",
    )
    parser.add_argument(
        "--retry",
        action="store_true",
        help="ask now for all articles that gave no post, whenever they failed: after you have mended a recipe, say",
    )
    parser.add_argument("--max-requests", metavar="N", help="make at most N requests (ARCHIVER_MAX_REQUESTS)")
    parser.add_argument(
        "--max-seconds", metavar="SPAN", help="make no more requests after this time: 90, 2m (ARCHIVER_MAX_SECONDS)"
    )
    parser.add_argument(
        "--workers", metavar="N", default="1", help="have N processes of this machine share the work (docs/scale.md)"
    )
    parser.add_argument("--dry-run", action="store_true", help="read the listings, print what is due, write nothing")
    parser.add_argument("--json", action="store_true", help="print the report of the run as JSON")
    add_alarm_options(parser)
    parser.add_argument("--site", action="store_true", help="build the site afterwards, as `archiver site build` does")
    add_fetching_options(parser, "default: yes, unless the recipe says no")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Crawl what `arguments` name and return the exit status."""
    options = {setting: getattr(arguments, option) for option, setting in SETTING_OF_OPTION.items()}
    options |= alarm_settings(arguments)
    archive = archive_from(arguments, **options, ARCHIVER_DRY_RUN=arguments.dry_run or None)
    progress = not (arguments.quiet or arguments.no_progress)
    try:
        with Display(archive.output, progress=progress) as display:
            report = archive.crawl(
                *arguments.listings,
                since=arguments.since,
                limit=arguments.limit,
                pages=arguments.pages,
                retry=arguments.retry,
                listener=display.show,
                on_request=display.wait_for,
                on_total=display.expect if display.is_shown else None,
                workers=_workers(arguments.workers),
            )
    except StuckError as error:
        tell_of_alarms(archive, {"alarms": [str(error)]})
        raise
    dry = bool(archive.configuration["ARCHIVER_DRY_RUN"])
    _show(report, as_json=arguments.json, dry=dry, quiet=arguments.quiet)
    if report.alarms and not dry:
        tell_of_alarms(archive, report.content)
    if arguments.site and not (dry or report.interrupted):
        built = build_site(archive, quiet=arguments.quiet)
        return report.exit_status or built
    return report.exit_status


def _workers(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"--workers: expected a number from 1 on, got {text!r}")
    return int(text)


def _show(report: RunReport, *, as_json: bool, dry: bool, quiet: bool) -> None:
    """Print the results of a run."""
    print_alarms(report.alarms, start="archiver: ")
    content = report.content
    if content["notice"]:
        say(content["notice"])
    if as_json:
        print_json(content, indent=1)
        return
    if dry:
        for due in report.due:
            title = cut(due.title, MAX_TITLE_WIDTH)
            print_wrapped(f"{due.recipe} {due.id} {','.join(due.forms)} {title}".rstrip())
        print_line(f"{count(len(report.due), 'article')} {'is' if len(report.due) == 1 else 'are'} due")
        return
    if quiet:
        return
    if sys.stdout.isatty():
        rows = [
            [
                listing["listing"],
                listing["listed"],
                listing["new"],
                listing["saved"],
                listing["failed"],
                "; ".join(listing["alarms"]),
            ]
            for listing in content["listings"]
        ]
        print_table(["listing", "listed", "new", "saved", "failed", ""], rows)
        print_line(f"{count(content['requests'], 'request')}, {content['bytes']:,} bytes, {content['duration']:.1f} s")
    left = "; the budget is spent, the rest is for the next run" if content["budget_spent"] else ""
    print_wrapped(report.summary() + left)
