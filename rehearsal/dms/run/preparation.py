"""The beginning of a fresh start: tables chosen and judged, target prepared, slot made."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import psycopg

from rehearsal.dms.databases import control_tables
from rehearsal.dms.databases.admission import guards, oversized, source_objection, target_objection
from rehearsal.dms.databases.catalog import Table, read_tables, table_names
from rehearsal.dms.databases.endpoint import Database
from rehearsal.dms.databases.engine import Engine, database_oid
from rehearsal.dms.databases.target_tables import prepare_tables
from rehearsal.dms.run.failure import TaskFailure
from rehearsal.dms.task import statistics
from rehearsal.dms.task.mappings import TableName
from rehearsal.dms.task.names import Names
from rehearsal.dms.task.progress import look
from rehearsal.dms.task.statistics import TableStatistics
from rehearsal.dms.task.task import ReplicationTask

NO_TABLES = (
    "No tables were found at task initialization. Either the selected table(s) or schemas(s) no"
    " longer exist or no match was found for the table selection pattern(s)."
)


def prepare(task: ReplicationTask, source: Database, target: Database, script: str) -> Engine:
    """Make everything that a first run or a reload needs; the subscription is still disabled.

    Raises TaskFailure, or psycopg.Error when a database refuses.
    """
    with source.connect() as connection:
        selected = task.mappings.select(table_names(connection))
        tables = read_tables(connection, selected)
        estimates = _estimates(connection, tables)
    absent = [name for name in task.mappings.explicit() if name not in tables]
    if not tables:
        raise TaskFailure(NO_TABLES)
    validation = "Pending validation" if task.settings.validation else "Not enabled"
    with task.lock:
        task.tables = {
            name: TableStatistics(name, validation=validation) for name in [*tables, *absent]
        }
        task.row_estimates = estimates
        for name in absent:
            task.tables[name].fail("the table does not exist", state=statistics.MISSING)
    carried = _admit(task, source, target, tables, script)
    names = Names.make(task.resource, database_oid(source))
    engine = Engine(source, target, names)
    with target.connect() as connection:
        prepare_tables(connection, task.settings.prep_mode, carried)
        if task.captures_changes:
            control_tables.create(
                connection, task.settings.control_schema, task.settings.control_tables
            )
    with task.lock:
        task.names = names
    try:
        engine.create(carried, copy_data=task.migration_type != "cdc")
    except psycopg.Error as error:
        _forget(task, engine)
        if isinstance(error, psycopg.OperationalError) and not error.sqlstate:
            raise
        raise TaskFailure(f"Logical replication could not begin: {_line(error)}.") from error
    with target.connect() as connection:
        base = look(connection, names.subscription, frozenset(t.name for t in carried))
    with task.lock:
        for table in carried:
            task.tables[table.name].begin(base.tables.get(table.name))
    return engine


def admit_again(task: ReplicationTask, source: Database, target: Database, script: str) -> None:
    """Judge the tables of a resumed task once more; their target may have changed meanwhile."""
    names = [t.name for t in task.tables.values() if t.state not in statistics.NOT_CARRIED]
    with source.connect() as connection:
        tables = read_tables(connection, names)
    with target.connect() as connection:
        targets = read_tables(connection, names)
        fired = guards(connection, names, script)
    for name, table in tables.items():
        reason = target_objection(table, targets.get(name), task.settings) or fired.get(name)
        if reason:
            task.tables[name].fail(reason)
    _obey_the_policy(task, carried=len(tables))


def _admit(
    task: ReplicationTask,
    source: Database,
    target: Database,
    tables: Mapping[TableName, Table],
    script: str,
) -> list[Table]:
    settings = task.settings
    limit = settings.lob_limit_bytes
    with target.connect() as connection:
        targets = read_tables(connection, tables)
        fired = guards(connection, tables, script)
    carried = []
    with source.connect() as connection:
        for name, table in tables.items():
            reason = source_objection(table)
            if not reason and settings.prep_mode != "DROP_AND_CREATE":
                reason = target_objection(table, targets.get(name), settings) or fired.get(name, "")
            if not reason and limit is not None:
                reason = oversized(connection, table, limit)
            if reason:
                task.tables[name].fail(reason)
            else:
                carried.append(table)
    _obey_the_policy(task, carried=len(carried))
    return carried


def _obey_the_policy(task: ReplicationTask, *, carried: int) -> None:
    errors = [f"{'.'.join(t.name)}: {t.reason}" for t in task.tables.values() if t.reason]
    if errors and (not carried or task.settings.policy("TableErrorPolicy") == "STOP_TASK"):
        raise TaskFailure(f"Task stopped by its table error policy: {'; '.join(errors)}.")


def _estimates(
    connection: psycopg.Connection, tables: Mapping[TableName, Table]
) -> dict[TableName, int]:
    rows = connection.execute(
        "SELECT oid::int8, reltuples::int8 FROM pg_class WHERE oid = ANY (%s)",
        [[table.oid for table in tables.values()]],
    )
    counts = {oid: max(count, 1) for oid, count in rows}
    return {name: counts.get(table.oid, 1) for name, table in tables.items()}


def _forget(task: ReplicationTask, engine: Engine) -> None:
    for drop in (engine.drop_subscription, engine.leave_source):
        with suppress(psycopg.Error):
            drop()
    with task.lock:
        task.names = None


def _line(error: psycopg.Error) -> str:
    return (error.diag.message_primary or str(error)).strip()
