"""Language tags (BCP 47). No I/O."""

from __future__ import annotations

import re

LANGUAGE_TAG_PATTERN = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z]{4})?(?:[-_](?:[a-zA-Z]{2}|\d{3}))?(?![a-zA-Z])")


def language_tag(text: str) -> str:
    """Return a language tag in the usual letter case of BCP 47 (`zh-Hans-CN`), made from `zh_hans_cn`, `EN-gb` and the
    like; "" if it is none."""
    found = LANGUAGE_TAG_PATTERN.match(text.strip())
    if not found:
        return ""
    name, *rest = re.split("[-_]", found[0])
    return "-".join([name.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])
