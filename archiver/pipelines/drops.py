"""Errors that end an article's way through the pipelines, as Scrapy knows them: it drops the item."""

from __future__ import annotations

from scrapy.exceptions import DropItem

from archiver import errors


class QuarantineError(errors.QuarantineError, DropItem):
    """An article that cannot become a post."""


class SameTextError(errors.SameTextError, QuarantineError):
    """An article with a text that came for other articles too."""


class HeldBackError(errors.HeldBackError, DropItem):
    """An edit that is not written yet."""


class StoreError(errors.StoreError, DropItem):
    """A post, or what must be on disk before it, that could not be written."""
