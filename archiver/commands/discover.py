"""`archiver discover ADDRESS`: which feeds, sitemaps and links a site has, and which of them a crawl would read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archiver.addresses import web_address
from archiver.commands.display import count, cut, print_json, print_line, printable, say
from archiver.commands.options import add_setting_option, archive_from
from archiver.commands.wrapping import columns, wrap
from archiver.errors import UsageError
from archiver.statuses import FAILED, SIGNALLED
from archiver.views.plain import as_json, show_time

if TYPE_CHECKING:
    import argparse

    from archiver.discovery.entries import PageLink
    from archiver.discovery.offer import Offer, Source

HEADINGS = {"feed": "feeds", "index": "indexes of sitemaps", "sitemap": "sitemaps", "page": "pages of links"}
MAX_EXAMPLES = 5  # links of each kind that are shown
MAX_TITLE_LINES = 2
INDENT = 4


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "discover",
        help="show what a site has: feeds, sitemaps, links to articles, and what a crawl would read of it",
        description="Ask a site for what it offers of its articles: its robots.txt, the page at the address, the feeds "
        "and sitemaps that these name, and the well-known places of both; and show what was found, what a crawl would "
        "read of it, which links look like articles, and why. No article is fetched, and nothing is written. The exit "
        "status is 0 only if there are articles to read.",
    )
    parser.add_argument(
        "address", metavar="ADDRESS", help="a page of the site (its front page, a section), a feed, a sitemap"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print it as JSON, with all addresses")
    form.add_argument(
        "--articles",
        action="store_true",
        help="print the addresses of the articles, one a line, as `archiver get -` takes them",
    )
    add_setting_option(parser)
    parser.set_defaults(run=run, output=None)


def run(arguments: argparse.Namespace) -> int:
    """Ask the site, show what it has, and return the exit status."""
    address = web_address(arguments.address.strip())
    if not address:
        raise UsageError(f"{arguments.address}: no address of the web; expected one such as https://news.example.com/")
    offer, stopped = archive_from(arguments).discover(address)
    if stopped:
        return SIGNALLED + stopped
    if arguments.json:
        print_json(_as_json(offer), indent=1)
    elif arguments.articles:
        for address in offer.articles.values():
            print_line(address)
    elif not offer.problem:
        _show(offer, columns())
    if offer.problem or not offer.articles:
        say(f"{offer.address}: {offer.why_nothing}")
        return FAILED
    return 0


def _as_json(offer: Offer) -> dict[str, Any]:
    problem = {"problem": offer.problem} if offer.problem else {}
    return {
        "address": offer.address,
        **problem,
        "sources": [as_json(source) for source in offer.sources],
        "links": [as_json(link) for link in offer.links],
        "articles": list(offer.articles.values()),
    }


def _show(offer: Offer, width: int) -> None:
    print_line(printable(offer.address))
    for kind, heading in HEADINGS.items():
        sources = [source for source in offer.sources if source.kind == kind]
        if sources:
            print_line(f"\n{heading}")
        for source in sources:
            _show_source(source, width)
    if offer.links:
        _show_links(offer.links, width)
    read = sum(source.is_read for source in offer.sources)
    print_line("")
    _print(
        f"A crawl would read {read} of {count(len(offer.sources), 'source')}, which list "
        f"{count(len(offer.articles), 'article')} now.",
        width,
    )


def _show_source(source: Source, width: int) -> None:
    _print_address(f"{'+' if source.is_read else '-'} {source.address}")
    if source.title:
        _print(source.title, width, indent=INDENT, lines=MAX_TITLE_LINES)
    listed = count(len(source.articles), "article") if source.kind != "index" else count(source.others, "sitemap")
    other_pages = f" and {count(source.others, 'other page')}" if source.others and source.kind != "index" else ""
    newest = f", the newest of {show_time(source.newest)}" if source.newest else ""
    is_listing = source.articles or source.others
    _print(f"{listed}{other_pages}{newest}; {source.why}" if is_listing else source.why, width, indent=INDENT)
    for note in (*source.notes, *([f"not read: {source.reason}"] if source.reason else [])):
        _print(note, width, indent=INDENT)


def _show_links(links: tuple[PageLink, ...], width: int) -> None:
    for heading, shown in (
        ("links that look like articles", [link for link in links if link.is_article]),
        ("links that do not", [link for link in links if not link.is_article]),
    ):
        if shown:
            print_line(f"\n{heading}: {len(shown):,}")
        for link in shown[:MAX_EXAMPLES]:
            _print_address(link.address)
            _print(_reason(link, width - INDENT), width, indent=INDENT)
        if len(shown) > MAX_EXAMPLES:
            _print(f"… and {len(shown) - MAX_EXAMPLES:,} more (--json has all)", width, indent=2)


def _reason(link: PageLink, width: int) -> str:
    """Return the text of a link, and the whole reason why it is an article or not; both in some MAX_TITLE_LINES lines
    of so many columns, for which a text may be too long."""
    room = max(MAX_TITLE_LINES * width - len(link.reason) - len(": "), width // 2)
    return f"{cut(link.text, room)}: {link.reason}" if link.text else link.reason


def _print(text: str, width: int, *, indent: int = 0, lines: int | None = None) -> None:
    """Print a text, wrapped, with each line indented by `indent` spaces."""
    for line in wrap(text, width - indent, lines):
        print_line(" " * indent + line)


def _print_address(address: str) -> None:
    """Print an address in one line, however long it is, so that it can be copied."""
    print_line(f"  {printable(address)}")
