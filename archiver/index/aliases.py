"""The addresses by which articles of the web are known: those that have no id in a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.index.types import ArticleKey
from archiver.index.values import can_be_key, json_text, numbers_of, storable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.index.database import Database, Row, Statement
    from archiver.index.types import Finished


def known_as(database: Database, addresses: Iterable[str]) -> dict[str, ArticleKey | None]:
    """Return the article of each address; None for an address that pages of several articles claim as theirs. Unknown
    addresses are left out."""
    asked = list(addresses)
    return known_in(asked, database.rows(*asking_known_as(asked)))


def asking_known_as(addresses: Iterable[str]) -> Statement:
    """Return the query whose rows `known_in` takes: a caller may send others together with it."""
    sql = """SELECT address, recipe, articles.id FROM json_each(?) AS one
             CROSS JOIN aliases ON address = one.value LEFT JOIN articles ON articles.key = article"""
    return sql, json_text(sorted({storable(address) for address in addresses}))


def known_in(addresses: Iterable[str], rows: Iterable[Row]) -> dict[str, ArticleKey | None]:
    """Return the same as `known_as`, from the rows of the query of `asking_known_as`."""
    stored = {address: ArticleKey(recipe, id_) if recipe is not None else None for address, recipe, id_ in rows}
    return {address: stored[one] for address in addresses if (one := storable(address)) in stored}


def addresses_at(database: Database, host: str, limit: int) -> list[str]:
    """Return addresses of articles at a host, those of the newest articles first."""
    host = storable(host)
    rows = database.rows(
        """SELECT address FROM aliases WHERE address >= ? AND address < ? AND article IS NOT NULL
           ORDER BY article DESC LIMIT ?""",
        f"{host}/",
        f"{host}0",  # the character after the slash
        limit,
    )
    return [address for (address,) in rows]


def put_aliases(database: Database, known: Iterable[tuple[int, str, Finished]]) -> None:
    """Note the addresses of articles that have posts. An address that several articles claim belongs to none, for
    good."""
    found = [(number, one) for number, _, one in known if one.outcome != "dropped"]
    database.write_all(
        # An address of an article with a post stays with it until both articles are united.
        """INSERT INTO aliases SELECT ?, key FROM articles WHERE key = ? AND saved IS NOT NULL
           ON CONFLICT (address) DO UPDATE SET article = excluded.article WHERE aliases.article IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM posts WHERE posts.article = aliases.article)""",
        [(storable(address), number) for number, one in found for address in one.aliases if can_be_key(address)],
    )
    database.write_all(
        "INSERT INTO aliases VALUES (?, NULL) ON CONFLICT (address) DO UPDATE SET article = NULL",
        [(storable(address),) for _, one in found for address in one.shared if can_be_key(address)],
    )


def take_over(database: Database, known: Iterable[tuple[int, str, Finished]]) -> None:
    """Move what is noted under the ids that articles were listed as (`listed_as`) to the articles themselves, and
    forget these ids."""
    values = [
        (number, one.key.recipe, storable(id_))
        for number, _, one in known
        for id_ in one.listed_as
        if id_ != one.key.id
    ]
    if not values:
        return
    other = "SELECT key FROM articles WHERE recipe = ?2 AND id = ?3 AND saved IS NULL AND key <> ?1"
    database.write_all(
        f"""INSERT INTO sightings SELECT ?1, place, first_seen, last_seen FROM sightings WHERE article IN ({other})
            ON CONFLICT (article, place) DO UPDATE SET
            first_seen = least(sightings.first_seen, excluded.first_seen),
            last_seen = greatest(sightings.last_seen, excluded.last_seen)""",
        values,
    )
    database.write_all(
        f"""UPDATE articles SET first_seen = least(articles.first_seen, other.first_seen),
            last_seen = greatest(articles.last_seen, other.last_seen), site = other.site,
            known = json_patch(other.known, articles.known)
            FROM (SELECT * FROM articles WHERE key IN ({other})) AS other WHERE articles.key = ?1""",
        values,
    )
    for table, column in (("sightings", "article"), ("wanted", "article"), ("articles", "key")):
        database.write_all(f"DELETE FROM {table} WHERE {column} IN ({other})", values)


def absorb(database: Database, united: Iterable[tuple[int, ArticleKey]]) -> None:
    """Note articles that turned out to be the same as others: their addresses and their ids name those others from now
    on."""
    for number, into in united:
        other = numbers_of(database, [into]).get(into)
        if other is None:
            continue
        database.write(
            """UPDATE articles SET state = 'united', reason = ?, due = NULL, tries = 0, text_digest = NULL
               WHERE key = ?""",
            f"it is one article with {storable(into.id)}",
            number,
        )
        database.write("UPDATE aliases SET article = ? WHERE article = ?", other, number)
        database.write(
            """INSERT INTO aliases SELECT id, ? FROM articles WHERE key = ?
               ON CONFLICT (address) DO UPDATE SET article = excluded.article""",
            other,
            number,
        )
        database.write("DELETE FROM wanted WHERE article = ?", number)
        database.write("DELETE FROM changes WHERE article = ?", number)
        database.write("INSERT INTO changes (article) VALUES (?)", number)
