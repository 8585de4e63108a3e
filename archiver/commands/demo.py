"""`archiver demo`: the real command against a replica of the share site, on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.replica import Replica

if TYPE_CHECKING:
    import argparse

# Between requests to one host; the replica is ours, and you are waiting.
DELAY = "0.1"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "demo",
        help="archive made-up articles from a replica of the share site",
        description="Start a small replica of the share site on this machine, archive its made-up articles with the "
        "real command, then again after one was edited, and show a post.",
    )
    parser.add_argument("--output", metavar="DIR", default="output", help="where posts go, into _posts there")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the demonstration and return the exit status."""
    with Replica() as replica:
        addresses = [article.url for article in replica.articles]
        print(f"A replica of the share site, with {len(addresses)} made-up articles, is at {replica.url}.\n")
        status = _get(arguments.output, addresses, replica.url)
        edited = next(article for article in replica.articles if article.revised)
        replica.edit(edited.id)
        print(f"\nOne article was edited: {edited.title}\nThe same command again:\n")
        status = max(status, _get(arguments.output, addresses, replica.url))
    posts = Path(arguments.output, "_posts")
    print(f"\nThe posts are in {posts}/. This is one of them:\n")
    print(next(posts.glob(f"*{addresses and replica.articles[0].id}.md")).read_text(encoding="utf-8"))
    return status


def _get(output: str, addresses: list[str], proxy: str) -> int:
    command = ["archiver", "get", "--output", output, "-s", f"DOWNLOAD_DELAY={DELAY}"]
    print(f"$ http_proxy={proxy} {' '.join(command)} {addresses[0]} … ({len(addresses)} addresses)", flush=True)
    environment = {**os.environ, "http_proxy": proxy, "no_proxy": ""}
    return subprocess.run([sys.executable, "-m", *command, *addresses], env=environment, check=False).returncode
