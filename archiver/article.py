"""The one item that travels from a page to a post."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.captures import Evidence


@dataclass(slots=True)
class Article:
    """An article. A page fills the first part as the source has it; each pipeline step adds or mends its own.

    `rules` records for each field which rule gave it: `text:title` is the expression `title` of the page
    `text`, `recover:id` a value found in the id, and `time` ends with the form that was recognised.
    """

    recipe: str
    form: str
    id: str
    address: str  # as it was asked for
    page: str  # the page of the recipe that gave it
    fallback: bool  # that page is not the recipe's first: it may know less
    response_url: str
    fetched: datetime
    places: tuple[str, ...] = ()  # the listings that it was seen in
    final: bool = True  # nothing more is asked for in this run
    evidence: Evidence | None = None  # the answer as it came; None: it is not captured
    believed: bool = False  # it comes from a capture, and became a post when that was made
    title: str = ""
    time: str = ""  # as the source writes it
    listed_time: str = ""  # the same, as a listing has it
    source: str = ""
    digest: str = ""
    url: str = ""
    body: str = ""  # HTML
    rules: dict[str, str] = field(default_factory=dict)

    published: datetime | None = None  # metadata: `time`, understood, in the source's zone
    words: str | None = None  # same: what the body says, as a digest
    path: str = ""  # write: the post, relative to the output directory
    outcome: str = ""  # write: written, unchanged, kept (a better page gave it) or edited (somebody changed the post)
