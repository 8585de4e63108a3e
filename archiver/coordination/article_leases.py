"""Articles that one worker at a time decides about: pages of two sites may be one article, by their addresses."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

from archiver.identity import article_key
from archiver.index.leases import ARTICLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from archiver.article import Article
    from archiver.index import Answer, Index, Question


class ArticleLeases:
    """The articles that this worker decides about. All its state belongs to the thread that owns the index."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()  # the names that are leased, and by how many batches of this worker

    def at(self, articles: Iterable[Article]) -> ArticleTurn:
        """Return the turn at the articles of a batch."""
        return ArticleTurn(self._used, articles)


class ArticleTurn:
    """A turn at the articles of a batch (`ingest.turn`): it can begin when all other workers are done with them.

    An article that is known by its id alone needs no lease: it is of a recipe, which one worker has at a time.
    """

    def __init__(self, used: Counter[str], articles: Iterable[Article]) -> None:
        self._used = used
        self._addresses = {
            address
            for one in articles
            if one.aliases
            for address in (*one.aliases, one.id, article_key(one.response_url))
        }
        self._names: frozenset[str] = frozenset()

    @property
    def is_over(self) -> bool:
        """Whether there are no leases to give back."""
        return not self._names

    def begin(self, index: Index, question: Question) -> Answer | None:
        """Take leases of all articles that these may turn out to be: by their addresses, and by the ids known for
        these. Return what the index knows; None if another worker has one of them."""
        names: set[str] = set()
        mine: list[str] = []
        addresses = self._addresses
        while True:
            names |= (new := {_name(address) for address in addresses} - names)
            wanted = sorted(name for name in new if not self._used[name])
            question = question._replace(addresses=question.addresses | addresses)
            # Nobody else changes any more what is known by an address that is leased.
            answer = index.look_up(question, wanted)
            if answer is None:
                index.workers.drop(ARTICLE, mine)
                return None
            mine += wanted
            addresses = {key.id for key in answer.known.values() if key and _name(key.id) not in names}
            if not addresses:
                break
        self._names = frozenset(names)
        self._used.update(self._names)
        return answer

    def end(self, index: Index, work: Callable[[], None]) -> None:
        """Keep what `work` writes, and give the leases back, in one transaction."""
        unused = [name for name in self._names if self._used[name] == 1]

        def end() -> None:
            work()
            if unused:
                index.workers.drop(ARTICLE, unused)

        index.together(end)
        self._used.subtract(self._names)
        for name in unused:
            del self._used[name]
        self._names = frozenset()


def _name(address: str) -> str:
    return sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
