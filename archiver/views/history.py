"""An article's history: where it was seen, and every version of its posts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from archiver.clock import moment
from archiver.places import VERSIONS
from archiver.storage import versions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from archiver.index import EarlierContent, HeldPost, Index
    from archiver.storage import Root


@dataclass(frozen=True, slots=True)
class SeenPlace:
    """Where an article was seen: in a listing, or by its address."""

    name: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class PostVersion:
    """One version of a post. number: 1 for the first. path: of its file, in the archive."""

    number: int
    saved: datetime
    path: str


@dataclass(frozen=True, slots=True)
class PostHistory:
    """A post, and its versions: the oldest first, the present one last."""

    form: str
    path: str
    versions: tuple[PostVersion, ...]


@dataclass(frozen=True, slots=True)
class ArticleHistory:
    """An article. state: listed, saved, failed, quarantined, refused, withdrawn or united. reason: that of the last
    failure; for united, the article that it turned out to be."""

    recipe: str
    id: str
    state: str
    reason: str
    places: tuple[SeenPlace, ...]
    posts: tuple[PostHistory, ...]


def read_history(output: Root, index: Index, article_id: str) -> list[ArticleHistory]:
    """Return what is known of the articles with that id (each source may have one), and of articles that turned out to
    be the same as one of these. Raises IndexFileError."""
    return [
        ArticleHistory(
            one.held.key.recipe,
            one.held.key.id,
            one.held.state,
            one.reason,
            tuple(SeenPlace(place.name, moment(place.first_seen), moment(place.last_seen)) for place in one.places),
            tuple(_post(output, post, one.held.earlier) for post in one.held.posts),
        )
        for one in index.catalogue.history(article_id)
    ]


def _post(output: Root, post: HeldPost, earlier: Iterable[EarlierContent]) -> PostHistory:
    times = {one.revision: one.saved for one in earlier if one.form == post.form}
    found = []
    for file in versions(output, post.path):
        number = int(file.stem)
        # If the index was made again from the posts, it does not know the version; then the time of its file is taken.
        saved = times[number] if number in times else file.stat().st_mtime_ns // 1000
        found.append(PostVersion(number, moment(saved), f"{VERSIONS}/{PurePosixPath(post.path).stem}/{file.name}"))
    return PostHistory(post.form, post.path, (*found, PostVersion(len(found) + 1, moment(post.saved), post.path)))
