"""Signals of this package, beside Scrapy's."""

# An address gave no article. Sent by spiders with `address` and `reason`.
article_failed = object()
