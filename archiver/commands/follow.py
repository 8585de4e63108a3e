"""`archiver follow ADDRESS…`: note sites and feeds that crawls read from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.commands.display import MAX_TITLE_WIDTH, cut, print_json, say
from archiver.commands.options import add_archive_option, add_setting_option, archive_from
from archiver.commands.wrapping import print_wrapped
from archiver.errors import UsageError
from archiver.private import private_parts, public_address
from archiver.statuses import FAILED
from archiver.views.plain import show_time

if TYPE_CHECKING:
    import argparse

    from archiver.archive import Archive

KEPT_KEY_NOTE = "its key is needed to ask for it, and is kept in _followed.yaml and _index: publish neither"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "follow",
        help="add a site to what crawls read from now on: its feeds, sitemaps and pages of links",
        description="Note in the archive (_followed.yaml) sites and feeds that `archiver crawl` is to read from now "
        "on. This makes no request: the first crawl looks at what a site has, as `archiver discover` shows it.",
    )
    parser.add_argument(
        "addresses",
        nargs="*",
        metavar="ADDRESS",
        help="a site, by any page of it that links articles; a feed, a sitemap",
    )
    parser.add_argument("--opml", action="append", default=[], metavar="FILE", help="follow the feeds of a list (OPML)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--remove", action="store_true", help="stop following these addresses; saved articles stay")
    what.add_argument("--list", action="store_true", help="show what is followed, and which listings of it crawls read")
    parser.add_argument("--json", action="store_true", help="with --list: print it as JSON")
    add_archive_option(parser)
    add_setting_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do what `arguments` say and return the exit status."""
    archive = archive_from(arguments)
    if arguments.json and not arguments.list:
        raise UsageError("--json: belongs to --list")
    if arguments.list:
        if arguments.addresses or arguments.opml:
            raise UsageError("--list: shows all that is followed; give no address with it")
        return _list(archive, as_json=arguments.json)
    if not (arguments.addresses or arguments.opml):
        raise UsageError("name an address, such as https://news.example.com/, or a list of feeds (--opml FILE)")
    addresses = arguments.addresses
    if arguments.remove:
        if arguments.opml:
            raise UsageError("--remove: takes addresses, no list of feeds")
        for one in archive.unfollow(*addresses):
            print_wrapped(f"not followed any more: {one.address}")
        return 0
    added = archive.follow(*addresses, opml=arguments.opml)
    for one in added:
        print_wrapped(f"followed from now on: {public_address(one.address)}")
        if private_parts(one.address):
            say(f"{public_address(one.address)}: {KEPT_KEY_NOTE}")
    known = len(archive.followed())
    print_wrapped(f"{len(added):,} new, {known:,} in all; `archiver crawl` reads {'it' if known == 1 else 'them'}")
    return 0


def _list(archive: Archive, *, as_json: bool) -> int:
    sites = archive.followed()
    if as_json:
        print_json(sites, indent=1)
        return 0
    for site in sites:
        print_wrapped(f"{site.address}  {cut(site.title, MAX_TITLE_WIDTH)}".rstrip())
        if not site.sources:
            print_wrapped("    no crawl has found a feed, sitemap or page of links here yet")
        for one in site.sources if not site.is_feed else [one for one in site.sources if one.gone]:
            title = f"  {cut(one.title, MAX_TITLE_WIDTH)}" if one.title and not site.is_feed else ""
            gone = f"  gone for good since {show_time(one.gone)}" if one.gone else ""
            print_wrapped(f"    {one.kind:7} {one.address}{title}{gone}")
    if not sites:
        print_wrapped("nothing is followed; `archiver follow ADDRESS` follows a site")
        return FAILED
    print_wrapped(f"{len(sites):,} followed")
    return 0
