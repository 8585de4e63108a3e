"""The implementations that the contract is tested with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis
import pytest

from archiver.index import Index
from archiver.index.postgres import PostgresDatabase
from archiver.index.sqlite import SqliteDatabase
from tests.postgres import Server, server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = '{}'::regnamespace"
SEQUENCES = "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = '{}'::regnamespace"


class Schemas:
    """Schemas of a server, each with an index that is used again when it is closed: emptied, which takes a hundredth of
    the time that it takes to make one."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._free: list[Reused] = []
        self._made = 0
        self._emptying = b""

    def new(self) -> Index:
        """Make an empty index."""
        return Index(self._free.pop() if self._free else self._make())

    def put_back(self, database: Reused) -> None:
        """Take back an index that is used no more."""
        database._connection.execute(self._emptying)
        self._free.append(database)

    def close(self) -> None:
        """Close all."""
        for database in self._free:
            PostgresDatabase.close(database)

    def _make(self) -> Reused:
        self._made += 1
        schema = f"contract_{self._made}"
        self._server.sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE", f"CREATE SCHEMA {schema}")
        database = Reused(self._server.address(schema))
        database.schemas = self
        kept = ("about", "writers", "origin", "changes")  # triggers write the changes
        tables = [name for (name,) in self._server.sql(TABLES.format(schema)) if name not in kept]
        self._emptying = "; ".join(
            [
                *(f"DELETE FROM {name}" for name in [*tables, "changes"]),
                *(f"ALTER SEQUENCE {name} RESTART" for (name,) in self._server.sql(SEQUENCES.format(schema))),
                "UPDATE about SET complete = false",
            ]
        ).encode()
        return database


class Reused(PostgresDatabase):
    """One that is emptied when it is closed."""

    schemas: Schemas

    def close(self) -> None:
        self.schemas.put_back(self)


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def new_index(request: pytest.FixtureRequest) -> Iterator[Callable[[], Index]]:
    """Make an empty index."""
    if request.param == "sqlite":
        yield lambda: Index(SqliteDatabase(None))
    else:
        schemas = Schemas(server())
        yield schemas.new
        schemas.close()


@pytest.fixture
def examples(request: pytest.FixtureRequest, new_index: Callable[[], Index]) -> hypothesis.settings:
    """How many examples of a property are tried: fewer on a server, where each takes several times as long."""
    share = 1 if request.node.callspec.params["new_index"] == "sqlite" else 10
    return hypothesis.settings(max_examples=hypothesis.settings().max_examples // share)


@pytest.fixture
def index(new_index: Callable[[], Index]) -> Iterator[Index]:
    """An empty index."""
    made = new_index()
    yield made
    made.close()
