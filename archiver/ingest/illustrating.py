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
    from archiver.ingest.submission import Submission


def illustrate(
    batch: Sequence[Submission], offered: Sequence[Mapping[str, tuple[str, ...]]], paths: Mapping[str, str]
) -> Sequence[Submission]:
    """Return `batch`, each article with the files of its pictures that there are, and with a post that shows them.
    offered: for each article, the pictures that its post shows from elsewhere. paths: the files of these."""
    if not paths:
        return batch
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
