"""The source's own schema on the target: what rows need, before the load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import psycopg
from psycopg import errors, sql

from redash_migration.database.schema import progress
from redash_migration.database.schema.contents import Foundation, contents, foundation, has_rows
from redash_migration.database.schema.dump import Entry
from redash_migration.database.schema.grants import grant_application
from redash_migration.database.schema.stages import READ_ROWS, stage
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables import canary
from redash_migration.database.tables.catalog import Connection
from redash_migration.errors import SchemaNotCopied, TargetNotEmpty
from redash_migration.failure_text import words
from redash_migration.plan import Plan

_BATCH = 100  # entries per transaction: each object costs a lock until the commit
_STATEMENT_TIMEOUT = 300.0
_LOCK_TIMEOUT = 30.0

# What pg_dump itself sets at the head of its output, less what only some versions know; and money
# as the old host's dump spells it.
SESSION = (
    "SET search_path = ''; SET check_function_bodies = off; SET xmloption = content;"
    "SET row_security = off; SET standard_conforming_strings = on; SET lc_monetary = 'C';"
    "SET client_min_messages = warning; SET default_tablespace = ''"
)


@dataclass(frozen=True, slots=True)
class SchemaCopied:
    """What CopySchema did: entries now on the target, and those that wait for the load's end."""

    entries: int
    waiting: int
    relaxed_columns: int


def copy_schema(
    target: DatabaseAddress,
    dump: Sequence[Entry],
    plan: Plan,
    *,
    application_role: str = "",
    before_first_change: Callable[[Foundation], None],
) -> SchemaCopied:
    """Applies the base entries of the dump, relaxes NOT NULL on DMS's LOB columns, grants.

    Commits in batches and notes each, so that a run that was cut off is taken up where it ended.
    `before_first_change` is told what has to stay in a roll-back, before anything is made.
    Raises TargetNotEmpty when the target holds something of somebody else's, SchemaNotCopied
    naming the entry that the target refuses.
    """
    with connect(
        target,
        purpose="copy-schema",
        read_only=False,
        statement_timeout=_STATEMENT_TIMEOUT,
        lock_timeout=_LOCK_TIMEOUT,
    ) as connection:
        progress.alone(connection, "CopySchema")
        if not progress.begun(connection, plan.migration_id):
            refuse_foreign_contents(connection, plan.migration_id)
            before_first_change(foundation(connection))
            progress.make_progress(connection)
            canary.make(connection)
            progress.mark(connection, plan.migration_id, [progress.START])
        connection.execute(SESSION)
        base = [entry for entry in dump if stage(entry) == "base"]
        waiting = sum(stage(entry) in {"index", "final"} for entry in dump)
        done = progress.done(connection, plan.migration_id)
        for batch in _batches([entry for entry in base if entry.number not in done]):
            _apply(connection, plan.migration_id, batch)
        relaxed = _relax(connection, plan)
        if application_role:
            grant_application(connection, application_role)
    return SchemaCopied(len(base), waiting, relaxed)


def refuse_foreign_contents(connection: Connection, migration_id: str) -> None:
    """Raises TargetNotEmpty unless the target holds nothing that a user made."""
    found = contents(connection)
    if not found:
        return
    earlier = progress.earlier_migrations(connection, migration_id)
    filled = [str(item) for item in found if item.table and has_rows(connection, item)]
    raise TargetNotEmpty(
        f"the target holds {len(found)} objects that this migration did not make"
        f" ({'with rows: ' + ', '.join(filled[:5]) if filled else ', '.join(map(str, found[:5]))})"
        + (f", left by {', '.join(earlier)}" if earlier else "")
        + "; give it an empty database: the new Redash must not have been started on it"
    )


def refused(entry: Entry, error: psycopg.Error) -> SchemaNotCopied:
    """The failure that names the entry and what the server said about it."""
    said = words(error, without_rows=entry.type not in READ_ROWS)
    return SchemaNotCopied(f"{entry.title}: {said}{_what_to_do(error)}")


def _what_to_do(error: psycopg.Error) -> str:
    if isinstance(error, errors.UniqueViolation):
        return (
            "; the old database's index is damaged, or was made under another collation: find the"
            " rows by GROUP BY these columns HAVING count(*) > 1, delete what is too many, REINDEX"
            " there, and start again"
        )
    return ""


def _apply(connection: Connection, migration_id: str, batch: Sequence[Entry]) -> None:
    with connection.transaction():
        for entry in batch:
            if entry.type == "SCHEMA" and _schema_exists(connection, entry.name):
                continue
            try:
                # Without parameters the text goes as it is, however many statements it holds.
                connection.execute(entry.sql.encode())
            except (errors.OperationalError, errors.QueryCanceled):
                raise
            except psycopg.Error as error:
                raise refused(entry, error) from error
        progress.mark(connection, migration_id, [entry.number for entry in batch])


def _schema_exists(connection: Connection, name: str) -> bool:
    found = connection.execute("SELECT FROM pg_catalog.pg_namespace WHERE nspname = %s", [name])
    return found.fetchone() is not None


def _relax(connection: Connection, plan: Plan) -> int:
    """DROP NOT NULL where it stands; it is a change of the catalog only."""
    relaxed = 0
    for table in plan.carried:
        if table.relaxed_not_null:
            changes = sql.SQL(", ").join(
                sql.SQL("ALTER COLUMN {} DROP NOT NULL").format(sql.Identifier(column))
                for column in table.relaxed_not_null
            )
            name = sql.Identifier(table.schema, table.name)
            connection.execute(sql.SQL("ALTER TABLE {} {}").format(name, changes))
            relaxed += len(table.relaxed_not_null)
    return relaxed


def _batches(entries: Iterable[Entry]) -> Iterable[list[Entry]]:
    iterator = iter(entries)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
