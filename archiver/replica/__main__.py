"""Serve the replica from the command line: `python -m archiver.replica`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING

from archiver.replica import Fault, Replica

if TYPE_CHECKING:
    from collections.abc import Sequence

LISTING = "http://183.136.162.242/web/webapi?type=102&count=100&newsid=1"


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m archiver.replica", description="Serve a stand-in for the news-share site.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: any that is free)")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[=ID]",
        help=f"answer with a fault, for all requests or for one article; names: {', '.join(Fault)}",
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(argv)
    replica = Replica(port=options.port)
    for given in options.fault:
        name, _, article_id = given.partition("=")
        try:
            replica.fail(Fault(name), article_id or None)
        except (TypeError, ValueError) as error:
            parser.error(f"--fault {given}: {error}")
    try:
        replica.start()
    except (OSError, OverflowError) as error:
        parser.error(f"--port {options.port}: {error}")
    with suppress(KeyboardInterrupt):
        print(f"Serving {len(replica.articles)} articles at {replica.url} until interrupted. Try:", flush=True)
        print(f"  http_proxy={replica.url} curl {replica.articles[0].url}", flush=True)
        print(f"  http_proxy={replica.url} curl '{LISTING}'", flush=True)
        Event().wait()
    replica.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
