"""What changed from one version of a text to the next, for people to read. No I/O."""

from __future__ import annotations

import difflib
import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Where a body, which may be a few very long lines, is split for reading: after each sentence and each block.
SENTENCE = re.compile(r"(?<=[。！？；])(?![）”’」』]|</)|(?<=</p>)|(?<=</tr>)|(?<=</li>)|(?<=[.!?] )")


def sentences(text: str) -> list[str]:
    """Return the sentences and blocks of a text or of HTML, none of them empty."""
    return [part for line in text.splitlines() for part in SENTENCE.split(line) if part.strip()]


def changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the sentences that are gone (with `-`) and those that are new (with `+`), in the order of the text."""
    lines = difflib.unified_diff(old, new, n=0, lineterm="")
    for line in islice(lines, 2, None):  # the first two lines are the headers with the names of files
        if not line.startswith("@@"):
            yield line[0], line[1:].strip()
