"""The values that are expected from a site's pages: in a file beside its recipe, a line of JSON for each page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path  # noqa: TC003 - used when it runs
from typing import TYPE_CHECKING, Any

import msgspec

from archiver.errors import RecipeError, os_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archiver.reading import Explanation

TIME_FIELDS = ("published", "modified")
EXPECTED_ENDING = ".expected.jsonl"


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is expected from a page; fields that are not given are not checked.

    page: its file, relative to that of the expectations. text: the whole text; has, lacks: texts that must, or must
    not, be in it. refused: a part of the reason why the page is refused as no article.
    """

    page: str
    address: str | None = None
    fetched: datetime | None = None
    title: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    authors: tuple[str, ...] | None = None
    source: str | None = None
    language: str | None = None
    description: str | None = None
    image: str | None = None
    canonical: str | None = None
    text: str | None = None
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    refused: str | None = None


COMPARED_FIELDS = (
    *("title", "published", "modified", "authors", "source", "language", "description", "image", "canonical", "text"),
)


def file_beside(recipe: Path) -> Path:
    """Return the file with the expectations of a recipe: `isle.expected.jsonl` beside `isle.yaml`."""
    return recipe.with_name(f"{recipe.stem}{EXPECTED_ENDING}")


def read_expected(file: Path) -> list[Expected]:
    """Return the expectations in `file`; none if there is no such file. Raises RecipeError, which names the line that
    is wrong."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n") if file.exists() else []
    except (OSError, ValueError) as error:
        reason = os_reason(error) if isinstance(error, OSError) else str(error)
        raise RecipeError(f"{file}: cannot be read: {reason}") from error
    pages = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                pages.append(msgspec.json.decode(line, type=Expected))
            except msgspec.DecodeError as error:
                raise RecipeError(f"{file}: line {number}: {error}") from error
    return pages


def differences(expected: Expected, explained: Explanation) -> Iterator[tuple[str, str, str]]:
    """Yield each field that is not as expected: (field, what was expected, what was found)."""
    if expected.refused is not None or explained.refused:
        reason = explained.refused.reason if explained.refused else ""
        if expected.refused is None or not reason or expected.refused not in reason:
            yield "refused", expected.refused or "an article", reason or "an article"
        return
    for field in COMPARED_FIELDS:
        wanted = getattr(expected, field)
        value = explained.fields["body" if field == "text" else field].value
        if wanted is not None and not _same(field, wanted, value):
            yield field, _shown(wanted), _shown(value)
    text = explained.fields["body"].value or ""
    yield from (("text", f"to have {part!r}", "it has not") for part in expected.has if part not in text)
    yield from (("text", f"not to have {part!r}", "it has") for part in expected.lacks if part in text)


def expected_of(page: str, explained: Explanation, fetched: datetime | None) -> bytes:
    """Return a line of expectations with the values that a page has now."""
    fields = {"text" if name == "body" else name: field.value for name, field in explained.fields.items()}
    values = {name: value for name, value in fields.items() if value not in (None, (), "")}
    if explained.refused:
        values = {"refused": explained.refused.reason}
    named = {"page": page, "address": explained.address, "fetched": fetched}
    return (
        msgspec.json.encode({name: value for name, value in {**named, **values}.items() if value is not None}) + b"\n"
    )


def _same(field: str, wanted: Any, value: Any) -> bool:
    if field in TIME_FIELDS and value is not None and wanted.tzinfo is None:
        return bool(value.replace(tzinfo=None) == wanted)
    return bool(value == wanted)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return ", ".join(value) if isinstance(value, tuple) else str(value or "(nothing)")
