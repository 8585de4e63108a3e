"""The implementations that the contract is tested with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archiver.index import Index
from archiver.index.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IMPLEMENTATIONS: dict[str, Callable[[], Index]] = {"sqlite": lambda: Index(SqliteDatabase(None))}


@pytest.fixture(scope="session", params=IMPLEMENTATIONS)
def new_index(request: pytest.FixtureRequest) -> Callable[[], Index]:
    """Make an empty index."""
    return IMPLEMENTATIONS[request.param]


@pytest.fixture
def index(new_index: Callable[[], Index]) -> Iterator[Index]:
    """An empty index."""
    made = new_index()
    yield made
    made.close()
