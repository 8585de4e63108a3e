"""An index that is new learns of the posts that are there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from archiver.adoption import adopt
from archiver.index.extension import archive_index
from archiver.posts import POSTS
from archiver.recipes import recipes_for

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
            survey = adopt(archive.output, archive.index, recipes_for(crawler.settings))
            logger.info("A new index: %s", survey.summary())
        if not archive.dry:
            archive.index.mark_complete()
        return cls()
