"""The rest of the schema after the load: indexes, foreign keys, triggers, statistics."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import errors, sql

from redash_migration.database.copying.firing import keep_still
from redash_migration.database.schema import progress
from redash_migration.database.schema.dump import Entry
from redash_migration.database.schema.stages import may_fail, stage
from redash_migration.database.schema.tables import SESSION, refused
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables.catalog import Connection
from redash_migration.errors import SchemaNotCopied, TransientFailure
from redash_migration.failure_text import words
from redash_migration.plan import Plan

WORKERS = 4
_TAKE_NO_NOT_VALID = (errors.FeatureNotSupported, errors.WrongObjectType)
"""What partitioned tables say of a foreign key NOT VALID before PostgreSQL 18. It is added as it is
then: their rows come later, by sessions for which no foreign key fires, and prove() looks at them.
"""
_RESERVE = 20.0  # seconds kept back to end in good order


@dataclass(frozen=True, slots=True)
class SchemaCompleted:
    """What CompleteSchema did; `refused` are entries that the target may refuse without harm,
    `last` those that wait for the last row: add_last() adds them."""

    entries: int
    analyzed: int
    refused: tuple[str, ...]
    last: tuple[Entry, ...] = ()


def complete_schema(
    target: DatabaseAddress,
    dump: Sequence[Entry],
    plan: Plan,
    *,
    seconds: float,
    workers: int = WORKERS,
) -> SchemaCompleted:
    """Builds the indexes side by side, then adds the other entries in the dump's order; ANALYZE.

    Foreign keys are added NOT VALID: the rows of the restored tables are not there yet. Each entry
    is committed with its note, so a run that was cut off is taken up where it ended; an index that
    a dead run's session is still building is waited for, not built twice.

    `seconds` is the time there is. Raises TransientFailure when it ran out (run it again),
    SchemaNotCopied naming the entry that the target refuses.
    """
    deadline = time.monotonic() + seconds - _RESERVE
    with _session(target, deadline) as connection:
        if not progress.begun(connection, plan.migration_id):
            raise SchemaNotCopied("CopySchema has not run on this target: run it first")
        done = progress.done(connection, plan.migration_id)
    indexes = [e for e in dump if stage(e) == "index" and e.number not in done]
    last = _last(dump)
    final = [e for e in dump if stage(e) == "final" and e not in last and e.number not in done]
    with ThreadPoolExecutor(workers, thread_name_prefix="index") as pool:
        for _ in pool.map(lambda entry: _build(target, plan, entry, deadline), indexes):
            pass
    with _session(target, deadline) as connection:
        declined = [title for entry in final if (title := _add(connection, plan, entry, deadline))]
        _try(connection, last)
        keep_still(connection)
        analyzed = _analyze(connection, plan, deadline)
    return SchemaCompleted(len(indexes) + len(final), analyzed, tuple(declined), last)


def add_last(target: DatabaseAddress, last: Sequence[Entry], plan: Plan, *, seconds: float) -> int:
    """Adds what CompleteSchema left for the end, once every row is there; how many that were.

    They are NOT VALID and so looked up in no row. Raises as complete_schema() does.
    """
    deadline = time.monotonic() + seconds
    with _session(target, deadline) as connection:
        done = progress.done(connection, plan.migration_id)
        for entry in last:
            if entry.number not in done:
                _add(connection, plan, entry, deadline)
    return len(last)


def _try(connection: Connection, last: Sequence[Entry]) -> None:
    """Adds what add_last() will, and takes it back: better refused now than in the write pause."""
    with connection.transaction(force_rollback=True):
        for entry in last:
            try:
                connection.execute(entry.sql.encode())
            except (errors.LockNotAvailable, errors.QueryCanceled) as error:
                said = f"{entry.title}: {words(error)}; it is tried again"
                raise TransientFailure(said) from error
            except psycopg.OperationalError:
                raise
            except psycopg.Error as error:
                raise refused(entry, error) from error


def _last(dump: Sequence[Entry]) -> tuple[Entry, ...]:
    """Constraints that old rows need not keep, and comments on them."""
    found = [entry for entry in dump if stage(entry) == "last"]
    names = {(entry.schema, entry.name) for entry in found}
    comments = [e for e in dump if e.type == "COMMENT" and (e.schema, _constraint(e.name)) in names]
    return (*found, *comments) if found else ()


_ON_CONSTRAINT = re.compile(r'CONSTRAINT ("(?:[^"]|"")+"|\S+) ON (?:DOMAIN )?(.+)')


def _constraint(comment: str) -> str:
    """The constraint's own entry, "table constraint", of a comment's: its names are quoted."""
    match = _ON_CONSTRAINT.fullmatch(comment)
    if match is None:
        return ""
    return " ".join(
        name[1:-1].replace('""', '"') if name.startswith('"') else name
        for name in (match[2], match[1])
    )


def foreign_key_not_valid(statement: str) -> str:
    """The ALTER TABLE ... FOREIGN KEY of a dump with NOT VALID at its end."""
    body = statement.rstrip().rstrip(";").rstrip()
    return f"{body};" if body.upper().endswith("NOT VALID") else f"{body} NOT VALID;"


def _build(target: DatabaseAddress, plan: Plan, entry: Entry, deadline: float) -> None:
    _in_time(deadline, entry)
    with _session(target, deadline) as connection:
        try:
            _commit(connection, plan, entry, entry.sql)
        except _TAKE_NO_NOT_VALID as error:
            raise refused(entry, error) from error


def _add(connection: Connection, plan: Plan, entry: Entry, deadline: float) -> str:
    """The entry's title when the target declined it and that does no harm; otherwise empty."""
    _in_time(deadline, entry)
    statement = entry.sql
    if entry.type == "FK CONSTRAINT":
        statement = foreign_key_not_valid(statement)
    try:
        try:
            _commit(connection, plan, entry, statement)
        except _TAKE_NO_NOT_VALID as error:
            if entry.type != "FK CONSTRAINT":
                raise refused(entry, error) from error
            _commit(connection, plan, entry, entry.sql)
    except SchemaNotCopied:
        if not may_fail(entry):
            raise
        return entry.title
    return ""


def _commit(connection: Connection, plan: Plan, entry: Entry, statement: str) -> None:
    """One entry and its note, in one message: the server ends it even if we are gone meanwhile."""
    lock = sql.SQL("SELECT pg_advisory_xact_lock(hashtextextended({}, 0))").format(
        sql.Literal(f"{plan.migration_id}/{entry.number}")
    )
    try:
        with connection.transaction():  # an earlier run's session may still be at it
            connection.execute(lock)
            if entry.number in progress.done(connection, plan.migration_id):
                return
        message = b"\n;\n".join(
            (
                b"BEGIN",
                lock.as_bytes(connection),
                statement.rstrip().rstrip(";").encode(),
                progress.note(plan.migration_id, entry.number).as_bytes(connection),
                b"COMMIT",
            )
        )
        try:
            connection.execute(message)
        except psycopg.Error:
            if connection.closed:
                raise
            connection.rollback()
            # Another run may have done it between our look and our turn.
            if entry.number not in progress.done(connection, plan.migration_id):
                raise
    except _TAKE_NO_NOT_VALID:
        raise
    except (errors.LockNotAvailable, errors.QueryCanceled) as error:
        raise TransientFailure(f"{entry.title}: {words(error)}; it is tried again") from error
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise refused(entry, error) from error


def _analyze(connection: Connection, plan: Plan, deadline: float) -> int:
    """Statistics for what was loaded; the restored tables get theirs after the restore."""
    analyzed = 0
    for table in plan.carried:
        if time.monotonic() > deadline:
            raise TransientFailure(f"out of time before ANALYZE {table.qualified_name}; run again")
        name = sql.Identifier(table.schema, table.name)
        connection.execute(sql.SQL("ANALYZE {}").format(name))
        analyzed += 1
    return analyzed


def _in_time(deadline: float, entry: Entry) -> None:
    if time.monotonic() > deadline:
        raise TransientFailure(f"out of time before {entry.title}; run again to go on from there")


@contextmanager
def _session(target: DatabaseAddress, deadline: float) -> Iterator[Connection]:
    left = max(deadline - time.monotonic(), 1.0)
    with connect(
        target,
        purpose="complete-schema",
        read_only=False,
        statement_timeout=0,
        lock_timeout=left,
    ) as connection:
        connection.execute(SESSION)
        yield connection
