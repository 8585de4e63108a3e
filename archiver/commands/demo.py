"""`archiver demo`: run the real commands against a replica of the share site on this machine."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.errors import UsageError, os_reason
from archiver.replica import Replica

if TYPE_CHECKING:
    import argparse

# Seconds between requests to one host. Short, because the replica is our own and the user is waiting.
DELAY_SECONDS = "0.1"
LISTING = "eastmoney/market-37"
OUTPUT = "archiver-demo"
MARKER_FILE = "_demo"  # a file that marks a directory as the demo's: everything in it is made up


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "demo",
        help="archive made-up articles from a replica of the share site",
        description="Start a small replica of the share site on this machine and archive its made-up articles with the "
        "real commands; again after one article was edited; then show its history, verify and replay the archive, show "
        "a post, and build a site.",
    )
    parser.add_argument("--output", metavar="DIR", default=OUTPUT, help="a directory of its own (default %(default)s)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the demonstration, up to the first step that fails, and return the exit status. Raises UsageError for a
    directory with something else in it."""
    output = Path(arguments.output)
    _claim(output)
    with Replica() as replica:
        show = _Steps(output, replica.url)
        print(f"A replica of the share site, with {len(replica.articles)} made-up articles, is at {replica.url}.")
        show("A listing is read, and what is new is fetched:", "crawl", LISTING)
        show("The same again: one request, nothing is new.", "crawl", LISTING)
        edited = next(article for article in replica.articles if article.revised)
        replica.edit(edited.id)
        show(
            "An article was edited at the source; recent ones are looked at again, and the edit is found:",
            *("crawl", LISTING, "--recheck", "2d"),
        )
        show("Its history:", "history", edited.id)
        show("An article can be had by its address, too. It has not changed:", "get", replica.articles[0].url)
    show("The answers were captured. Every file is checked:", "verify")
    show("The posts that the captures give are those on disk:", "replay")
    show("Everything at a glance:", "status")
    show("And a site of it all:", "site", "build")
    if not show.status:
        print(f"\nThe posts are in {output}/_posts/. This is one of them:\n")
        print(next((output / "_posts").glob(f"*NW{replica.articles[0].id}.md")).read_text(encoding="utf-8"))
        serve = shlex.join(["archiver", "site", "serve", "--output", str(output)])
        print(f"\n\nThe site is in {output}/_site/. To see it at http://127.0.0.1:8000/:\n\n$ {serve}")
    return show.status


class _Steps:
    """Shows commands and runs them, until one fails. `status` is the exit status of the last that ran."""

    def __init__(self, output: Path, proxy: str) -> None:
        self._output = output
        self._proxy = proxy
        self.status = 0

    def __call__(self, text: str, *arguments: str) -> None:
        """Show a command under `text`, and run it."""
        if self.status:
            return
        asks = arguments[0] in ("crawl", "get")
        command = [
            "archiver",
            *arguments,
            "--output",
            str(self._output),
            *(("-s", f"DOWNLOAD_DELAY={DELAY_SECONDS}") * asks),
        ]
        print(f"\n{text}\n\n$ {f'http_proxy={self._proxy} ' * asks}{shlex.join(command)}", flush=True)
        environment = {**os.environ, "http_proxy": self._proxy, "no_proxy": ""}
        # -P: Python must not import from a directory called `archiver` in the working directory.
        result = subprocess.run([sys.executable, "-P", "-m", *command], env=environment, check=False)
        self.status = result.returncode
        if self.status:
            print(f"archiver: that failed, with status {self.status}: the demo ends here", file=sys.stderr)


def _claim(output: Path) -> None:
    """Mark `output` as the demo's own. Raises UsageError for a directory that has something else in it."""
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output}: is no directory; name another with --output")
    try:
        if output.is_dir() and any(output.iterdir()) and not (output / MARKER_FILE).exists():
            raise UsageError(f"{output}: has something in it that is not the demo's; name another with --output")
        output.mkdir(parents=True, exist_ok=True)
        (output / MARKER_FILE).write_text("Everything in this directory is made up: `archiver demo` wrote it.\n")
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {os_reason(error)}") from error
