"""What can go wrong, by name. Each message says what happened, to what, and what to do about it."""

from scrapy.exceptions import DropItem


class ArchiverError(Exception):
    """The base of every error that this package raises for its user to read."""


class RecipeError(ArchiverError):
    """A recipe that cannot be used: names the file, the key and what was expected there."""


class UnknownAddressError(ArchiverError):
    """An address or id that no recipe knows."""


class PageError(ArchiverError):
    """An answer that is not the article it should be: a block page, a broken JSON text, an empty body."""


class TimeFormatError(ArchiverError):
    """A time whose form is not known or that does not name a whole date."""


class StoreError(ArchiverError, DropItem):
    """A post that could not be written; whatever was at its place is still there."""


class QuarantineError(ArchiverError, DropItem):
    """An article that cannot become a post; Scrapy drops it, and it is kept in quarantine with the reason."""
