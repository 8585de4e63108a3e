"""Looking at the archive before a batch is decided about: all that the decisions need to know of it, read at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archiver.decide import MAX_SAME_IN_A_ROW, own_key
from archiver.identity import article_key, plain_form
from archiver.index import ArticleKey, Question
from archiver.ingest.illustrating import offered_pictures
from archiver.ingest.submission import key_of
from archiver.ingest.turn import Alone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archiver.article import Article
    from archiver.index import Held, Index
    from archiver.ingest.turn import Turn


class Lookup(NamedTuple):
    """What is asked about a batch. texts: digests of texts of which it is asked which articles have them. recipes:
    those of which it is asked what was saved last. more: paths of pictures that an archive would have, beside those in
    the index, by their addresses."""

    batch: Sequence[Article]
    texts: frozenset[str] = frozenset()
    recipes: frozenset[str] = frozenset()
    more: Mapping[str, str] = {}


class Archived(NamedTuple):
    """What the archive has of a batch. known: the articles of its addresses. held: of all articles that these may turn
    out to be. offered: for each article of the batch, the pictures that its post shows from elsewhere; empty if the
    archive has no pictures. paths: the files of these. saying: the articles with a text, by its digest. last: the
    articles of a recipe that were saved last, each with the digest of its text."""

    known: Mapping[str, ArticleKey | None]
    held: Mapping[ArticleKey, Held]
    offered: Sequence[Mapping[str, tuple[str, ...]]]
    paths: Mapping[str, str]
    saying: Mapping[str, Mapping[ArticleKey, str]]
    last: Mapping[str, Sequence[tuple[str, str | None]]]


def look_up(index: Index, lookup: Lookup, turn: Turn | None = None) -> Archived | None:
    """Return what the archive has of a batch, when its turn has begun; None if it cannot begin yet."""
    answer = (turn or Alone()).begin(index, _question(lookup))
    if answer is None:
        return None
    has_pictures = bool(lookup.more) or answer.has_pictures
    offered = [offered_pictures(article) for article in lookup.batch] if has_pictures else []
    addresses = {address for one in offered for picture in one.items() for address in (picture[0], *picture[1])}
    paths = {**lookup.more, **(index.pictures.paths(addresses) if addresses else {})}
    return Archived(answer.known, answer.held, offered, paths, answer.saying, answer.last)


def _question(lookup: Lookup) -> Question:
    named = [article for article in lookup.batch if article.aliases]
    own = {key for article in named for key in _keys(article)}
    addresses = {address for article in named for address in article.aliases} | {key.id for key in own}
    keys = {key_of(article) for article in lookup.batch} | own
    for article in named:  # an edit that was held back was settled before
        keys.add(ArticleKey(article.recipe, article_key(article.url)))
        keys |= {ArticleKey(article.recipe, id_) for id_ in article.absorbed}
    return Question(frozenset(addresses), frozenset(keys), lookup.texts, lookup.recipes, MAX_SAME_IN_A_ROW - 1)


def _keys(article: Article) -> Iterator[ArticleKey]:
    """Yield the keys that an article may have: by the address that it gives itself, and by where its answer came
    from."""
    yield own_key(article)
    if plain_form(article.response_url):
        yield ArticleKey(article.recipe, article_key(article.response_url))
