"""The one item: an article, from the page that it was read from to the post on disk. It is data, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.minhash import Signature

BEGINNING = "paywalled"  # among the rules: what tells that only the beginning of the article is there
GAPS = "gaps"  # among the rules: where in the body words were apart that the profile `source` joins (`cleaning.noted`)


@dataclass(frozen=True, slots=True)
class Post:
    """A post: its file's name (in `_posts`) and content."""

    name: str
    content: bytes


@dataclass(slots=True)
class Article:
    """An article, for a post of one form. A page gives the first part as the source has it; each step of `extract` adds
    or mends its own part. From there on nobody changes it: what became of it is said in a copy.

    `rules` records for each field which rule gave it: `text:title` is the expression `title` of the page
    `text`, `recover:id` a value found in the id, and `time` ends with the form that was recognised.
    """

    recipe: str
    form: str
    id: str
    address: str  # as it was asked for
    page: str  # the page of the recipe that gave it
    rank: int  # of that page in the recipe: 0 is the best, others may know less
    response_url: str  # with `fetched` this names the answer, in captures as well (WARC-Target-URI, WARC-Date)
    fetched: datetime
    base: str = ""  # against which addresses in the body are resolved; without it `url`, else `response_url`
    places: tuple[str, ...] = ()  # the listings that it was seen in
    title: str = ""
    time: str = ""  # as the source writes it
    listed_time: str = ""  # the same, as a listing has it
    source: str = ""
    digest: str = ""
    url: str = ""
    body: str = ""  # HTML
    rules: dict[str, str] = field(default_factory=dict)
    # What the general reading of a page knows beside.
    authors: tuple[str, ...] = ()
    language: str = ""  # a BCP 47 tag
    description: str = ""
    image: str = ""  # an address
    modified: datetime | None = None
    paywalled: bool = False  # the page says that its text is for those who pay: only the beginning may be there
    # Addresses of the article, as `identity.plain_form` has them, its own first; none where a recipe knows its id.
    aliases: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()  # addresses that it says are its own, as other articles do: they are not believed

    absorbed: tuple[str, ...] = ()  # ids under which the archive had it before, too: it is all of these

    # Where the page offers pictures of the body: the largest first, by the address that each has in the body.
    offers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # The files in the archive of pictures of the body, by the same addresses: the post shows these instead.
    assets: dict[str, str] = field(default_factory=dict)

    # How many `links` and `pictures` of the body lead nowhere, and were left out.
    dropped: dict[str, int] = field(default_factory=dict)
    published: datetime | None = None  # `time`, understood, in the source's zone
    text_digest: str | None = None  # of what the body says
    signature: Signature | None = None  # the same: by it near-duplicates are found
    post: Post | None = None  # None: it cannot be one
    reason: str = ""  # why it cannot be a post, or was not written
    doubted: bool = False  # it says just what other articles say: the source answers everything with that
    path: str = ""  # of the post, relative to the archive
    outcome: str = ""  # written, unchanged, kept (a better page gave it, or only markup changed), edited (by somebody),
    # older (than the post), held back (an edit that is not believed yet), quarantined or failed
