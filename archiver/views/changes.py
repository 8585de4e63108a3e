"""What changed from one version of a text to the next, for reading. No I/O."""

from __future__ import annotations

import difflib
import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# A body is a few very long lines: for reading, one goes to each sentence and each block.
SENTENCE = re.compile(r"(?<=[。！？；])(?![）”’」』]|</)|(?<=</p>)|(?<=</tr>)|(?<=</li>)|(?<=[.!?] )")


def sentences(text: str) -> list[str]:
    """Return the sentences and blocks of a text or of HTML, none of them empty."""
    return [part for line in text.splitlines() for part in SENTENCE.split(line) if part.strip()]


def changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what is gone (`-`) and what is new (`+`), in the order of the text."""
    lines = difflib.unified_diff(old, new, n=0, lineterm="")
    for line in islice(lines, 2, None):  # the first two name the files
        if not line.startswith("@@"):
            yield line[0], line[1:].strip()
