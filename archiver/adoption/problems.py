"""What can be wrong with a post, by name. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.addresses import resolve
from archiver.errors import UnknownAddressError
from archiver.problems import ProblemKind, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.adoption.names import Named
    from archiver.posts.read import ReadPost
    from archiver.problems import Problem

REPAIR_OPTION = "--repair"


class Kind(ProblemKind):
    """The kinds of problem; docs/adopt.md explains them."""

    TORN = ("torn", "torn: not a whole post", f"{REPAIR_OPTION} fetches it again")
    FRONT_MATTER = (
        "front-matter",
        "front matter that cannot be read",
        f"{REPAIR_OPTION} escapes it anew, or fetches it again",
    )
    TITLE = ("title", "no title", f"{REPAIR_OPTION} takes it from another post of the article, or fetches it again")
    DATE = (
        "date",
        "no date that can be read",
        f"{REPAIR_OPTION} takes it from another post of the article, the file name or the id",
    )
    OFFSET = ("offset", "a date without an offset", f"{REPAIR_OPTION} adds the one of the source's time zone")
    NAME = ("name", "a file name that is not a post's", f"{REPAIR_OPTION} names it by its date")
    DAY = ("day", "two dates", "both are published facts; left alone")
    ADDRESS = ("address", "no address, or another article's", f"{REPAIR_OPTION} writes the article's own")
    CATEGORY = (
        "category",
        "a category that Jekyll splits in two",
        "its address is published, with a directory for each; left alone",
        True,  # it was published like that, and works
    )
    DOUBLED = ("doubled", "a second post of the same article", "both addresses are published; left alone")
    OWN = (
        "own",
        "posts of your own that Jekyll misreads (a note)",
        "take away what is before its first `---`; nothing here changes a post of your own",
        True,
    )
    UNREADABLE = ("unreadable", "a file that cannot be read", "make it readable, or move it away")


def problems(path: str, named: Named, post: ReadPost) -> Iterator[Problem]:
    """Yield what is wrong with the post in the file `path`."""
    if torn := post.damage or _missing_end(named, post):
        yield problem(Kind.TORN, path, torn)
    if post.fault:
        yield problem(Kind.FRONT_MATTER, path, post.fault)
    if post.misread and not post.damage:
        yield problem(Kind.FRONT_MATTER, path, f"{post.misread}: Jekyll reads neither title nor date")
    if post.split:
        yield problem(Kind.CATEGORY, path, f"{post.categories!r} is {' and '.join(post.split)} to Jekyll")
    if not (post.damage or post.fault):
        if not post.title.strip():
            yield problem(Kind.TITLE, path, "the title is empty")
        if post.date is None:
            yield problem(Kind.DATE, path, _as_written(post))
        elif post.date.tzinfo is None:
            advice = (
                "the zone of this page is not known; write it, or `archiver get --force` the address"
                if named.recipe.is_web
                else ""
            )
            yield problem(Kind.OFFSET, path, f"the date is {post.written}, without an offset", advice)
    if named.day is None:
        yield problem(Kind.NAME, path, "its name does not begin with a date: Jekyll leaves it out")
    elif not named.as_published:
        own = named.file(named.day)
        yield problem(Kind.NAME, path, f"its name is not {own}", "its address is published; left alone")
    if named.day and post.date and _is_another_day(named, post):
        yield problem(Kind.DAY, path, f"{named.day} in the file name, {post.written} in the front matter")
    if post.link is not None and not post.damage:
        yield from _address_problems(path, named, post.link)


def _missing_end(named: Named, post: ReadPost) -> str:
    """Return what is missing at the end of a post, cut off or never written."""
    if post.fault == "the front matter is not closed":
        return ""
    if post.link is None:
        return "no address and no footer at its end"
    if not post.footer.startswith("["):  # the oldest posts end with their address, and what somebody added
        return ""
    if named.recipe.is_web:  # a site may have a wording of its own
        return ""
    footer = named.form.footer
    # The wording of the footer may have been different once; the number of its links, or the last link, shows whether
    # it is complete. Somebody may have added text after it.
    has_all = post.footer.count("](") >= footer.count("](") or _last_link(post.footer) == _last_link(footer)
    return "" if has_all and footer[-1:] in post.footer.rpartition("](")[2] else "the footer is cut off"


def _last_link(footer: str) -> str:
    """Return the words of the last link of a footer."""
    return footer.rpartition("](")[0].rpartition("[")[2]


def _as_written(post: ReadPost) -> str:
    return f"the date is {post.written!r}" if post.written else "the date is empty"


def _is_another_day(named: Named, post: ReadPost) -> bool:
    if post.date is None or post.date.date() == named.day:
        return False
    return post.date.tzinfo is None or post.date.astimezone(named.recipe.zone()).date() != named.day


def _address_problems(path: str, named: Named, link: str) -> Iterator[Problem]:
    if not link:
        yield problem(Kind.ADDRESS, path, "the address is empty")
    elif named.id not in link and not named.recipe.is_web:
        try:
            other = resolve(link, [named.recipe]).id
        except UnknownAddressError:  # a source also has addresses that do not name an article
            return
        advice = f"the body may be that article's too: `archiver get --force {named.id}` writes it anew"
        yield problem(Kind.ADDRESS, path, f"the address is that of {other}", advice)
