"""The fence holds against everybody, or its step fails by name; and it can be lifted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import psycopg
import pytest

from redash_migration.database.freeze import fence, read_only
from redash_migration.database.freeze.sessions import sessions
from redash_migration.database.freeze.witnesses import Witness
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables import canary
from redash_migration.database.tables.catalog import Connection
from redash_migration.errors import FenceNotHeld
from rehearsal.postgres import Cluster

Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def guard(source_database: DatabaseAddress) -> Iterator[Connection]:
    with connect(source_database, purpose="fence", read_only=False) as session:
        session.execute("CREATE TABLE written (id serial PRIMARY KEY)")
        yield session


@contextmanager
def somebody(address: DatabaseAddress) -> Iterator[Connection]:
    with psycopg.connect(_dsn(address), application_name="redash", autocommit=True) as session:
        yield session


def _dsn(address: DatabaseAddress) -> str:
    return psycopg.conninfo.make_conninfo("", **address.parameters())


def test_sessions_are_ended_and_new_ones_can_not_write(
    guard: Connection, source_database: DatabaseAddress
) -> None:
    with suppress(psycopg.OperationalError), somebody(source_database) as old:
        held = fence.lay(guard, [], window=0.3)
        assert held.ended_sessions == 1
        with pytest.raises(psycopg.OperationalError):
            old.execute("INSERT INTO written DEFAULT VALUES")
    with (
        somebody(source_database) as new,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        new.execute("INSERT INTO written DEFAULT VALUES")
    assert read_only.laid(guard)


def test_what_was_open_at_the_freeze_is_rolled_back(
    guard: Connection, source_database: DatabaseAddress
) -> None:
    with suppress(psycopg.OperationalError), somebody(source_database) as old:
        old.execute("BEGIN")
        old.execute("INSERT INTO written DEFAULT VALUES")
        fence.lay(guard, [], window=0.3)
    assert guard.execute("SELECT count(*) FROM written").fetchone() == (0,)


def test_a_canary_counts_only_if_nobody_came_behind_it(
    guard: Connection, source_database: DatabaseAddress
) -> None:
    canary.make(guard)

    def overtaken(mark: str) -> int | None:
        sent = canary.release(guard, "m", mark)
        with somebody(source_database) as late:
            late.execute("SET default_transaction_read_only = off")
            late.execute("INSERT INTO written DEFAULT VALUES")
        return sent

    alone = fence.lay(guard, [], window=0.3, release=partial(canary.release, guard, "m"))
    assert alone.canary
    assert canary.mark(guard, "m") == alone.canary
    late = fence.lay(guard, [], window=0.3, release=overtaken)
    assert late.canary == ""


def test_a_canary_beside_an_open_transaction_proves_nothing(
    guard: Connection, source_database: DatabaseAddress
) -> None:
    canary.make(guard)
    with somebody(source_database) as other:
        other.execute("BEGIN")
        other.execute("INSERT INTO written DEFAULT VALUES")
        assert canary.release(guard, "m", "beside") is None
        other.execute("COMMIT")
    assert canary.release(guard, "m", "alone") is not None
    assert canary.release(guard, "m", "alone") is None, "sent once"


def test_the_position_is_behind_every_write(
    guard: Connection, source_database: DatabaseAddress
) -> None:
    guard.execute("SET synchronous_commit = off")
    guard.execute("INSERT INTO written SELECT generate_series(1, 100)")
    held = fence.lay(guard, [], window=0.3)
    row = guard.execute("SELECT %s::pg_lsn >= pg_current_wal_lsn()", [held.lsn]).fetchone()
    assert row == (True,)


def test_a_superuser_who_comes_back_and_writes_is_named(
    guard: Connection, source_database: DatabaseAddress
) -> None:
    stop = threading.Event()

    def insist() -> None:
        while not stop.is_set():
            with suppress(psycopg.Error), somebody(source_database) as session:
                while not stop.is_set():
                    session.execute("SET default_transaction_read_only = off")
                    session.execute("INSERT INTO written DEFAULT VALUES")
                    time.sleep(0.01)

    writer = threading.Thread(target=insist)
    writer.start()
    try:
        with pytest.raises(FenceNotHeld, match=r"postgres@127\.0\.0\.1.* 'redash'"):
            fence.lay(guard, [], window=0.5, patience=2)
    finally:
        stop.set()
        writer.join()


def test_one_who_connects_only_for_a_moment_is_noticed(
    guard: Connection, source_database: DatabaseAddress
) -> None:
    """Between two looks: nobody was seen, and the witness tells all the same."""
    witness = Witness(guard)
    assert witness.moved() == []
    with somebody(source_database) as session:
        session.execute("SELECT 1")
    assert "sessions that come and go" in _soon(witness)


def test_a_write_that_nobody_is_seen_to_make_is_noticed(
    guard: Connection, source_database: DatabaseAddress
) -> None:
    """By a session that was there all the time, and idle at every look."""
    with somebody(source_database) as session:
        session.execute("SELECT 1")
        _soon(Witness(guard))
        witness = Witness(guard)
        session.execute("INSERT INTO written DEFAULT VALUES")
        assert "transactions of sessions that do not show" in witness.moved()
    assert "rows that somebody writes" in _soon(witness)


def test_what_is_seen_to_explain_a_movement_is_no_alarm(
    guard: Connection, source_database: DatabaseAddress, source_cluster: Cluster
) -> None:
    witness = Witness(guard)
    with connect(source_database, purpose="measure") as ours:
        ours.execute("SELECT 1")
        witness.look(sessions(guard, []))
    assert witness.moved() == []
    with source_cluster.connect("postgres") as elsewhere:
        elsewhere.execute("SELECT pg_current_xact_id()")
        witness.look(sessions(guard, []))
    assert witness.moved() == []


def test_a_subscription_of_another_database_is_no_alarm(
    guard: Connection, source_cluster: Cluster, target_database: DatabaseAddress
) -> None:
    """Its worker draws an id for each transaction that it applies."""
    with psycopg.connect(_dsn(target_database), autocommit=True) as publisher:
        publisher.execute("CREATE TABLE theirs (id serial PRIMARY KEY)")
        publisher.execute("CREATE PUBLICATION theirs FOR TABLE theirs")
        with _subscriber(source_cluster, target_database) as subscriber:
            publisher.execute("INSERT INTO theirs DEFAULT VALUES")
            while subscriber.execute("SELECT count(*) FROM theirs").fetchone() == (0,):
                time.sleep(0.02)
            time.sleep(1.1)  # whoever else was at work in another database
            witness, before = Witness(guard), _drawn(guard)
            publisher.execute("INSERT INTO theirs DEFAULT VALUES")
            while _drawn(guard) == before:
                time.sleep(0.02)
            witness.look(sessions(guard, []))
            assert witness.moved() == []


@contextmanager
def _subscriber(cluster: Cluster, publisher: DatabaseAddress) -> Iterator[Connection]:
    """A session in another database of the old server, which subscribes to a table."""
    address = cluster.create_database("fence_subscriber")
    with psycopg.connect(_dsn(address), autocommit=True) as session:
        session.execute("CREATE TABLE theirs (id serial PRIMARY KEY)")
        session.execute(
            f"CREATE SUBSCRIPTION theirs CONNECTION '{_dsn(publisher)}' PUBLICATION theirs"
        )
        try:
            yield session
        finally:
            session.execute("DROP SUBSCRIPTION theirs")
    with cluster.connect("postgres") as session:
        session.execute("DROP DATABASE fence_subscriber WITH (FORCE)")


def _drawn(session: Connection) -> int:
    row = session.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
    assert row is not None
    return int(row[0])


def _soon(witness: Witness) -> list[str]:
    """What has moved, once the server has counted: a session's counters come with its end."""
    for _ in range(100):
        if found := witness.moved():
            return found
        time.sleep(0.02)
    return []


def test_a_prepared_transaction_is_refused_with_its_name(
    guard: Connection, source_database: DatabaseAddress
) -> None:
    with somebody(source_database) as session:
        session.execute("BEGIN")
        session.execute("INSERT INTO written DEFAULT VALUES")
        session.execute("PREPARE TRANSACTION 'left over'")
    try:
        with pytest.raises(FenceNotHeld, match="'left over' of postgres"):
            fence.lay(guard, [], window=0.3)
    finally:
        guard.execute("ROLLBACK PREPARED 'left over'")


@pytest.fixture
def writer(
    guard: Connection, source_database: DatabaseAddress, make_role: Callable[..., tuple[str, str]]
) -> Iterator[DatabaseAddress]:
    """A role whose own setting would outrank the database's."""
    role, password = make_role("source")
    name = psycopg.sql.Identifier(role)
    guard.execute(
        psycopg.sql.SQL("ALTER ROLE {} SET default_transaction_read_only = off").format(name)
    )
    guard.execute(psycopg.sql.SQL("GRANT INSERT, SELECT ON written TO {}").format(name))
    yield source_database.as_role(role, password)
    guard.execute(psycopg.sql.SQL("DROP OWNED BY {}").format(name))


def test_a_role_with_a_setting_of_its_own_is_fenced_too(
    guard: Connection, writer: DatabaseAddress
) -> None:
    before = read_only.state(guard)
    assert before.roles == ((writer.username, None),)
    fence.lay(guard, [], window=0.3)
    with somebody(writer) as session, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        session.execute("INSERT INTO written VALUES (1)")
    read_only.lift(guard, before)
    with somebody(writer) as session:
        session.execute("INSERT INTO written VALUES (1)")


def test_a_fence_of_which_nobody_knows_what_stood_before_is_lifted_all_the_same(
    guard: Connection, source_database: DatabaseAddress, writer: DatabaseAddress
) -> None:
    fence.lay(guard, [], window=0.3)
    with connect(source_database, purpose="lift", read_only=False) as later:
        for _ in range(2):
            read_only.lift_unasked(later)
        assert not read_only.laid(later)
    with somebody(writer) as session:
        session.execute("INSERT INTO written VALUES (1)")


def test_lifting_brings_back_what_was_and_may_be_repeated(
    guard: Connection, source_database: DatabaseAddress
) -> None:
    before = read_only.state(guard)
    assert before.before is None
    fence.lay(guard, [], window=0.3)
    with connect(source_database, purpose="lift", read_only=False) as later:
        for _ in range(2):
            read_only.lift(later, before)
    assert not read_only.laid(guard)
    with somebody(source_database) as session:
        session.execute("INSERT INTO written DEFAULT VALUES")


def test_laying_it_twice_at_once_does_no_harm(
    guard: Connection, source_database: DatabaseAddress
) -> None:
    results: list[fence.Fence] = []

    def lay() -> None:
        with connect(source_database, purpose="fence", read_only=False) as second:
            results.append(fence.lay(second, [], window=0.5))

    other = threading.Thread(target=lay)
    other.start()
    results.append(fence.lay(guard, [], window=0.5))
    other.join()
    assert len(results) == 2


def test_who_may_not_end_sessions_is_told_the_remedy(
    guard: Connection, source_database: DatabaseAddress, make_role: Callable[..., tuple[str, str]]
) -> None:
    role, password = make_role("source")
    name = psycopg.sql.Identifier(role)
    own = source_database.as_role(role, password)
    with (
        connect(own, purpose="fence", read_only=False) as poor,
        pytest.raises(FenceNotHeld, match="superuser"),
    ):
        fence.lay(poor, [], window=0.3)
    guard.execute(
        psycopg.sql.SQL("ALTER DATABASE {} OWNER TO {}").format(
            psycopg.sql.Identifier(source_database.dbname), name
        )
    )
    with (
        somebody(source_database),
        connect(own, purpose="fence", read_only=False) as poor,
        pytest.raises(FenceNotHeld, match="may not end the session"),
    ):
        fence.lay(poor, [], window=0.3)
    guard.execute(
        psycopg.sql.SQL("ALTER DATABASE {} OWNER TO postgres").format(
            psycopg.sql.Identifier(source_database.dbname)
        )
    )
