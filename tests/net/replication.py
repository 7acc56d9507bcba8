"""The replication that stands for DMS: PostgreSQL's own, as choosy and as odd as DMS is.

Which tables it takes is decided by the rehearsal's DMS from the task's own mappings and settings;
what DMS alters on its way is altered here too (`oddities`). A table whose key can't tell rows apart
is sent insertions only.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
from psycopg import sql

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.errors import NotDrained
from redash_migration.plan import Plan
from redash_migration.replication.configuration import task_settings
from redash_migration.replication.mappings import table_mappings
from rehearsal.dms.databases.admission import source_objection, target_objection
from rehearsal.dms.databases.catalog import Table, read_tables, table_names
from rehearsal.dms.databases.oddities import alter_what_dms_alters
from rehearsal.dms.task.mappings import TableMappings
from rehearsal.dms.task.names import Names
from rehearsal.dms.task.task_settings import TaskSettings

_PARENTS = """
SELECT DISTINCT n.nspname, c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'
"""


class Resume(Protocol):
    """Lets the replication go on after the load."""

    def __call__(self) -> None: ...


class NotCarried(Exception):
    """DMS would not have carried these tables as they are, or not what is in them."""


@contextmanager
def replication(source: DatabaseAddress, target: DatabaseAddress, plan: Plan) -> Iterator[Resume]:
    """Loaded inside and stopped; the value lets it go on. Raises NotCarried."""
    with session(target) as new:
        with session(source) as old:  # what stays open behind the fence is its own walsender
            carried = _admitted(old, new, plan)
            text, publications = _published(old, carried)
        name = sql.Identifier(text)
        dsn = psycopg.conninfo.make_conninfo("", **source.parameters())
        new.execute(
            sql.SQL(
                "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} WITH (create_slot = false)"
            ).format(name, sql.Literal(dsn), sql.SQL(", ").join(publications))
        )
        try:
            _until_loaded(new, text)
            new.execute(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(name))
            with session(source) as old:
                _until_gone(old)
            alter_what_dms_alters(new, [table.name for table in carried])

            def resume() -> None:
                new.execute(sql.SQL("ALTER SUBSCRIPTION {} ENABLE").format(name))

            try:
                yield resume
            except NotDrained as error:
                raise NotCarried(f"{error}; {_errors(new, text)} errors of the target") from error
        finally:
            new.execute(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(name))
            new.execute(sql.SQL("ALTER SUBSCRIPTION {} SET (slot_name = NONE)").format(name))
            new.execute(sql.SQL("DROP SUBSCRIPTION {}").format(name))
            # The fence has ended whatever session was open before it.
            with session(source) as again:
                for publication in publications:
                    again.execute(sql.SQL("DROP PUBLICATION {}").format(publication))


def _published(
    old: psycopg.Connection[Any], carried: list[Table]
) -> tuple[str, list[sql.Identifier]]:
    """The slot's name, and the publications that it is to read."""
    ask = "SELECT oid::int8 FROM pg_database WHERE datname = current_database()"
    text = Names.make("TASK", int(old.execute(ask).fetchall()[0][0])).slot
    publications = []
    for name, identified in ((text, True), (f"{text[:55]}_inserts", False)):
        tables = [table.name for table in carried if table.identified == identified]
        if tables:
            publications.append(sql.Identifier(name))
            old.execute(
                sql.SQL("CREATE PUBLICATION {} FOR TABLE {} WITH (publish = {})").format(
                    sql.Identifier(name),
                    sql.SQL(", ").join(sql.Identifier(*table) for table in tables),
                    sql.Literal("insert, update, delete" if identified else "insert"),
                )
            )
    old.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [text])
    return text, publications


def _admitted(
    old: psycopg.Connection[Any], new: psycopg.Connection[Any], plan: Plan
) -> list[Table]:
    mappings = TableMappings.parse(
        json.dumps(table_mappings((table.schema, table.name) for table in plan.carried))
    )
    settings = TaskSettings.parse(task_settings())
    there = read_tables(old, mappings.select(table_names(old)))
    here = read_tables(new, there)
    odd = [f"{name}: does not exist" for name in mappings.explicit() if name not in there]
    odd += [
        f"{table}: rows of tables that inherit from it would arrive twice"
        for table in old.execute(_PARENTS).fetchall()
        if table in there
    ]
    spelt: dict[str, str] = {}
    for name, table in there.items():
        why = source_objection(table) or target_objection(table, here.get(name), settings)
        other = spelt.setdefault(".".join(name).lower(), str(table))
        if other != str(table):
            why = why or f"mixed up with {other}"
        if why:
            odd.append(f"{table}: {why}")
    if odd:
        raise NotCarried("; ".join(odd))
    return list(there.values())


def session(address: DatabaseAddress) -> psycopg.Connection[Any]:
    """A superuser's, which may write past the fence."""
    parameters: dict[str, Any] = address.parameters()
    return psycopg.connect(
        autocommit=True,
        options="-c default_transaction_read_only=off",
        client_encoding="UTF8",
        **parameters,
    )


def _until_loaded(session: psycopg.Connection[Any], name: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while session.execute(
        "SELECT 1 FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid"
        " WHERE s.subname = %s AND r.srsubstate <> 'r' LIMIT 1",
        [name],
    ).fetchone():
        if _errors(session, name):
            raise NotCarried(f"the target refused rows of {', '.join(_unloaded(session, name))}")
        if time.monotonic() > deadline:
            raise TimeoutError("the replication did not load every table")
        time.sleep(0.02)


def _errors(session: psycopg.Connection[Any], name: str) -> int:
    """How often the target refused what the replication wrote, which tries again without end.
    PostgreSQL counts it from 15 on; before, a load that does not end tells it."""
    if session.info.server_version < 150000:
        return 0
    counted = session.execute(
        "SELECT sync_error_count + apply_error_count FROM pg_stat_subscription_stats"
        " WHERE subname = %s",
        [name],
    ).fetchall()
    return sum(int(number) for (number,) in counted)


def _unloaded(session: psycopg.Connection[Any], name: str) -> list[str]:
    return [
        str(table)
        for (table,) in session.execute(
            "SELECT r.srrelid::regclass::text FROM pg_subscription_rel r"
            " JOIN pg_subscription s ON s.oid = r.srsubid"
            " WHERE s.subname = %s AND r.srsubstate <> 'r' ORDER BY 1",
            [name],
        )
    ]


def _until_gone(session: psycopg.Connection[Any], seconds: float = 30) -> None:
    """Its sessions that loaded tables have ended: behind the fence they would be foreign."""
    deadline = time.monotonic() + seconds
    while session.execute(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
        r" AND application_name LIKE 'pg\_%\_sync\_%' LIMIT 1"
    ).fetchone():
        if time.monotonic() > deadline:
            raise TimeoutError("the replication goes on loading")
        time.sleep(0.02)
