"""Slugs. In: the name of a source. Out: the last segment of its category's address. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache

from archiver.pinyin import pinyin

# Characters that cannot be in a path or an address. Hyphens are among them, since published slugs have none.
UNSAFE_PATTERN = re.compile(r"[\s/\\?#%:*\"<>|\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff-]")
DOTS_PATTERN = re.compile(r"^\.+|\.+$|(?<=\.)\.+")  # "..", and a dot before a slash, vanish from Jekyll's addresses
DIGIT_SEPARATORS = str.maketrans("", "", ".,_+")  # signs between the digits of a number
# A directory with such a name could have the path of a file of the site: `index.html`, `feed.xml`, `robots.txt`.
FILE_ENDING_PATTERN = re.compile(r"\.(html?|xml|txt|css|svg)$", re.IGNORECASE)
FALLBACK_SLUG = "media"
MAX_SLUG_BYTES = 120  # bytes; a category becomes a directory, whose name may have 255


@lru_cache(maxsize=4096)
def slug(source: str) -> str:
    """Return `source` as pinyin without tones; Latin letters and digits as they stand.

    The readings are xpinyin's, even where they are wrong: two thousand published addresses have them. Characters that
    are unsafe in a path or an address are left out, and so is the dot before an ending such as `.html`. A slug that
    would be empty or a number begins with `media`.
    """
    text = UNSAFE_PATTERN.sub("", pinyin(UNSAFE_PATTERN.sub("", source)))
    text = FILE_ENDING_PATTERN.sub(r"\1", DOTS_PATTERN.sub("", text.encode()[:MAX_SLUG_BYTES].decode(errors="ignore")))
    digits = text.translate(DIGIT_SEPARATORS)
    return FALLBACK_SLUG + text if not digits or digits.isnumeric() else text
