"""Refusals: an answer is checked before and after it is read; a NotAnArticleError says why it is no article."""

from archiver.reading.refusals.content import refuse_content
from archiver.reading.refusals.page import refuse_page
from archiver.reading.refusals.paywall import find_paywall

__all__ = ["find_paywall", "refuse_content", "refuse_page"]
