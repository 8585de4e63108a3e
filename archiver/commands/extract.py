"""`archiver extract FILE|DIR|-`: read news pages that are at hand, without an archive and without the network."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.commands.display import print_json, print_line
from archiver.errors import NotAnArticleError, UsageError, os_reason
from archiver.exports.inline import Dialect
from archiver.exports.pure_markdown import markdown_of_html
from archiver.reading import read_page
from archiver.statuses import FAILED

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from archiver.reading import Reading

PAGES = (".html", ".htm", ".xhtml")
FIELDS = (
    *("address", "canonical", "title", "published", "modified", "authors", "source", "language", "description"),
    *("image", "paywalled", "html", "text", "rules"),
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "extract",
        help="read news pages from files, of any site, without an archive",
        description="Read news pages of any site from files, and print a line of JSON for each: what it says, and "
        "which rule gave each field; or `refused`, with the reason, if it is no article. Nothing is asked of anybody. "
        "The exit status is 0 only if every page is an article.",
    )
    parser.add_argument("paths", nargs="+", metavar="FILE|DIR|-", help="pages, directories of them, or standard input")
    parser.add_argument("--address", metavar="ADDRESS", help="where the page came from: relative links count from it")
    parser.add_argument("--markdown", action="store_true", help="print Markdown, for a person to read")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read the pages and return the exit status."""
    status = 0
    for name, content in _pages(arguments.paths):
        try:
            reading = read_page(content, arguments.address)
        except NotAnArticleError as error:
            status = FAILED
            if arguments.markdown:
                sys.stderr.write(f"archiver: {name}: {error}\n")
            else:
                print_json({"file": name, "refused": error.reason, "evidence": error.evidence})
            continue
        if arguments.markdown:
            print_line(_markdown(reading))
        else:
            print_json({"file": name, **{field: getattr(reading, field) for field in FIELDS}})
    return status


def _pages(paths: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the pages that `paths` name, with their names. Raises UsageError for one that cannot be read."""
    for text in paths:
        if text == "-":
            yield "-", sys.stdin.buffer.read()
            continue
        path = Path(text)
        files = sorted(file for file in path.rglob("*") if file.suffix.lower() in PAGES) if path.is_dir() else [path]
        if not files:
            raise UsageError(f"{path}: no page in it ({', '.join(PAGES)})")
        for file in files:
            try:
                yield str(file), file.read_bytes()
            except OSError as error:
                raise UsageError(f"{file}: cannot be read: {os_reason(error)}") from error


def _markdown(reading: Reading) -> str:
    told: list[Any] = [", ".join(reading.authors), reading.source, reading.published and reading.published.isoformat()]
    head = [f"# {reading.title or ''}".rstrip(), " · ".join(str(one) for one in told if one)]
    return "\n\n".join([*filter(None, head), markdown_of_html(reading.html, Dialect.HUGO)])
