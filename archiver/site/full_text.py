"""Full-text search over the database that `archiver export sqlite` writes."""

from __future__ import annotations

import sqlite3
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from archiver.errors import UsageError
from archiver.exports.segment import COMMON, HAN_PATTERN, MAX_WORD_CHARACTERS, UNIT_PATTERN, WORD_PATTERN
from archiver.posts.site_addresses import href
from archiver.site.record import RECORD_FILE

if TYPE_CHECKING:
    from pathlib import Path

MAX_RESULTS = 100  # results
CHARACTERS_AROUND = 40  # characters that are shown before a word that was found; twice as many from its beginning on
LETTERS_END = 0x2000  # the alphabets that have accents or capitals are before this code point


class Hit(NamedTuple):
    """An article that was found. words: an excerpt of its text around the first word that was found."""

    address: str
    title: str
    source: str
    published: str
    words: str


class FullText:
    """Searches in the articles of a site. Nothing is written."""

    def __init__(self, database: Path, site: Path) -> None:
        """database: the file that `archiver export sqlite` wrote. site: the directory of the site. Raises UsageError if
        they cannot be searched."""
        self._uri = f"{database.absolute().as_uri()}?mode=ro"
        self._site = f"{(site / RECORD_FILE).absolute().as_uri()}?mode=ro"
        try:
            self.search("x")
        except sqlite3.Error as error:
            raise UsageError(f"{database}: {error}; make it with: archiver export sqlite --to {database}") from error

    def search(self, text: str, first: str = "", last: str = "", source: str = "") -> list[Hit]:
        """Return the articles that have all words of `text`, the newest first, of days from `first` to `last` (ISO
        8601; empty: all) and of sources with `source` in their names. Raises sqlite3.Error."""
        query = match_of(text)
        if not query:
            return []
        connection = sqlite3.connect(self._uri, uri=True)
        try:
            connection.create_function("folded", 1, _folded, deterministic=True)
            connection.execute("ATTACH ? AS site", (self._site,))
            rows = connection.execute(
                """SELECT entries.path, entries.title, entries.source, entries.published,
                   articles.quote || char(10) || articles.text
                   FROM articles_fts CROSS JOIN articles ON articles.rowid = articles_fts.rowid
                   CROSS JOIN site.entries ON entries.key = articles.key
                   WHERE articles_fts MATCH ? AND (? = '' OR substr(entries.published, 1, 10) >= ?)
                   AND (? = '' OR substr(entries.published, 1, 10) <= ?)
                   AND instr(folded(entries.source), ?) > 0
                   ORDER BY moment DESC LIMIT ?""",
                (query, first, first, last, last, _folded(source.strip()), MAX_RESULTS),
            ).fetchall()
        finally:
            connection.close()
        return [
            Hit(href(path), title, source, published, around(whole, text))
            for path, title, source, published, whole in rows
        ]


def match_of(text: str) -> str:
    """Return the FTS5 query for articles that have all words of `text`, Chinese ones of any length; empty if `text` has
    no words."""
    terms: list[str] = []
    for word in WORD_PATTERN.findall(text.translate(COMMON)):
        if not HAN_PATTERN.search(word):
            terms.append(f'"{word}"')
            continue
        units = UNIT_PATTERN.findall(word)
        if len(units) == 1:
            terms.append(f'"{word}" *')
        parts = (
            range(len(units) - MAX_WORD_CHARACTERS + 1)
            if len(units) > MAX_WORD_CHARACTERS
            else range(1 if len(units) > 1 else 0)
        )
        terms += [f'"{"".join(units[start : start + MAX_WORD_CHARACTERS])}"' for start in parts]
    return " ".join(terms)


def around(text: str, wanted: str) -> str:
    """Return an excerpt of a text around the first place where one of the `wanted` words is, with `…` where it is cut;
    empty if the text has none of them. Neither case nor accents nor the width of letters make a difference."""
    folded = _folded(text)
    places = [place for word in WORD_PATTERN.findall(_folded(wanted)) if (place := folded.find(word)) >= 0]
    if not places:
        return ""
    begin, end = max(0, min(places) - CHARACTERS_AROUND), min(places) + 2 * CHARACTERS_AROUND
    cut = " ".join(text[begin:end].split())
    return f"{'…' if begin else ''}{cut}{'…' if end < len(text) else ''}"


def _folded(text: str) -> str:
    """Return a text of the same length with small letters, without accents, and with common letters for wide ones."""
    return text.translate(_folds())


@cache
def _folds() -> dict[int, str]:
    folds: dict[int, str] = {}
    for code in (*range(LETTERS_END), *COMMON):
        whole = unicodedata.normalize("NFKD", chr(code)).lower()
        letter = "".join(one for one in whole if not unicodedata.combining(one))
        if len(letter) == 1:
            folds[code] = letter
    return folds
