"""Notes each article in a file when its post is written."""

from pathlib import Path
from typing import Self

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from archiver.article import Article


class NoticePipeline:
    """Adds a line to EXAMPLE_NOTICES for each post that is new or was changed."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(Path(crawler.settings.get("EXAMPLE_NOTICES", "notices.txt")))

    def process_item(self, article: Article) -> Article:
        if article.outcome == "written":
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{article.path} {article.title}\n")
        return article


class NoticeAddon:
    """Puts the pipeline after the one that writes posts, which is at 400."""

    def update_settings(self, settings: BaseSettings) -> None:
        settings.setdefault_in_component_priority_dict("ITEM_PIPELINES", NoticePipeline, 500)
