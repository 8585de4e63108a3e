"""The post, on disk: the one place that writes posts."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from archiver import errors
from archiver.index import AS_IT_WAS, Intent, seconds
from archiver.index.extension import archive_index
from archiver.pipelines.drops import QuarantineError, StoreError
from archiver.posts import POSTS, Job, Store, render
from archiver.recipes import recipes_for
from archiver.recorder import recorder
from archiver.spans import read_span

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler

    from archiver.article import Article
    from archiver.index import Held, Index, Recheck
    from archiver.posts import Post
    from archiver.recipes import Recipe
    from archiver.recorder import Recorder

FRONT_END = b"\n---\n"
PICTURE = re.compile(rb'<img\s[^>]*?src="([^"]*)"')


class WritePipeline:
    """Writes each article's post (ARCHIVER_OUTPUT, ARCHIVER_LAYOUT, ARCHIVER_SITE, ARCHIVER_FORCE) and tells the index
    of it; the article goes on when both are done."""

    def __init__(
        self,
        recipes: dict[str, Recipe],
        index: Index,
        recorder: Recorder,
        store: Store,
        site: str,
        layout: str,
        *,
        force: bool,
        replay: bool = False,
    ) -> None:
        """Take what writing needs. replay: articles come from captures. Then a post changes also where nothing but its
        markup does: the rules have; and the time of what is noted is that of the capture."""
        self._recipes = recipes
        self._index = index
        self._recorder = recorder
        self._store = store
        self._site = site
        self._by_month = layout == "month"
        self._force = force
        self._replay = replay

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the pipeline of a crawl. Raises StoreError if there can be no posts where they should go."""
        settings = crawler.settings
        archive = archive_index(crawler)
        index = archive.index
        store = Store(archive.output, index.commit, index.lock_descriptor)
        # Now, and not when the spider opens: by then half of Scrapy runs, and complains when it is stopped.
        if not archive.dry:
            store.prepare(sweep=not archive.clean)
        return cls(
            recipes_for(settings),
            index,
            recorder(crawler),
            store,
            settings["ARCHIVER_SITE"],
            settings["ARCHIVER_LAYOUT"],
            force=settings.getbool("ARCHIVER_FORCE"),
        )

    async def close_spider(self) -> None:
        """End the processes that write."""
        try:
            await self._recorder.close()
        finally:
            await self._store.close()

    async def process_item(self, article: Article) -> Article:
        """Return `article`, its post written. Raises StoreError, or QuarantineError if it cannot be a post."""
        try:
            return await self.write(article, *self.post(article))
        except (errors.IndexFileError, errors.StoreError, errors.CaptureError) as error:
            raise StoreError(str(error)) from error

    def post(self, article: Article) -> tuple[Post, Held | None]:
        """Return the post that `article` gives, and the one that is held. Raises QuarantineError."""
        recipe = self._recipes[article.recipe]
        held = self._index.holdings.post(article.recipe, article.id, article.form)
        if held and article.published:
            self._keep_day(article, held)
        try:
            return render(article, recipe.forms[article.form], self._site or recipe.site), held
        except ValueError as error:
            raise QuarantineError(f"{article.address}: {error}") from error

    def path(self, article: Article, post: Post, held: Held | None) -> str:
        """Return the place of a post, relative to the output directory."""
        folder = f"{article.published:%Y/%m}/" if self._by_month else ""
        return held.path if held else f"{POSTS}/{folder}{post.name}"

    async def write(self, article: Article, post: Post, held: Held | None) -> Article:
        """Return `article`, its post written: what `post` returned. Raises StoreError, IndexFileError."""
        recipe = self._recipes[article.recipe]
        assert article.published is not None  # or there would be no post
        article.path = self.path(article, post, held)
        content = sha256(post.content).digest()
        stays = held is not None and not (self._force or self._replay) and self._stays(article, post, content, held)
        intent = Intent(
            article.recipe,
            article.id,
            article.form,
            article.path,
            content,
            article.published,
            article.words,
            article.rules,
            article.address,
            self._recheck(recipe),
            await self._captured(article, content, held, stays=stays),
        )
        now = self._now(article, held)
        self._index.holdings.intend(intent, now)
        article.outcome = "kept" if stays else await self._put(article, post, intent, held)
        if article.outcome in ("written", "unchanged"):
            self._index.holdings.saved(intent, now)
        elif self._replay:
            self._index.holdings.drop(intent)
        elif held:
            self._index.holdings.current(intent, now)
        else:
            self._index.holdings.drop(intent)
            self._index.queue.failed(article.recipe, article.id, "a file that nobody knows has its place", now)
        return article

    async def _captured(self, article: Article, content: bytes, held: Held | None, *, stays: bool) -> int | None:
        """Return the key of the capture that the post is made of; it is captured now if something new is kept of it.

        stays: the post that is held does, though it is not `content`. Raises CaptureError.
        """
        if held and not self._force and (stays or (held.sha256 == content and held.capture is not None)):
            if held.capture is not None:
                self._index.answers.captured(article.recipe, article.id, held.capture)  # it says the same
            return held.capture
        return await self._recorder.keep(article.evidence)

    async def _put(self, article: Article, post: Post, intent: Intent, held: Held | None) -> str:
        """Write a post, and return what became of it. Raises StoreError."""
        # A page that is asked only because a better one failed may know less: it fills gaps, and replaces nothing.
        mode = "rewrite" if self._force else "keep" if article.fallback else "update"
        try:
            return await self._store.put(Job(intent.path, post.content, mode, held.sha256 if held else b""))
        except errors.StoreError:
            self._index.holdings.drop(intent)
            raise

    def _recheck(self, recipe: Recipe) -> Recheck | None:
        if self._replay:
            return AS_IT_WAS
        return (_seconds(recipe.recheck.within), _seconds(recipe.recheck.every)) if recipe.recheck else None

    def _now(self, article: Article, held: Held | None) -> int:
        """Return the time that is noted: of a replay that of the capture, unless the post was made of it already."""
        if not (self._replay and article.evidence and article.evidence.capture):
            return seconds()
        captured = int(article.evidence.capture.time.timestamp())
        return captured if held is None or captured > held.saved else seconds()

    def _keep_day(self, article: Article, held: Held) -> None:
        """Let an article that its source has moved to another day keep the time that its post has: its address is
        published, and goes with the day."""
        published = article.published
        assert published is not None
        if published.date() != held.published.astimezone(published.tzinfo).date():
            article.published = held.published.astimezone(published.tzinfo)
            article.rules["time"] = f"index:published (the source says {published.isoformat(' ')})"

    def _stays(self, article: Article, post: Post, content: bytes, held: Held) -> bool:
        """Return whether the post that is held differs in markup only, as one of another profile does: same front
        matter, same words, and every picture. Then it stays: nobody edited anything."""
        if content == held.sha256 or article.words is None:
            return False
        if article.words != self._index.holdings.words(article.recipe, article.id)[1]:
            return False
        try:
            present = (self._store.output / held.path).read_bytes()
        except OSError:
            return False
        if sha256(present).digest() != held.sha256:  # somebody changed it: that is for the store to say
            return False
        front, new_front = (content.partition(FRONT_END)[0] for content in (present, post.content))
        return front == new_front and set(PICTURE.findall(post.content)) <= set(PICTURE.findall(present))


def _seconds(span: str) -> int:
    return read_span(span) // timedelta(seconds=1)
