"""Pages: a response in, articles out, by the rules of a recipe."""

from archiver.pages.page import Page

__all__ = ["Page"]
