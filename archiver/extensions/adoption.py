"""An index that is new learns of the posts that are there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from archiver.adoption import adopt
from archiver.index import seconds
from archiver.index.extension import archive_index
from archiver.posts import POSTS
from archiver.recipes import recipes_for
from archiver.spans import read_span

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class Adoption:
    """Takes the posts of ARCHIVER_OUTPUT into an index that was lost, or that there never was."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl, its work done. Raises IndexFileError."""
        archive = archive_index(crawler)
        if not archive.index.complete and (archive.output / POSTS).is_dir():
            recipes = recipes_for(crawler.settings)
            survey = adopt(archive.output, archive.index, recipes)
            logger.info("A new index: %s", survey.summary())
            for recipe in recipes.values():
                if recipe.recheck:
                    since = seconds() - int(read_span(recipe.recheck.within).total_seconds())
                    archive.index.queue.look_again(recipe.name, since, seconds())
        if not archive.dry:
            archive.index.completed()
        return cls()
