"""Mending a post: from its bytes, the bytes in which what is broken is mended. No I/O."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from archiver.adoption.facts import midnight, own_address
from archiver.adoption.problems import Kind, problems
from archiver.dates import NEVER_FETCHED, id_day, read_time, write_date
from archiver.errors import TimeFormatError
from archiver.posts import frontmatter, markdown
from archiver.posts.read import (
    BLANK_START_PATTERN,
    POST_KEYS,
    WEB_KEYS,
    ReadPost,
    front_span,
    is_value,
    load_front,
    read_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from archiver.adoption.names import Named
    from archiver.problems import ProblemKind

UNENDED_FRONT_PATTERN = re.compile(
    rf"---[ \t\r]*\n(?:(?:{'|'.join(POST_KEYS)}):.*\n){{{len(POST_KEYS)}}}(?:(?:{'|'.join(WEB_KEYS)}):.*\n)*"
)
ADDRESS_LINE_PATTERN = re.compile(
    r"(?:\r?\n[ \t]*){2}<((?:[a-zA-Z][\w+.-]*:[^<>\s]*)?)>(?=[ \t]*(?:\r?\n[ \t]*){2}|\s*\Z)"
)
KEY_LINE_PATTERN = re.compile(rf"^({'|'.join((*POST_KEYS, *WEB_KEYS))}):[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
BYTE_ORDER_MARK = "\ufeff"
OFFSET_AT_END_PATTERN = re.compile(r"[+-]\d\d:?\d\d\s*$|Z\s*$")
CARRIAGE_RETURN = "\r"


def fix(content: bytes, named: Named, others: Sequence[ReadPost]) -> tuple[bytes, Mapping[ProblemKind, str]]:
    """Return the post with everything mended that can be, and for each kind of problem how that was done.

    Only the broken fields change. others: what other posts of the same article say.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content, {}
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    mender = _Mender(text.removeprefix(mark), named, others)
    before = mender.kinds()
    for kind, mend in mender.steps:
        shown = mender.kinds()
        if kind in shown:
            kept = mender.text
            mend()
            left = mender.kinds()
            # A mended front matter may bring other problems to light; any other step must not.
            if kind in left or not (left <= shown or kind is Kind.FRONT_MATTER):
                mender.text = kept
    after = mender.kinds()
    done = {kind: how for kind, how in mender.done.items() if kind not in after}
    # Problems that came to light only with the mended front matter are told as mended with it.
    inner = [how for kind, how in done.items() if kind not in before]
    if inner and Kind.FRONT_MATTER in done:
        done[Kind.FRONT_MATTER] = "; ".join([done[Kind.FRONT_MATTER], *inner])
    return (mark + mender.text).encode(), {kind: how for kind, how in done.items() if kind in before}


class _Mender:
    """The text of a post while it is mended."""

    def __init__(self, text: str, named: Named, others: Sequence[ReadPost]) -> None:
        self.text = text
        self.done: dict[ProblemKind, str] = {}
        self._named = named
        self._others = others
        self.steps: tuple[tuple[Kind, Callable[[], None]], ...] = (
            (Kind.FRONT_MATTER, self._front_matter),
            (Kind.TITLE, self._title),
            (Kind.DATE, self._date),
            (Kind.OFFSET, self._offset),
            (Kind.ADDRESS, self._address),
        )

    def post(self) -> ReadPost:
        return read_text(self.text, self._named.form.quote is not None)

    def kinds(self) -> set[ProblemKind]:
        post = self.post()
        # If it became a file that is no post, nothing would be mended.
        return {Kind.FRONT_MATTER} if post.foreign else {problem.kind for problem in problems("", self._named, post)}

    def _front_matter(self) -> None:
        notes = []
        if blank := BLANK_START_PATTERN.match(self.text):
            self.text = self.text[blank.end() :]
            notes.append("took the empty line at its beginning off")
        if front_span(self.text) is None and (begun := UNENDED_FRONT_PATTERN.match(self.text)):
            self.text = f"{begun[0]}---\n{self.text[begun.end() :]}"
            notes.append("closed the front matter")
        if span := front_span(self.text):
            front = KEY_LINE_PATTERN.sub(_escaped, self.text[slice(*span)])
            if front != self.text[slice(*span)]:
                self.text = self.text[: span[0]] + front + self.text[span[1] :]
                notes.append("escaped the value anew")
        self.done[Kind.FRONT_MATTER] = ", ".join(notes)

    def _title(self) -> None:
        title = next((post.title for post in self._others if post.title.strip()), "")
        if title:
            self._set("title", frontmatter.double_quoted(title))
            self.done[Kind.TITLE] = "taken from another post of the article"

    def _date(self) -> None:
        when, how = self._when()
        if when:
            self._set("date", write_date(when))
            self.done[Kind.DATE] = f"{write_date(when)}, {how}"

    def _when(self) -> tuple[datetime | None, str]:
        recipe, day = self._named.recipe, self._named.day
        for post in self._others:
            if post.date and post.date.tzinfo and day in (None, post.date.astimezone(recipe.zone()).date()):
                return post.date.astimezone(recipe.zone()), "taken from another post of the article"
        known = day or id_day(recipe, self._named.id)
        if known is None:
            return None, ""
        written = self.post().written
        with suppress(TimeFormatError):
            moment, _ = read_time(written, recipe.zone(), NEVER_FETCHED, order=recipe.date_order, day=known)
            # The zone of a web page's time is unknown unless the time says it.
            if moment.date() == known and (not recipe.is_web or OFFSET_AT_END_PATTERN.search(written)):
                return moment, "read from what stood there"
        how = f"from the {'file name' if day else 'id'}: the time of day is not known"
        return midnight(recipe, known), how

    def _offset(self) -> None:
        date = self.post().date
        if date and not self._named.recipe.is_web:
            when = date.replace(tzinfo=self._named.recipe.zone())
            self._set("date", write_date(when))
            self.done[Kind.OFFSET] = f"{when:%z} added"

    def _address(self) -> None:
        line = None
        for line in ADDRESS_LINE_PATTERN.finditer(self.text):  # noqa: B007 - the last one
            pass
        own = own_address(self._named, self.post())
        if line and not line[1] and own:
            link = markdown.link(own)
            self.text = f"{self.text[: line.start(1) - 1]}{link}{self.text[line.end(1) + 1 :]}"
            self.done[Kind.ADDRESS] = f"{link} written"

    def _set(self, key: str, value: str) -> None:
        """Write `value` for `key`, in place of the one that is there."""
        span = front_span(self.text)
        if span:
            front = re.sub(rf"(?m)^{key}:[^\r\n]*", lambda _: f"{key}: {value}", self.text[slice(*span)], count=1)
            self.text = self.text[: span[0]] + front + self.text[span[1] :]


def _escaped(line: re.Match[str]) -> str:
    """Return a line of front matter as valid YAML; unchanged if it is valid already."""
    key, raw = line[1], line[2]
    loaded = load_front(line[0])
    value = loaded.get(key) if isinstance(loaded, dict) else None
    if is_value(key, value) and (key != "categories" or frontmatter.is_text(raw)):
        return line[0]
    if isinstance(value, str):
        return (
            f"{key}: {frontmatter.double_quoted(value)}{CARRIAGE_RETURN if line[0].endswith(CARRIAGE_RETURN) else ''}"
        )
    inside = raw[:1] == raw[-1:] and raw[:1] in ('"', "'") and len(raw) > 1
    text = raw[1:-1] if inside else raw.removeprefix('"') if raw.count('"') == 1 else raw
    escape = {"title": frontmatter.double_quoted, "tags": frontmatter.tags}.get(key, frontmatter.scalar)
    return f"{key}: {escape(text)}{CARRIAGE_RETURN if line[0].endswith(CARRIAGE_RETURN) else ''}"
