"""Taking sightings into the index: articles that listings name."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

from archiver.clock import SECOND
from archiver.index.types import ArticleKey
from archiver.index.values import (
    ASKED_ARTICLES,
    can_be_key,
    facts_of,
    facts_text,
    json_text,
    storable,
    storable_key,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.index.database import Database
    from archiver.index.types import Sighting

MIN_CHANGE_INTERVAL_MICROS = 3600 * SECOND  # least time between two looks at an article that a listing says has changed
MIN_RETURN_INTERVAL_MICROS = 6 * 3600 * SECOND  # least time between two looks at a withdrawn article that is listed
# Notes where an article was seen: recipe, id, place, time. The order in which sightings are noted makes no difference.
PUT_SIGHTING = """INSERT INTO sightings SELECT key, ?3, ?4, ?4 FROM articles WHERE recipe = ?1 AND id = ?2
                  ON CONFLICT (article, place) DO UPDATE SET
                  first_seen = least(sightings.first_seen, excluded.first_seen),
                  last_seen = greatest(sightings.last_seen, excluded.last_seen)"""


@dataclass(slots=True)
class _Seen:
    """An article that is seen, as it is before and as it is to be."""

    state: str
    saved: bool
    checked: int
    known: dict[str, str]
    forms: set[str]  # of which there is a post, or one is wanted
    site: str = ""
    due: bool = False  # from now on
    wanted: list[str] = field(default_factory=list)  # forms that are wanted from now on
    places: list[str] = field(default_factory=list)


def see(database: Database, sightings: Sequence[Sighting], now: int, *, every_form: bool) -> list[bool]:
    """Note articles that were seen, and return for each sighting whether its article was unknown.

    An article without a post of the wanted form is due from now on; with `every_form` off, only an article without any
    post. An article that is said to have changed since the source last gave it is due, too. Articles whose address is
    too long to be a key are passed over.
    """
    keys = [storable_key(one.key) for one in sightings]
    before, numbers = _known(database, list(dict.fromkeys(keys)))
    seen = dict(before)
    unknown = []
    for key, sighting in zip(keys, sightings, strict=True):
        if not (can_be_key(*key) and can_be_key(sighting.place)):
            unknown.append(False)
            continue
        unknown.append(key not in seen)
        one = seen.setdefault(key, _Seen("listed", saved=False, checked=now, known={}, forms=set()))
        # What was known first stays: posts were made of it.
        one.known = {**sighting.known, **one.known}
        one.places.append(storable(sighting.place))
        one.site = storable(sighting.site) or one.site
        form = storable(sighting.form)
        if form and form not in one.forms and (every_form or not one.forms):
            # An article that was listed, but of which no post was wanted until now, is in no queue yet.
            one.due = one.due or key not in before or one.state == "saved" or (one.state == "listed" and not one.forms)
            one.forms.add(form)
            one.wanted.append(form)
        if sighting.modified and one.state == "saved":
            one.due = one.due or one.checked < min(sighting.modified, now - MIN_CHANGE_INTERVAL_MICROS)
        # A withdrawn article is listed again: it may be back.
        one.due = one.due or (one.state == "withdrawn" and one.checked <= now - MIN_RETURN_INTERVAL_MICROS)
    _put(database, seen, numbers, now)
    # Whoever claimed one of these before did not know of the newly wanted form, so it is given out again in the same
    # run.
    database.write_all(
        "UPDATE articles SET run = 0 WHERE recipe = ? AND id = ? AND run <> 0",
        sorted(key for key, one in before.items() if one.wanted),
    )
    return unknown


def _known(database: Database, keys: list[ArticleKey]) -> tuple[dict[ArticleKey, _Seen], dict[ArticleKey, int]]:
    """Return those of the articles that are known; and for each article a key that its row gets if it is new. These
    keys are in the order in which the articles were seen, because rows are inserted in another order (`_put`)."""
    query = f"""SELECT recipe, articles.id, state, saved, checked, known,
                       (SELECT json_group_array(form) FROM (SELECT form FROM posts WHERE article = articles.key
                        UNION SELECT form FROM wanted WHERE article = articles.key) AS forms), site
                FROM {ASKED_ARTICLES}"""
    rows, numbers = database.ask((query, json_text(keys)), (database.new_articles, len(keys)))
    known = {
        ArticleKey(recipe, id_): _Seen(
            state, saved is not None, checked or 0, facts_of(known), set(texts_of(forms)), site
        )
        for recipe, id_, state, saved, checked, known, forms, site in rows
    }
    return known, {key: number for key, (number,) in zip(keys, numbers, strict=False)}


def _put(database: Database, seen: dict[ArticleKey, _Seen], numbers: dict[ArticleKey, int], now: int) -> None:
    # Inserted in the order of (recipe, id): otherwise two writers that see the same articles at once would deadlock.
    articles = sorted(seen.items(), key=itemgetter(0))
    database.write_all(
        """INSERT INTO articles (key, recipe, id, state, due, first_seen, last_seen, known, site)
           VALUES (?1, ?2, ?3, 'listed', ?4, ?5, ?5, ?6, ?7)
           ON CONFLICT (recipe, id) DO UPDATE SET last_seen = greatest(articles.last_seen, excluded.last_seen),
           known = excluded.known, due = coalesce(excluded.due, articles.due), site = excluded.site""",
        [(numbers[key], *key, now if one.due else None, now, facts_text(one.known), one.site) for key, one in articles],
    )
    database.write_all(
        """INSERT INTO wanted SELECT key, ?3 FROM articles WHERE recipe = ?1 AND id = ?2
           ON CONFLICT DO NOTHING""",
        [(*key, form) for key, one in articles for form in one.wanted],
    )
    database.write_all(
        PUT_SIGHTING,
        [(*key, place, now) for key, one in articles for place in sorted(set(one.places))],
    )
