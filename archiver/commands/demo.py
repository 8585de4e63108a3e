"""`archiver demo`: the real commands against a replica of the share site, on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.replica import Replica

if TYPE_CHECKING:
    import argparse

# Between requests to one host; the replica is ours, and you are waiting.
DELAY = "0.1"
LISTING = "eastmoney/market-37"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `subparsers`."""
    parser = subparsers.add_parser(
        "demo",
        help="archive made-up articles from a replica of the share site",
        description="Start a small replica of the share site on this machine, archive its made-up articles with the "
        "real commands, again after one was edited, show its history, verify and replay, and show a post.",
    )
    parser.add_argument("--output", metavar="DIR", default="output", help="where posts go, into _posts there")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the demonstration and return the exit status."""
    with Replica() as replica:
        show = partial(_show, arguments.output, replica.url)
        print(f"A replica of the share site, with {len(replica.articles)} made-up articles, is at {replica.url}.")
        print("\nA listing is read, and what is new is fetched:\n")
        statuses = [show("crawl", LISTING)]
        print("\nThe same again: one request, nothing is new.\n")
        statuses.append(show("crawl", LISTING))
        edited = next(article for article in replica.articles if article.revised)
        replica.edit(edited.id)
        print("\nAn article was edited at the source; recent ones are looked at again, and the edit is found:\n")
        statuses.append(show("crawl", LISTING, "--recheck", "2d"))
        print()
        statuses.append(show("history", edited.id))
        print("\nAn article can be had by its address, too. It has not changed:\n")
        statuses.append(show("get", replica.articles[0].url))
    print("\nThe answers were captured. Every file is checked, and the posts of the captures are those on disk:\n")
    statuses += [show("verify"), show("replay")]
    posts = Path(arguments.output, "_posts")
    print(f"\nThe posts are in {posts}/. This is one of them:\n")
    print(next(posts.glob(f"*NW{replica.articles[0].id}.md")).read_text(encoding="utf-8"))
    return max(statuses)


def _show(output: str, proxy: str, *arguments: str) -> int:
    """Show a command and run it; return its exit status."""
    command = ["archiver", *arguments, "--output", output]
    asks = arguments[0] in ("crawl", "get")
    print(f"$ http_proxy={proxy} {' '.join(command)}" if asks else f"$ {' '.join(command)}", flush=True)
    environment = {**os.environ, "http_proxy": proxy, "no_proxy": ""}
    hurry = ["-s", f"DOWNLOAD_DELAY={DELAY}"] if asks else []
    return subprocess.run([sys.executable, "-m", *command, *hurry], env=environment, check=False).returncode
