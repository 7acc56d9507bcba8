"""Native logical replication, as far as a replication task needs it.

PostgreSQL documentation, chapter "Logical Replication". The slot and the publications are on the
source, the subscription on the target; ``disable_on_error`` turns an error of a worker into a
disabled subscription, which the run sees.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from rehearsal.dms.databases import publication
from rehearsal.dms.databases.catalog import Table
from rehearsal.dms.databases.endpoint import Database
from rehearsal.dms.databases.slot import SlotState, beat, drop_slot, look_at_slot, make_slot
from rehearsal.dms.task.mappings import TableName
from rehearsal.dms.task.names import Names

# Applied means durable: a row that the slot has let go of must survive a crash of the target.
_OPTIONS = (
    "create_slot = false, enabled = false, binary = false, streaming = off,"
    " synchronous_commit = on, slot_name = {}"
)


class Engine:
    """One task's publications, slot and subscription."""

    def __init__(self, source: Database, target: Database, names: Names) -> None:
        self.source = source
        self.target = target
        self.names = names

    def create(self, tables: Sequence[Table], *, copy_data: bool) -> None:
        """Publish the tables, keep their changes from now on, subscribe (still disabled)."""
        with self.source.connect() as connection:
            publication.publish(connection, self.names, tables)
            make_slot(connection, self.names.slot)
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

    def readdress(self) -> None:
        """Follow the source endpoint, whose address or password may have changed."""
        self._alter("CONNECTION {}", sql.Literal(self._source_conninfo()))

    def enable(self) -> None:
        """Let the workers run."""
        self._alter("ENABLE")

    def disable(self) -> None:
        """Let the workers end; the slot stays."""
        self._alter("DISABLE")

    def skip(self, lsn: str) -> None:
        """Leave out the transaction that ends at this position (PostgreSQL 15 and newer)."""
        self._alter("SKIP (lsn = {})", sql.Literal(lsn))

    def refresh(self, *, copy_data: bool) -> None:
        """Follow the publications after they changed; the subscription must be enabled."""
        self._alter(f"REFRESH PUBLICATION WITH (copy_data = {str(copy_data).lower()})")

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
        return look_at_slot(self.source, self.names.slot)

    def beat(self) -> None:
        """Let an idle slot move on."""
        beat(self.source)

    def leave_out(self, table: TableName) -> None:
        """Carry a table no more: a suspended table."""
        with self.source.connect() as connection:
            publication.leave_out(connection, self.names, table)

    def take_in(self, table: Table) -> None:
        """Carry a table (again)."""
        with self.source.connect() as connection:
            publication.take_in(connection, self.names, table)

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

    def leave_source(self) -> None:
        """Drop the slot and the publications."""
        with self.source.connect() as connection:
            drop_slot(connection, self.names.slot)
            publication.unpublish(connection, self.names)


def database_oid(database: Database) -> int:
    """The oid of a database, which is part of the name of a slot."""
    with database.connect() as connection:
        row = connection.execute(
            "SELECT oid::int8 FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    return int(row[0]) if row else 0
