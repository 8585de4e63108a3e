"""Pages: a response in, articles out, by the rules of a recipe."""

from archiver.pages.load import page_for
from archiver.pages.page import Page

__all__ = ["Page", "page_for"]
