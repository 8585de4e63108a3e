"""Rules that the body of a post keeps in every profile (FORMAT: what must never break)."""

from __future__ import annotations

import re

INDENT = "\u3000\u3000"
LIQUID_PATTERN = re.compile(r"\{(?=[{%])")


def escape(text: str) -> str:
    """Return `text` as the content of an element."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text


def escape_attribute(value: str) -> str:
    """Return `value` for an attribute in double quotes, on one line."""
    value = escape(value).replace('"', "&quot;")
    return " ".join(value.split()) if "\n" in value or "\t" in value or "\r" in value else value


def without_indents(html: str) -> str:
    """Return `html` without pairs of ideographic spaces, by which Chinese sites indent a paragraph."""
    while INDENT in html:
        html = html.replace(INDENT, "")
    return html


def liquid_safe(html: str) -> str:
    """Return `html` without anything that Liquid or Hugo take for a tag; browsers show the same."""
    return LIQUID_PATTERN.sub("&#123;", html) if "{" in html else html
