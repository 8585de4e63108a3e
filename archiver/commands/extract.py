"""`archiver extract PAGE`: read news pages of any site, without an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.captures.regions import CAPTURE_NAME_PATTERN
from archiver.commands.display import count, print_json, print_line, say
from archiver.commands.inputs import advice, each_page
from archiver.commands.options import (
    add_browser_option,
    add_engine_options,
    add_paywall_option,
    add_setting_option,
    archive_from,
)
from archiver.errors import NeedsScriptsError, NotAnArticleError, UsageError, fault
from archiver.exports.inline import Dialect
from archiver.exports.pure_markdown import markdown_of_html
from archiver.reading import read_page
from archiver.recipes import site_for
from archiver.statuses import FAILED
from archiver.suggestions import did_you_mean

if TYPE_CHECKING:
    import argparse

    from archiver.archive import Archive
    from archiver.commands.inputs import InputPage
    from archiver.reading import Reading

FORMAT = "parquet"
FIELDS = (
    *("address", "canonical", "title", "published", "modified", "authors", "source", "language", "description"),
    *("image", "paywalled", "html", "text", "rules"),
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "extract",
        help="read news pages of any site, from files or from their addresses, without an archive",
        description="Read news pages of any site, from files or from their addresses, and print a line of JSON for "
        "each: what it says, and which rule gave each field; or `refused`, with the reason, if it is no article. What "
        "is at an address is fetched as politely as any article; no archive is made, and nothing is written. The exit "
        "status is 0 only if every page is an article.",
    )
    parser.add_argument(
        "pages", nargs="+", metavar="PAGE", help="files, directories of them, addresses, `-` for standard input"
    )
    parser.add_argument(
        "--address",
        metavar="ADDRESS",
        help="where pages in files came from; relative links in them are resolved against it",
    )
    parser.add_argument("--markdown", action="store_true", help="print Markdown, for a person to read")
    add_browser_option(parser)
    parser.add_argument(
        "--to",
        nargs=2,
        metavar=("parquet", "DIR"),
        help="read captures (WARC and WACZ files, directories of them) into tables of Parquet in a directory; captures "
        "that it has already are not read again",
    )
    add_engine_options(parser)
    add_paywall_option(parser)
    add_setting_option(parser)
    parser.set_defaults(run=run, output=None)


def run(arguments: argparse.Namespace) -> int:
    """Read the pages and return the exit status."""
    archive = archive_from(arguments)
    if arguments.to:
        return _to_tables(archive, arguments)
    if arguments.engine or arguments.jobs is not None:
        raise UsageError("--engine and --jobs: are for captures; say where their pages go: --to parquet DIR")
    reader = _Reader(archive, markdown=arguments.markdown)
    stopped = each_page(arguments.pages, archive, arguments.address, reader.take)
    return stopped or reader.status


def _to_tables(archive: Archive, arguments: argparse.Namespace) -> int:
    """Read captures into tables and return the exit status."""
    name, directory = arguments.to
    if name != FORMAT:
        raise UsageError(f"--to {name}: no such format{did_you_mean(name, [FORMAT])}; there is {FORMAT}")
    if arguments.markdown or arguments.address:
        raise UsageError("--markdown and --address: are for pages in files, not for --to")
    extraction = archive.extract_captures(*arguments.pages, to=directory, engine=arguments.engine, jobs=arguments.jobs)
    for reason in extraction.broken:
        say(reason)
    done_before = (
        f"; {extraction.there:,} of {extraction.parts + extraction.there:,} parts were there"
        if extraction.there
        else ""
    )
    print_line(f"{count(extraction.articles, 'article')}, {count(extraction.refused, 'page')} refused{done_before}")
    return FAILED if extraction.broken else 0


class _Reader:
    """Reads pages and prints what they say."""

    def __init__(self, archive: Archive, *, markdown: bool) -> None:
        self._archive = archive
        self._sites = archive.sites
        self._markdown = markdown
        self._keep_paywalled: bool = archive.configuration["ARCHIVER_KEEP_PAYWALLED"]
        self._draws: bool = archive.configuration["ARCHIVER_BROWSER"] == "always"
        self._between = ""  # printed before the next article: a blank line after the first one
        self.status = 0

    def take(self, page: InputPage) -> None:
        """Read one page."""
        name = {"asked": page.name, "address": page.address} if page.is_fetched else {"file": page.name}
        if page.problem:
            self._fail(page.name, page.problem, {**name, "failed": page.problem})
            return
        try:
            reading = read_page(
                page.content,
                page.address,
                content_type=page.content_type,
                fetched=page.fetched,
                keep_paywalled=self._keep_paywalled,
                recipe=site_for(page.address, page.fetched, self._sites),
            )
        except NotAnArticleError as error:
            hint = advice(self._archive, page.name, page.address)
            if isinstance(error, NeedsScriptsError) and page.is_fetched and not self._draws:
                hint = hint or "--browser has a browser draw it"
            if not page.is_fetched and CAPTURE_NAME_PATTERN.search(page.name):
                hint = "the pages in a capture are read with --to parquet DIR"
            record = {**name, "refused": error.reason, "evidence": error.evidence, **({"advice": hint} if hint else {})}
            self._fail(page.name, "; ".join(filter(None, [str(error), hint])), record)
            return
        except Exception as error:  # it costs this page alone
            self._fail(page.name, fault(error), {**name, "failed": fault(error)})
            return
        if self._markdown:
            print_line(f"{self._between}{_markdown(reading)}")
            self._between = "\n"
        else:
            print_json({**name, **{field: getattr(reading, field) for field in FIELDS}})

    def _fail(self, name: str, reason: str, record: dict[str, str | None]) -> None:
        self.status = FAILED
        if self._markdown:
            say(f"{name}: {reason}")
        else:
            print_json(record)


def _markdown(reading: Reading) -> str:
    facts: list[Any] = [", ".join(reading.authors), reading.source, reading.published and reading.published.isoformat()]
    if reading.paywalled:
        facts.append("for those who pay: perhaps only its beginning")
    head = [f"# {reading.title or ''}".rstrip(), " · ".join(str(one) for one in facts if one)]
    return "\n\n".join([*filter(None, head), markdown_of_html(reading.html, Dialect.HUGO)])
