"""The ways in which a source fails, and how each is served."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from archiver.replica.exchange import HTML, SCRIPT, Reply, Seen, as_json, plain, typed
from archiver.replica.listings import ReplicaListing, find_listing
from archiver.replica.records import data_text
from archiver.replica.site import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Fault(StrEnum):
    """What to answer with instead of the right answer; options in brackets."""

    NOT_FOUND = "not_found"  # 404
    SERVER_ERROR = "server_error"  # 500
    TOO_MANY = "too_many"  # 429 with Retry-After (retry_after: seconds or an HTTP date)
    UNAVAILABLE = "unavailable"  # 503 with Retry-After (retry_after)
    BLOCK_PAGE = "block_page"  # 200 with a page that asks for a captcha
    NULL = "null"  # the JSON value null
    EMPTY = "empty"  # 200 without a body
    TRUNCATED_JSON = "truncated_json"  # the first half of the body, as if it were all
    CUT_SHORT = "cut_short"  # the first half of the body, then the connection closes
    MISLABELLED_GBK = "mislabelled_gbk"  # GBK bytes under the right answer's label
    GBK = "gbk"  # GBK bytes, labelled so
    UTF8_AS_GBK = "utf8_as_gbk"  # UTF-8 bytes under a GBK label
    BOM = "bom"  # a byte order mark before the body
    JSONP = "jsonp"  # callback(...);
    ASSIGNMENT = "assignment"  # var x = ...;
    OTHER_ARTICLE = "other_article"  # another article, the same one for every address
    SAME_BODY = "same_body"  # the right article with the first article's body
    EMPTY_LIST = "empty_list"  # a listing without items
    RENAMED = "renamed"  # a listing whose items have other keys
    BLANK_FIELDS = "blank_fields"  # a listing whose items have no title, time, source and address
    REDIRECT_LOOP = "redirect_loop"  # 302 to itself
    REDIRECT_FILE = "redirect_file"  # 302 to a local file
    REDIRECT_TO = "redirect_to"  # 302 elsewhere (location)
    GZIP_BOMB = "gzip_bomb"  # a small gzip body that unpacks to spaces (size: bytes)
    GZIP = "gzip"  # the right answer, packed
    SLOW = "slow"  # the right answer, after a while (seconds)
    DRIP = "drip"  # the right answer, a byte at a time (seconds: for all of it)
    RESET = "reset"  # a TCP reset and no answer


# The options of each fault with their defaults; None has to be given.
OPTIONS: dict[Fault, dict[str, Any]] = {
    Fault.TOO_MANY: {"retry_after": 1},
    Fault.UNAVAILABLE: {"retry_after": 1},
    Fault.REDIRECT_TO: {"location": None},
    Fault.GZIP_BOMB: {"size": 64 * 2**20},
    Fault.SLOW: {"seconds": 5.0},
    Fault.DRIP: {"seconds": 5.0},
}


def complete_options(fault: Fault, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with the defaults filled in; TypeError names one that is unknown or missing."""
    defaults = OPTIONS.get(fault, {})
    if unknown := options.keys() - defaults.keys():
        raise TypeError(f"{fault} has no option {', '.join(sorted(unknown))}; it has: {', '.join(defaults) or 'none'}")
    complete = {**defaults, **options}
    if missing := [name for name, value in complete.items() if value is None]:
        raise TypeError(f"{fault} needs the option {', '.join(missing)}")
    return complete


@dataclass(frozen=True)
class Case:
    """One request that is to fail, at which site, and the fault's options."""

    site: Site
    seen: Seen
    options: Mapping[str, Any]

    @cached_property
    def right(self) -> Reply:
        """The right answer."""
        return self.site.answer(self.seen)

    @property
    def half(self) -> bytes:
        """The first half of the right body."""
        body = self.right.body
        return body[: len(body) // 2]

    @property
    def gbk(self) -> bytes:
        """The right body in GBK; GB 18030 contains it, and has a place for every character."""
        return self.right.body.decode(errors="replace").encode("gb18030")

    def later(self, status: int) -> Reply:
        """That status, with the time after which to ask again."""
        return plain(status, {"Retry-After": str(self.options["retry_after"])})

    def body(self, body: bytes) -> Reply:
        """The right answer with another body."""
        return replace(self.right, body=body)

    def labelled(self, body: bytes, charset: str) -> Reply:
        """The right answer with another body and charset."""
        media_type = self.right.headers["Content-Type"].partition(";")[0]
        return replace(typed(body, f"{media_type};charset={charset}"), status=self.right.status)

    def packed(self, body: bytes) -> Reply:
        """The right answer with a body that is gzip already."""
        return replace(self.right, body=body, headers={**self.right.headers, "Content-Encoding": "gzip"})

    def elsewhere(self) -> Reply:
        """What the address would show for another article."""
        asked = self.seen.article_id
        other = next((record.id for record in self.site.articles if record.id != asked), None)
        if asked is None or other is None:
            return self.right
        path, query = (part.replace(asked, other) for part in (self.seen.path, self.seen.query))
        return self.site.answer(replace(self.seen, path=path, query=query))

    def same_body(self) -> Reply:
        """The article that is asked for, with the body of the first; the right answer where none is asked for."""
        if self.seen.article_id is None:
            return self.right
        articles = self.site.articles
        alike = Site(replace(record, text=articles[0].text, content=articles[0].content) for record in articles)
        alike.routes = self.site.routes
        return alike.answer(self.seen)

    def emptied(self) -> Reply:
        """The listing that is asked for, without items; the right answer for other pages."""
        listing = find_listing(self.seen)
        return listing.show([], self.seen) if listing else self.right

    def relisted(self, change: Callable[[ReplicaListing], ReplicaListing]) -> Reply:
        """The listing that is asked for, as it is after the change; the right answer for other pages."""
        listing = find_listing(self.seen)
        return change(listing).show(self.site.listed(listing.name), self.seen) if listing else self.right


@lru_cache(maxsize=4)
def bomb(size: int) -> bytes:
    """A gzip body of `size` spaces, packed piece by piece so that it never stands unpacked in memory."""
    packer = zlib.compressobj(9, wbits=31)
    piece = b" " * 65536
    packed = [packer.compress(piece) for _ in range(size // len(piece))]
    return b"".join([*packed, packer.compress(piece[: size % len(piece)]), packer.flush()])


SERVED: dict[Fault, Callable[[Case], Reply]] = {
    Fault.NOT_FOUND: lambda _: plain(404),
    Fault.SERVER_ERROR: lambda _: plain(500),
    Fault.TOO_MANY: lambda case: case.later(429),
    Fault.UNAVAILABLE: lambda case: case.later(503),
    Fault.BLOCK_PAGE: lambda _: typed(data_text("block.html"), HTML),
    Fault.NULL: lambda _: as_json(None),
    Fault.EMPTY: lambda case: replace(case.body(b""), status=200),
    Fault.TRUNCATED_JSON: lambda case: case.body(case.half),
    Fault.CUT_SHORT: lambda case: replace(case.body(case.half), declared=len(case.right.body)),
    Fault.MISLABELLED_GBK: lambda case: case.body(case.gbk),
    Fault.GBK: lambda case: case.labelled(case.gbk, "GBK"),
    Fault.UTF8_AS_GBK: lambda case: case.labelled(case.right.body, "GBK"),
    Fault.BOM: lambda case: case.body(b"\xef\xbb\xbf" + case.right.body),
    Fault.JSONP: lambda case: typed(b"callback(" + case.right.body + b");", SCRIPT),
    Fault.ASSIGNMENT: lambda case: typed(b"var x = " + case.right.body + b";", SCRIPT),
    Fault.OTHER_ARTICLE: lambda case: case.elsewhere(),
    Fault.SAME_BODY: lambda case: case.same_body(),
    Fault.EMPTY_LIST: lambda case: case.emptied(),
    Fault.RENAMED: lambda case: case.relisted(ReplicaListing.renamed),
    Fault.BLANK_FIELDS: lambda case: case.relisted(ReplicaListing.blank),
    Fault.REDIRECT_LOOP: lambda case: plain(302, {"Location": case.seen.target}),
    Fault.REDIRECT_FILE: lambda _: plain(302, {"Location": "file:///etc/passwd"}),
    Fault.REDIRECT_TO: lambda case: plain(302, {"Location": case.options["location"]}),
    Fault.GZIP_BOMB: lambda case: case.packed(bomb(case.options["size"])),
    Fault.GZIP: lambda case: case.packed(gzip.compress(case.right.body)),
    Fault.SLOW: lambda case: replace(case.right, delay=case.options["seconds"]),
    Fault.DRIP: lambda case: replace(case.right, drip=case.options["seconds"]),
    Fault.RESET: lambda _: Reply(reset=True),
}
