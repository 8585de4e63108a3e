"""`archiver site`: make a static site of the archive, serve it, or prepare one for Jekyll."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from archiver.commands.display import count, print_line, say
from archiver.commands.options import add_archive_option, add_setting_option, archive_from
from archiver.errors import UsageError
from archiver.interrupts import Interrupts
from archiver.statuses import FAILED

if TYPE_CHECKING:
    import argparse

    from archiver.archive import Archive


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "site",
        help="make a static site of the archive, serve it, or prepare one for Jekyll",
        description="Make a site of the whole archive, which any web server for files can serve; serve it on this "
        "machine; or write what Jekyll needs to make one.",
    )
    actions = parser.add_subparsers(required=True, metavar="build|serve|jekyll")
    build = actions.add_parser(
        "build",
        help="make the site, or bring it up to date",
        description="Make a static site of all articles in a directory, or bring the one that is there up to date: "
        "only pages that change are written.",
    )
    build.add_argument("directory", nargs="?", metavar="DIR", help="where to write it (default: _site in the archive)")
    build.add_argument(
        "--templates",
        metavar="DIR",
        help="templates and styles of your own; each replaces the one of archiver with its name (default: _templates "
        "in the archive)",
    )
    serve = _add_serve(actions)
    jekyll = _add_jekyll(actions)
    for action, run in ((build, run_build), (serve, run_server), (jekyll, run_jekyll)):
        add_archive_option(action)
        add_setting_option(action)
        action.set_defaults(run=run, parser=action)


def _add_serve(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    serve = actions.add_parser(
        "serve",
        help="serve the site on this machine, with search in all texts",
        description="Serve a site that was built, for readers on this machine, with search in the texts of all "
        "articles. Nothing is written into the archive.",
    )
    serve.add_argument(
        "directory", nargs="?", metavar="DIR", help="the directory of the site (default: _site in the archive)"
    )
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen at (default %(default)s)")
    serve.add_argument(
        "--port", type=int, default=8000, help="the port to listen at; 0: any that is free (default %(default)s)"
    )
    serve.add_argument(
        "--database",
        metavar="FILE",
        help="what to search in: a file of `archiver export sqlite`; without one, such an export is made for as long "
        "as it serves",
    )
    return serve


def _add_jekyll(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    jekyll = actions.add_parser(
        "jekyll",
        help="write what a Jekyll site needs around the posts",
        description="Write configuration, layouts, home, a page for each category and a feed for Jekyll, beside the "
        "posts. What is there stays as it is.",
    )
    jekyll.add_argument(
        "directory", nargs="?", metavar="DIR", help="a directory with _posts in it (default: the archive)"
    )
    return jekyll


def run_build(arguments: argparse.Namespace) -> int:
    """Build the site and return the exit status."""
    return build_site(archive_from(arguments), arguments.directory, arguments.templates)


def build_site(
    archive: Archive, directory: str | None = None, templates: str | None = None, *, quiet: bool = False
) -> int:
    """Build the site of an archive, print a summary, and return the exit status."""
    built = archive.build_site(directory, templates=templates, listener=say)
    if not quiet:
        print_line(
            f"{built.directory}: {count(built.articles, 'article')}; {count(built.written, 'file')} written, "
            f"{built.unchanged} unchanged"
        )
    return FAILED if built.failed else 0


def run_server(arguments: argparse.Namespace) -> int:
    """Serve the site until it is stopped, and return the exit status. Raises UsageError."""
    if not 0 <= arguments.port <= 65535:
        raise UsageError("--port: expected a number from 0 to 65535")
    archive = archive_from(arguments)
    # A signal removes the temporary search index, whenever it comes.
    with Interrupts().taken(), TemporaryDirectory(prefix="archiver-search-") as folder:
        place = {"host": arguments.host, "port": arguments.port}
        database = arguments.database
        if not database:
            # This raises the error for what cannot be served there before the search index is made, which takes long.
            archive.serve_site(arguments.directory, **place).server_close()
            print("making a search index of all texts; `--database FILE` spares that", file=sys.stderr)
            database = Path(folder) / "search.db"
            archive.export("sqlite", database)
        server = archive.serve_site(arguments.directory, database=database, **place)
        print_line(f"{server.address}  (Ctrl-C ends it)")
        sys.stdout.flush()
        with server:
            server.serve_forever()
    return 0


def run_jekyll(arguments: argparse.Namespace) -> int:
    """Write the files and return the exit status."""
    wrote = archive_from(arguments).write_jekyll(arguments.directory)
    kept = f"; {len(wrote.kept)} were there and stay as they are" if wrote.kept else ""
    print_line(f"{count(len(wrote.written), 'file')} written{kept}")
    return 0
