"""Near-duplicates: articles with nearly the same text, by their signatures.

Articles whose signatures share a band are compared. A band lists a limited number of articles, and an article is noted
with a limited number of near-duplicates: so what an article costs depends neither on how many articles there are, nor
on how often a text is repeated.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from archiver.index.types import ArticleKey
from archiver.index.values import ASKED_ARTICLES, NUMBER, NUMBERS, json_text, numbers_of
from archiver.minhash import MIN_SIMILARITY, Signature, bands, similarity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from archiver.index.database import Database, Row

_UNSIGNED = """FROM articles JOIN posts ON posts.article = articles.key WHERE state <> 'united' AND NOT EXISTS
               (SELECT 1 FROM signatures WHERE signatures.article = articles.key AND scheme = ?)"""
MAX_OF_A_BAND = 8  # articles listed for a band: enough, since copies of a text share most of their bands
MAX_COMPARED = 16  # articles that one is compared with: those that share most bands with it
MAX_LINKED = 4  # near-duplicates that are noted for an article: enough to hold groups together


# The signatures of articles, asked for by their keys.
SIGNATURES_OF_KEYS = (
    f"SELECT article, scheme, content FROM {ASKED_ARTICLES} CROSS JOIN signatures ON article = articles.key"
)
# The articles that are listed for bands, and the signatures of these, each once.
_LISTED = f"SELECT band, article FROM {NUMBERS} CROSS JOIN bands ON band = {NUMBER} ORDER BY band, article"
_OF_LISTED = f"""SELECT article, scheme, content
                 FROM (SELECT DISTINCT article AS number FROM {NUMBERS} CROSS JOIN bands ON band = {NUMBER}) AS listed
                 CROSS JOIN signatures ON article = listed.number"""


class Near(NamedTuple):
    """An article with nearly the same text as another, and how alike they are (0 to 1)."""

    key: ArticleKey
    similarity: float


class Unsigned(NamedTuple):
    """A post of an article that has no signature of the wanted scheme. number: the article's; each is larger than the
    one before."""

    number: int
    key: ArticleKey
    form: str
    path: str


class Signatures:
    """The signatures of articles' texts, and the near-duplicates that are found by them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def near(self, keys: Iterable[ArticleKey]) -> dict[ArticleKey, list[Near]]:
        """Return near-duplicates of articles, the nearest first. For each article these are only some: the rest of its
        group are near-duplicates of those. An article without any is left out."""
        return near(self._database, keys)

    def put(self, signatures: Mapping[ArticleKey, Signature]) -> None:
        """Note the signatures of articles, and which others are near-duplicates of them. Unknown articles are passed
        over."""

        def note() -> None:
            numbers = numbers_of(self._database, signatures)
            changed = {number: signatures[key] for key, number in numbers.items()}
            note_signatures(self._database, changed, signatures_of(self._database, changed))

        self._database.transact(note)

    def forget_others(self, scheme: str) -> None:
        """Forget the signatures that were not made by `scheme`, and the near-duplicates found by them."""
        self._database.transact(lambda: forget_others(self._database, scheme))

    def missing(self, scheme: str) -> int:
        """Return how many articles have posts, but no signature made by `scheme`."""
        ((count,),) = self._database.rows(f"SELECT count(DISTINCT articles.key) {_UNSIGNED}", scheme)
        return int(count)

    def unsigned(self, scheme: str, after: int, limit: int) -> list[Unsigned]:
        """Return up to `limit` of these articles, each with one of its posts: those with the next numbers after
        `after`."""
        rows = self._database.rows(
            f"""SELECT articles.key, recipe, id, form, path {_UNSIGNED} AND articles.key > ?
                AND form = (SELECT min(form) FROM posts WHERE article = articles.key) ORDER BY articles.key LIMIT ?""",
            scheme,
            after,
            limit,
        )
        return [Unsigned(number, ArticleKey(recipe, id_), form, path) for number, recipe, id_, form, path in rows]


def note_signatures(
    database: Database, signatures: Mapping[int, Signature | None], known: Mapping[int, Signature]
) -> None:
    """Note the signatures of articles (None: there is none, and an earlier one is forgotten), and which articles are
    near-duplicates of them. known: the signatures that these articles have (`SIGNATURES_OF_KEYS`)."""
    changed = {number: one for number, one in signatures.items() if one != known.get(number)}
    if not changed:
        return
    lost = _forget(database, changed, known)
    found = {number: one for number, one in changed.items() if one}
    rows = [(number, one.scheme, one.content) for number, one in sorted(found.items())]
    database.write_all("INSERT INTO signatures VALUES (?, ?, ?)", rows)
    # Articles that lost a near-duplicate, because its text changed, are compared again: they may have others.
    again = signatures_of(database, lost - changed.keys())
    _link(database, {**again, **found}, again.keys())


def forget_others(database: Database, scheme: str) -> None:
    """Forget the signatures that were not made by `scheme`, and the near-duplicates found by them."""
    other = "SELECT article FROM signatures WHERE scheme <> ?"
    database.write(f"DELETE FROM bands WHERE article IN ({other})", scheme)
    database.write(f"DELETE FROM near_duplicates WHERE article IN ({other}) OR other IN ({other})", scheme, scheme)
    database.write("DELETE FROM signatures WHERE scheme <> ?", scheme)


def near(database: Database, keys: Iterable[ArticleKey]) -> dict[ArticleKey, list[Near]]:
    """Return the near-duplicates that are noted for articles, the nearest first; an article without any is left out."""
    found: defaultdict[ArticleKey, dict[ArticleKey, float]] = defaultdict(dict)
    asked = json_text(list(keys))
    for here, there in (("article", "other"), ("other", "article")):
        for row in database.rows(
            f"""SELECT articles.recipe, articles.id, others.recipe, others.id, similarity FROM {ASKED_ARTICLES}
                CROSS JOIN near_duplicates ON {here} = articles.key JOIN articles AS others ON others.key = {there}""",
            asked,
        ):
            found[ArticleKey(*row[:2])][ArticleKey(*row[2:4])] = row[4]
    return {
        key: [Near(*one) for one in sorted(beside.items(), key=lambda one: (-one[1], one[0]))]
        for key, beside in found.items()
    }


def signatures_of(database: Database, numbers: Iterable[int]) -> dict[int, Signature]:
    """Return the signatures that articles have, by the keys that the tables have for them."""
    asked = sorted(numbers)
    sql = f"SELECT article, scheme, content FROM {NUMBERS} CROSS JOIN signatures ON article = {NUMBER}"
    return signatures_in(database.rows(sql, json_text(asked))) if asked else {}


def signatures_in(rows: Iterable[Row]) -> dict[int, Signature]:
    """Return the signatures of articles, from the rows of the query SIGNATURES_OF_KEYS."""
    return {number: Signature(scheme, content) for number, scheme, content in rows}


def _forget(database: Database, numbers: Iterable[int], known: Mapping[int, Signature]) -> set[int]:
    """Forget the signatures and near-duplicates of articles; return the articles that were their near-duplicates."""
    old = {number: known[number] for number in numbers if number in known}
    if not old:
        return set()
    beside = [
        pair
        for column in ("article", "other")
        for pair in database.rows(
            f"SELECT article, other FROM {NUMBERS} CROSS JOIN near_duplicates ON {column} = {NUMBER}",
            json_text(sorted(old)),
        )
    ]
    database.write_all(
        "DELETE FROM bands WHERE band = ? AND article = ?",
        [(band, number) for number, one in old.items() for band in _bands(one)],
    )
    database.write_all("DELETE FROM near_duplicates WHERE article = ? AND other = ?", beside)
    database.write_all("DELETE FROM signatures WHERE article = ?", [(number,) for number in old])
    involved = {number for pair in beside for number in pair}
    _note_changes(database, involved)
    return involved - old.keys()


def _link(database: Database, signatures: Mapping[int, Signature], again: Iterable[int]) -> None:
    """Note which articles are near-duplicates of these, and list these under their bands, except those in `again`,
    which are listed already."""
    wanted = {number: _bands(one) for number, one in signatures.items()}
    members: defaultdict[int, list[int]] = defaultdict(list)
    asked = json_text(sorted({band for of_one in wanted.values() for band in of_one}))
    listed, of_listed = database.ask((_LISTED, asked), (_OF_LISTED, asked))
    for band, article in listed:
        members[band].append(article)
    put: list[tuple[int, int]] = []
    candidates: dict[int, list[int]] = {}
    there = set(again)
    for number, of_one in wanted.items():
        shared = Counter(other for band in of_one for other in members[band] if other != number)
        candidates[number] = [other for other, _ in shared.most_common(MAX_COMPARED)]
        if number in there:
            continue
        for band in of_one:
            if len(members[band]) < MAX_OF_A_BAND:
                members[band].append(number)
                put.append((band, number))
    database.write_all("INSERT INTO bands VALUES (?, ?) ON CONFLICT DO NOTHING", sorted(put))
    compared = {**signatures_in(of_listed), **signatures}
    pairs = [pair for number, found in candidates.items() for pair in _nearest(number, found, compared)]
    database.write_all(
        """INSERT INTO near_duplicates VALUES (?, ?, ?)
           ON CONFLICT (article, other) DO UPDATE SET similarity = excluded.similarity""",
        pairs,
    )
    _note_changes(database, {number for pair in pairs for number in pair[:2]})


def _nearest(
    number: int, candidates: Iterable[int], signatures: Mapping[int, Signature]
) -> Iterator[tuple[int, int, float]]:
    """Return the first of candidates that are near enough, each with its likeness to the article `number`. Those that
    share most bands come first, and are the nearest as a rule."""
    own = signatures[number]
    alike = (
        (number, other, similarity(own.content, signatures[other].content))
        for other in candidates
        if other in signatures and signatures[other].scheme == own.scheme
    )
    return islice((pair for pair in alike if pair[2] >= MIN_SIMILARITY), MAX_LINKED)


def _bands(signature: Signature) -> list[int]:
    return bands(signature.content) if signature.content else []


def _note_changes(database: Database, numbers: Iterable[int]) -> None:
    """Note as a change of these articles that their near-duplicates are others than before: the pages that show them
    ask for what changed (`Posts.changed`)."""
    values = [(number,) for number in sorted(numbers)]
    database.write_all("DELETE FROM changes WHERE article = ?", values)
    database.write_all("INSERT INTO changes (article) VALUES (?)", values)
