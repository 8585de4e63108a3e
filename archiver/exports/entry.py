"""An article in an export: what its post says, and what the index knows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from archiver.cleaning import media_in
from archiver.exports.plain import plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from archiver.captures import Capture
    from archiver.cleaning import Medium


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier content of a post."""

    revision: int  # 1 for the first
    path: str  # relative to the archive
    sha256: str  # of the file
    saved: datetime  # UTC
    capture: Capture | None


class EntryPicture(NamedTuple):
    """A picture that the post shows from the archive. width and height: in pixels, 0 where the file does not say them.
    capture: of the answer that the file was first made of."""

    path: str  # relative to the archive
    width: int
    height: int
    capture: Capture | None


@dataclass(frozen=True)
class Entry:
    """An article of an archive in one of its forms, which is one post."""

    recipe: str
    id: str
    form: str  # of the post: share or rolling
    url: str  # the address that the post links to; unique among the posts of an archive, unless it is empty
    title: str
    published: datetime  # in the source's zone
    source: str  # who wrote it, as the source names them; may be empty
    authors: tuple[str, ...]  # only for posts of web pages; unknown for others
    language: str  # only for posts of web pages: a BCP 47 tag; empty: not known
    modified: datetime | None  # when the page says that it was changed, with its offset
    canonical: str  # only for posts of web pages: the address that the page says is its own; empty for others
    paywalled: bool  # only for posts of web pages: the page says that only its beginning may be free to read
    category: str
    tags: tuple[str, ...]
    quote: str  # what the post opens with; empty where its form has none
    html: str  # the body: balanced HTML, absolute addresses; with spaces between words that the profile `source` joins
    path: str  # of the post, relative to the archive
    sha256: str  # of the post's file, in hexadecimal digits
    revision: int  # 1: never edited
    saved: datetime  # when this revision was written, UTC; adopted posts: when they were published
    first_seen: datetime  # UTC
    checked: datetime | None  # when the source last gave it, UTC
    state: str  # saved, or withdrawn: the source does not have it any more
    listings: tuple[str, ...]  # listings, and addresses, in which it was seen
    rules: Mapping[str, str]  # which rule gave each field
    capture: Capture | None  # None: the answer was not captured
    versions: tuple[Version, ...] = ()  # earlier contents, the first of all first
    written: str = ""  # the body as the post has it
    # The files of its pictures, by their addresses in `html`, which are those that they came from.
    pictures: Mapping[str, EntryPicture] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The permanent name of the entry: recipe, id and form."""
        return f"{self.recipe}:{self.id}:{self.form}"

    @cached_property  # its language and its summary are made of it, by two processes where a site is built
    def text(self) -> str:
        """The body without markup: paragraphs on lines of their own."""
        return plain_text(self.html)

    @property
    def media(self) -> tuple[Medium, ...]:
        """The videos and sounds that the body leads to."""
        return media_in(self.html, self.url)
