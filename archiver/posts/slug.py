"""Slugs. In: the name of a source. Out: the last segment of its category's address. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache

from archiver.pinyin import pinyin

# Characters that cannot be in a path or an address. Hyphens are among them, since published slugs have none.
UNSAFE = re.compile(r"[\s/\\?#%:*\"<>|\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff-]")
DOTS = re.compile(r"^\.+|\.+$|(?<=\.)\.+")  # "..", and a dot before a slash, vanish from Jekyll's addresses
SEPARATORS = str.maketrans("", "", ".,_+")  # signs between the digits of a number
# A directory with such a name could have the path of a file of the site: `index.html`, `feed.xml`, `robots.txt`.
FILE = re.compile(r"\.(html?|xml|txt|css|svg)$", re.IGNORECASE)
FALLBACK = "media"
LONGEST = 120  # bytes; a category becomes a directory, whose name may have 255


@lru_cache(maxsize=4096)
def slug(source: str) -> str:
    """Return `source` as pinyin without tones; Latin letters and digits as they stand.

    The readings are xpinyin's, even where they are wrong: two thousand published addresses have them. Characters that
    are unsafe in a path or an address are left out, and so is the dot before an ending such as `.html`. A slug that
    would be empty or a number begins with `media`.
    """
    text = UNSAFE.sub("", pinyin(UNSAFE.sub("", source)))
    text = FILE.sub(r"\1", DOTS.sub("", text.encode()[:LONGEST].decode(errors="ignore")))
    digits = text.translate(SEPARATORS)
    return FALLBACK + text if not digits or digits.isnumeric() else text
