"""Slugs: the name of a source in, the last part of its category's address out. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache

from archiver.pinyin import pinyin

# What breaks a path or an address; hyphens go because published slugs have none.
UNSAFE = re.compile(r"[\s/\\?#%:*\"<>|\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff-]")
DOTS = re.compile(r"^\.+|\.+$|(?<=\.)\.+")  # "..", and a dot before a slash, vanish from Jekyll's addresses
SEPARATORS = str.maketrans("", "", ".,_+")  # of digits
FALLBACK = "media"
LONGEST = 120  # bytes; a category becomes a directory, whose name may have 255


@lru_cache(maxsize=4096)
def slug(source: str) -> str:
    """Return `source` as pinyin without tones; Latin letters and digits as they stand.

    The readings are xpinyin's, also where they are wrong: two thousand published addresses have them. What is
    unsafe in a path or an address is left out. A slug that would be empty or a number begins with `media` instead.
    """
    text = UNSAFE.sub("", pinyin(UNSAFE.sub("", source)))
    text = DOTS.sub("", text.encode()[:LONGEST].decode(errors="ignore"))
    digits = text.translate(SEPARATORS)
    return FALLBACK + text if not digits or digits.isnumeric() else text
