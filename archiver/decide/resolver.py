"""Which article a web page is, decided with all that the archive knows.

A page says in its answer which address it has (`identity`). Here that is compared with the addresses that articles are
known by: one article is one post, whatever addresses it had over time; an address that other pages have claimed is not
believed; and two articles that turn out to be one are united.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from archiver.identity import article_key, normalise, plain_form
from archiver.index.types import ArticleKey
from archiver.text import without_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from archiver.article import Article

SHINGLE_CHARACTERS = 8  # characters
# Of the shorter text's shingles: two readings of one article share more, two articles of a site less.
MIN_SHARED_SHINGLES = 0.4


class ComparedText(NamedTuple):
    """The parts of an article that are compared: its title, and the letters of its text."""

    title: str
    text: str


class ArticleResolver:
    """The addresses that will be known once the articles before this one are put.

    known: the article of each address, and of each id of an article that was united with another; None for an address
    that pages of several articles claim. posted: the articles that have posts. text_of_post: returns title and text of
    the post of an article."""

    def __init__(
        self,
        known: Mapping[str, ArticleKey | None],
        posted: Collection[ArticleKey],
        text_of_post: Callable[[ArticleKey], ComparedText | None],
    ) -> None:
        self._known = dict(known)
        self._posted = posted
        self._text_of_post = text_of_post
        self._made: dict[ArticleKey, Article] = {}

    def resolve(self, article: Article, *, believed: bool) -> Article:
        """Return `article` with the id that is found, with the addresses that are its own, and with the ids that it had
        before.

        believed: the answer was believed when it came: then an article whose key was made from one of its addresses
        keeps that address, so that a replay gives the same post.
        """
        if not article.aliases:
            return article
        came_from = {plain_form(article.response_url), plain_form(article.address)}
        proven = [address for address in article.aliases if address in came_from]
        home = next((key for address in proven if (key := self._known.get(address))), None)
        if believed and home == own_key(article):
            came_from.add(article.aliases[0])
        own: list[str] = []
        shared: list[str] = []
        for address in article.aliases:
            is_own = address in came_from or self._is_its_own(address, article, home)
            (own if is_own else shared).append(address)
        url = article.url if article.aliases[0] in own else normalise(article.response_url)
        key = self._key(url, own, article.recipe, home)
        # An address may have led to another article until now. If both have the same text, they are one article, and
        # this one takes over the address and all others of that article. If not, the site now has this article at the
        # address, but in the archive the address stays with the other one, which has a post.
        of = {address: other for address in own if (other := self._known.get(address)) and other != key}
        is_one = {other: self._is_one(other, article) for other in of.values()}
        own = [address for address in own if address not in of or is_one[of[address]]]
        absorbed = tuple(sorted(other.id for other in is_one if is_one[other] and self._is_posted(other)))
        if (key.id, url, len(shared), absorbed, tuple(own)) != (article.id, article.url, 0, (), article.aliases):
            article = replace(article, id=key.id, url=url, aliases=tuple(own), shared=tuple(shared), absorbed=absorbed)
        self._note(article, key)
        return article

    def _note(self, article: Article, key: ArticleKey) -> None:
        """Go on as if an article had been put."""
        if gone := {ArticleKey(key.recipe, absorbed_id) for absorbed_id in article.absorbed}:
            self._known |= {address: key for address, absorbed_id in self._known.items() if absorbed_id in gone}
        self._known |= dict.fromkeys((*article.aliases, *article.absorbed), key) | dict.fromkeys(article.shared)
        self._made[key] = article

    def _key(self, url: str, own: Sequence[str], recipe: str, home: ArticleKey | None) -> ArticleKey:
        """Return the article with the address `url`: the one that is known by it; else one that is known by another of
        its addresses; else a new one."""
        new = ArticleKey(recipe, article_key(url))
        known = self._known.get(plain_form(url))
        if known is None and self._is_posted(new):
            known = self._known.get(new.id) or new
        of_other_addresses = (key for address in own if (key := self._known.get(address)))
        return known or home or next(of_other_addresses, new)

    def _is_its_own(self, address: str, article: Article, home: ArticleKey | None) -> bool:
        """Return whether an address that a page claims, but that it did not come from, is its own and not another
        article's."""
        if address not in self._known:
            key = own_key(article) if address == article.aliases[0] else None
        else:
            key = self._known[address]
            if key is None:
                return False
        known_text = self._compared_text(key) if key and key != home else None
        return (
            known_text is None
            or _have_one_title(known_text, compared_text(article))
            or _have_one_text(known_text, compared_text(article))
        )

    def _is_one(self, other: ArticleKey, article: Article) -> bool:
        """Return whether another article has the same text as this one; also if nothing is known of the other's."""
        other_text = self._compared_text(other)
        return other_text is None or _have_one_text(other_text, compared_text(article))

    def _is_posted(self, key: ArticleKey) -> bool:
        return key in self._posted or key in self._made

    def _compared_text(self, key: ArticleKey) -> ComparedText | None:
        """Return title and text of an article that was resolved before, or that the archive has; None if there is
        none."""
        made = self._made.get(key)
        return compared_text(made) if made else self._text_of_post(key)


def own_key(article: Article) -> ArticleKey:
    """Return the key that an article has before it is resolved: its recipe and id."""
    return ArticleKey(article.recipe, article.id)


def compared_text(article: Article) -> ComparedText:
    """Return title and letters of an article, which are compared."""
    return ComparedText(article.title, letters(article.body))


def letters(body: str) -> str:
    """Return the letters and digits of a text in HTML, without difference of case."""
    return "".join(filter(str.isalnum, without_tags(body).casefold()))


def _have_one_title(text: ComparedText, other: ComparedText) -> bool:
    return text.title.split() == other.title.split()


def _have_one_text(text: ComparedText, other: ComparedText) -> bool:
    """Return whether two pages show one article, by how much of their text is the same."""
    if text.text == other.text:
        return True
    few, many = sorted((_shingles(text.text), _shingles(other.text)), key=len)
    return bool(few) and len(few & many) >= MIN_SHARED_SHINGLES * len(few)


def _shingles(text: str) -> set[str]:
    return {text[start : start + SHINGLE_CHARACTERS] for start in range(len(text) - SHINGLE_CHARACTERS + 1)}
