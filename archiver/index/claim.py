"""The queue: giving out the articles that are due to be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archiver.clock import DAY
from archiver.index.fail import RETRY_WAITS
from archiver.index.held import held_by_number
from archiver.index.types import ArticleKey, Claim, Held
from archiver.index.values import facts_of, json_text, storable, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archiver.index.database import Database, Statement

# No article is ever made due later than this; where one is, the clock was ahead when its time was set.
MAX_DUE_MICROS = RETRY_WAITS[-1] + 32 * DAY
BEFORE_ALL = (-(2**62), 0)  # before all times and keys
# Articles without a post, and articles with one: for each of both the table has an index of those that are due.
NEW, SAVED = "saved IS NULL", "saved IS NOT NULL"

# Whether an article was seen in one of the places whose articles are asked for.
_IS_ASKED = "EXISTS (SELECT 1 FROM sightings WHERE article = key AND place IN (SELECT place FROM asked))"

# The columns of a _Row.
_ROW = """due, key, saved, recipe, id, state, text_digest, known,
          (SELECT json_group_array(form)
           FROM (SELECT form FROM wanted WHERE article = articles.key ORDER BY form) AS forms),
          (SELECT json_group_array(place)
           FROM (SELECT place FROM sightings WHERE article = articles.key ORDER BY place) AS places),
          CASE WHEN EXISTS (SELECT 1 FROM posts WHERE article = articles.key)
          OR EXISTS (SELECT 1 FROM revisions WHERE article = articles.key)
          OR EXISTS (SELECT 1 FROM answers WHERE article = articles.key) THEN 1 ELSE 0 END"""

_Asked = tuple[int, tuple[str, ...]]  # the run, and the places whose articles it takes
_Placed = tuple[tuple[str, ...], int]  # the places that the temporary table has, and the session that has it
_Line = tuple[str, str]  # a site, which has a queue of its own, and a recipe (empty: any)


class _Position(NamedTuple):
    """How far a run has come with a site: due time and key of the last article that it looked at, among the articles
    without a post (`new`) and among those with one (`saved`)."""

    new: tuple[int, int] = BEFORE_ALL
    saved: tuple[int, int] = BEFORE_ALL

    def after(self, rows: Iterable[_Row]) -> _Position:
        """Return the position after articles that were claimed, which are in their order."""
        reached = {row.saved is not None: (row.due, row.key) for row in rows}
        return _Position(reached.get(False, self.new), reached.get(True, self.saved))

    def is_before(self, row: _Row) -> bool:
        """Return whether an article comes after this position."""
        return (row.due, row.key) > (self.new if row.saved is None else self.saved)


class _Claimed(NamedTuple):
    """The last claim: what it asked for, in which session of the database; the positions of all sites before it, and
    the new position of the site that it was about."""

    asked: _Asked
    session: int
    positions: dict[_Line, _Position]
    line: _Line
    position: _Position


class _Row(NamedTuple):
    """An article that was claimed. forms, places: those that are wanted, and those where it was seen, as JSON.
    has_more: whether the archive has a post of it, or an answer."""

    due: int
    key: int
    saved: int | None
    recipe: str
    id: str
    state: str
    text_digest: str | None
    known: str
    forms: str
    places: str
    has_more: int


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
        self._placed: _Placed = ((), 0)
        self._positions: dict[_Line, _Position] = {}
        self._claimed = _Claimed((0, ()), 0, {}, ("", ""), _Position())

    def claim(self, run: int, places: Sequence[str], limit: int, now: int, site: str, recipe: str) -> list[Claim]:
        """Return up to `limit` articles of `site` (and of `recipe`, if that is not empty) seen in `places` that are due
        and were not claimed in `run` before."""
        asked = run, tuple(places)
        line = storable(site), recipe
        positions = self._positions if asked == self._asked else {}
        before = positions.get(line, _Position())
        goes_round = line in positions

        def statements(was_kept: bool) -> list[Statement]:
            claiming = self._claiming(run, line, before, limit, now, goes_round=goes_round, was_kept=was_kept)
            return [*self._mending(asked, now), *self._placing(asked[1]), claiming]

        rows = [_Row._make(row) for row in self._database.carry_out(statements)[-1]] if limit > 0 else []
        rows.sort(key=lambda row: (row.saved is not None, row.due, row.key))
        first, round_ = ([row for row in rows if before.is_before(row) is ahead] for ahead in (True, False))
        is_round = goes_round and len(first) < limit
        position = _Position().after(round_) if is_round else before.after(first)
        self._claimed = _Claimed(asked, self._database.session, positions, line, position)
        return self._claims([*first, *round_])

    def go_on(self) -> None:
        """Move on behind what was claimed last, now that this claim is committed."""
        asked, session, self._positions, line, position = self._claimed
        self._asked, self._placed = asked, (asked[1], session)
        self._positions[line] = position

    def waiting(self, run: int, places: Sequence[str], now: int) -> list[tuple[str, str]]:
        """Return recipes and sites that no worker has and of which an article can be claimed, each as (recipe, "") or
        ("", site): it costs one step in the database's index for each site, and a look at what is due there."""
        placed = tuple(places)
        recipes = json_text(sorted({storable(place).partition("/")[0] for place in places}))
        can_be = f"due <= ?1 AND run <> ?2 AND {_IS_ASKED}"
        of_sites = f"""WITH RECURSIVE {_sites("new_sites", NEW)}, {_sites("saved_sites", SAVED)}
            SELECT site FROM (SELECT site FROM new_sites UNION SELECT site FROM saved_sites) AS due_sites
            WHERE site <> '' AND NOT EXISTS (SELECT 1 FROM leases WHERE name = 'site ' || site AND worker <> 0) AND (
            EXISTS (SELECT 1 FROM articles WHERE {NEW} AND articles.site = due_sites.site AND {can_be}) OR
            EXISTS (SELECT 1 FROM articles WHERE {SAVED} AND articles.site = due_sites.site AND {can_be}))
            ORDER BY site"""
        of_recipes = f"""SELECT one.value FROM json_each(?3) AS one
            WHERE NOT EXISTS (SELECT 1 FROM leases WHERE name = 'recipe ' || one.value AND worker <> 0) AND (
            EXISTS (SELECT 1 FROM articles WHERE {NEW} AND site = '' AND recipe = one.value AND {can_be}) OR
            EXISTS (SELECT 1 FROM articles WHERE {SAVED} AND site = '' AND recipe = one.value AND {can_be}))"""

        def statements(_: bool) -> list[Statement]:
            return [*self._placing(placed), (of_sites, now, run), (of_recipes, now, run, recipes)]

        *_, found_sites, found_recipes = self._database.carry_out(statements)
        self._placed = placed, self._database.session
        return [*((recipe, "") for (recipe,) in found_recipes), *(("", site) for (site,) in found_sites)]

    def sites(self) -> list[str]:
        """Return the sites of which articles are due, now or later."""
        found = self._database.ask(
            *(
                (f"WITH RECURSIVE {_sites('sites', which)} SELECT site FROM sites WHERE site IS NOT NULL",)
                for which in (NEW, SAVED)
            )
        )
        return list(dict.fromkeys(site for rows in found for (site,) in rows))

    def _mending(self, asked: _Asked, now: int) -> list[Statement]:
        """Return what mends times that were set when the clock was ahead, which may be years off: once in a run."""
        mend = "UPDATE articles SET due = ?1 WHERE {} AND due > ?1 + ?2"
        return [] if asked == self._asked else [(mend.format(which), now, MAX_DUE_MICROS) for which in (NEW, SAVED)]

    def _placing(self, places: tuple[str, ...]) -> list[Statement]:
        """Return what writes the places whose articles are asked for into a temporary table, which lasts as long as
        this connection; nothing if it has them."""
        if self._placed == (places, self._database.session):
            return []
        return [
            ("CREATE TEMP TABLE IF NOT EXISTS asked (place TEXT PRIMARY KEY)",),
            ("DELETE FROM asked",),
            (
                "INSERT INTO asked SELECT one.value FROM json_each(?) AS one",
                json_text(sorted({storable(place) for place in places})),
            ),
        ]

    def _claiming(
        self, run: int, line: _Line, before: _Position, limit: int, now: int, *, goes_round: bool, was_kept: bool
    ) -> Statement:
        """Return the statement that claims the next articles of a site after a position, and returns a _Row for each.
        Articles that another worker is claiming are passed over.

        goes_round: where there are too few, it starts from the beginning. was_kept: it was carried out before, and
        nobody knows which articles it claimed: these are after the position, and claimed in this run. (Of those that it
        claimed from the beginning nothing is known, and they are left to the next run.)
        """
        site, recipe = line
        of_recipe = "AND recipe = ?9" if recipe else ""
        parts: list[str] = []
        for compared, unclaimed in (
            (">", "" if was_kept else "AND run <> ?1"),
            *([("<=", "AND run <> ?1")] * goes_round),
        ):
            for which, position in ((NEW, "(?5, ?6)"), (SAVED, "(?7, ?8)")):
                room = "".join(f" - (SELECT count(*) FROM part_{number})" for number in range(len(parts)))
                parts.append(
                    f"""part_{len(parts)} AS MATERIALIZED (SELECT key FROM articles
                    WHERE {which} AND site = ?2 {of_recipe} AND (due, key) {compared} {position} AND due <= ?3
                    {unclaimed} AND {_IS_ASKED}
                    ORDER BY due, key LIMIT ?4{room} {self._database.passing_over_locked})"""
                )
        keys = " UNION ALL ".join(f"SELECT key FROM part_{number}" for number in range(len(parts)))
        sql = f"WITH {', '.join(parts)} UPDATE articles SET run = ?1 WHERE key IN ({keys}) RETURNING {_ROW}"
        return (sql, run, site, now, limit, *before.new, *before.saved, *([recipe] if recipe else []))

    def _claims(self, rows: Sequence[_Row]) -> list[Claim]:
        keys = {row.key: ArticleKey(row.recipe, row.id) for row in rows}
        more = [row.key for row in rows if row.has_more]
        found = held_by_number(self._database, more) if more else {}
        claims = []
        for row in rows:
            held = found.get(row.key) or Held(keys[row.key], row.state, row.text_digest, facts_of(row.known))
            forms = tuple(texts_of(row.forms))
            claims.append(
                Claim(
                    held.key,
                    forms or tuple(post.form for post in held.posts),  # a re-check is for all forms that have posts
                    tuple(texts_of(row.places)),
                    bool(forms) and row.saved is not None,
                    held,
                )
            )
        return claims


def _sites(name: str, which: str) -> str:
    """Return SQL for a table of that name with the sites of which articles are due, now or later, and NULL. It takes
    one step in the database's index for each site, however many articles there are."""
    return f"""{name}(site) AS (
        SELECT min(site) FROM articles WHERE {which} AND due IS NOT NULL
        UNION ALL SELECT (SELECT min(site) FROM articles WHERE {which} AND due IS NOT NULL
        AND site > {name}.site) FROM {name} WHERE {name}.site IS NOT NULL)"""
