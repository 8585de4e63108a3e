"""Takes the mark of express news off titles."""

from archiver.article import Article
from archiver.recipes import Recipe

MARK = "速递｜"


def unmark(article: Article, recipe: Recipe) -> Article:
    """Return `article` without the mark."""
    article.title = article.title.removeprefix(MARK)
    return article
