"""Pictures in posts: the addresses of pictures elsewhere are replaced by the archive's own files.

The settings decide which pictures are fetched. What a post shows depends only on the pictures that the archive has.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archiver.posts.pictures import shown_pictures, with_assets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archiver.article import Article
    from archiver.index import IndexThread
    from archiver.ingest.submission import Submission


class Illustrator:
    """Has posts show the pictures that are files of the archive. more: paths of further files, by the addresses of the
    pictures; a dry run names those that the archive would have by then."""

    def __init__(self, index: IndexThread, more: Mapping[str, str] | None = None) -> None:
        self._index = index
        self._more = more or {}

    async def illustrate(self, batch: Sequence[Submission]) -> Sequence[Submission]:
        """Return `batch`, each article with the files of its pictures that there are, and with a post that shows them.
        Raises IndexFileError."""
        has_any = bool(self._more) or await self._index.run(lambda index: index.pictures.any())
        if not has_any:
            return batch
        offered = [offered_pictures(submission.article) for submission in batch]
        addresses = {
            address for pictures in offered for picture in pictures.items() for address in (picture[0], *picture[1])
        }
        if not addresses:
            return batch
        paths = await self._index.run(lambda index: index.pictures.paths(addresses))
        paths = {**self._more, **paths}
        return [_illustrated(submission, pictures, paths) for submission, pictures in zip(batch, offered, strict=True)]


def offered_pictures(article: Article) -> dict[str, tuple[str, ...]]:
    """Return the pictures that the post of an article shows from elsewhere. By the address of each: the addresses at
    which the page offers it, the largest first."""
    if article.post is None:
        return {}
    found = shown_pictures(article.post.content)
    return {address: article.offers.get(address, shown.offers) for address, shown in found.items()}


def chosen_assets(offered: Mapping[str, tuple[str, ...]], paths: Mapping[str, str]) -> dict[str, str]:
    """Return the files of pictures by the addresses of the pictures. offered: for each picture, the addresses at which
    it is offered. paths: the files that there are, by the addresses that they came from."""
    assets = {}
    for address, more in offered.items():
        # The file that came for the address itself is its picture for ever. Without one it is the best of the files
        # that came from the addresses at which it is offered.
        if path := next((paths[place] for place in (address, *more) if place in paths), None):
            assets[address] = path
    return assets


def _illustrated(
    submission: Submission, offered: Mapping[str, tuple[str, ...]], paths: Mapping[str, str]
) -> Submission:
    article = submission.article
    assets = chosen_assets(offered, paths)
    if not assets or article.post is None:
        return submission
    post = replace(article.post, content=with_assets(article.post.content, assets))
    return submission.with_article(replace(article, assets=assets, post=post))
