"""The index in a crawl: opened before anything is asked, told what failed, closed last."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from scrapy import signals

from archiver.clock import DAY, SECOND
from archiver.clock import now as seconds
from archiver.errors import IndexFileError, QuarantineError
from archiver.index.index import Index
from archiver.index.lock import command_line
from archiver.signals import article_failed

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from archiver.addresses import Reference
    from archiver.article import Article

ANSWERS_KEPT = 30 * DAY
CLOCKS_DIFFER = 3600 * SECOND  # that are no cause for concern
MOST_GONE, SHARE_GONE = 5, 0.5


# Scrapy tells extensions of one another only when all of them are made.
_OPEN: WeakKeyDictionary[Crawler, ArchiveIndex] = WeakKeyDictionary()


def ends_the_run(handler: Callable[..., None]) -> Callable[..., None]:
    """Return a signal's `handler` (a method) that leaves errors of the index to the end of the run (`Index.failure`):
    Scrapy would log them with a traceback, and go on."""
    wanted = signature(handler).parameters

    @wraps(handler)
    def keeping(self: object, **sent: object) -> None:
        with suppress(IndexFileError):
            handler(self, **{name: value for name, value in sent.items() if name in wanted})

    return keeping


class ArchiveIndex:
    """Opens the index of ARCHIVER_OUTPUT and notes a run in it. With ARCHIVER_DRY_RUN nothing of it is kept."""

    def __init__(self, output: Path, *, dry: bool) -> None:
        self.output = output
        self.dry = dry
        # In a dry run nothing is made that is not there.
        self.index = Index.read(output) if dry and not Index.exists(output) else Index.open(output, keep=not dry)
        last = self.index.journal.runs(1)
        self.previous = last[0] if last else None
        self.run = self.index.journal.begin(command_line(), seconds())
        if not dry:
            self.index.commit()
        self.checked = 0  # articles of which there is a post, asked for again
        self._quarantined: set[tuple[str, str]] = set()
        self.gone: list[tuple[str, str, str]] = []  # of these: recipe, id, reason

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension of a crawl. Raises LockedError, IndexFileError."""
        settings = crawler.settings
        extension = cls(Path(settings["ARCHIVER_OUTPUT"]), dry=settings.getbool("ARCHIVER_DRY_RUN"))
        _OPEN[crawler] = extension
        connect = crawler.signals.connect
        connect(extension.article_failed, article_failed)
        connect(extension.item_dropped, signals.item_dropped)
        connect(extension.item_error, signals.item_error)
        connect(extension.engine_stopped, signals.engine_stopped)
        return extension

    @property
    def notice(self) -> str:
        """What the user should know of the index, nothing if all is well."""
        if self.previous is None or self.previous.started <= seconds() + CLOCKS_DIFFER:
            return ""
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.previous.started // SECOND))
        return f"the last run was at {when}: its clock was ahead, or this one is behind; nothing is lost by it"

    @property
    def clean(self) -> bool:
        """Whether the run before this one came to its end."""
        return self.previous is None or self.previous.ended is not None

    @ends_the_run
    def article_failed(self, reference: Reference | None, reason: str, gone: bool) -> None:
        """Note an article that the source did not give, or that it says it has no more."""
        if reference is None:
            return
        if gone:
            self.gone.append((reference.recipe.name, reference.id, reason))
        else:
            self.index.queue.failed(reference.recipe.name, reference.id, reason, seconds())

    @ends_the_run
    def item_dropped(self, item: Article, exception: BaseException) -> None:
        """Note an article that cannot be a post. One whose post could not be written stays due."""
        # Once, however many forms there are of it.
        if isinstance(exception, QuarantineError) and (item.recipe, item.id) not in self._quarantined:
            self._quarantined.add((item.recipe, item.id))
            self.index.queue.failed(item.recipe, item.id, str(exception), seconds(), "quarantined")
            self.index.answers.drop(item.recipe, item.id)

    @ends_the_run
    def item_error(self, item: Article, failure: Failure) -> None:
        """Note an article that a pipeline failed at."""
        self.index.queue.failed(item.recipe, item.id, repr(failure.value), seconds())

    def settle_gone(self) -> str:
        """Mark as withdrawn what the source has no more, or say why it is not believed: too much of it at once."""
        gone, self.gone = self.gone, []
        if len(gone) >= MOST_GONE and len(gone) > SHARE_GONE * self.checked:
            for recipe, article_id, reason in gone:
                self.index.queue.failed(recipe, article_id, reason, seconds())
            return f"{len(gone)} of {self.checked} articles that were asked for again are gone: not believed yet"
        for recipe, article_id, reason in gone:
            self.index.queue.withdrawn(recipe, article_id, reason, seconds())
        return ""

    @ends_the_run
    def engine_stopped(self) -> None:
        """Close the index."""
        self.index.forget_answers(seconds() - ANSWERS_KEPT)
        self.index.close(keep=not self.dry)


def archive_index(crawler: Crawler) -> ArchiveIndex:
    """Return the index extension of `crawler`, which the settings must name before whatever asks for it."""
    return _OPEN[crawler]
