"""Native logical replication, as far as a replication task needs it.

PostgreSQL documentation, chapter "Logical Replication". The slot and the publications are on the
source, the subscription on the target; ``disable_on_error`` turns an error of a worker into a
disabled subscription, which the run sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql

from rehearsal.dms.catalog import Table
from rehearsal.dms.endpoint import Database
from rehearsal.dms.mappings import TableName
from rehearsal.dms.names import Names

# Applied means durable: a row that the slot has let go of must survive a crash of the target.
_OPTIONS = (
    "create_slot = false, enabled = false, binary = false, streaming = off,"
    " synchronous_commit = on, slot_name = {}"
)


@dataclass(frozen=True, slots=True)
class SlotState:
    """The slot on the source. ``wal_status`` is empty when the slot is gone or older than 13."""

    exists: bool
    active: bool
    wal_status: str
    confirmed: int
    current: int
    """Where the source writes now, in bytes, as is ``confirmed``."""

    @property
    def lost(self) -> bool:
        """Whether the changes it should have kept are gone."""
        return not self.exists or self.wal_status == "lost"


class Engine:
    """One task's publications, slot and subscription."""

    def __init__(self, source: Database, target: Database, names: Names) -> None:
        self.source = source
        self.target = target
        self.names = names

    def create(self, tables: Sequence[Table], *, copy_data: bool) -> None:
        """Publish the tables, keep their changes from now on, subscribe (still disabled)."""
        identified = [table.name for table in tables if table.identified]
        others = [table.name for table in tables if not table.identified]
        with self.source.connect() as connection:
            _publish(connection, self.names.publication, identified, "insert, update, delete")
            _publish(connection, self.names.publication_of_inserts, others, "insert")
            connection.execute(
                "SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [self.names.slot]
            )
        with self.target.connect() as connection:
            self._subscribe(connection, copy_data=copy_data)

    def _subscribe(self, connection: psycopg.Connection, *, copy_data: bool) -> None:
        options = sql.SQL(_OPTIONS).format(sql.Identifier(self.names.slot))
        options += sql.SQL(f", copy_data = {str(copy_data).lower()}")
        if connection.info.server_version >= 150000:
            options += sql.SQL(", disable_on_error = true")
        connection.execute(
            sql.SQL("CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {}, {} WITH ({})").format(
                sql.Identifier(self.names.subscription),
                sql.Literal(self._source_conninfo()),
                sql.Identifier(self.names.publication),
                sql.Identifier(self.names.publication_of_inserts),
                options,
            )
        )

    def _source_conninfo(self) -> str:
        return psycopg.conninfo.make_conninfo(
            host=self.source.host,
            port=self.source.port,
            dbname=self.source.dbname,
            user=self.source.username,
            password=self.source.password,
            connect_timeout=5,
        )

    def enable(self) -> None:
        """Let the workers run."""
        self._alter("ENABLE")

    def disable(self) -> None:
        """Let the workers end; the slot stays."""
        self._alter("DISABLE")

    def skip(self, lsn: str) -> None:
        """Leave out the transaction that ends at this position (PostgreSQL 15 and newer)."""
        self._alter("SKIP (lsn = {})", sql.Literal(lsn))

    def _alter(self, action: str, *values: sql.Composable) -> None:
        with self.target.connect() as connection:
            connection.execute(
                sql.SQL("ALTER SUBSCRIPTION {} ").format(sql.Identifier(self.names.subscription))
                + sql.SQL(action).format(*values)
            )

    def workers(self) -> int:
        """How many workers of the subscription run now."""
        with self.target.connect() as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_subscription WHERE subname = %s AND pid IS NOT NULL",
                [self.names.subscription],
            ).fetchone()
        return int(row[0]) if row else 0

    def end_workers(self) -> None:
        """End the workers where they are, even those that wait for a lock."""
        with self.target.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_subscription"
                " WHERE subname = %s AND pid IS NOT NULL",
                [self.names.subscription],
            )

    def slot(self) -> SlotState:
        """The slot as the source shows it."""
        with self.source.connect() as connection:
            status = "wal_status" if connection.info.server_version >= 130000 else "''"
            row = connection.execute(
                f"SELECT active, coalesce({status}, ''),"  # noqa: S608 - a column's name
                " coalesce(confirmed_flush_lsn - '0/0', 0)::int8,"
                " (pg_current_wal_lsn() - '0/0')::int8"
                " FROM pg_replication_slots WHERE slot_name = %s",
                [self.names.slot],
            ).fetchone()
        if row is None:
            return SlotState(exists=False, active=False, wal_status="", confirmed=0, current=0)
        return SlotState(True, *row)

    def beat(self) -> None:
        """A heartbeat: WAL without a change, so that an idle slot can move on."""
        with self.source.connect() as connection:
            connection.execute("SELECT pg_logical_emit_message(false, 'awsdms_heartbeat', '')")

    def leave_out(self, table: TableName) -> None:
        """Carry a table no more: a suspended table."""
        name = sql.Identifier(*table)
        with self.source.connect() as connection:
            for publication in (self.names.publication, self.names.publication_of_inserts):
                with suppress(psycopg.errors.UndefinedObject):
                    connection.execute(
                        sql.SQL("ALTER PUBLICATION {} DROP TABLE {}").format(
                            sql.Identifier(publication), name
                        )
                    )

    def refresh(self, *, copy_data: bool) -> None:
        """Follow the publications after they changed; the subscription must be enabled."""
        self._alter(f"REFRESH PUBLICATION WITH (copy_data = {str(copy_data).lower()})")

    def take_in(self, table: Table) -> None:
        """Carry a table (again)."""
        publication = (
            self.names.publication if table.identified else self.names.publication_of_inserts
        )
        with self.source.connect() as connection:
            connection.execute(
                sql.SQL("ALTER PUBLICATION {} ADD TABLE {}").format(
                    sql.Identifier(publication), sql.Identifier(*table.name)
                )
            )

    def drop_subscription(self) -> None:
        """Take the subscription off the target, without touching the slot."""
        with self.target.connect() as connection:
            found = connection.execute(
                "SELECT FROM pg_subscription WHERE subname = %s", [self.names.subscription]
            ).fetchone()
            if found is None:
                return
            name = sql.Identifier(self.names.subscription)
            for action in ("DISABLE", "SET (slot_name = NONE)"):
                connection.execute(sql.SQL("ALTER SUBSCRIPTION {} ").format(name) + sql.SQL(action))
            connection.execute(sql.SQL("DROP SUBSCRIPTION {}").format(name))

    def drop_slot(self) -> None:
        """Drop the slot and the publications. A slot in use is taken from its user first."""
        with self.source.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                " WHERE slot_name = %s AND active",
                [self.names.slot],
            )
            for _ in range(50):
                try:
                    connection.execute(
                        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                        " WHERE slot_name = %s",
                        [self.names.slot],
                    )
                    break
                except psycopg.errors.ObjectInUse:
                    connection.execute("SELECT pg_sleep(0.1)")
            for publication in (self.names.publication, self.names.publication_of_inserts):
                connection.execute(
                    sql.SQL("DROP PUBLICATION IF EXISTS {}").format(sql.Identifier(publication))
                )


def database_oid(database: Database) -> int:
    """The oid of a database, which is part of the name of a slot."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT oid::int8 FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    return int(row[0]) if row else 0


def _publish(
    connection: psycopg.Connection, name: str, tables: Iterable[TableName], changes: str
) -> None:
    listed = [sql.Identifier(*table) for table in tables]
    statement = sql.SQL("CREATE PUBLICATION {} ").format(sql.Identifier(name))
    if listed:
        statement += sql.SQL("FOR TABLE {} ").format(sql.SQL(", ").join(listed))
    connection.execute(statement + sql.SQL("WITH (publish = {})").format(sql.Literal(changes)))
