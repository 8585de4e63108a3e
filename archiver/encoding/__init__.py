"""Decoding the bytes of answers. No I/O."""

from archiver.encoding.decode import REPLACEMENT, Decoded, decode
from archiver.encoding.labels import content_label, page_label

__all__ = ["REPLACEMENT", "Decoded", "content_label", "decode", "page_label"]
