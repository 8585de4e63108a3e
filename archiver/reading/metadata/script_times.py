"""Times in a page's scripts, which fill them in when the page is shown: a reader sees them, but the HTML that was sent
does not have them."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.reading.metadata.evidence import PageEvidence
    from archiver.reading.metadata.moment import Moment, MomentReader

# A time that is a value in a script: `"publishTime": "2026-11-01 09:30"`, `var ct = "1793525400"`.
TIME_VALUE_PATTERN = re.compile(
    r"""[:=]\s?\\?["']?(\d{10}(?:\d{3})?(?!\d)|(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}[^"'<,;\\\n]{0,20})"""
)
# The name right before the value, if it is one for the time of publication.
TIME_NAME_PATTERN = re.compile(
    r"""(?<![a-z])(?:(?:first_?)?(?:publish(?:ed)?|publication|pub|post(?:ed)?|release|deploy|reg|issue|created?)_?(?:time|date|at|dt|on)"""
    r"""|date_?published|ct|ctime|ptime|publish)\\?["']?\s?$""",
    re.IGNORECASE,
)
MAX_NAME_CHARACTERS = 40
MAX_SCRIPT_CHARACTERS = 500_000  # characters of all scripts together
MAX_VALUES = 2_000
MAX_TIMES = 20


def script_times(evidence: PageEvidence, reader: MomentReader) -> Iterator[Moment]:
    """Yield the times of publication in the page's scripts."""
    yield from islice(_times(evidence, reader), MAX_TIMES)


def _times(evidence: PageEvidence, reader: MomentReader) -> Iterator[Moment]:
    left = MAX_SCRIPT_CHARACTERS
    for script in evidence.tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            continue
        text = (script.text or "")[:left]
        left -= len(text)
        for value in islice(TIME_VALUE_PATTERN.finditer(text), MAX_VALUES):
            if TIME_NAME_PATTERN.search(text[max(0, value.start() - MAX_NAME_CHARACTERS) : value.start()]):
                yield from reader.said(value[1].replace(".", "-"), "script")
        if left <= 0:
            return
