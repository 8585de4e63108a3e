"""The queue: giving out the articles that are due to be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archiver.clock import DAY
from archiver.index.fail import RETRY_WAITS
from archiver.index.held import asking_held, held_in
from archiver.index.types import ArticleKey, Claim
from archiver.index.values import NUMBER, NUMBERS, json_text, storable, texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.index.database import Database

# No article is ever made due later than this; where one is, the clock was ahead when its time was set.
MAX_DUE_MICROS = RETRY_WAITS[-1] + 32 * DAY
BEFORE_ALL = (-(2**62), 0)  # before all times and keys
# Articles without a post, and articles with one: for each of both the table has an index of those that are due.
NEW, SAVED = "saved IS NULL", "saved IS NOT NULL"

# Whether an article was seen in one of the places whose articles are asked for.
_IS_ASKED = "EXISTS (SELECT 1 FROM sightings WHERE article = key AND place IN (SELECT place FROM asked))"

_Asked = tuple[int, tuple[str, ...]]  # the run, and the places whose articles it takes


_Line = tuple[str, str]  # a site, which has a queue of its own, and a recipe (empty: any)


class _Position(NamedTuple):
    """How far a run has come with a site: due time and key of the last article that it looked at, among the articles
    without a post (`new`) and among those with one (`saved`)."""

    new: tuple[int, int] = BEFORE_ALL
    saved: tuple[int, int] = BEFORE_ALL


class _Claimed(NamedTuple):
    """The last claim: what it asked for, in which session of the database; the positions of all sites before it, and
    the new position of the site that it was about."""

    asked: _Asked
    session: int
    positions: dict[_Line, _Position]
    line: _Line
    position: _Position


class Queue:
    """Gives out articles, each once in a run.

    Articles without a post come first, in the order in which they were seen; those of one page in the order of that
    page. A claim goes on where the last one of the run stopped, so it does not read again what was passed over there:
    articles that are claimed and not finished, or that were seen in other places. At the end it starts once more from
    the beginning.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: _Asked = (0, ())
        self._placed: tuple[_Asked, int] = ((0, ()), 0)  # and the session whose temporary table has these places
        self._positions: dict[_Line, _Position] = {}
        self._claimed = _Claimed((0, ()), 0, {}, ("", ""), _Position())

    def claim(self, run: int, places: Sequence[str], limit: int, now: int, site: str, recipe: str) -> list[Claim]:
        """Return up to `limit` articles of `site` (and of `recipe`, if that is not empty) seen in `places` that are due
        and were not claimed in `run` before."""
        asked = run, tuple(places)
        if asked != self._asked:
            # A time that was set when the clock was ahead may be years off.
            for which in (NEW, SAVED):
                self._database.write(
                    f"UPDATE articles SET due = ?1 WHERE {which} AND due > ?1 + ?2", now, MAX_DUE_MICROS
                )
        if self._placed != (asked, self._database.session):
            self._put_places(asked[1])
        line = storable(site), recipe
        positions = self._positions if asked == self._asked else {}
        numbers, position = self._next(run, line, positions.get(line, _Position()), limit, now)
        if len(numbers) < limit and line in positions:
            more, position = self._next(run, line, _Position(), limit - len(numbers), now)
            numbers += more
        claims = self._claims(numbers)
        self._claimed = _Claimed(asked, self._database.session, positions, line, position)
        return claims

    def go_on(self) -> None:
        """Move on behind what was claimed last, now that this claim is committed."""
        asked, session, self._positions, line, position = self._claimed
        self._asked, self._placed = asked, (asked, session)
        self._positions[line] = position

    def waiting(self, run: int, places: Sequence[str], now: int) -> list[tuple[str, str]]:
        """Return recipes and sites that no worker has and of which an article can be claimed, each as (recipe, "") or
        ("", site): it costs one step in the database's index for each site, and a look at what is due there."""
        self._put_places(tuple(places))
        self._placed = ((0, ()), 0)  # the next claim writes its own places
        sites = json_text([site for site in self.sites() if site])
        recipes = json_text(sorted({storable(place).partition("/")[0] for place in places}))
        can_be = f"due <= ? AND run <> ? AND {_IS_ASKED}"
        of_sites, of_recipes = self._database.ask(
            (
                f"""SELECT one.value FROM json_each(?) AS one
                    WHERE NOT EXISTS (SELECT 1 FROM leases WHERE name = 'site ' || one.value AND worker <> 0) AND (
                    EXISTS (SELECT 1 FROM articles WHERE {NEW} AND site = one.value AND {can_be}) OR
                    EXISTS (SELECT 1 FROM articles WHERE {SAVED} AND site = one.value AND {can_be}))""",
                sites,
                *(now, run) * 2,
            ),
            (
                f"""SELECT one.value FROM json_each(?) AS one
                    WHERE NOT EXISTS (SELECT 1 FROM leases WHERE name = 'recipe ' || one.value AND worker <> 0) AND (
                    EXISTS (SELECT 1 FROM articles WHERE {NEW} AND site = '' AND recipe = one.value AND {can_be}) OR
                    EXISTS (SELECT 1 FROM articles WHERE {SAVED} AND site = '' AND recipe = one.value AND {can_be}))""",
                recipes,
                *(now, run) * 2,
            ),
        )
        return [*((recipe, "") for (recipe,) in of_recipes), *(("", site) for (site,) in of_sites)]

    def sites(self) -> list[str]:
        """Return the sites of which articles are due, now or later."""
        # One step in the database's index for each site, however many articles there are.
        found = self._database.ask(
            *(
                (
                    f"""WITH RECURSIVE sites(site) AS (
                            SELECT min(site) FROM articles WHERE {which} AND due IS NOT NULL
                            UNION ALL SELECT (SELECT min(site) FROM articles WHERE {which} AND due IS NOT NULL
                            AND site > sites.site) FROM sites WHERE sites.site IS NOT NULL)
                        SELECT site FROM sites WHERE site IS NOT NULL""",
                )
                for which in (NEW, SAVED)
            )
        )
        return list(dict.fromkeys(site for rows in found for (site,) in rows))

    def _put_places(self, places: tuple[str, ...]) -> None:
        """Write the places whose articles are asked for into a temporary table, which lasts as long as this
        connection."""
        self._database.scratch("CREATE TEMP TABLE IF NOT EXISTS asked (place TEXT PRIMARY KEY)")
        self._database.scratch("DELETE FROM asked")
        self._database.scratch(
            "INSERT INTO asked SELECT one.value FROM json_each(?) AS one",
            json_text(sorted({storable(place) for place in places})),
        )

    def _next(self, run: int, line: _Line, position: _Position, limit: int, now: int) -> tuple[list[int], _Position]:
        """Claim the next articles of a site after a position; return their keys, and the position after them."""
        new = self._after(NEW, run, line, position.new, limit, now)
        saved = self._after(SAVED, run, line, position.saved, limit - len(new), now)
        after = _Position(new[-1] if new else position.new, saved[-1] if saved else position.saved)
        return [number for _, number in (*new, *saved)], after

    def _after(
        self, which: str, run: int, line: _Line, position: tuple[int, int], limit: int, now: int
    ) -> list[tuple[int, int]]:
        """Claim up to `limit` articles after a position, and return time and key of each, in their order. Articles that
        another worker is claiming are passed over."""
        if limit <= 0 or position[0] > now:
            return []
        site, recipe = line
        of_recipe = "AND recipe = ?" if recipe else ""
        rows = self._database.rows(
            f"""UPDATE articles SET run = ? WHERE key IN (
                    SELECT key FROM articles
                    WHERE {which} AND site = ? {of_recipe} AND (due, key) > (?, ?) AND due <= ? AND run <> ?
                    AND {_IS_ASKED}
                    ORDER BY due, key LIMIT ? {self._database.passing_over_locked})
                RETURNING due, key""",
            run,
            site,
            *([recipe] if recipe else []),
            *position,
            now,
            run,
            limit,
        )
        return sorted((due, number) for due, number in rows)

    def _claims(self, numbers: list[int]) -> list[Claim]:
        query = f"""SELECT articles.key, recipe, articles.id, saved,
                       (SELECT json_group_array(form)
                        FROM (SELECT form FROM wanted WHERE article = articles.key ORDER BY form) AS forms),
                       (SELECT json_group_array(place)
                        FROM (SELECT place FROM sightings WHERE article = articles.key ORDER BY place) AS places)
                FROM {NUMBERS} CROSS JOIN articles ON articles.key = {NUMBER}"""
        rows, *others = self._database.ask((query, json_text(numbers)), *asking_held(numbers))
        found = held_in({row[0]: ArticleKey(row[1], row[2]) for row in rows}, others)
        claims = {}
        for number, _, _, saved, wanted, places in rows:
            held = found[number]
            forms = tuple(texts_of(wanted))
            claims[number] = Claim(
                held.key,
                forms or tuple(post.form for post in held.posts),  # a re-check is for all forms that have posts
                tuple(texts_of(places)),
                bool(forms) and saved is not None,
                held,
            )
        return [claims[number] for number in numbers]
