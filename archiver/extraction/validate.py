"""The step that checks whether this is an article at all, and makes its texts ones on which later steps can rely."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.errors import QuarantineError
from archiver.recipes.recipe import PAGE_FIELDS
from archiver.text import is_visible, one_line

if TYPE_CHECKING:
    from archiver.article import Article
    from archiver.recipes import Recipe

# A picture, or a character between tags that is not a blank. The first one is found quickly.
CONTENT_PATTERN = re.compile(r"<img\s|(?:^|>)(?:\s|&nbsp;)*+[^\s<]", re.IGNORECASE)


def validate(article: Article, recipe: Recipe) -> Article:
    """Make the fields of `article` single printable lines, and return it. The body is made printable by cleaning it.

    Raises QuarantineError for an invalid id, and for a body without content.
    """
    if recipe.article_id(article.id) != article.id:
        raise QuarantineError(f"{article.id!r} is not an id of {article.recipe}")
    if not CONTENT_PATTERN.search(article.body):
        raise QuarantineError("the body holds neither words nor pictures")
    for name in (*PAGE_FIELDS, "language", "description", "image"):
        if value := getattr(article, name):
            setattr(article, name, one_line(value) if is_visible(value) else "")
    article.authors = tuple(one_line(author) for author in article.authors if is_visible(author))
    return article
