"""Elements of HTML that are written in another way than most (HTML standard, 13.3)."""

from __future__ import annotations

# They have no end tag, and nothing in them.
VOID_ELEMENTS = frozenset(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
RAW_ELEMENTS = frozenset("script style xmp iframe noembed noframes plaintext".split())  # their content is no markup


def any_of(names: frozenset[str]) -> bytes:
    """Return an expression that matches each of these names."""
    return f"(?:{'|'.join(sorted(names))})".encode()
