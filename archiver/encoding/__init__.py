"""Decoding the bytes of answers. Reads nothing but its own lists of letters."""

from archiver.encoding.decode import REPLACEMENT, Decoded, decode
from archiver.encoding.labels import content_label, page_label

__all__ = ["REPLACEMENT", "Decoded", "content_label", "decode", "page_label"]
