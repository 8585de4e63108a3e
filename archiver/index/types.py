"""What goes into the index and comes out of it: plain values, no SQL.

Times are whole microseconds since 1970 (UTC), as `archiver.clock` gives them; `published` is an aware datetime.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from archiver.captures import Capture
    from archiver.minhash import Signature


class ArticleKey(NamedTuple):
    """Which article: the recipe that knows it, and its id there."""

    recipe: str
    id: str


class Sighting(NamedTuple):
    """An article that a listing has, or that was asked for by its address (`place` is the listing or the address).

    form: the form of post that is wanted; empty: this sighting wants none. known: the fields that are not empty there.
    site: the site in whose queue it waits; empty: in the queue of all articles without a site. modified: when it was
    last changed, as the listing says.
    """

    key: ArticleKey
    place: str
    form: str
    known: Mapping[str, str]
    site: str = ""
    modified: int | None = None


class HeldPost(NamedTuple):
    """A post that the archive has."""

    form: str
    path: str  # relative to the archive
    sha256: bytes  # of the file
    published: datetime
    saved: int
    revision: int  # 1 for the first
    rules: Mapping[str, str]  # which rule gave each field; empty for adopted posts
    capture: Capture | None  # of the answer that it was made of


class EarlierContent(NamedTuple):
    """What a post said before; its file is in `_versions`."""

    form: str
    revision: int
    sha256: bytes
    saved: int
    capture: Capture | None


class LastAnswer(NamedTuple):
    """The answer that an article was last made of: another form can be made of its capture, and a re-check can ask for
    changes only (RFC 9110, 8.8)."""

    page: str
    url: str
    etag: str
    modified: str
    fetched: int
    capture: Capture | None


class Held(NamedTuple):
    """All that the archive has of one article. For an unknown article `state` is empty, and so is all else."""

    key: ArticleKey
    state: str = ""  # listed, saved, failed, quarantined, refused, withdrawn, united (with another); empty: unknown
    text_digest: str | None = None
    known: Mapping[str, str] = {}  # what listings said of it
    posts: tuple[HeldPost, ...] = ()
    earlier: tuple[EarlierContent, ...] = ()  # by form, the first of all first
    answer: LastAnswer | None = None


class Claim(NamedTuple):
    """An article that is to be asked for now.

    forms: the forms of post that are wanted. places: where it was seen. another_form: it has posts, and a form that it
    has no post of yet is wanted.
    """

    key: ArticleKey
    forms: tuple[str, ...]
    places: tuple[str, ...]
    another_form: bool
    held: Held


class Recheck(NamedTuple):
    """When to ask for an article again: `every` so many microseconds, until `within` after it was first saved."""

    within: int
    every: int


class Intent(NamedTuple):
    """A post that is about to be written, with what the index is to know of it once it is written.

    recheck: when to ask for the article again; used if the run is killed before it finishes the article.
    """

    key: ArticleKey
    form: str
    path: str
    sha256: bytes
    published: datetime
    text_digest: str | None
    rules: Mapping[str, str]
    saved: int  # the time to note for it
    capture: Capture | None = None
    recheck: Recheck | None = None
    signature: Signature | None = None  # of its text; None: the text is too short for one


class Finished(NamedTuple):
    """What became of an article, for one form of post.

    outcome: `saved`: the post of the last intent is on disk as intended. `checked`: the source still has the article,
    and what is held of it stays as it is. `dropped`: nothing was written. An intent for it is settled in each case.
    checked: when the source gave the article; None: it was not asked (the answer comes from a capture), and then the
    article is not made due by this. recheck: when to ask again; None: not by itself. places: where the article was
    seen: listings, or addresses that it was asked for by (an id says nothing). capture: for `checked`, the capture that
    the held post (`revision` 0) or its earlier content `revision` is now known to have been made of, unless one is
    known already. aliases: addresses that it is known by from now on. shared: addresses that pages of several articles
    claim: no article is known by them any more. listed_as: ids under which it may have been listed before its answer
    said which article it is: what is noted under these is moved to it. united: the article that this one, although it
    has a post, turned out to be the same as: its addresses and its id name that article from now on.
    """

    key: ArticleKey
    form: str
    outcome: Literal["saved", "checked", "dropped"]
    checked: int | None = None
    recheck: Recheck | None = None
    places: tuple[str, ...] = ()
    seen: int = 0  # when it was seen there
    answer: LastAnswer | None = None  # to keep as the article's last one
    capture: Capture | None = None
    revision: int = 0
    aliases: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    listed_as: tuple[str, ...] = ()
    united: ArticleKey | None = None


class FailedArticle(NamedTuple):
    """An article that gave no post. state: its new state if it has no post; `withdrawn` is set even if it has one. A
    `refused` article is not due any more."""

    key: ArticleKey
    reason: str
    state: Literal["failed", "quarantined", "refused", "withdrawn"] = "failed"


class HeldBack(NamedTuple):
    """An edit that is not believed yet: all other articles of the run are looked at first.

    text_digest: of the edited text. made: the article that was made of the answer, as bytes (in a form that only the
    caller knows). capture: of the answer.
    """

    key: ArticleKey
    form: str
    run: int
    text_digest: str
    made: bytes
    capture: Capture | None


class Robots(NamedTuple):
    """A site's robots.txt as it came."""

    status: int
    body: bytes


class Adoption(NamedTuple):
    """A post that is on disk already, to be taken into the index.

    known: what only listings say. saved: the time to note as that of saving: when it was published, since nobody knows
    more. place: where the article was seen; empty: unknown. earlier: SHA-256 and time of its earlier contents, the
    first of all first. instead: it takes the place of the post of this form that the index has of the article.
    """

    key: ArticleKey
    form: str
    path: str
    sha256: bytes
    published: datetime
    text_digest: str | None
    known: Mapping[str, str]
    saved: int
    place: str = ""
    earlier: tuple[tuple[bytes, int], ...] = ()
    instead: bool = False
    signature: Signature | None = None


class Validators(NamedTuple):
    """The validators of an answer, which name its version (RFC 9110, 8.8); empty where the source gave none."""

    etag: str = ""
    modified: str = ""


class Run(NamedTuple):
    """A run; `ended` is None while it runs, and for ever if it was killed."""

    number: int
    started: int
    ended: int | None
    command: str
    report: dict[str, Any]


class Worker(NamedTuple):
    """A process that crawls together with others. heard: when it last said that it is there. state: busy, idle, over
    (nobody in the run has anything to do), left, or lost (others took over from it). doing: what it works on, for
    people. articles, requests: how many articles it had dealt with, and requests it had made, by then."""

    number: int
    run: int
    process: int
    host: str
    command: str
    started: int
    heard: int
    state: str
    doing: str
    articles: int
    requests: int
    results: dict[str, Any]


class ListingRun(NamedTuple):
    """What a listing gave in a run. good: it gave no cause for alarm."""

    run: int
    time: int
    good: bool
    stats: dict[str, Any]


class Waiting(NamedTuple):
    """How many articles of a listing wait to be asked for again, and when the next is due (None: there is none)."""

    articles: int
    next: int | None


class NamedSource(NamedTuple):
    """A source that a followed address, or an index of sitemaps, names. kind: `feed`, `sitemap` or `page`. found: when
    it was last named. modified: when the source had changed, as the index of sitemaps said at the source's last
    reading; None: the index did not say, or the source was never read."""

    address: str
    kind: str
    title: str = ""
    found: int = 0
    modified: int | None = None
