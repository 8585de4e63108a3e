"""Scrapy's own exports (`scrapy crawl … -O FILE`), in the schema of `archiver export` (docs/export.md).

An article that has just come is not looked up in the index: of its file, its revisions and its history a feed says
null. It says what the post of it says, even if that was not written (a dry run, or a post that somebody has changed).
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import msgspec
from scrapy.exporters import BaseItemExporter

from archiver.exports.csv_table import Table
from archiver.exports.plain import plain_text
from archiver.exports.read import source_of
from archiver.exports.record import COLUMNS, FIELDS, SCHEMA, columns, utc
from archiver.posts import render
from archiver.posts.read import read
from archiver.recipes import recipes_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.recipes import Recipe


def live_record(article: Any, recipe: Recipe) -> dict[str, Any]:
    """Return an archiver.article.Article that has passed the pipelines as a record: FIELDS, in that order; None for
    what it does not know. Raises ValueError if it cannot be a post."""
    form = recipe.forms[article.form]
    post = read(render(article, form, recipe.site).content, quoted=bool(form.quote))
    known = {
        "schema": SCHEMA,
        "key": f"{article.recipe}:{article.id}:{article.form}",
        "recipe": article.recipe,
        "id": article.id,
        "form": article.form,
        "url": post.link or "",
        "title": post.title,
        "published": article.published.replace(microsecond=0).isoformat(),
        "source": source_of(post, form),
        "category": post.categories,
        "tags": list(post.tags),
        "quote": post.quote or "",
        "text": plain_text(post.body),
        "html": post.body,
        "path": article.path or None,
        "checked": utc(article.fetched.replace(microsecond=0)),
        "listings": sorted(article.places),
        "rules": dict(article.rules),
    }
    return dict.fromkeys(FIELDS) | known


class RecordExporter(BaseItemExporter):
    """The base of exporters: it knows the recipes of the crawl. Scrapy gives it the file, and closes it."""

    def __init__(self, file: IO[bytes], recipes: Mapping[str, Recipe], **options: Any) -> None:
        super().__init__(dont_fail=True, **options)
        self.file = file
        self._recipes = recipes

    @classmethod
    def from_crawler(cls, crawler: Crawler, file: IO[bytes], **options: Any) -> Self:
        """Return the exporter of a crawl. Scrapy calls this."""
        return cls(file, recipes_for(crawler.settings), **options)

    def record(self, item: Any) -> dict[str, Any]:
        """Return the record of an article."""
        return live_record(item, self._recipes[item.recipe])

    def chosen(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return those fields of `record` that are wanted (FEED_EXPORT_FIELDS): all, unless something is said."""
        return dict(self.get_serialized_fields(record, include_empty=True))


class JsonLinesExporter(RecordExporter):
    """Writes a JSON object a line."""

    def export_item(self, item: Any) -> None:
        """Write an article."""
        self.file.write(msgspec.json.encode(self.chosen(self.record(item))) + b"\n")


class CsvExporter(RecordExporter):
    """Writes a row of a table for each article, under the names of the columns."""

    def __init__(self, file: IO[bytes], recipes: Mapping[str, Recipe], **options: Any) -> None:
        super().__init__(file, recipes, **options)
        self._table = Table(file)

    def start_exporting(self) -> None:
        """Write the names, unless there is a file that this one continues (`-o`)."""
        if not self.file.tell():
            self._table.write(self.chosen(dict.fromkeys(COLUMNS)))

    def export_item(self, item: Any) -> None:
        """Write an article."""
        self._table.write(self.chosen(columns(self.record(item))).values())
