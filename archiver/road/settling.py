"""Which article a web page is, with what the archive knows: the last word about its identity.

A page says in its answer which address it has (`identity`). Here that is compared with the addresses that articles are
known by: one article is one post, whatever it was called when; and an address that other pages have called theirs is
not believed.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from archiver.errors import QuarantineError
from archiver.identity import article_key, normalise, plain_form
from archiver.index import ArticleKey, Index
from archiver.posts.read import read as read_post
from archiver.text import without_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from archiver.article import Article
    from archiver.index import Held, IndexThread
    from archiver.road.taken import Taken

SHINGLE = 8  # characters
SAME = 0.4  # of the shorter text's shingles: two readings of one article share more, two articles of a site less


class _Said(NamedTuple):
    """What is compared of an article."""

    title: str
    text: str


class Settler:
    """Settles articles that are known by their addresses. render and read: as for `Planner`."""

    def __init__(
        self, index: IndexThread, render: Callable[[Article], Article], read: Callable[[str], bytes | None]
    ) -> None:
        self._index = index
        self._render = render
        self._read = read

    async def settle(self, batch: Sequence[Taken]) -> list[Taken]:
        """Return `batch`, each article with the id that it has in the archive. Raises IndexFileError."""
        articles = [one.candidate.article for one in batch]
        asked = {address for article in articles for address in article.aliases}
        if not asked:
            return list(batch)
        known = await self._index.run(Index.known_as, asked)
        keys = {key for key in known.values() if key} | {_own_key(article) for article in articles if article.aliases}
        held = await self._index.run(Index.held, keys)
        return await asyncio.to_thread(self._settle, batch, known, held)

    def _settle(
        self, batch: Sequence[Taken], known: Mapping[str, ArticleKey | None], held: Mapping[ArticleKey, Held]
    ) -> list[Taken]:
        settling = _Settling(dict(known), held, self._read)
        settled: dict[int, Taken] = {}
        for number in sorted(range(len(batch)), key=lambda number: batch[number].candidate.article.fetched):
            one = batch[number]
            article = settling.settle(one.candidate.article, believed=one.candidate.believed)
            settled[number] = one if article is one.candidate.article else self._with(one, article)
        return [settled[number] for number in range(len(batch))]

    def _with(self, one: Taken, article: Article) -> Taken:
        """Return what was taken, with its article as it was settled, and its post made anew."""
        if article.post is not None:
            try:
                article = self._render(article)
            except QuarantineError as error:
                article = replace(article, post=None, reason=str(error))
        taken = one._replace(candidate=one.candidate._replace(article=article))
        if article.shared and taken.evidence:  # a replay is to believe as little
            about = taken.evidence.about
            return taken._replace(evidence=taken.evidence.saying(known={**about.get("known", {}), "url": article.url}))
        return taken


class _Settling:
    """The addresses that are known, as they will be when the articles before this one are put."""

    def __init__(
        self,
        known: dict[str, ArticleKey | None],
        held: Mapping[ArticleKey, Held],
        read: Callable[[str], bytes | None],
    ) -> None:
        self._known = known
        self._held = held
        self._read = read
        self._made: dict[ArticleKey, _Said] = {}

    def settle(self, article: Article, *, believed: bool) -> Article:
        """Return `article` with the id that it has, and the addresses that are its own.

        believed: its answer was when it came: then the article that got its key of an address keeps it, so that a
        replay gives the same post.
        """
        if not article.aliases:
            return article
        came_from = {plain_form(article.response_url), plain_form(article.address)}
        proven = [address for address in article.aliases if address in came_from]
        home = next((key for address in proven if (key := self._known.get(address))), None)
        if believed and home == _own_key(article):
            came_from.add(article.aliases[0])
        own: list[str] = []
        shared: list[str] = []
        for address in article.aliases:
            is_own = address in came_from or self._is_its_own(address, article, home)
            (own if is_own else shared).append(address)
        url = article.url if article.aliases[0] in own else normalise(article.response_url)
        key = self._key(url, own, article.recipe, home)
        if (key.id, url, len(shared)) != (article.id, article.url, 0):
            article = replace(article, id=key.id, url=url, aliases=tuple(own), shared=tuple(shared))
        self._known |= dict.fromkeys(own, key) | dict.fromkeys(shared)
        self._made[key] = _said(article)
        return article

    def _key(self, url: str, own: Sequence[str], recipe: str, home: ArticleKey | None) -> ArticleKey:
        """Return which article has the address `url`: the one that is known by it; else one that is known by another
        address; else a new one."""
        new = ArticleKey(recipe, article_key(url))
        known = self._known.get(plain_form(url))
        if known is None and new in self._held and self._held[new].posts:
            known = new
        others = (key for address in own if (key := self._known.get(address)))
        return known or home or next(others, new)

    def _is_its_own(self, address: str, article: Article, home: ArticleKey | None) -> bool:
        """Return whether an address that a page says is its own, but did not come from, is no other article's."""
        if address not in self._known:
            key = _own_key(article) if address == article.aliases[0] else None
        else:
            key = self._known[address]
            if key is None:
                return False
        said = self._said_by(key) if key and key != home else None
        return said is None or _are_one(said, _said(article))

    def _said_by(self, key: ArticleKey) -> _Said | None:
        """Return what an article says that the archive has, or that was settled before; None if there is none."""
        if key in self._made:
            return self._made[key]
        for post in self._held[key].posts if key in self._held else ():
            if content := self._read(post.path):
                found = read_post(content)
                return _Said(found.title, _letters(found.body))
        return None


def _own_key(article: Article) -> ArticleKey:
    return ArticleKey(article.recipe, article.id)


def _said(article: Article) -> _Said:
    return _Said(article.title, _letters(article.body))


def _letters(body: str) -> str:
    return "".join(filter(str.isalnum, without_tags(body).casefold()))


def _are_one(one: _Said, other: _Said) -> bool:
    """Return whether two pages show one article: by their titles, or by how much of their text is the same."""
    if one.title.split() == other.title.split():
        return True
    few, many = sorted((_shingles(one.text), _shingles(other.text)), key=len)
    return bool(few) and len(few & many) >= SAME * len(few)


def _shingles(text: str) -> set[str]:
    return {text[start : start + SHINGLE] for start in range(len(text) - SHINGLE + 1)}
