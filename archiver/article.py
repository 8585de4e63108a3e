"""The only kind of item: an article, from the page that it was read from to its post. It is plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.minhash import Signature

PAYWALLED_RULE = "paywalled"  # a key of `rules`: how it was found that only the beginning of the article is there
# A key of `rules`: where in the body words were apart that the profile `source` joins (`cleaning.noted`).
GAPS_RULE = "gaps"


@dataclass(frozen=True, slots=True)
class Post:
    """A post: its file's name (in `_posts`) and content."""

    name: str
    content: bytes


@dataclass(slots=True)
class Article:
    """An article, for a post of one form. A page fills the first fields as the source has them; each step of extraction
    adds or corrects its own. After that it is not changed any more: what became of it is noted in a copy.

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
    base: str = ""  # the base of addresses in the body; if empty, `url` is, or else `response_url`
    places: tuple[str, ...] = ()  # the listings that it was seen in
    title: str = ""
    time: str = ""  # as the source writes it
    listed_time: str = ""  # the same, as a listing has it
    source: str = ""
    digest: str = ""
    url: str = ""
    body: str = ""  # HTML
    rules: dict[str, str] = field(default_factory=dict)
    # What only the general reading of a page gives.
    authors: tuple[str, ...] = ()
    language: str = ""  # a BCP 47 tag
    description: str = ""
    image: str = ""  # an address
    modified: datetime | None = None
    paywalled: bool = False  # the page says that its text is for those who pay, so only the beginning may be there
    # Addresses of the article, as `identity.plain_form` has them, its own first; none where a recipe knows its id.
    aliases: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()  # addresses that it gives as its own, but other articles do, too: not believed

    absorbed: tuple[str, ...] = ()  # other ids under which the archive had it before

    # Pictures of the body, by their addresses there: the addresses at which the page offers each, the largest first.
    offers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # By the same addresses: the files of the archive that the post shows instead.
    assets: dict[str, str] = field(default_factory=dict)

    # How many `links` and `pictures` of the body were left out because they lead nowhere.
    dropped: dict[str, int] = field(default_factory=dict)
    published: datetime | None = None  # `time`, understood, in the source's zone
    text_digest: str | None = None  # of the text of the body
    signature: Signature | None = None  # of the text of the body: near-duplicates are found by it
    post: Post | None = None  # None: the article cannot become a post
    reason: str = ""  # why it cannot be a post, or was not written
    doubted: bool = False  # its text is that of other articles, so the source may answer everything with it
    path: str = ""  # of the post, relative to the archive
    outcome: str = ""  # written, unchanged, kept (a better page gave it, or only markup changed), edited (by somebody),
    # older (than the post), held back (an edit that is not believed yet), quarantined or failed
