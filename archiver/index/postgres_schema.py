"""The tables of an index on a server: made if they are not there, brought up to date if an earlier version made them.

All here raises `psycopg.Error`; and IndexServerError where an index cannot be used.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

from archiver.errors import IndexServerError
from archiver.index.dialect import for_postgres
from archiver.index.postgres_connection import row
from archiver.index.schema import VERSION
from archiver.server_address import shown

if TYPE_CHECKING:
    from archiver.index.postgres_connection import Connection

OWN_ENDING = "-postgres.sql"  # the ending of scripts in PostgreSQL's own SQL, which are not translated
SCRIPTS = ("schema.sql", f"schema{OWN_ENDING}")
# The scripts that bring the first schema that was on a server (7), and each later one, up to date.
UPGRADES: tuple[tuple[str, ...], ...] = (("upgrade-8.sql", "upgrade-8-postgres.sql"),)
# Tables with a column that is numbered by itself, that column, and its sequence.
_NUMBERED = """SELECT relname, attname, pg_get_serial_sequence(relname, attname) FROM pg_class
               JOIN pg_attribute ON attrelid = pg_class.oid AND attidentity <> ''
               WHERE relnamespace = CAST(current_schema() AS REGNAMESPACE) AND relkind = 'r'"""
FIRST_VERSION = VERSION - len(UPGRADES)
_TEMPORARY = """SELECT quote_ident(current_user), quote_ident(current_database()),
                       has_database_privilege(current_database(), 'TEMPORARY')"""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext(current_schema()) & 2147483647, -2)"


def is_there(connection: Connection) -> bool:
    """Return whether there is an index in the schema."""
    found = row(connection, "SELECT to_regclass('about') IS NOT NULL")
    return bool(found and found[0])


def make(connection: Connection, address: str) -> None:
    """Make the tables, or bring them up to date: all of it or nothing. Where several processes do this at once, they
    take turns. Raises IndexServerError if the role lacks a right."""
    _refuse_missing_right(connection, address)
    with connection.transaction():
        connection.execute(_ONE_AT_A_TIME.encode())
        if not is_there(connection):
            for name in SCRIPTS:
                _run_script(connection, name)
            connection.execute("INSERT INTO about VALUES ($1, false)", (VERSION,))
            return
        version = look_at_version(connection, address)
        for scripts in UPGRADES[version - FIRST_VERSION :]:
            for script in scripts:
                _run_script(connection, script)
        if version < VERSION:
            connection.execute("UPDATE about SET version = $1", (VERSION,))


def _refuse_missing_right(connection: Connection, address: str) -> None:
    """Raise IndexServerError if the role may make no temporary tables: a run needs one once it asks for articles."""
    role, database, has_right = connection.execute(_TEMPORARY.encode()).fetchall()[0]
    if not has_right:
        raise IndexServerError(
            f"{shown(address)}: {role} may make no temporary tables; GRANT TEMPORARY ON DATABASE {database} TO {role}"
        )


def go_on_numbering(connection: Connection) -> None:
    """Have the server number after the largest number of each table."""
    for table, column, sequence in connection.execute(_NUMBERED.encode()).fetchall():
        if table in _names():
            largest = f"(SELECT max({column}) FROM {table})"
            connection.execute(f"SELECT setval('{sequence}', coalesce({largest}, 1), {largest} IS NOT NULL)".encode())


def remove(connection: Connection) -> None:
    """Remove the tables, and nothing else that may be in the schema."""
    with connection.transaction():
        connection.execute(f"DROP TABLE {', '.join(_names())}".encode())
        connection.execute("DROP FUNCTION number_change, json_patch, unixepoch")


def _names() -> list[str]:
    scripts = (files(__package__).joinpath(name).read_text("utf-8") for name in SCRIPTS)
    return [name for script in scripts for name in re.findall(r"CREATE TABLE (\w+)", script)]


def look_at_version(connection: Connection, address: str) -> int:
    """Return the version of the index. Raises IndexServerError for one that is newer than this program."""
    found = row(connection, "SELECT version FROM about")
    version = int(found[0]) if found else 0
    if version > VERSION:
        raise IndexServerError(f"{shown(address)}: made by a newer archiver (schema {version}); use that one")
    return version


def look_at_version_to_read(connection: Connection, address: str) -> None:
    """Raise IndexServerError for an index that is not of this version: a reader must not change it."""
    if (version := look_at_version(connection, address)) < VERSION:
        raise IndexServerError(
            f"{shown(address)}: made by an earlier archiver (schema {version}); a command that writes brings it up to "
            "date, `archiver manifest` for example"
        )


def _run_script(connection: Connection, name: str) -> None:
    script = files(__package__).joinpath(name).read_text("utf-8")
    # PostgreSQL takes no parameters where several statements are sent at once.
    connection.execute((script if name.endswith(OWN_ENDING) else for_postgres(script)).encode(), prepare=False)
