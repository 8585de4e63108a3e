"""When two articles have the same text: an exact rule. No I/O."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeGuard

from archiver.text import unescaped, without_tags

if TYPE_CHECKING:
    from archiver.recipes import Recipe

FEWEST = 50  # characters: shorter texts are alike for many reasons
SIZE = 16  # bytes
SHORT = "-"


def said(body: str, recipe: Recipe) -> str:
    """Return what `body` (HTML) says: without tags and comments, and without the note at the end that names the source
    (what the recipe recovers a source from)."""
    text = without_tags(body)
    for rule in recipe.recover.get("source", ()):
        if rule.source == "body":
            text = re.sub(rule.match, "", text)
    return unescaped(text)


def text_digest(text: str) -> str | None:
    """Return a digest of what an article says; two articles have the same text when theirs are equal.

    White space makes no difference. That of a text of less than 50 characters begins with `-`; None where there is no
    text.
    """
    text = "".join(text.split())
    if not text:
        return None
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=SIZE).hexdigest()
    return digest if len(text) >= FEWEST else f"{SHORT}{digest}"


def is_telling(digest: str | None) -> TypeGuard[str]:
    """Return whether a text is long enough that two articles with it have it from one another."""
    return digest is not None and not digest.startswith(SHORT)
