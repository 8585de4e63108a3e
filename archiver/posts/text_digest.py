"""An exact rule for when two articles have the same text. No I/O."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeGuard

from archiver.text import unescaped, without_tags

if TYPE_CHECKING:
    from archiver.recipes import Recipe

MIN_CHARACTERS = 50  # characters; shorter texts may be the same by chance
DIGEST_BYTES = 16  # bytes
SHORT_TEXT_DIGEST = "-"


def said(body: str, recipe: Recipe) -> str:
    """Return the text of `body` (HTML): without tags and comments, and without the note that names the source (from
    which the recipe recovers the source)."""
    text = without_tags(body)
    for rule in recipe.recover.get("source", ()):
        if rule.source == "body":
            text = re.sub(rule.match, "", text)
    return unescaped(text)


def text_digest(text: str) -> str | None:
    """Return a digest of an article's text; two articles have the same text if their digests are equal.

    White space makes no difference. The digest of a text of less than MIN_CHARACTERS characters begins with `-`. None
    if there is no text.
    """
    text = "".join(text.split())
    if not text:
        return None
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).hexdigest()
    return digest if len(text) >= MIN_CHARACTERS else f"{SHORT_TEXT_DIGEST}{digest}"


def is_telling(digest: str | None) -> TypeGuard[str]:
    """Return whether a digest is that of a text so long that two articles do not have it by chance."""
    return digest is not None and not digest.startswith(SHORT_TEXT_DIGEST)
