"""Whether a source has begun to answer everything with one and the same text."""

from __future__ import annotations

from collections import defaultdict
from itertools import takewhile
from typing import TYPE_CHECKING

from archiver.index.extension import archive_index
from archiver.pipelines.drops import HeldBackError, SameTextError
from archiver.posts.words import SHORT, words
from archiver.recipes import recipes_for

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.article import Article
    from archiver.index.holdings import Holdings
    from archiver.recipes import Recipe

IN_A_ROW = 3
IN_A_RUN = 10


class SamePipeline:
    """Notes what each article says, and lets none pass that says what others do because its source is broken.

    A new article ends here if it is the third in a row, or the tenth of a run, with the same text: news agencies are
    copied, but not like that. An article that is held already, and says something else now, is held back until all
    others have been looked at; it ends here if another one says the same, unless they were the same before as well.
    """

    def __init__(self, recipes: dict[str, Recipe], holdings: Holdings, *, force: bool) -> None:
        self._recipes = recipes
        self._holdings = holdings
        self._force = force
        self._row: tuple[str | None, set[str]] = (None, set())  # a text, and the new articles in a row that had it
        self._texts: dict[str, tuple[str, str, int]] = {}  # for each text: the first article, the last, how many
        self._edited: defaultdict[str, dict[str, str | None]] = defaultdict(dict)  # by text: what edited articles said

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the pipeline of a crawl."""
        settings = crawler.settings
        force = settings.getbool("ARCHIVER_FORCE")
        return cls(recipes_for(settings), archive_index(crawler).index.holdings, force=force)

    def process_item(self, article: Article) -> Article:
        """Return `article` with its words. Raises SameTextError, HeldBackError."""
        if article.words is None:
            article.words = words(article.body, self._recipes[article.recipe])
        text = article.words
        held, before = self._holdings.words(article.recipe, article.id)
        if text is None or text == before or self._force:
            return article
        try:
            if held:
                self._look_at_edited(article, text, before)
            elif not text.startswith(SHORT):
                self._look_at_new(article, text)
        except SameTextError:
            if not article.believed:
                raise
        return article

    def _look_at_new(self, article: Article, text: str) -> None:
        if not self._row[1]:  # the row may have begun in an earlier run
            last = self._holdings.last(article.recipe, IN_A_ROW - 1)
            self._row = (text, {one for one, said in takewhile(lambda pair: pair[1] == text, last)})
        if text != self._row[0]:
            self._row = (text, set())
        self._row[1].add(article.id)
        first, last_id, count = self._texts.get(text, (article.id, article.id, 1))
        count += article.id not in (first, last_id)
        self._texts[text] = (first, article.id, count)
        if len(self._row[1]) >= IN_A_ROW or count >= IN_A_RUN:
            first = min(self._row[1] - {article.id}, default=first)
            raise SameTextError(f"{article.address}: the same text as {first} and others before it")

    def _look_at_edited(self, article: Article, text: str, before: str | None) -> None:
        edited = self._edited[text]
        edited[article.id] = before
        if not article.final:
            raise HeldBackError(f"{article.address}: was edited")
        others = {*edited, *self._holdings.says(text), *self._texts.get(text, ())[:1]} - {article.id}
        strange = sorted(other for other in others if before is None or edited.get(other) != before)
        if strange:
            raise SameTextError(f"{article.address}: was edited, and says the same as {strange[0]} now; not believed")
