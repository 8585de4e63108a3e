"""What is new: articles as listings name them, in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archiver.clock import SECOND
from archiver.index.types import ArticleKey
from archiver.index.values import ASKED, facts_of, facts_text, json_text, storable, storable_key, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archiver.index.database import Database
    from archiver.index.types import Sighting

CHANGES = 3600 * SECOND  # between two looks at an article that is said to be changed
RETURNS = 6 * 3600 * SECOND  # between two looks at a withdrawn article that is listed
# Notes where an article was seen: recipe, id, place, time. In whatever order that is noted, it comes to the same.
PUT_SIGHTING = """INSERT INTO sightings SELECT key, ?3, ?4, ?4 FROM articles WHERE recipe = ?1 AND id = ?2
                  ON CONFLICT DO UPDATE SET first_seen = min(first_seen, excluded.first_seen),
                  last_seen = max(last_seen, excluded.last_seen)"""


@dataclass(slots=True)
class _Seen:
    """An article that is seen, as it is before and as it is to be."""

    state: str
    saved: bool
    checked: int
    known: dict[str, str]
    forms: set[str]  # those that there are, or that are wanted
    site: str = ""
    due: bool = False  # from now on
    wanted: list[str] = field(default_factory=list)  # forms that are wanted from now on
    places: list[str] = field(default_factory=list)


def see(database: Database, sightings: Sequence[Sighting], now: int, *, every_form: bool) -> list[bool]:
    """Note articles that were seen, and return for each sighting whether its article was unknown.

    An article of which there is no post of the form that is wanted is due from now on; with `every_form` off, only one
    of which there is no post at all. One that is said to be changed since the source last gave it is due, too.
    """
    keys = [storable_key(one.key) for one in sightings]
    before = _known(database, keys)
    seen = dict(before)
    unknown = []
    for key, sighting in zip(keys, sightings, strict=True):
        unknown.append(key not in seen)
        one = seen.setdefault(key, _Seen("listed", saved=False, checked=now, known={}, forms=set()))
        # What was known first stays: posts were made of it.
        one.known = {**sighting.known, **one.known}
        one.places.append(storable(sighting.place))
        one.site = storable(sighting.site) or one.site
        form = storable(sighting.form)
        if form and form not in one.forms and (every_form or not one.forms):
            # One that was only known of until now is in no queue yet.
            one.due = one.due or key not in before or one.state == "saved" or (one.state == "listed" and not one.forms)
            one.forms.add(form)
            one.wanted.append(form)
        if sighting.modified and one.state == "saved":
            one.due = one.due or one.checked < min(sighting.modified, now - CHANGES)
        # One that was withdrawn is listed again: it may be back.
        one.due = one.due or (one.state == "withdrawn" and one.checked <= now - RETURNS)
    _put(database, seen, now)
    return unknown


def _known(database: Database, keys: Iterable[ArticleKey]) -> dict[ArticleKey, _Seen]:
    rows = database.rows(
        f"""SELECT recipe, articles.id, state, saved, checked, known,
                  (SELECT json_group_array(form) FROM (SELECT form FROM posts WHERE article = articles.key
                   UNION SELECT form FROM wanted WHERE article = articles.key)) AS forms, site
           FROM {ASKED}""",
        json_text(list(set(keys))),
    )
    return {
        ArticleKey(recipe, id_): _Seen(
            state, saved is not None, checked or 0, facts_of(known), set(texts_of(forms)), site
        )
        for recipe, id_, state, saved, checked, known, forms, site in rows
    }


def _put(database: Database, seen: dict[ArticleKey, _Seen], now: int) -> None:
    database.write_all(
        """INSERT INTO articles (recipe, id, state, due, first_seen, last_seen, known, site)
           VALUES (?1, ?2, 'listed', ?3, ?4, ?4, ?5, ?6)
           ON CONFLICT DO UPDATE SET last_seen = max(last_seen, excluded.last_seen), known = excluded.known,
           due = coalesce(excluded.due, due), site = excluded.site""",
        [(*key, now if one.due else None, now, facts_text(one.known), one.site) for key, one in seen.items()],
    )
    database.write_all(
        "INSERT INTO wanted SELECT key, ?3 FROM articles WHERE recipe = ?1 AND id = ?2",
        [(*key, form) for key, one in seen.items() for form in one.wanted],
    )
    database.write_all(
        PUT_SIGHTING,
        [(*key, place, now) for key, one in seen.items() for place in dict.fromkeys(one.places)],
    )
