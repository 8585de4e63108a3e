"""Pictures: which addresses have come, as which file; which are to be asked for; which posts wait for one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from archiver.index.fail import WAIT
from archiver.index.types import ArticleKey
from archiver.index.values import (
    CAPTURE_COLUMNS,
    CAPTURE_KEY,
    as_capture,
    can_be_key,
    json_text,
    numbers_of,
    place_of,
    put_captures,
    storable,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from archiver.captures import Capture
    from archiver.index.database import Database, Row

MAX_REASONS = 20  # so many of the reasons for which pictures did not come are told
ANY_PICTURE = ("SELECT 1 FROM pictures LIMIT 1",)  # whether any picture is known
_WANTED = "pictures.address, pictures.page, pictures.recipe, pictures.offers"


class WantedPicture(NamedTuple):
    """A picture that an article shows, at its address. page: an address of the article; recipe: its recipe. offers: the
    addresses at which to ask for it, the best first; if there are none, it is asked for at its own."""

    address: str
    page: str = ""
    recipe: str = ""
    offers: tuple[str, ...] = ()


class Asset(NamedTuple):
    """The file of a picture. width and height: pixels, 0 where it does not say. capture: of the answer that it was
    first made of, None if that was not captured."""

    path: str  # in the output directory
    sha256: bytes
    size: int  # bytes
    width: int
    height: int
    capture: Capture | None = None


class FailedPicture(NamedTuple):
    """A picture that did not come. for_good: what came is not a picture that is kept, so it is not asked for again."""

    address: str
    reason: str
    for_good: bool = False


class WaitingPictures(NamedTuple):
    """Pictures that have not come yet. due: how many are to be asked for now. later: how many are to be asked for again
    at a later time; next_try: the first such time, 0 if there is none; reasons: why these did not come and how many for
    each reason, the most frequent MAX_REASONS of them."""

    due: int = 0
    later: int = 0
    next_try: int = 0
    reasons: tuple[tuple[str, int], ...] = ()


class Pictures:
    """Notes of pictures. An address has one picture for ever: the first that came from it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def paths(self, addresses: Collection[str]) -> dict[str, str]:
        """Return the file of each address whose picture has come; the others are left out."""
        rows = self._asked("pictures.address, pictures.path", addresses, "pictures.path IS NOT NULL")
        return dict(rows)

    def arrivals(self, addresses: Collection[str]) -> dict[str, int]:
        """Return when each address came, for those that have."""
        rows = self._asked("pictures.address, saved", addresses, "pictures.path IS NOT NULL")
        return dict(rows)

    def assets(self, paths: Iterable[str]) -> dict[str, Asset]:
        """Return what is known of files; one that is not known is not in the answer."""
        rows = self._database.rows(
            f"""SELECT assets.path, sha256, size, width, height, {CAPTURE_COLUMNS} FROM json_each(?) AS one
                CROSS JOIN assets ON assets.path = one.value LEFT JOIN captures ON captures.key = capture""",
            json_text([storable(path) for path in paths]),
        )
        return {
            path: Asset(path, content, size, width, height, as_capture(*where))
            for path, content, size, width, height, *where in rows
        }

    def want(self, wanted: Iterable[WantedPicture], now: int) -> None:
        """Note pictures that are wanted, due at once; one that is known stays as it is."""
        self._database.write_all(
            """INSERT INTO pictures (address, page, recipe, offers, due) VALUES (?, ?, ?, ?, ?)
               ON CONFLICT DO NOTHING""",
            sorted(
                (storable(one.address), storable(one.page), storable(one.recipe), _offers_text(one.offers), now)
                for one in wanted
                if can_be_key(one.address)
            ),
        )

    def due_among(self, addresses: Collection[str], run: int, now: int) -> list[WantedPicture]:
        """Return those of the addresses that are due and were not asked for in `run` before, and note that they are."""
        return self._database.transact(
            lambda: self._claimed(self._asked(_WANTED, addresses, "due <= ? AND run <> ?", now, run), run)
        )

    def claim(self, run: int, limit: int, now: int) -> list[WantedPicture]:
        """Return up to `limit` pictures that are due and were not asked for in `run` before, and note that they are."""
        query = f"SELECT {_WANTED} FROM pictures WHERE due <= ? AND run <> ? ORDER BY due, address LIMIT ?"
        return self._database.transact(lambda: self._claimed(self._database.rows(query, now, run, limit), run))

    def note_files(self, assets: Iterable[Asset]) -> None:
        """Note files that are in the archive, whatever addresses they came from; one that is known stays as it is."""
        self._database.transact(lambda: self._put_assets(list(assets)))

    def keep(self, came: Mapping[str, Asset], now: int) -> None:
        """Note that pictures have come, by their addresses. An address whose picture came before keeps its file."""
        self._database.transact(lambda: self._keep(came, now))

    def _keep(self, came: Mapping[str, Asset], now: int) -> None:
        self._put_assets(came.values())
        self._database.write_all(
            """INSERT INTO pictures (address, path, saved) VALUES (?, ?, ?)
               ON CONFLICT (address) DO UPDATE SET path = excluded.path, saved = excluded.saved, due = NULL,
               tries = 0, reason = '' WHERE pictures.path IS NULL""",
            sorted(
                (storable(address), storable(one.path), now) for address, one in came.items() if can_be_key(address)
            ),
        )

    def _put_assets(self, assets: Collection[Asset]) -> None:
        put_captures(self._database, (one.capture for one in assets))
        self._database.write_all(
            f"""INSERT INTO assets (path, sha256, size, width, height, capture)
                VALUES (?, ?, ?, ?, ?, {CAPTURE_KEY}) ON CONFLICT DO NOTHING""",
            [
                (storable(one.path), one.sha256, one.size, one.width, one.height, *place_of(one.capture))
                for one in assets
            ],
        )

    def fail(self, failed: Iterable[FailedPicture], now: int) -> None:
        """Note pictures that did not come, and when to ask for them again. One that came meanwhile is not changed."""
        self._database.write_all(
            f"""UPDATE pictures SET reason = ?2, tries = tries + 1, due = CASE WHEN ?3 THEN NULL ELSE ?4 + {WAIT} END
                WHERE address = ?1 AND path IS NULL""",
            sorted((storable(one.address), storable(one.reason), one.for_good, now) for one in failed),
        )

    def wait(self, waiting: Mapping[ArticleKey, Collection[str]]) -> None:
        """Note which pictures the posts of articles still show from their original addresses; of these only the ones
        that are known here. What was noted for the articles before is replaced, and an unknown article is passed
        over."""
        self._database.transact(lambda: self._wait(waiting))

    def _wait(self, waiting: Mapping[ArticleKey, Collection[str]]) -> None:
        numbers = numbers_of(self._database, waiting)
        self._database.write_all("DELETE FROM awaited WHERE article = ?", [(one,) for one in numbers.values()])
        self._database.write_all(
            "INSERT INTO awaited (address, article) SELECT address, ? FROM pictures WHERE address = ?",
            [(number, storable(address)) for key, number in numbers.items() for address in set(waiting[key])],
        )

    def ready(self, limit: int) -> list[ArticleKey]:
        """Return up to `limit` articles whose posts show a picture from its original address although its file has
        come."""
        rows = self._database.rows(
            """SELECT DISTINCT articles.recipe, id
               FROM awaited JOIN pictures USING (address) JOIN articles ON articles.key = article
               WHERE path IS NOT NULL ORDER BY articles.recipe, id LIMIT ?""",
            limit,
        )
        return [ArticleKey(*row) for row in rows]

    def counts(self) -> tuple[int, int, int]:
        """Return how many addresses have come, how many are to be asked for again, and how many never will be."""
        row = self._database.rows("""SELECT count(path), count(due), count(*) FROM pictures""")[0]
        return row[0], row[1], row[2] - row[0] - row[1]

    def waiting(self, now: int) -> WaitingPictures:
        """Return which pictures have not come yet and are to be asked for, now or later."""
        due, later, next_try = self._database.rows(
            """SELECT count(CASE WHEN due <= ?1 THEN 1 END), count(CASE WHEN due > ?1 THEN 1 END),
                      min(CASE WHEN due > ?1 THEN due END) FROM pictures WHERE due IS NOT NULL""",
            now,
        )[0]
        reasons = self._database.rows(
            """SELECT reason, count(*) FROM pictures WHERE due > ? GROUP BY reason ORDER BY count(*) DESC, reason
               LIMIT ?""",
            now,
            MAX_REASONS,
        )
        return WaitingPictures(due, later, next_try or 0, tuple((reason, count) for reason, count in reasons))

    def _asked(self, columns: str, addresses: Collection[str], condition: str, *values: int) -> list[Row]:
        return self._database.rows(
            f"""SELECT {columns} FROM json_each(?) AS one CROSS JOIN pictures ON pictures.address = one.value
                WHERE {condition} ORDER BY pictures.address""",
            json_text([storable(address) for address in sorted(set(addresses))]),
            *values,
        )

    def _claimed(self, rows: list[Row], run: int) -> list[WantedPicture]:
        self._database.write_all(
            "UPDATE pictures SET run = ? WHERE address = ?", [(run, address) for address, *_ in rows]
        )
        return [
            WantedPicture(address, page, recipe, tuple(json.loads(offers))) for address, page, recipe, offers in rows
        ]


def _offers_text(offers: Iterable[str]) -> str:
    return json_text([storable(one) for one in offers])
