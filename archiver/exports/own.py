"""Posts that the owner of an archive wrote, as entries: what they say, without source, evidence or history."""

from __future__ import annotations

from datetime import UTC
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt

from archiver.errors import os_reason
from archiver.exports.entry import Entry
from archiver.posts.own import read_own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo

    from archiver.index import Index

RECIPE = ""  # in the place of one: no recipe made these
FORM = "own"
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class OwnFile(NamedTuple):
    """A post of the owner's as it is on disk now. id: what names it for ever: where it is below `_posts`, without its
    ending."""

    path: str
    id: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file, in hexadecimal digits."""
        return sha256(self.content).hexdigest()


class OwnEntry(NamedTuple):
    """Such a post, where its page is by what it says itself, and where pages of such posts are."""

    entry: Entry
    page: str
    usual: str


def own_files(output: Path, index: Index, fail: Callable[[str], None]) -> Iterator[OwnFile]:
    """Yield the posts of the owner's that are there. fail: is told of each that cannot be read."""
    for path in index.own_posts.paths():
        try:
            content = (output / path).read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            fail(f"{output / path}: {os_reason(error)}: left out")
            continue
        yield OwnFile(path, PurePosixPath(path).with_suffix("").as_posix().partition("/")[2], content)


def own_entry(file: OwnFile, zone: tzinfo, fail: Callable[[str], None], tell: Callable[[str], None]) -> OwnEntry | None:
    """Return the entry of a post; None for one that is not to be published, or is none any more (which `fail` is told
    of). tell: is told of what will not be shown as Jekyll shows it."""
    post = read_own(Path(file.path).name, file.content, zone)
    if post is None:
        fail(f"{file.path}: Jekyll could not read its front matter, and so it is left out")
        return None
    if post.hidden:
        return None
    if post.has_liquid:
        tell(f"{file.path}: has Liquid in it, which only Jekyll understands: it is shown as it is written")
    published = post.published.astimezone(UTC)
    return OwnEntry(
        Entry(
            recipe=RECIPE,
            id=file.id,
            form=FORM,
            url="",
            title=post.title,
            published=post.published,
            source="",
            authors=(),
            language=post.language,
            modified=None,
            canonical="",
            paywalled=False,
            category=next(iter(post.categories), ""),
            tags=post.tags,
            quote="",
            html=post.body if post.html else str(MARKDOWN.render(post.body)),
            path=file.path,
            sha256=file.sha256,
            revision=1,
            saved=published,
            first_seen=published,
            checked=None,
            state="saved",
            listings=(),
            rules={},
            capture=None,
        ),
        post.path,
        post.usual,
    )


def own_entries(output: Path, index: Index) -> Iterator[Entry]:
    """Yield the entries of all posts of the owner's that can be read, with times without an offset taken as UTC."""
    for file in own_files(output, index, _ignore):
        if found := own_entry(file, UTC, _ignore, _ignore):
            yield found.entry


def _ignore(_: str) -> None:
    """Say nothing: who builds the site is told."""
