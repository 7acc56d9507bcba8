"""The canary over a real publication and subscription, and what stops it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

import psycopg
import pytest
from psycopg import sql

from redash_migration.database.freeze import fence
from redash_migration.database.freeze.draining import drain
from redash_migration.database.freeze.sessions import foreign_sessions
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables import canary
from redash_migration.database.tables.catalog import Connection
from redash_migration.database.watch import slot
from redash_migration.errors import FenceNotHeld, NotDrained, TransientFailure
from rehearsal.dms.task.names import Names

MIGRATION = "redash-20261123-013005"


@dataclass(frozen=True)
class Pair:
    """Source and target with a replication between them, as DMS would keep it."""

    source: Connection
    target: Connection
    slot: str

    def disable(self) -> None:
        self.target.execute(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(self._name))

    def enable(self) -> None:
        self.target.execute(sql.SQL("ALTER SUBSCRIPTION {} ENABLE").format(self._name))

    @property
    def _name(self) -> sql.Identifier:
        return sql.Identifier(self.slot)


@pytest.fixture
def pair(source_database: DatabaseAddress, target_database: DatabaseAddress) -> Iterator[Pair]:
    with (
        connect(source_database, purpose="test", read_only=False) as source,
        connect(target_database, purpose="test", read_only=False) as target,
    ):
        source.execute("CREATE TABLE of_redash (id int PRIMARY KEY)")
        target.execute("CREATE TABLE of_redash (id int PRIMARY KEY)")
        canary.make(source)
        canary.make(target)
        source.execute("CREATE PUBLICATION p FOR ALL TABLES")
        with replication(source_database, target_database, source_database) as name:
            yield Pair(source, target, name)


def slot_name(source: Connection) -> str:
    """As DMS would call its slot."""
    found = source.execute("SELECT oid::int8 FROM pg_database WHERE datname = current_database()")
    return Names.make("TASK", int(found.fetchall()[0][0])).slot


@contextmanager
def replication(
    reader: DatabaseAddress, target: DatabaseAddress, source: DatabaseAddress
) -> Iterator[str]:
    """A subscription to the publication p by a slot of its own; gone afterwards."""
    with (
        connect(source, purpose="test", read_only=False) as old,
        connect(target, purpose="test", read_only=False) as new,
    ):
        name = slot_name(old)
        old.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [name])
        new.execute(
            sql.SQL(
                "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION p"
                " WITH (copy_data = false, create_slot = false)"
            ).format(
                sql.Identifier(name),
                sql.Literal(psycopg.conninfo.make_conninfo("", **reader.parameters())),
            )
        )
        try:
            yield name
        finally:
            for change in ("DISABLE", "SET (slot_name = NONE)"):
                new.execute(
                    sql.SQL("ALTER SUBSCRIPTION {} {}").format(
                        sql.Identifier(name), sql.SQL(change)
                    )
                )
            new.execute(sql.SQL("DROP SUBSCRIPTION {}").format(sql.Identifier(name)))


def test_the_canary_flies_past_the_fence_and_arrives(pair: Pair) -> None:
    held = fence.lay(pair.source, [], window=0.3)
    for _ in range(2):
        found = drain(
            pair.source,
            pair.target,
            migration_id=MIGRATION,
            lsn=held.lsn,
            mark=f"drain {held.lsn}",
            slots_before=[],
            seconds=20,
        )
        assert found.drained
        assert found.waiting_for == ""
    assert canary.mark(pair.target, MIGRATION) == f"drain {held.lsn}"


def test_a_canary_sent_while_the_fence_is_proved_is_the_drain_s(pair: Pair) -> None:
    held = fence.lay(
        pair.source, [], window=0.3, release=partial(canary.release, pair.source, MIGRATION)
    )
    assert held.canary
    while canary.mark(pair.target, MIGRATION) != held.canary:
        time.sleep(0.02)
    pair.disable()  # whoever sent another one now would wait for it in vain
    found = drain(
        pair.source,
        pair.target,
        migration_id=MIGRATION,
        lsn=held.lsn,
        mark=held.canary,
        slots_before=[],
        seconds=0.3,
    )
    assert found.drained


def test_replication_that_stands_still_is_not_drained(pair: Pair) -> None:
    pair.disable()
    held = fence.lay(pair.source, [], window=0.3)

    def look(seconds: float) -> bool:
        return drain(
            pair.source,
            pair.target,
            migration_id=MIGRATION,
            lsn=held.lsn,
            mark=f"drain {held.lsn}",
            slots_before=[],
            seconds=seconds,
        ).drained

    assert not look(0.3)
    pair.enable()
    assert look(20)


def test_a_canary_of_an_earlier_fence_proves_nothing(pair: Pair) -> None:
    canary.release(pair.source, MIGRATION, "drain 0/1")
    while canary.mark(pair.target, MIGRATION) is None:
        time.sleep(0.02)
    pair.disable()
    found = drain(
        pair.source,
        pair.target,
        migration_id=MIGRATION,
        lsn="0/2",
        mark="drain 0/2",
        slots_before=[],
        seconds=0.3,
    )
    assert not found.drained
    assert "canary" in found.waiting_for


def test_changes_that_could_not_be_applied_are_found_in_any_schema(pair: Pair) -> None:
    pair.target.execute(
        'CREATE SCHEMA control; CREATE TABLE control.awsdms_apply_exceptions ("ERROR" text)'
    )
    where = {"migration_id": MIGRATION, "lsn": "0/1", "mark": "drain 0/1"}
    drain(pair.source, pair.target, **where, slots_before=[], seconds=20)
    pair.target.execute("INSERT INTO control.awsdms_apply_exceptions VALUES ('secret row')")
    with pytest.raises(NotDrained, match=r"control\.awsdms_apply_exceptions holds 1") as caught:
        drain(pair.source, pair.target, **where, slots_before=[], seconds=1)
    assert "secret" not in str(caught.value)


def test_somebody_who_came_back_since_the_fence_is_named(
    pair: Pair, source_database: DatabaseAddress
) -> None:
    held = fence.lay(pair.source, [], window=0.3)
    dsn = psycopg.conninfo.make_conninfo("", **source_database.parameters())
    with (
        psycopg.connect(dsn, application_name="cron", autocommit=True),
        pytest.raises(FenceNotHeld, match="'cron'"),
    ):
        drain(
            pair.source,
            pair.target,
            migration_id=MIGRATION,
            lsn=held.lsn,
            mark=f"drain {held.lsn}",
            slots_before=[],
            seconds=20,
        )


def test_the_replications_own_sessions_are_left_alone(
    *,
    source_database: DatabaseAddress,
    target_database: DatabaseAddress,
    make_role: Callable[..., tuple[str, str]],
) -> None:
    role, password = make_role("source", "LOGIN REPLICATION")
    reader = source_database.as_role(role, password)
    with connect(source_database, purpose="test", read_only=False) as source:
        source.execute("CREATE TABLE owned (id int PRIMARY KEY)")
        source.execute("CREATE PUBLICATION p FOR ALL TABLES")
    with connect(target_database, purpose="test", read_only=False) as target:
        target.execute("CREATE TABLE owned (id int PRIMARY KEY)")
    with replication(reader, target_database, source_database) as name:
        dsn = psycopg.conninfo.make_conninfo("", **reader.parameters())
        redash = psycopg.conninfo.make_conninfo("", **source_database.parameters())
        with (
            connect(source_database, purpose="test", read_only=False) as source,
            psycopg.connect(dsn, application_name="metadata", autocommit=True) as own,
            suppress(psycopg.OperationalError),
            psycopg.connect(redash, application_name="redash", autocommit=True) as other,
        ):
            while not all(found.active for found in slot.slots(source)):
                time.sleep(0.02)
            assert [s.application for s in foreign_sessions(source, [])] == ["redash"]
            # A slot of somebody else's says nothing about the migration's sessions.
            assert len(foreign_sessions(source, [name])) == 2
            held = fence.lay(source, [], window=0.3)
            assert held.ended_sessions == 1
            assert own.execute("SELECT 1").fetchone() == (1,)
            with pytest.raises(psycopg.OperationalError):
                other.execute("SELECT 1")


@pytest.mark.parametrize("way", ["a session of its role", "SQL in a replication session"])
def test_a_transaction_of_the_replications_role_is_nobodys_friend(
    *,
    source_database: DatabaseAddress,
    target_database: DatabaseAddress,
    make_role: Callable[..., tuple[str, str]],
    way: str,
) -> None:
    """Open at the freeze and committed after it, its row would be on neither side."""
    role, password = make_role("source", "LOGIN REPLICATION")
    reader = source_database.as_role(role, password)
    with connect(source_database, purpose="test", read_only=False) as source:
        source.execute(
            "CREATE TABLE owned (id int PRIMARY KEY); CREATE PUBLICATION p FOR ALL TABLES"
        )
        source.execute(sql.SQL("GRANT ALL ON owned TO {}").format(sql.Identifier(role)))
    with connect(target_database, purpose="test", read_only=False) as target:
        target.execute("CREATE TABLE owned (id int PRIMARY KEY)")
    extra = {"replication": "database"} if way.startswith("SQL") else {}
    with replication(reader, target_database, source_database):
        dsn = psycopg.conninfo.make_conninfo("", **reader.parameters(), **extra)
        with (
            connect(source_database, purpose="test", read_only=False) as source,
            suppress(psycopg.OperationalError),
            psycopg.connect(dsn, application_name="psql", autocommit=True) as psql,
        ):
            while not all(found.active for found in slot.slots(source)):
                time.sleep(0.02)
            psql.pgconn.exec_(b"BEGIN")
            psql.pgconn.exec_(b"INSERT INTO owned VALUES (1)")
            held = fence.lay(source, [], window=0.3)
            assert held.ended_sessions == 1
            assert source.execute("TABLE owned").fetchall() == []
            result = psql.pgconn.exec_(b"COMMIT")
            assert result.status not in {psycopg.pq.ExecStatus.COMMAND_OK}


def test_only_the_migrations_own_slots_are_dropped(pair: Pair) -> None:
    while not all(found.active for found in slot.slots(pair.source)):
        time.sleep(0.02)
    before = [found.name for found in slot.slots(pair.source)]
    # Somebody else makes one meanwhile, too.
    theirs = f"theirs_{os.getpid()}"
    pair.source.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [theirs])
    assert slot.drop_own_slots(pair.source, before) == []
    with pytest.raises(TransientFailure, match="still in use"):
        slot.drop_own_slots(pair.source, [], seconds=0.3)
    pair.disable()
    assert slot.drop_own_slots(pair.source, [], seconds=10) == before
    assert [found.name for found in slot.slots(pair.source)] == [theirs]
    pair.source.execute("SELECT pg_drop_replication_slot(%s)", [theirs])
    pair.source.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [pair.slot])
