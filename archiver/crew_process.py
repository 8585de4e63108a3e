"""A worker: `python -m archiver.crew_process`, started by `archiver.crewing`, which tells it on standard input what to
do. It prints each result as a line of JSON, then what it came to, and ends with the exit status of a command."""

from __future__ import annotations

import json
import os
import pickle
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from archiver.crawling import crawl_as_worker
from archiver.errors import ArchiverError, OverError
from archiver.statuses import status_of

if TYPE_CHECKING:
    from archiver.run_report import Result


def main() -> int:
    """Crawl, and return the exit status."""
    configuration, run, arguments = pickle.load(sys.stdin.buffer)
    try:
        report = crawl_as_worker(configuration, run, tell, **arguments)
    except OverError:  # the others were done before it had begun
        return 0
    except ArchiverError as error:
        sys.stderr.write(f"archiver: {error}\n")
        return status_of(error)
    _print({**asdict(report), "due": ()})
    return report.exit_status


def tell(result: Result) -> None:
    """Print a result."""
    _print([result.address, result.outcome, result.reason])


def _print(value: object) -> None:
    try:
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # whoever has begun this worker was killed; it goes on, and nobody is told any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
