"""What is due to be asked for, out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archiver.clock import DAY
from archiver.index.fail import RETRIES
from archiver.index.held import held_by_number
from archiver.index.types import ArticleKey, Claim
from archiver.index.values import json_text, storable, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archiver.index.database import Database

# A time further off than any that is ever set was set when the clock was ahead.
TOO_FAR = RETRIES[-1] + 32 * DAY
FIRST = (-(2**62), 0)  # before all times and keys


class _Position(NamedTuple):
    """How far a run has come with a site: the times and keys of the last articles that it looked at, of those of which
    there is no post yet, and of the others."""

    new: tuple[int, int] = FIRST
    saved: tuple[int, int] = FIRST


class Queue:
    """Gives out articles, each once in a run.

    New ones come first, those that were seen first before others: articles of a page in its order. A run goes on where
    it was, so that a claim costs what it takes out, and not what was passed over: what is claimed and not finished, or
    was seen elsewhere. When it has come to the end it looks once more from the beginning on.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: tuple[int, tuple[str, ...]] = (0, ())  # the run, and the places whose articles it takes
        self._positions: dict[str, _Position] = {}  # by site

    def claim(self, run: int, places: Sequence[str], limit: int, now: int, site: str) -> list[Claim]:
        """Return up to `limit` articles of `site` seen in `places` that are due and were not claimed in `run`
        before."""
        if self._asked != (run, tuple(places)):
            self._begin(run, tuple(places), now)
        site = storable(site)
        from_beginning = site not in self._positions
        numbers = self._next(site, limit, now)
        if len(numbers) < limit and not from_beginning:
            del self._positions[site]
            numbers += self._next(site, limit - len(numbers), now)
        return self._claims(numbers)

    def sites(self) -> list[str]:
        """Return the sites of which articles are due, now or later."""
        # One step of the index for each, however many articles there are.
        found = [
            self._database.rows(
                """WITH RECURSIVE sites(site) AS (
                       SELECT min(site) FROM articles WHERE (saved IS NOT NULL) = ?1 AND due IS NOT NULL
                       UNION ALL SELECT (SELECT min(site) FROM articles WHERE (saved IS NOT NULL) = ?1
                       AND due IS NOT NULL AND site > sites.site) FROM sites WHERE sites.site IS NOT NULL)
                   SELECT site FROM sites WHERE site IS NOT NULL""",
                saved,
            )
            for saved in (False, True)
        ]
        return list(dict.fromkeys(row["site"] for rows in found for row in rows))

    def _begin(self, run: int, places: tuple[str, ...], now: int) -> None:
        """Begin with the articles of these places."""
        self._asked, self._positions = (run, places), {}
        # A time that was set when the clock was ahead may be years off.
        self._database.write_all(
            "UPDATE articles SET due = ?1 WHERE (saved IS NOT NULL) = ?2 AND due > ?1 + ?3",
            [(now, saved, TOO_FAR) for saved in (False, True)],
        )
        self._database.write("CREATE TEMP TABLE IF NOT EXISTS asked (place TEXT PRIMARY KEY) WITHOUT ROWID")
        self._database.write("DELETE FROM asked")
        self._database.write_all("INSERT OR IGNORE INTO asked VALUES (?)", [(storable(place),) for place in places])

    def _next(self, site: str, limit: int, now: int) -> list[int]:
        """Return the keys of the next articles of a site, claimed, and go on to after them."""
        position = self._positions.get(site, _Position())
        new = list(self._after(site, position.new, limit, now, saved=False))
        saved = list(self._after(site, position.saved, limit - len(new), now, saved=True))
        self._positions[site] = _Position(new[-1] if new else position.new, saved[-1] if saved else position.saved)
        numbers = [number for _, number in (*new, *saved)]
        self._database.write_all(
            "UPDATE articles SET run = ? WHERE key = ?", [(self._asked[0], number) for number in numbers]
        )
        return numbers

    def _after(
        self, site: str, position: tuple[int, int], limit: int, now: int, *, saved: bool
    ) -> Iterator[tuple[int, int]]:
        """Yield time and key of up to `limit` articles after a position: of that time, and then of later ones."""
        due, number = position
        for condition, least in (("due = ? AND articles.key > ?", number), ("due > ? AND due <= ?", now)):
            if limit > 0 and due <= now:
                rows = self._database.rows(
                    f"""SELECT due, articles.key FROM articles INDEXED BY articles_due
                        WHERE (saved IS NOT NULL) = ? AND site = ? AND {condition} AND run <> ?
                        AND EXISTS (SELECT 1 FROM sightings WHERE article = articles.key
                                    AND place IN (SELECT place FROM temp.asked))
                        ORDER BY due, articles.key LIMIT ?""",
                    saved,
                    site,
                    due,
                    least,
                    self._asked[0],
                    limit,
                )
                limit -= len(rows)
                yield from ((row[0], row[1]) for row in rows)

    def _claims(self, numbers: list[int]) -> list[Claim]:
        asked = json_text(numbers)
        rows = self._database.rows(
            """SELECT articles.key, recipe, articles.id, saved,
                      (SELECT json_group_array(form)
                       FROM (SELECT form FROM wanted WHERE article = articles.key ORDER BY form)),
                      (SELECT json_group_array(place)
                       FROM (SELECT place FROM sightings WHERE article = articles.key ORDER BY place))
               FROM json_each(?) AS asked CROSS JOIN articles ON articles.key = asked.value""",
            asked,
        )
        found = held_by_number(self._database, {row[0]: ArticleKey(row[1], row[2]) for row in rows})
        claims = {}
        for number, _, _, saved, wanted, places in rows:
            held = found[number]
            forms = tuple(texts_of(wanted))
            claims[number] = Claim(
                held.key,
                forms or tuple(post.form for post in held.posts),  # a re-check is one of every post that there is
                tuple(texts_of(places)),
                bool(forms) and saved is not None,
                held,
            )
        return [claims[number] for number in numbers]
