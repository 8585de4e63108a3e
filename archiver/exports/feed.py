"""Scrapy's own exports (`scrapy crawl … -O FILE`), in the schema of `archiver export` (docs/export.md).

A new article is not looked up in the index, so the fields about its file, its revisions and its history are null. The
other fields say what its post says, even if that was not written (a dry run, or a post that somebody has changed).
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from scrapy.exporters import (
    BaseItemExporter,
    JsonItemExporter,
    JsonLinesItemExporter,
    MarshalItemExporter,
    PickleItemExporter,
    XmlItemExporter,
)

from archiver.article import Article
from archiver.cleaning import media_in
from archiver.exports.csv_table import CsvTable
from archiver.exports.plain import plain_text
from archiver.exports.read import source_of
from archiver.exports.record import COLUMNS, FIELDS, SCHEMA_VERSION, columns, media_record, utc
from archiver.posts.read import read
from archiver.recipes import recipes_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.recipes import Recipe


def live_record(article: Article, recipe: Recipe) -> dict[str, Any]:
    """Return an article that has a post as a record: FIELDS, in that order; None for what is not known."""
    assert article.post is not None
    assert article.published is not None
    form = recipe.forms[article.form]
    post = read(article.post.content, quoted=bool(form.quote))
    known = {
        "schema": SCHEMA_VERSION,
        "key": f"{article.recipe}:{article.id}:{article.form}",
        "recipe": article.recipe,
        "id": article.id,
        "form": article.form,
        "url": post.link or "",
        "title": post.title,
        "published": article.published.replace(microsecond=0).isoformat(),
        "source": source_of(post, form),
        "authors": list(post.more.authors),
        "language": post.more.language,
        "modified": utc(post.more.modified) if post.more.modified else None,
        "canonical": post.more.canonical,
        "paywalled": post.more.paywalled,
        "category": post.categories,
        "tags": list(post.tags),
        "quote": post.quote or "",
        "text": plain_text(post.body),
        "html": post.body,
        "media": media_record(media_in(post.body, post.link or "")),
        "path": article.path or None,
        "checked": utc(article.fetched.replace(microsecond=0)),
        "listings": sorted(article.places),
        "rules": dict(article.rules),
    }
    return dict.fromkeys(FIELDS) | known


class RecordMixin:
    """A mixin that has an exporter of Scrapy write articles as records, by the recipes of the crawl. Items that are no
    articles are written unchanged."""

    recipes: Mapping[str, Recipe]

    @classmethod
    def from_crawler(cls, crawler: Crawler, file: IO[bytes], **options: Any) -> Self:
        """Return the exporter of a crawl. Scrapy calls this, gives it the file, and closes it."""
        exporter = cls(file, **options)
        exporter.recipes = recipes_for(crawler.settings)
        return exporter

    def __init__(self, file: IO[bytes], **options: Any) -> None:
        super().__init__(file, **options)  # type: ignore[call-arg]  # the exporter's own

    def export_item(self, item: Any) -> Any:
        """Write an article."""
        if isinstance(item, Article):
            item = live_record(item, self.recipes[item.recipe])
        return super().export_item(item)  # type: ignore[misc]  # the exporter's own


class JsonExporter(RecordMixin, JsonItemExporter):
    """Writes a JSON array of objects."""


class JsonLinesExporter(RecordMixin, JsonLinesItemExporter):
    """Writes a JSON object a line."""


class XmlExporter(RecordMixin, XmlItemExporter):
    """Writes an XML element for each article; what is not known has none."""


class PickleExporter(RecordMixin, PickleItemExporter):
    """Writes pickled dictionaries."""


class MarshalExporter(RecordMixin, MarshalItemExporter):
    """Writes marshalled dictionaries."""


class CsvExporter(BaseItemExporter):
    """Writes a row of a table for each article, under the names of the columns."""

    def __init__(self, file: IO[bytes], recipes: Mapping[str, Recipe], **options: Any) -> None:
        super().__init__(dont_fail=True, **options)
        self._file = file
        self._recipes = recipes
        self._table = CsvTable(file)

    @classmethod
    def from_crawler(cls, crawler: Crawler, file: IO[bytes], **options: Any) -> Self:
        """Return the exporter of a crawl. Scrapy calls this, gives it the file, and closes it."""
        return cls(file, recipes_for(crawler.settings), **options)

    def start_exporting(self) -> None:
        """Write the names of the columns, unless an existing file is continued (`-o`)."""
        if not self._file.tell():
            self._table.write(self._chosen(dict.fromkeys(COLUMNS)))

    def export_item(self, item: Any) -> None:
        """Write an article."""
        self._table.write(self._chosen(columns(live_record(item, self._recipes[item.recipe]))).values())

    def _chosen(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the fields that are wanted: those in FEED_EXPORT_FIELDS, or all if that is not set."""
        return dict(self.get_serialized_fields(record, include_empty=True))
