"""Articles that turned out to be one: one post is left, and each other post is replaced by a notice that says where it
is."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from archiver.decide.decision import Keep, Older, Write
from archiver.index.types import ArticleKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from archiver.decide.decision import Decision
    from archiver.index.types import Held

# Makes a notice. Its parameters: the recipe, the content of the post that is replaced, and path and content of the post
# that is left. It returns None if the notice cannot be made.
Notice = Callable[[str, bytes, str, bytes], "bytes | None"]


class Union(NamedTuple):
    """A notice that replaces a post. key: the article that had the post; into: the article that it turned out to be.
    expected: SHA-256 of what should be at `path`. before: the content there now."""

    key: ArticleKey
    into: ArticleKey
    form: str
    path: str
    expected: bytes
    before: bytes
    content: bytes
    published: datetime
    decided: Decision


def unions(
    decisions: Iterable[Decision],
    held: Mapping[ArticleKey, Held],
    read: Callable[[str], bytes | None],
    notice: Notice,
) -> list[Union]:
    """Return the notices that replace the posts of articles that turned out to be others.

    decisions: in the order in which they are carried out. held: what the archive has of the absorbed articles. read:
    returns the content of a post. A post that is gone, or that somebody has changed, stays as it is, and so does its
    article.
    """
    posts: dict[tuple[ArticleKey, str], tuple[str, bytes, datetime]] = {}  # path, content, time: as they will be
    notices: dict[tuple[ArticleKey, str], Union] = {}
    for decision in decisions:
        article = decision.article
        if not isinstance(decision, Write | Keep | Older):
            continue
        key = ArticleKey(article.recipe, article.id)
        content = article.post.content if isinstance(decision, Write) and article.post else None
        if content is not None and article.published:
            posts[key, article.form] = decision.path, content, article.published
        for id_ in article.absorbed:
            absorbed = ArticleKey(article.recipe, id_), article.form
            replaced = posts.get(absorbed) or _held_post(held.get(absorbed[0]), article.form, read)
            written = posts.get((key, article.form))
            target = written[1] if written else read(decision.path)
            if replaced is None or target is None or replaced[0] == decision.path:
                continue
            path, before, published = replaced
            new_content = notice(article.recipe, before, decision.path, target)
            if new_content is not None:
                expected = sha256(before).digest()
                notices[absorbed] = Union(
                    absorbed[0], key, article.form, path, expected, before, new_content, published, decision
                )
    return list(notices.values())


def _held_post(held: Held | None, form: str, read: Callable[[str], bytes | None]) -> tuple[str, bytes, datetime] | None:
    """Return path, content and time of a post that nobody has changed since it was written; None if there is none."""
    post = next((one for one in held.posts if one.form == form), None) if held else None
    content = read(post.path) if post else None
    if post is None or content is None or sha256(content).digest() != post.sha256:
        return None
    return post.path, content, post.published
