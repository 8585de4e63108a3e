"""`archiver adopt DIR`: take an existing archive into its index, say what is broken, and repair it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.crawler import AsyncCrawlerProcess

from archiver.adoption import HEADINGS, Repair, Survey, adopt
from archiver.adoption.lost import Lost
from archiver.commands.display import print_line, print_problems
from archiver.commands.options import add_settings_options, settings_from
from archiver.crawl import run_crawler
from archiver.errors import UsageError
from archiver.index import Index
from archiver.manifest import add_manifest
from archiver.places import POSTS
from archiver.recipes import recipes_for
from archiver.scrapy_settings import scrapy_settings
from archiver.spiders.share import ShareSpider
from archiver.statuses import FAILED, INTERRUPTED

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from scrapy.crawler import Crawler

    from archiver.extensions.report import Result
    from archiver.recipes import Recipe


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "adopt",
        help="read the posts of an existing archive into its index",
        description="Read the posts of an existing archive into its index, and say what is broken. No post is changed "
        "without --repair. The exit status is 0 only if nothing is broken, or everything was repaired.",
    )
    parser.add_argument("directory", metavar="DIR", help="the archive, or its _posts")
    parser.add_argument("--repair", action="store_true", help="repair what can be repaired; earlier contents are kept")
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each problem")
    add_settings_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Adopt the archive that `arguments` name and return the exit status."""
    if arguments.output or arguments.force:
        raise UsageError("adopt takes neither --output nor --force: posts stay in DIR")
    output = _archive(Path(arguments.directory))
    settings = settings_from(arguments, ARCHIVER_OUTPUT=str(output), ARCHIVER_FORCE=True)
    process = AsyncCrawlerProcess(scrapy_settings(settings))
    crawler = process.create_crawler(ShareSpider)
    try:
        survey = _adopt(output, process, crawler, repair=arguments.repair)
    except KeyboardInterrupt:
        return INTERRUPTED
    _show(survey, json_lines=arguments.json)
    return FAILED if survey.broken else 0


def _archive(directory: Path) -> Path:
    """Return the archive that a directory is, or is the posts of. Raises UsageError."""
    if (directory / POSTS).is_dir():
        return directory
    if directory.is_dir():
        # By the name that was given first: the posts may be a link to a directory elsewhere.
        for path in (directory, directory.resolve()):
            if path.name == POSTS:
                return path.parent
    raise UsageError(f"{directory}: no {POSTS} there; name the directory of an archive")


def _adopt(output: Path, process: AsyncCrawlerProcess, crawler: Crawler, *, repair: bool) -> Survey:
    """Adopt and, if so asked, repair. What is left to fetch is fetched when the index is closed: a crawl opens it."""
    recipes: Mapping[str, Recipe] = recipes_for(crawler.settings)
    index = Index.open(output)
    try:
        survey = adopt(output, index, recipes)
        index.mark_complete()
        lost = Lost(output, recipes, survey)
        references = []
        if repair:
            Repair(output, index, recipes, survey).run()
            references = lost.references(index)
        add_manifest(output, index)
    finally:
        index.close()
    if references:
        reasons: dict[str, str] = {}

        def note(result: Result) -> None:
            reasons[result.address] = result.reason

        run_crawler(process, crawler, note, references=references)
        lost.settle(reasons)
    return survey


def _show(survey: Survey, *, json_lines: bool) -> None:
    """Print the problems, and last what was adopted."""
    if json_lines:
        for problem in survey.problems:
            print_line(json.dumps(problem._asdict(), ensure_ascii=False))
        sys.stderr.write(f"{survey.summary()}\n")
        return
    print_problems(survey.problems, HEADINGS)
    print_line(survey.summary())
