"""Chinese characters in Latin letters, without tones, as xpinyin reads them."""

from __future__ import annotations

from functools import cache

from xpinyin import Pinyin


def pinyin(text: str, between: str = "") -> str:
    """Return `text` with its Chinese characters as pinyin, their readings separated by `between`."""
    romanised: str = _readings().get_pinyin(text, between)
    return romanised


@cache
def _readings() -> Pinyin:
    return Pinyin()  # made at the first use: its table of characters is large, and most commands need none
