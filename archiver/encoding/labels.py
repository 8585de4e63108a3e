"""The encoding that an answer names: in its header, or in the page itself. No I/O."""

from __future__ import annotations

import re

CHARSET_PATTERN = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
# The standard (HTML, 13.2.3.2) looks for the label in 1,024 bytes, but browsers accept a later one, too, and start
# again.
MAX_LABEL_OFFSET_BYTES = 32_768
# Comments and tags as the standard's prescan finds them; like the standard it does not skip the text of scripts.
PRESCAN_PATTERN = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(?P<meta>meta)(?=[\s/])(?P<attributes>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>|<body[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
ATTRIBUTE_PATTERN = re.compile(rb"([^\s/>=\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']*)))?")
XML_ENCODING_PATTERN = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._:-]+)[\"']")


def content_label(content_type: bytes | str | None) -> str | None:
    """Return the encoding that a Content-Type names; None if it names none."""
    text = content_type.decode("latin-1") if isinstance(content_type, bytes) else content_type
    found = CHARSET_PATTERN.search(text or "")
    return found[1] if found else None


def page_label(content: bytes) -> str | None:
    """Return the encoding that the page itself names (`<meta charset>`, `<meta http-equiv>`, `<?xml encoding>`)."""
    start = content[:MAX_LABEL_OFFSET_BYTES]
    for found in PRESCAN_PATTERN.finditer(start):
        if not found["meta"]:
            if found[0][:2] != b"<!":
                break  # <body>
            continue
        if label := _meta_label(found["attributes"]):
            # A label that can be read as ASCII is not in UTF-16.
            return "utf-8" if label.lower().startswith("utf-16") else label
    declared = XML_ENCODING_PATTERN.match(start.lstrip())
    return declared[1].decode("ascii") if declared else None


def _meta_label(attributes: bytes) -> str | None:
    values: dict[bytes, str] = {}
    for name, *quoted in ATTRIBUTE_PATTERN.findall(attributes):
        values.setdefault(name.lower(), b"".join(quoted).decode("latin-1").strip())
    if label := values.get(b"charset"):
        return label
    if values.get(b"http-equiv", "").lower() == "content-type":
        return content_label(values.get(b"content"))
    return None
