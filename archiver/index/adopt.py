"""Posts that are on disk already, taken into the index."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archiver.index.manifests import version_path
from archiver.index.near_duplicates import note_signatures, signatures_of
from archiver.index.values import (
    ASKED_ARTICLES,
    facts_text,
    json_text,
    numbers_of,
    storable,
    storable_key,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archiver.index.database import Database
    from archiver.index.types import Adoption

_Post = tuple[str, str, str]  # recipe, id and form
_KEY = "(SELECT key FROM articles WHERE recipe = ? AND id = ?)"


class _Content(NamedTuple):
    """A content that a post has or had: when it was saved, and the key of its capture (None: it is not known)."""

    saved: int
    capture: int | None


class _Known(NamedTuple):
    """What the index knows of a post: where it is, its contents by SHA-256, and which of its files a manifest has."""

    path: str
    contents: dict[bytes, _Content]
    in_manifest: tuple[str, ...]


def adopt(database: Database, adoptions: Sequence[Adoption], now: int) -> list[str | None]:
    """Take posts into the index. Return None for each that was taken; for one that was not, the path of the post that
    the index already has for the same article and form."""
    known = _known(database, adoptions)
    taken: list[tuple[_Post, Adoption]] = []
    replaced: list[tuple[_Post, _Known]] = []
    paths: dict[_Post, str] = {post: one.path for post, one in known.items()}
    answers: list[str | None] = []
    for one in adoptions:
        post = (*storable_key(one.key), storable(one.form))
        existing = paths.get(post)
        if existing is not None and not one.instead:
            answers.append(existing)
            continue
        answers.append(None)
        taken.append((post, one))
        paths[post] = storable(one.path)
        if post in known and known[post].path != paths[post]:
            replaced.append((post, known[post]))
    _put_articles(database, taken)
    _put_signatures(database, taken)
    _put_removed(database, replaced)
    _put_contents(database, taken, known, now)
    return answers


def _known(database: Database, adoptions: Iterable[Adoption]) -> dict[_Post, _Known]:
    asked = [[*storable_key(one.key), storable(one.form)] for one in adoptions]
    contents: dict[_Post, _Known] = {}
    for row in database.rows(
        f"""SELECT recipe, articles.id, form, posts.path, revision, sha256, posts.saved, capture, listed
           FROM {ASKED_ARTICLES}
           CROSS JOIN posts ON article = articles.key AND form = asked.value ->> 2""",
        json_text(asked),
    ):
        recipe, id_, form, path, _, content, saved, capture, listed = row
        contents[recipe, id_, form] = _Known(path, {content: _Content(saved, capture)}, (path,) if listed else ())
    for row in database.rows(
        f"""SELECT recipe, articles.id, form, revision, sha256, revisions.saved, capture, listed
           FROM {ASKED_ARTICLES}
           CROSS JOIN revisions ON article = articles.key AND form = asked.value ->> 2""",
        json_text(asked if contents else []),
    ):
        recipe, id_, form, revision, content, saved, capture, listed = row
        if one := contents.get((recipe, id_, form)):
            one.contents[content] = _Content(saved, capture)
            file = (version_path(one.path, revision),) if listed else ()
            contents[recipe, id_, form] = one._replace(in_manifest=(*one.in_manifest, *file))
    return contents


def _put_articles(database: Database, taken: list[tuple[_Post, Adoption]]) -> None:
    database.write_all(
        """INSERT INTO articles (recipe, id, state, first_seen, last_seen, saved, published, text_digest, known)
           VALUES (?1, ?2, 'saved', ?3, ?3, ?3, ?4, ?5, ?6)
           ON CONFLICT (recipe, id) DO UPDATE SET
           state = CASE articles.state WHEN 'withdrawn' THEN articles.state ELSE 'saved' END,
           saved = coalesce(articles.saved, excluded.saved),
           published = CASE WHEN ?7 THEN excluded.published ELSE coalesce(articles.published, excluded.published) END,
           text_digest =
           CASE WHEN ?7 THEN excluded.text_digest ELSE coalesce(articles.text_digest, excluded.text_digest) END,
           known = json_patch(excluded.known, articles.known)""",
        [
            (recipe, id_, one.saved, one.published.isoformat(), one.text_digest, facts_text(one.known), one.instead)
            for (recipe, id_, _), one in taken
        ],
    )
    database.write_all(
        """INSERT INTO sightings SELECT key, ?3, ?4, ?4 FROM articles WHERE recipe = ?1 AND id = ?2
           ON CONFLICT DO NOTHING""",
        [(recipe, id_, storable(one.place), one.saved) for (recipe, id_, _), one in taken if one.place],
    )


def _put_signatures(database: Database, taken: list[tuple[_Post, Adoption]]) -> None:
    """Note the signatures of articles that have none yet, and of those whose post was replaced by another file
    (`instead`)."""
    numbers = numbers_of(database, (one.key for _, one in taken))
    known = signatures_of(database, numbers.values())
    note_signatures(
        database,
        {
            numbers[one.key]: one.signature
            for _, one in taken
            if one.signature and (one.instead or numbers[one.key] not in known)
        },
        known,
    )


def _put_removed(database: Database, replaced: list[tuple[_Post, _Known]]) -> None:
    """Note that posts and their earlier versions are at other paths now: the old paths that a manifest lists are
    removed."""
    database.write_all(
        "INSERT INTO removed VALUES (?) ON CONFLICT DO NOTHING",
        [(path,) for _, one in replaced for path in one.in_manifest],
    )
    database.write_all(
        f"UPDATE revisions SET listed = 0 WHERE article = {_KEY} AND form = ?", [post for post, _ in replaced]
    )


def _put_contents(
    database: Database, taken: list[tuple[_Post, Adoption]], known: dict[_Post, _Known], now: int
) -> None:
    """Note posts and their earlier contents. What the index knew of a content (when it was saved, its capture) is
    kept."""
    posts, revisions = [], []
    for post, one in taken:
        contents = known[post].contents if post in known else {}
        fresh = _Content(now if post in known else one.saved, None)
        which = (len(one.earlier) + 1, *contents.get(one.sha256, fresh))
        posts.append((post[2], storable(one.path), one.sha256, *which, *post[:2]))
        for number, (content, saved) in enumerate(one.earlier, 1):
            revisions.append((post[2], number, content, *contents.get(content, (saved, None)), *post[:2]))
    for form, path, *values, recipe, id_ in posts:
        # Another post's row with the same path is deleted.
        database.write(
            """DELETE FROM posts WHERE path = ? AND NOT
               (form = ? AND article IN (SELECT key FROM articles WHERE recipe = ? AND id = ?))""",
            path,
            form,
            recipe,
            id_,
        )
        database.write(
            """INSERT INTO posts (article, form, path, sha256, revision, saved, capture)
               SELECT key, ?, ?, ?, ?, ?, CAST(? AS BIGINT) FROM articles WHERE recipe = ? AND id = ?
               ON CONFLICT (article, form) DO UPDATE SET path = excluded.path, sha256 = excluded.sha256,
               revision = excluded.revision, saved = excluded.saved, rules = '{}', capture = excluded.capture,
               listed = 0""",
            form,
            path,
            *values,
            recipe,
            id_,
        )
    database.write_all(
        """INSERT INTO revisions (article, form, revision, sha256, saved, capture)
           SELECT key, ?, ?, ?, ?, CAST(? AS BIGINT) FROM articles WHERE recipe = ? AND id = ?
           ON CONFLICT (article, form, revision) DO UPDATE SET sha256 = excluded.sha256, saved = excluded.saved,
           capture = excluded.capture, listed = 0""",
        revisions,
    )
