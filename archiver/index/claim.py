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
    """How far a run has come: the times and keys of the last articles that it looked at, of those of which there is no
    post yet, and of the others."""

    run: int
    places: tuple[str, ...]
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
        self._position = _Position(0, ())

    def claim(self, run: int, places: Sequence[str], limit: int, now: int) -> list[Claim]:
        """Return up to `limit` articles seen in `places` that are due and were not claimed in `run` before."""
        # A time that was set when the clock was ahead may be years off.
        self._database.write_all(
            "UPDATE articles SET due = ?1 WHERE (saved IS NOT NULL) = ?2 AND due > ?1 + ?3",
            [(now, saved, TOO_FAR) for saved in (False, True)],
        )
        beginning = _Position(run, tuple(map(storable, places)))
        if self._position[:2] != beginning[:2]:
            self._position = beginning
        from_beginning = self._position == beginning
        numbers = self._next(limit, now)
        if len(numbers) < limit and not from_beginning:
            self._position = beginning
            numbers += self._next(limit - len(numbers), now)
        return self._claims(numbers)

    def _next(self, limit: int, now: int) -> list[int]:
        """Return the keys of the next articles, claimed, and go on to after them."""
        new = list(self._after(self._position.new, limit, now, saved=False))
        saved = list(self._after(self._position.saved, limit - len(new), now, saved=True))
        self._position = self._position._replace(
            new=new[-1] if new else self._position.new, saved=saved[-1] if saved else self._position.saved
        )
        numbers = [number for _, number in (*new, *saved)]
        self._database.write_all(
            "UPDATE articles SET run = ? WHERE key = ?", [(self._position.run, number) for number in numbers]
        )
        return numbers

    def _after(self, position: tuple[int, int], limit: int, now: int, *, saved: bool) -> Iterator[tuple[int, int]]:
        """Yield time and key of up to `limit` articles after a position: of that time, and then of later ones."""
        run, places, *_ = self._position
        due, number = position
        for condition, least in (("due = ? AND articles.key > ?", number), ("due > ? AND due <= ?", now)):
            if limit > 0 and due <= now:
                rows = self._database.rows(
                    f"""SELECT due, articles.key FROM articles INDEXED BY articles_due
                        WHERE (saved IS NOT NULL) = ? AND {condition} AND run <> ?
                        AND EXISTS (SELECT 1 FROM sightings WHERE article = articles.key
                                    AND place IN (SELECT value FROM json_each(?)))
                        ORDER BY due, articles.key LIMIT ?""",
                    saved,
                    due,
                    least,
                    run,
                    json_text(places),
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
