"""The record of a site of many articles, as builds keep it, without the pages: a later build costs what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.archive import Archive
from archiver.clock import micros
from archiver.exports.read import Entries
from archiver.index import Index
from archiver.places import SITE
from archiver.posts.permalink import post_path
from archiver.site.articles import new_of
from archiver.site.ranges import settle
from archiver.site.record import Record
from bench.server import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from archiver.site.record import New


def put_into_record(directory: Path) -> None:
    """Have the record of the site that is there know all of the archive's articles, as if a build had seen them: each
    is like one of the samples, but for its id, its place and its time."""
    archive = Archive(directory, recipes=[str(directory)])
    index = Index.read(directory)
    entries = Entries(directory, index, archive.recipes)
    made: list[New] = []
    with Record(directory / SITE) as record:
        last = since = int(record.fact("since"))
        for number, changed in enumerate(index.posts.changed(since)):
            (post,) = changed.posts
            if number < SAMPLES:
                entry = entries.entry(post)
                assert entry
                made.append(new_of(entry, changed.text_digest))
            like = made[number % SAMPLES]
            record.put(
                like._replace(
                    key=f"{post.key.recipe}:{post.key.id}:{post.form}",
                    id=post.key.id,
                    path=post_path(post.path, like.category, post.published),
                    moment=micros(post.published),
                    published=post.published.isoformat(),
                    day=f"{post.published:%Y-%m-%d}",
                    digest=changed.text_digest,
                )
            )
            last = changed.number
        for (number,) in record.rows("SELECT number FROM lists"):
            settle(record, number)
        record.set("since", str(last))
        record.commit()
