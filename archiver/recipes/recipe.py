"""The recipe of a source, as types. The YAML keys are these names; docs/recipes.md explains them."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from archiver.spans import SPAN_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE_FIELDS = ("title", "time", "source", "digest", "url")  # of an article, besides its id and its body
DEFAULT_PAGE_CLASS = "archiver.pages.page.Page"
GIVEN_ADDRESS = "{url}"  # as the address of a page: the one by which the article was asked for
ID_FLAGS = re.IGNORECASE | re.ASCII  # a constant, since combining flags takes time


Span = Annotated[str, msgspec.Meta(pattern=SPAN_PATTERN.pattern)]  # a length of time: archiver.dates.read_span


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False):
    """A part of a recipe: unknown keys are errors. Parts are compared by identity, as each is loaded only once."""


class AddressPattern(Part, frozen=True):
    """Addresses that name an article. Its id is `{id}` in the path, or made of its parts there, or in one of the
    parameters in `query`."""

    hosts: tuple[str, ...]
    path: str
    query: tuple[str, ...] = ()


class Rule(Part, frozen=True):
    """Where a page has a value: an expression. match: a regular expression whose first group is the part to take; None:
    all of it."""

    select: str
    match: str | None = None


class PageRules(Part, frozen=True):
    """A page that holds an article: how to ask for it, and where its fields are.

    The format `reading` is that of any news page, whose fields the general reading finds.
    """

    name: str
    address: str
    format: Literal["json", "css", "xpath", "reading"]
    fields: dict[str, tuple[str | Rule, ...]]
    hosts: tuple[str, ...] = ("",)
    browser: bool = False  # whether a browser must draw it before it is read
    class_: str = msgspec.field(default=DEFAULT_PAGE_CLASS, name="class")


class Endpoint(Part, frozen=True):
    """One way to ask for a listing: its address, where its items are, and where in an item the fields are."""

    address: str
    items: str
    fields: dict[str, tuple[str | Rule, ...]]
    format: Literal["json", "css", "xpath"] = "json"
    hosts: tuple[str, ...] = ("",)


class Listing(Part, frozen=True):
    """A list of articles that a source publishes. If one of its endpoints fails, the next is asked."""

    endpoints: tuple[Endpoint, ...]
    form: str = "share"
    parameters: dict[str, str | None] = {}  # of the addresses; None: the user must give a value
    size: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100  # items to ask for at a time
    pages: Annotated[int, msgspec.Meta(ge=1)] = 1  # the most pages to read, as long as everything on them is new
    rhythm: Span | None = None  # how old the newest item may be before silence is an alarm


class RecheckRule(Part, frozen=True):
    """How often, and for how long after it was saved, to check whether an article was edited or withdrawn."""

    within: Span
    every: Span


class Recovery(Part, frozen=True):
    """A value for an empty field, taken from another field: the groups of `match`, filled into `format` in order."""

    source: str = msgspec.field(name="from")
    match: str
    format: str = "{}"


class Quote(Part, frozen=True):
    """The field that a post opens with as a block quote, without what `drop` matches."""

    source: str = msgspec.field(name="from")
    drop: str | None = None


class Form(Part, frozen=True):
    """A form of post: the name of its file, its texts, and the body that it takes. (The format has two: share posts and
    rolling-news posts.)

    front: further keys of its front matter, in this order, where they have a value.
    """

    file: str
    body: tuple[str, ...]
    link: str
    category: str
    tag: str
    footer: str
    quote: Quote | None = None
    front: tuple[Literal["author", "canonical_url", "lang", "modified", "description", "image", "paywalled"], ...] = ()


class Drop(Part, frozen=True):
    """Elements that the profile `clean` leaves out, with everything in them."""

    classes: frozenset[str] = frozenset()
    pictures: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()


class Unwrap(Part, frozen=True):
    """Links that the site added, not the author: the profile `clean` keeps only their text."""

    classes: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()


class CleanRules(Part, frozen=True):
    """What the profile `clean` must know about a source's markup."""

    keep_classes: frozenset[str] = frozenset()
    drop: Drop = Drop()
    unwrap: Unwrap = Unwrap()


class Politeness(Part, frozen=True):
    """Seconds between two requests to a host, their random variation (0.3: ±30%), and requests at once."""

    delay: Annotated[float, msgspec.Meta(ge=0)] | None = None
    jitter: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    concurrency: Annotated[int, msgspec.Meta(ge=1)] | None = None


class Recipe(Part, frozen=True):
    """Everything that is particular to a source."""

    name: str
    id: str
    time_zone: str
    site: str
    addresses: tuple[AddressPattern, ...]
    pages: tuple[PageRules, ...]
    forms: dict[str, Form]
    id_format: str | None = None  # how an id is made from the named groups of `id`; None: it is the first group
    listings: dict[str, Listing] = {}
    date_order: Literal["dmy", "mdy", "ymd"] | None = None  # of days, months and years that are written as numbers
    html: tuple[str, ...] = ()  # fields that hold HTML in JSON answers: tags are removed, entities decoded
    recheck: RecheckRule | None = None
    warc: bool | None = None  # whether answers are captured; None: only those of crawls
    pictures: bool | None = None  # whether pictures become files of the archive, unless a setting decides that
    referer: bool = False  # whether requests for pictures have a Referer header, which names the site
    recover: dict[str, tuple[Recovery, ...]] = {}
    clean: CleanRules = CleanRules()
    politeness: Politeness = Politeness()

    @property
    def form(self) -> str:
        """The form of post that articles become unless another is asked for."""
        return "share" if "share" in self.forms else next(iter(self.forms))

    @property
    def is_web(self) -> bool:
        """Whether its articles are identified by their addresses, which may be any, and not by ids in them."""
        return any(page.address == GIVEN_ADDRESS for page in self.pages)

    def article_id(self, text: str) -> str | None:
        """Return the canonical form of the id `text`; None if it is no id of this source."""
        match = re.fullmatch(self.id, text, ID_FLAGS)
        if not match:
            return None
        return self.id_format.format(**match.groupdict(default="")) if self.id_format else match[1]

    def id_parts(self, article_id: str) -> dict[str, str]:
        """Return what addresses may have of an id: the whole as `id`, and its parts by their names."""
        match = re.fullmatch(self.id, article_id, ID_FLAGS) if self.id_format else None
        return {**(match.groupdict(default="") if match else {}), "id": article_id}

    def part_names(self) -> frozenset[str]:
        """Return the names of the parts of an id."""
        return frozenset(re.compile(self.id, ID_FLAGS).groupindex) if self.id_format else frozenset()

    def from_id(self, field: str, article_id: str) -> list[str]:
        """Return what the rules for recovering `field` find in an id, the most trusted first."""
        rules = [rule for rule in self.recover.get(field, ()) if rule.source == "id"]
        matches = [(rule, re.search(rule.match, article_id)) for rule in rules]
        return [rule.format.format(*match.groups(default="")) for rule, match in matches if match and match[1]]

    def link_from_id(self, form: Form, article_id: str) -> str:
        """Return the address that a post of `form` links to, if it can be made from the id alone; else empty."""
        if "{url}" not in form.link:
            return form.link.format(id=article_id, url="")
        return next((form.link.format(id=article_id, url=url) for url in self.from_id("url", article_id)), "")

    def digest(self) -> str:
        """Return a name for this version of the recipe: the SHA-256 of its content, in hexadecimal digits."""
        return sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    def zone(self) -> ZoneInfo:
        """Return the time zone in which the source writes its times."""
        return ZoneInfo(self.time_zone)

    def hosts(self) -> frozenset[str]:
        """Return every host that this recipe sends requests to, with its port where that is given."""
        endpoints: list[PageRules | Endpoint] = [*self.pages]
        endpoints += [endpoint for listing in self.listings.values() for endpoint in listing.endpoints]
        given = (host for one in endpoints for host in one.hosts if host)
        in_addresses = (re.match(r"https?://([^/{}]+)", one.address) for one in endpoints)
        return frozenset({*given, *(found[1] for found in in_addresses if found)})


def web_recipe(recipes: Iterable[Recipe]) -> Recipe | None:
    """Return the recipe for web pages that no other recipe knows; None if it is not in `recipes`."""
    return next((recipe for recipe in recipes if recipe.is_web), None)
