"""Whether this is an article at all, and text that every later step can rely on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archiver.errors import QuarantineError
from archiver.pipelines.base import RecipePipeline
from archiver.recipes.recipe import FIELDS
from archiver.text import is_visible, one_line

if TYPE_CHECKING:
    from archiver.article import Article

# A picture, or a character between tags that is more than a blank: the first of either is found at once.
CONTENT = re.compile(r"<img\s|(?:^|>)(?:\s|&nbsp;)*+[^\s<]", re.IGNORECASE)


class ValidatePipeline(RecipePipeline):
    """Makes fields single printable lines; an id that is none or a body without content ends here.

    The body is made printable by cleaning it.
    """

    def process_item(self, article: Article) -> Article:
        """Return `article`. Raises QuarantineError."""
        if self.recipe(article).article_id(article.id) != article.id:
            raise QuarantineError(f"{article.address}: {article.id!r} is not an id of {article.recipe}")
        for name in FIELDS:
            value = getattr(article, name)
            if value:
                setattr(article, name, one_line(value) if is_visible(value) else "")
        if not CONTENT.search(article.body):
            raise QuarantineError(f"{article.address}: the body holds neither words nor pictures")
        return article
