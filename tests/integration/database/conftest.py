"""A small database with everything in it that a schema can hold, and its dump."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from redash_migration.database.schema.dump import Entry, entries
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables.carriable import exclusions, is_lob
from redash_migration.database.tables.catalog import read_tables
from redash_migration.plan import Column, Plan, TablePlan
from redash_migration.record import Record
from rehearsal.postgres import programs, run
from tests.memory import Memory
from tests.owning import owned

MIGRATION = "redash-20261123-013005"
SAMPLE = (Path(__file__).parent / "sample.sql").read_text(encoding="utf-8")


@pytest.fixture
def sample(source_database: DatabaseAddress) -> DatabaseAddress:
    """The source filled with the sample schema and a few rows."""
    with connect(source_database, purpose="sample", read_only=False) as session:
        session.execute(SAMPLE.encode())
    return source_database


@pytest.fixture
def dump_of() -> Callable[[DatabaseAddress], list[Entry]]:
    """The entries of a database's own pg_dump."""

    def dump(address: DatabaseAddress) -> list[Entry]:
        return entries(
            run(
                programs("source"),
                "pg_dump",
                "--schema-only",
                "--no-owner",
                "--no-acl",
                environment=address.environment(),
            )
        )

    return dump


@pytest.fixture
def plan_of() -> Callable[[DatabaseAddress], Plan]:
    """A plan that needs no other part than the catalog."""

    def make(address: DatabaseAddress) -> Plan:
        with connect(address, purpose="test") as session:
            tables = tuple(
                TablePlan(
                    schema=table.schema,
                    name=table.name,
                    method="restore" if exclusions(table) else "dms",
                    rows=0,
                    bytes=0,
                    raw_bytes=0,
                    largest_lob_bytes=0,
                    primary_key=table.primary_key,
                    columns=tuple(
                        Column(c.name, c.type, is_lob(c), c.not_null) for c in table.columns
                    ),
                    excluded_because=exclusions(table),
                    relaxed_not_null=tuple(
                        c.name for c in table.columns if is_lob(c) and c.not_null
                    )
                    if not exclusions(table)
                    else (),
                )
                for table in read_tables(session)
                if table.kind == "r"
            )
        return Plan(MIGRATION, 16, 18, tables, 3, 0, 0.0)

    return make


@pytest.fixture
def rows() -> Callable[..., list[tuple[Any, ...]]]:
    """rows(address, statement, *values): what a superuser reads there."""

    def ask(address: DatabaseAddress, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with connect(address, purpose="test", read_only=False) as session:
            cursor = session.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    return ask


@pytest.fixture
def make_record() -> Callable[[str], Record]:
    """make_record(migration id): a record in memory, in one table with the others of the test."""
    table = Memory()
    return lambda migration_id: owned(table, migration_id)
