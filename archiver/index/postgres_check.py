"""Damage to an index on a server: values that this program never writes. Its files are the server's to look after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.index.damage import CHECKED_COLUMNS, DIGEST_BYTES, DIGEST_COLUMNS, astray, can_be, named_damage

if TYPE_CHECKING:
    from archiver.index.database import Database


def find_damage(database: Database) -> str:
    """Return a description of what is wrong with an index, empty if nothing is: each value that its column cannot
    have."""
    columns = database.rows(
        """SELECT table_name, column_name, data_type FROM information_schema.columns
           WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"""
    )
    found = []
    for table, column, kind in columns:
        count = 0
        if column in DIGEST_COLUMNS and kind == "bytea":
            ((count,),) = database.rows(
                f'SELECT count(*) FROM {table} WHERE octet_length("{column}") <> {DIGEST_BYTES}'
            )
        elif column in CHECKED_COLUMNS:
            values = database.each(f'SELECT "{column}" FROM {table} WHERE "{column}" IS NOT NULL')
            count = sum(not can_be(column, value) for (value,) in values)
        if count:
            found.append(named_damage(table, column, count))
    found += astray(lambda query: int(database.rows(query)[0][0]))
    return "; ".join(found)
