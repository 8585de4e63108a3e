"""`python -m archiver`: the same as the `archiver` command."""

from __future__ import annotations

import os
import signal
import sys

# Until there is somebody to say it, Ctrl-C ends the process without a word.
signal.signal(signal.SIGINT, lambda number, _: os._exit(128 + number))

from archiver.commands import main  # noqa: E402 - it takes some tenths of a second


def run() -> int:
    """Run the command that the process's arguments name, and return its exit status."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return main()


if __name__ == "__main__":
    sys.exit(run())
