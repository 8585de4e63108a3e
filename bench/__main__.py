"""Measure and compare: `python -m bench [NAME…]`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import TYPE_CHECKING

from bench import (
    adopt,
    captures,
    crawl,
    engines,
    exports,
    index,
    listings,
    memory,
    pictures,
    pipelines,
    press,
    simulate,
    site,
    sites,
    stores,
    workers,
)
from bench.figures import BenchError, Ratio, table

if TYPE_CHECKING:
    from collections.abc import Callable

BENCHES: dict[str, Callable[..., list[Ratio]]] = {
    "crawl": crawl.run,
    "pipelines": pipelines.run,
    "memory": memory.run,
    "listings": listings.run,
    "index": index.run,
    "adopt": adopt.run,
    "captures": captures.run,
    "engines": engines.run,
    "exports": exports.run,
    "site": site.run,
    "sites": sites.run,
    "pictures": pictures.run,
    "press": press.run,
    "workers": workers.run,
    "stores": stores.run,
    "simulate": simulate.run,
}
SIZED = ("site", "index")  # benches whose largest archive can be chosen


def main() -> int:
    """Run the benches that the command line names, and return the exit status: 0 also where an aim is missed, but not
    where a floor is broken."""
    names = ", ".join(BENCHES)
    parser = ArgumentParser(prog="python -m bench", description=f"Measure the archiver: {names}. Needs Linux.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure (default: all of {names})")
    parser.add_argument("--quick", action="store_true", help="a tenth of it: to see that it works, not for figures")
    parser.add_argument(
        "--largest", type=int, metavar="N", help="of site and index: nothing of more articles is measured"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - BENCHES.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are: {names}")
    ratios: list[Ratio] = []
    for name in arguments.names or BENCHES:
        try:
            sizes = {"largest": arguments.largest} if name in SIZED and arguments.largest else {}
            ratios += BENCHES[name](quick=arguments.quick, **sizes)
        except BenchError as error:
            sys.stderr.write(f"bench: {error}\n")
            return 1
        print(flush=True)
    print(table(ratios))
    return 0 if all(ratio.holds for ratio in ratios) else 1


if __name__ == "__main__":
    sys.exit(main())
