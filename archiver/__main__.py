"""`python -m archiver`: the same as the `archiver` command."""

import sys

from archiver.commands import main

if __name__ == "__main__":  # processes that a replay starts import this
    sys.exit(main())
