"""The index of an archive: one object, from which each part of a run takes what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from archiver.errors import IndexFileError
from archiver.index import adopt, aliases, claim, due, fail, held, hold, location, lookup, see, texts, write
from archiver.index.captures import Captures
from archiver.index.catalogue import Catalogue
from archiver.index.credentials import Credentials
from archiver.index.damage import REMAKE_ADVICE
from archiver.index.hosts import Hosts
from archiver.index.leases import ARTICLE, ARTICLES
from archiver.index.listings import Listings
from archiver.index.lock import LOCK_FILE, Holder, Lock, SharedLock
from archiver.index.manifests import Manifests
from archiver.index.near_duplicates import Signatures
from archiver.index.own import OwnPosts
from archiver.index.pictures import Pictures
from archiver.index.posts import Posts
from archiver.index.runs import Runs
from archiver.index.sources import Sources
from archiver.index.sqlite import SqliteDatabase
from archiver.index.workers import Workers
from archiver.places import INDEX
from archiver.storage import directory_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from archiver.index.database import Database
    from archiver.index.lookup import Answer, Question
    from archiver.index.types import (
        Adoption,
        ArticleKey,
        Claim,
        FailedArticle,
        Finished,
        Held,
        HeldBack,
        Intent,
        Sighting,
    )
    from archiver.storage import Root

T = TypeVar("T")


class Index:
    """What an archive knows of its articles.

    Its own methods are about articles: what is new, what is due, what is held, what is written. `captures` says where
    the evidence is, `manifests` what was put on record, `hosts`, `listings`, `runs` and `sources` what earlier runs
    noted, `workers` who crawls together, `own_posts` where posts of people are, `pictures` what posts show,
    `signatures` which articles say nearly the same, `credentials` what is ours alone in all this; `posts` and
    `catalogue` are for reading. One thread at a time may use it. What a method writes is one transaction, and kept when
    it returns. All raise IndexFileError. Times are microseconds (`archiver.clock`). Texts are stored without NUL and
    halves of surrogate pairs: U+FFFD stands for these.
    """

    def __init__(self, database: Database, lock: Lock | SharedLock | None = None, at: str = "") -> None:
        self.name = location.name_of(at)  # for people
        self._database = database
        self._lock = lock
        self._queue = claim.Queue(database)
        self.captures = Captures(database)
        self.catalogue = Catalogue(database)
        self.credentials = Credentials(database)
        self.hosts = Hosts(database)
        self.listings = Listings(database)
        self.manifests = Manifests(database)
        self.own_posts = OwnPosts(database)
        self.pictures = Pictures(database)
        self.posts = Posts(database)
        self.runs = Runs(database)
        self.signatures = Signatures(database)
        self.sources = Sources(database)
        self.workers = Workers(database)

    @classmethod
    def open(cls, output: Root, at: str = "", *, keep: bool = True) -> Index:
        """Return the index of `output` for writing; nobody else can write until it is closed. at: the address of the
        server that it is on; empty: it is in a file in the archive.

        It is made if it is not there, and what a killed run left open is settled. With `keep` off all that is written
        is undone when it is closed. Raises LockedError, IndexFileError.
        """
        lock = Lock(directory_of(output) / INDEX / LOCK_FILE)
        lock.take()
        try:
            index = cls(location.open_database(output, at, keep=keep), lock, at)
            try:
                index._database.transact(lambda: write.recover(index._database, output))
            except BaseException:
                index._database.close()
                raise
        except BaseException:
            lock.release()
            raise
        return index

    @classmethod
    def share(cls, output: Root, at: str = "") -> Index:
        """Return the index of `output` for writing, for one of several workers. The index must know the posts that are
        on disk. What workers that have ended left open is settled by `Workers.take_over`, not here. Raises LockedError
        if somebody has the archive alone, IndexFileError."""
        lock = SharedLock(directory_of(output) / INDEX)
        lock.take()
        try:
            return cls(location.open_database(output, at, shared=True), lock, at)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def read(cls, output: Root, at: str = "") -> Index:
        """Return the index of `output` for reading; an empty one if there is none."""
        if cls.exists(output, at):
            return cls(location.open_database(output, at, read=True), at=at)
        return cls(SqliteDatabase(None))

    @classmethod
    def refuse_damage(cls, output: Root, at: str = "") -> None:
        """Raise IndexFileError, which says what to do, if the index of `output` is damaged: to be called after an
        unexpected failure, which damage may explain."""
        index = cls.read(output, at)
        try:
            if damage := index.check():
                raise IndexFileError(f"{index._database.name}: it is damaged: {damage}; {REMAKE_ADVICE}")
        finally:
            index.close()

    @staticmethod
    def exists(output: Root, at: str = "") -> bool:
        """Return whether there is an index of `output`."""
        return location.is_there(output, at)

    def clock_ahead(self) -> int:
        """Return by how much the clock that all workers go by is ahead of this machine's."""
        return self._database.clock_ahead()

    def holder(self) -> Holder | None:
        """Return who writes, None if nobody does. One that was killed may be named still: see `Holder.gone`."""
        return self._database.holder()

    @property
    def complete(self) -> bool:
        """Whether the index knows all posts that were on disk before it was made."""
        return self._database.complete

    def mark_complete(self) -> None:
        """Note that the index knows all posts that were on disk before it was made."""
        self._database.mark_complete()

    @property
    def lock_descriptor(self) -> int:
        """The descriptor of the lock: a process that inherits it holds the lock as well."""
        return self._lock.descriptor if self._lock else -1

    def see(self, sightings: Sequence[Sighting], now: int, *, every_form: bool) -> list[bool]:
        """Note articles that were seen, and return for each sighting whether its article was unknown.

        An article without a post of the wanted form is due from now on; with `every_form` off, only an article without
        any post. An article that is said to have changed since the source last gave it is due, too.
        """
        return self._database.transact(lambda: see.see(self._database, sightings, now, every_form=every_form))

    def claim(
        self,
        run: int,
        places: Sequence[str],
        limit: int,
        now: int,
        site: str = "",
        recipe: str = "",
        parts: int = 0,
    ) -> list[Claim]:
        """Return up to `limit` articles seen in `places` that are due and were not claimed in `run` before: those
        without a post first, in the order in which they were seen. site: only articles in the queue of this site;
        empty: only those that are in no site's queue. recipe: only articles of this recipe; empty: of any. parts: where
        the run has a limit, which its workers share: at most one of so many equal parts of what is left of it is taken;
        0: there is no limit."""

        def claim_part() -> list[Claim]:
            quota = self.workers.take_quota(ARTICLES, limit, parts)
            claims = self._queue.claim(run, places, quota, now, site, recipe)
            self.workers.return_quota(ARTICLES, quota - len(claims))
            return claims

        if parts:
            claims = self._database.transact(claim_part)
        else:
            claims = self._queue.claim(run, places, limit, now, site, recipe)
        self._queue.go_on()
        return claims

    def sites_due(self) -> list[str]:
        """Return the sites of which articles are due, now or later."""
        return self._queue.sites()

    def waiting(self, run: int, places: Sequence[str], now: int) -> list[tuple[str, str]]:
        """Return recipes and sites that no worker has and of which an article seen in `places` can be claimed, each as
        (recipe, "") or ("", site)."""
        return self._queue.waiting(run, places, now)

    def count_due(self, run: int, places: Sequence[str], now: int) -> int:
        """Return how many articles seen in `places`, of whatever site, are due and were not claimed in `run`."""
        return due.count_due(self._database, run, places, now)

    def recheck(self, places: Sequence[str], since: int, now: int) -> None:
        """Make every article seen in `places` that was saved at or after `since` due now."""
        self._database.transact(lambda: due.recheck(self._database, places, since, now))

    def retry(self, places: Sequence[str], now: int) -> None:
        """Make every article seen in `places` that gave no post due now, also those that were given up."""
        self._database.transact(lambda: due.retry(self._database, places, now))

    def look_again(self, recipe: str, since: int, now: int) -> None:
        """Make the articles of a recipe that were saved at or after `since` due, unless a time is set already."""
        self._database.transact(lambda: due.look_again(self._database, recipe, since, now))

    def held(self, keys: Iterable[ArticleKey]) -> dict[ArticleKey, Held]:
        """Return what is held of each of the articles; of an unknown one an empty Held."""
        asked = list(keys)
        return self._database.snapshot(lambda: held.held(self._database, asked))

    def look_up(self, question: Question, leases: Collection[str] = ()) -> Answer | None:
        """Return all that is known of a batch of articles. leases: names of articles that this worker is to have alone
        from then on; they are taken before anything is looked up. None if another worker has one of them."""
        answer = lookup.look_up(self._database, question, leases)
        if answer is None:
            self.workers.drop(ARTICLE, list(leases))
        return answer

    def begin(self, intents: Sequence[Intent], now: int) -> None:
        """Note posts that are about to be written; an article that is not known becomes known."""
        self._database.transact(lambda: write.begin(self._database, intents, now))

    def finish(self, finished: Sequence[Finished], now: int) -> bool:
        """Note what became of articles. What is not known is passed over; to finish something twice changes nothing.
        Return whether the archive has any pictures, which posts may wait for (`Pictures.wait`)."""
        return self._database.transact(lambda: write.finish(self._database, finished, now))

    def fail(self, failed: Sequence[FailedArticle], now: int) -> None:
        """Note articles that gave no post, and when to ask for them again. An article that has a post keeps its state,
        unless the source has withdrawn it. However many forms of an article failed in one call, it counts as one
        failure. Unknown articles are passed over."""
        self._database.transact(lambda: fail.fail(self._database, failed, now))

    def hold(self, edits: Sequence[HeldBack], now: int) -> None:
        """Hold edits back; each replaces an earlier one of the same article and form. Their articles stay due until the
        edits are finished, so an edit that is lost is asked for again."""
        self._database.transact(lambda: hold.hold(self._database, edits, now))

    def held_back(self, run: int | None = None) -> list[HeldBack]:
        """Return the edits that are held back, of a run or (None) of all, in the order in which they came."""
        return hold.held_back(self._database, run)

    def adopt(self, adoptions: Sequence[Adoption], now: int) -> list[str | None]:
        """Take posts that are on disk into the index. Return None for each that was taken; for one that was not, the
        path of the post that the index already has for the same article and form."""
        return self._database.transact(lambda: adopt.adopt(self._database, adoptions, now))

    def known_as(self, addresses: Iterable[str]) -> dict[str, ArticleKey | None]:
        """Return the article of each address; None for an address that pages of several articles claim as theirs.
        Unknown addresses are left out. addresses: in the form in which they are compared (`identity`)."""
        return aliases.known_as(self._database, addresses)

    def addresses_at(self, host: str, limit: int) -> list[str]:
        """Return up to `limit` addresses of articles at a host, of the newest articles first, in the form in which
        addresses are compared."""
        return aliases.addresses_at(self._database, host, limit)

    def has_saved(self, recipe: str) -> bool:
        """Return whether there is a post of any article of the recipe."""
        return bool(texts.last_texts(self._database, recipe, 1))

    def last_texts(self, recipe: str, count: int) -> list[tuple[str, str | None]]:
        """Return the ids of the articles of a recipe that were saved last, the latest first, each with the digest of
        its text."""
        return texts.last_texts(self._database, recipe, count)

    def articles_saying(self, digests: Iterable[str]) -> dict[str, dict[ArticleKey, str]]:
        """Return, for each digest of a text, the articles with that text, each with an address of it (empty: none is
        known). A digest that no article has is left out."""
        return texts.articles_saying(self._database, digests)

    def together(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; keep all that methods write in it, or nothing of it if it raises. It may be
        called again when a server has lost what it did."""
        return self._database.transact(work)

    def check(self) -> str:
        """Return a description of what is wrong with the stored data; empty if nothing is."""
        return self._database.check()

    def close(self) -> None:
        """Close it, and let others write."""
        try:
            self._database.close()
        finally:
            if self._lock:
                self._lock.release()
