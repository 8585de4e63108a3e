"""Converting values to the form that the columns of the index have, and back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec

from archiver.captures import Capture
from archiver.clock import micros, moment
from archiver.index.types import ArticleKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archiver.index.database import Database, Row

# The columns that `as_capture` takes, of the table `captures`.
CAPTURE_COLUMNS = "captures.warc, captures.offset, captures.length, captures.payload, captures.url, captures.time"
# The key of a capture by its place (`place_of`).
CAPTURE_KEY = "(SELECT captures.key FROM captures WHERE captures.warc = ? AND captures.offset = ?)"
# The articles whose keys are in a parameter: a JSON array of arrays of recipe, id and whatever else.
ASKED_ARTICLES = """json_each(?) AS asked
           CROSS JOIN articles ON articles.recipe = asked.value ->> 0 AND articles.id = asked.value ->> 1"""
# The numbers in a parameter, keys of articles for example: a JSON array; the expression for each is NUMBER.
NUMBERS, NUMBER = "json_each(?) AS one", "CAST(one.value AS BIGINT)"
MAX_KEY_BYTES = 2600  # bytes
REPLACEMENT = "\ufffd"
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(dict[str, str]).decode
_DECODE_TEXTS = msgspec.json.Decoder(list[str]).decode


def storable(text: str) -> str:
    """Return `text` as it is stored: not every database takes NUL, and none takes halves of surrogate pairs; U+FFFD
    stands for each of these."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub(REPLACEMENT, text)


def can_be_key(*texts: str) -> bool:
    """Return whether texts are together short enough to be the key of a row: PostgreSQL has a limit. An address longer
    than that is none that a server would answer."""
    return (
        sum(map(len, texts)) <= MAX_KEY_BYTES // 4 or sum(len(storable(one).encode()) for one in texts) <= MAX_KEY_BYTES
    )


def storable_key(key: ArticleKey) -> ArticleKey:
    """Return `key` as it is stored."""
    return ArticleKey(storable(key.recipe), storable(key.id))


def json_text(value: Any) -> str:
    """Return lists and the like as JSON: one parameter of a query for a whole set. Its texts must be storable."""
    return _ENCODE(value).decode()


def facts_text(facts: Mapping[str, str]) -> str:
    """Return facts as they are stored, as JSON."""
    return json_text({storable(name): storable(value) for name, value in facts.items()})


def facts_of(text: str) -> dict[str, str]:
    """Return facts that were stored."""
    return _DECODE(text)


def document_text(document: dict[str, Any]) -> str:
    """Return a report or the like as it is stored, as JSON."""
    return json.dumps(_storable_document(document), ensure_ascii=False)


def _storable_document(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {_storable_document(name): _storable_document(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_storable_document(one) for one in value]
    return value


def texts_of(text: str) -> list[str]:
    """Return the texts of an array that a query made (`json_group_array`)."""
    return _DECODE_TEXTS(text)


def as_capture(warc: str | None, offset: int, length: int, payload: bytes, url: str, time: int) -> Capture | None:
    """Return the capture in the columns CAPTURE_COLUMNS; None if they are empty."""
    return None if warc is None else Capture(warc, offset, length, payload.hex(), url, moment(time))


def place_of(capture: Capture | None) -> tuple[str | None, int | None]:
    """Return the values for CAPTURE_KEY."""
    return (storable(capture.warc), capture.offset) if capture else (None, None)


def _place(capture: Capture) -> tuple[str, int]:
    return capture.warc, capture.offset


def put_captures(database: Database, captures: Iterable[Capture | None]) -> None:
    """Note records; one that is known stays as it is."""
    database.write_all(
        """INSERT INTO captures (warc, "offset", length, payload, url, time) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT DO NOTHING""",
        [
            (
                storable(one.warc),
                one.offset,
                one.length,
                bytes.fromhex(one.payload),
                storable(one.url),
                micros(one.time),
            )
            for one in sorted({(one.warc, one.offset): one for one in captures if one}.values(), key=_place)
        ],
    )


def numbers_of(database: Database, keys: Iterable[ArticleKey]) -> dict[ArticleKey, int]:
    """Return the keys that the tables have for articles; unknown articles are left out."""
    asked = list(keys)
    return numbers_in(asked, database.rows(*asking_numbers(asked)))


def asking_numbers(keys: Iterable[ArticleKey]) -> tuple[str, str]:
    """Return the query whose rows `numbers_in` takes: a caller may send others together with it."""
    return f"SELECT articles.recipe, articles.id, articles.key FROM {ASKED_ARTICLES}", json_text(
        list(set(map(storable_key, keys)))
    )


def numbers_in(keys: Iterable[ArticleKey], rows: Iterable[Row]) -> dict[ArticleKey, int]:
    """Return the same as `numbers_of`, from the rows of the query of `asking_numbers`."""
    stored = {key: storable_key(key) for key in keys}
    numbers = {ArticleKey(row[0], row[1]): int(row[2]) for row in rows}
    return {key: numbers[one] for key, one in stored.items() if one in numbers}
