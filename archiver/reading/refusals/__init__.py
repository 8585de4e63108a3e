"""Refusals: what came is looked at before and after it is read, and a NotAnArticleError says why it is no article."""

from archiver.reading.refusals.content import refuse_content
from archiver.reading.refusals.page import refuse_page
from archiver.reading.refusals.paywall import find_paywall

__all__ = ["find_paywall", "refuse_content", "refuse_page"]
