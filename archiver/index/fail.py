"""Articles that gave no post: when to ask for them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.clock import DAY, SECOND
from archiver.index.values import storable, storable_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.index.database import Database
    from archiver.index.types import FailedArticle

MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
# How long a failed article waits until it is asked for again; after the last of these it is given up.
RETRY_WAITS = (10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY)
# How long an article or a picture waits now, in SQL; NULL: for ever.
WAIT = f"CASE tries {' '.join(f'WHEN {tries} THEN {wait}' for tries, wait in enumerate(RETRY_WAITS))} END"


def fail(database: Database, failed: Sequence[FailedArticle], now: int) -> None:
    """Note articles that gave no post. An article that has a post keeps its state, unless the source has withdrawn it:
    then its posts stay, and it is asked for again when a listing names it. What is refused is no article, and is not
    asked for again.

    However many forms of an article failed in one call, it counts as one failure. Unknown articles are passed over.
    """
    ones = dict(sorted((storable_key(one.key), one) for one in failed))
    database.write_all(
        f"""UPDATE articles SET state = CASE WHEN saved IS NULL THEN ?3 ELSE state END, reason = ?4, tries = tries + 1,
           due = CASE WHEN saved IS NOT NULL OR ?3 <> 'refused' THEN ?5 + {WAIT} END WHERE recipe = ?1 AND id = ?2""",
        [(*key, one.state, storable(one.reason), now) for key, one in ones.items() if one.state != "withdrawn"],
    )
    database.write_all(
        """UPDATE articles SET state = 'withdrawn', reason = ?3, tries = 0, due = NULL, checked = ?4
           WHERE recipe = ?1 AND id = ?2""",
        [(*key, storable(one.reason), now) for key, one in ones.items() if one.state == "withdrawn"],
    )
    of_article = "article = (SELECT key FROM articles WHERE recipe = ?1 AND id = ?2)"
    # The answer of an article that is quarantined is not believed: it is forgotten, so that no other form of post is
    # made of it.
    database.write_all(
        f"DELETE FROM answers WHERE {of_article}", [key for key, one in ones.items() if one.state == "quarantined"]
    )
    database.write_all(f"DELETE FROM held_back WHERE {of_article}", list(ones))
