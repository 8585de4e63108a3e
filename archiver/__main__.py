"""`python -m archiver`: the same as the `archiver` command."""

import sys

from archiver.commands import main

sys.exit(main())
