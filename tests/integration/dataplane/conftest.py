"""Two databases with the same tables, and a record to write into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.record.record import Record
from tests.memory import Memory
from tests.owning import owned

MIGRATION = "redash-20260131-020000"

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def run() -> Run:
    """run(address, statements, *values): what the database's owner reads there."""

    def ask(address: DatabaseAddress, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with connect(address, purpose="test", read_only=False) as session:
            cursor = session.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    return ask


@pytest.fixture
def both(
    source_database: DatabaseAddress, target_database: DatabaseAddress, run: Run
) -> Callable[[str], tuple[DatabaseAddress, DatabaseAddress]]:
    """both(statements) runs them on either side and gives the two addresses."""

    def make(statements: str) -> tuple[DatabaseAddress, DatabaseAddress]:
        for address in (source_database, target_database):
            run(address, statements)
        return source_database, target_database

    return make


@pytest.fixture
def record() -> Record:
    """A migration's record, in memory."""
    return owned(Memory(), MIGRATION)
