"""Posts that the owner of an archive wrote, as Jekyll reads them: any front matter, Markdown or HTML. No I/O."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, NamedTuple

import yaml

from archiver.posts.permalink import page_name, page_path, segment
from archiver.posts.read import front_span, is_sane, without_blank_start

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_NAME_PATTERN = re.compile(r"(\d{2,4})-(\d\d?)-(\d\d?)-(.+)\.(md|markdown|mkdown|mkdn|mkd|html?)")
FRONT_START_PATTERN = re.compile(r"---[ \t\r]*\n")
TIME_PATTERN = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d))?)?")
LIQUID_PATTERN = re.compile(r"\{[{%]")
PLACEHOLDER_PATTERN = re.compile(r":([a-z_]+)")
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # YAML decides which values are times and which are text


class OwnPost(NamedTuple):
    """The content of a post. usual: where Jekyll puts its page by default. path: where its page is to be: its own
    permalink, or else `usual`. html: whether its body is HTML, and not Markdown. hidden: whether it says that it is not
    to be published. misread: whether Jekyll finds no front matter in it, because of empty lines before that."""

    title: str
    published: datetime
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    language: str
    usual: str
    path: str
    body: str
    html: bool
    hidden: bool
    misread: bool

    @property
    def has_liquid(self) -> bool:
        """Whether it has Liquid in it, which only Jekyll understands."""
        return bool(LIQUID_PATTERN.search(self.body))


def read_own(name: str, content: bytes, zone: tzinfo) -> OwnPost | None:
    """Return the content of a post; None if Jekyll could not read it. Empty lines before the front matter are passed
    over: Jekyll finds none because of them, but the post says what it is. name: that of its file. zone: the time zone
    of the site, for times without an offset."""
    match = FILE_NAME_PATTERN.fullmatch(name)
    try:
        written = content.decode()
    except UnicodeDecodeError:
        return None
    shown = without_blank_start(written)
    text = shown.removeprefix("\ufeff")
    span = front_span(text)
    if not (match and FRONT_START_PATTERN.match(text) and span and is_sane(text[slice(*span)])):
        return None
    try:
        front = yaml.load(text[slice(*span)], YAML_LOADER) or {}
        day = datetime(_year(match[1]), int(match[2]), int(match[3]), tzinfo=zone)
        published = _time(front.get("date", day), zone) if isinstance(front, dict) else None
        if published:
            published.astimezone(UTC)  # raises OverflowError if the time is not within the years 1 to 9999 there
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        return None
    if published is None or not all(isinstance(front.get(key), str | list | None) for key in ("categories", "tags")):
        return None
    categories = dict.fromkeys((*_names(front.get("categories")), *_name(front.get("category"))))
    tags = dict.fromkeys((*_names(front.get("tags")), *_name(front.get("tag"))))
    title = front.get("title")
    post = OwnPost(
        title=" ".join(one.capitalize() for one in match[4].split("-")) if title is None else str(title).strip(),
        published=published,
        categories=tuple(categories),
        tags=tuple(tags),
        language=str(front.get("lang") or ""),
        usual="",
        path="",
        body=text[_end(text, span[1]) :].replace("\r\n", "\n"),
        html=match[5].startswith("htm"),
        hidden=front.get("published") is False,
        misread=shown != written,
    )
    slug = str(front.get("slug") or match[4])
    usual = page_path(slug, post.categories, post.published)
    return post._replace(usual=usual, path=_path(post, slug, front) or usual)


def _end(text: str, front: int) -> int:
    """Return where the line after a front matter ends."""
    return text.find("\n", front) + 1 or len(text)


def _year(digits: str) -> int:
    """Return the year in the name of a post. A year with two digits is completed as Ruby does it."""
    year = int(digits)
    return year + (0 if len(digits) > 2 else 2000 if year < 69 else 1900)


def _time(value: object, zone: tzinfo) -> datetime | None:
    """Return a time as Jekyll reads it: one that is complete with seconds but has no offset is in UTC, as in YAML."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    match = TIME_PATTERN.match(value) if isinstance(value, str) else None
    if not isinstance(value, str) or not match:
        return None
    try:
        written = datetime.fromisoformat(value.strip().replace(" UTC", "+00:00"))
    except ValueError:
        try:
            year, month, day, hour, minute, second = (int(one or 0) for one in match.groups())
            written = datetime(year, month, day, hour, minute, second)
        except ValueError:
            return None
    return written.astimezone(zone) if written.tzinfo else written.replace(tzinfo=zone)


def _names(value: object) -> tuple[str, ...]:
    """Return the names in a list, or those in a text, separated there by white space."""
    if isinstance(value, list):
        return tuple(str(one) for one in value if one is not None)
    return tuple(value.split()) if isinstance(value, str) else ()


def _name(value: object) -> tuple[str, ...]:
    return (str(value),) if isinstance(value, str) and value else ()


def _path(post: OwnPost, name: str, front: Mapping[str, object]) -> str:
    """Return where a post's own permalink puts its page; empty if it has none."""
    link = front.get("permalink")
    if not isinstance(link, str) or not link.strip("/"):
        return ""
    when = post.published
    values = {
        "categories": "/".join(dict.fromkeys(one.lower() for one in post.categories)),
        "year": f"{when.year:04}",
        "short_year": f"{when:%y}",
        "month": f"{when:%m}",
        "i_month": str(when.month),
        "day": f"{when:%d}",
        "i_day": str(when.day),
        "title": page_name(name),
        "slug": page_name(name),
        "output_ext": ".html",
    }
    whole = PLACEHOLDER_PATTERN.sub(lambda found: values.get(found[1], found[0]), link)
    *directories, last = whole.split("/")
    last = last if "." in last or not last else f"{last}.html"
    return "/".join([*filter(None, map(segment, directories)), segment(last) or "index.html"])
