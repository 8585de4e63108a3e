"""`archiver worker`: crawl together with other workers, on this machine and on others that share the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.commands.alarms import add_alarm_options, alarm_settings, tell_of_alarms
from archiver.commands.display import Display, print_alarms
from archiver.commands.options import add_fetching_options, archive_from

if TYPE_CHECKING:
    import argparse

    from archiver.run_report import RunReport


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "worker",
        help="crawl together with other workers, run after run",
        description="Join the run that other workers of the archive have begun, or begin one; then wait for the next "
        "run, until a signal ends the worker. Any number of workers may come and go, on any number of machines that "
        "share the directory of the archive and an index on a server. `archiver status` shows them. With --until-idle "
        "the exit status is that of a crawl: the last worker to leave reports the whole run, the others what they did "
        "themselves.",
    )
    parser.add_argument(
        "listings",
        nargs="*",
        metavar="SOURCE[/LISTING]|ADDRESS",
        help="what to read in runs that this worker begins, as for `archiver crawl`; by default everything",
    )
    parser.add_argument(
        "--every", default="15m", metavar="SPAN", help="begin a run this long after the last one has ended (15m)"
    )
    parser.add_argument("--until-idle", action="store_true", help="end when nothing is left to do in a run")
    add_alarm_options(parser)
    add_fetching_options(parser, "default: yes, unless the recipe says no")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Work, and return the exit status."""
    archive = archive_from(arguments, **alarm_settings(arguments))
    with Display(archive.output, progress=not (arguments.quiet or arguments.no_progress)) as display:

        def tell(report: RunReport) -> None:
            if report.alarms:
                print_alarms(report.alarms, start="archiver: ")
                tell_of_alarms(archive, report.content)

        report = archive.work(
            *arguments.listings,
            every=arguments.every,
            until_idle=arguments.until_idle,
            listener=display.show,
            on_report=tell,
        )
    return report.exit_status
