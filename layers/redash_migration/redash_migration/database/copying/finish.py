"""After the last range of a table: its indexes as on the source, and fresh statistics."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from psycopg import sql

from redash_migration.database.copying import indexes
from redash_migration.database.copying.analyzing import analyze
from redash_migration.database.copying.firing import fire_again
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import Session, open_session
from redash_migration.database.session.turn import wait_for_turn

CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Finished:
    """How many indexes of a table had been put off and are built now."""

    table: str
    built_indexes: int


def finish(
    source: DatabaseAddress, target: DatabaseAddress, tables: Iterable[tuple[str, str]]
) -> list[Finished]:
    """Build what the source has and the target lacks, several indexes at a time, then ANALYZE; and
    let fire again what fires for replicated rows too.

    The source's catalog says what is missing, its invalid indexes aside, so a run may be repeated.
    Raises psycopg.Error as the target raises it.
    """
    finished = []
    stale: list[tuple[str, str]] = []
    missing: list[indexes.Index] = []
    with (
        closing(open_session(source, purpose="finish-source")) as reading,
        closing(open_session(target, purpose="finish-target", write=True)) as writing,
    ):
        for schema, name in tables:
            there = indexes.secondary_indexes(writing, schema, name)
            names = {index.name for index in there}
            lacking = [
                index
                for index in indexes.secondary_indexes(reading, schema, name)
                if index.valid and index.name not in names
            ]
            missing += lacking
            if lacking or _never_analyzed(writing, schema, name):
                stale.append((schema, name))
            finished.append(Finished(f"{schema}.{name}", len(lacking)))
        fire_again(reading, writing)
    if missing:
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            # GIN and the like take longest: they go first.
            missing.sort(key=lambda index: index.method == "btree")
            for _ in pool.map(lambda index: _build(target, index), missing):
                pass
    if stale:
        with closing(open_session(target, purpose="finish-analyze", write=True)) as writing:
            for schema, name in stale:
                analyze(writing, sql.Identifier(schema, name))
    return finished


def _never_analyzed(session: Session, schema: str, name: str) -> bool:
    """Whether the planner knows nothing of the table: pre-copies in ranges don't ANALYZE."""
    row = session.execute(
        "SELECT c.reltuples < 0 FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND c.relname = %s",
        (schema, name),
    ).fetchone()
    return bool(row and row[0])


def _build(target: DatabaseAddress, index: indexes.Index) -> None:
    """Build an index, unless another run has done so meanwhile."""
    with (
        closing(open_session(target, purpose="build-index", write=True)) as session,
        session.transaction(),
    ):
        wait_for_turn(session, f"index {index.schema}.{index.name}")
        row = session.execute(
            "SELECT to_regclass(%s) IS NULL", [index.identifier.as_string(session)]
        ).fetchone()
        if row and row[0]:
            indexes.build(session, [index])
