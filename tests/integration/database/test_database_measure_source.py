"""What the slot costs the source, on a real server; until it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from redash_migration.database.session.connection import connect
from redash_migration.database.tables.catalog import Connection
from redash_migration.database.watch.measure import SourceBefore, disk_use, measure_source
from rehearsal.postgres import Cluster, programs

LIMITS = {"max_slot_wal_keep_size": "16MB", "min_wal_size": "32MB", "max_wal_size": "32MB"}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Connection]:
    with Cluster(programs("source"), tmp_path / "data", settings=LIMITS) as cluster:
        address = cluster.create_database("redash")
        with connect(address, purpose="test", read_only=False) as session:
            session.execute("CREATE TABLE written (filler text)")
            session.execute("SELECT pg_create_logical_replication_slot('old', 'pgoutput')")
            yield session


def write(session: Connection, segments: int) -> None:
    for _ in range(segments):
        session.execute("INSERT INTO written VALUES ('x')")
        session.execute("SELECT pg_switch_wal()")
    session.execute("CHECKPOINT")


def _replicate(session: Connection) -> None:
    """A slot as DMS makes it."""
    session.execute(
        "SELECT pg_create_logical_replication_slot('zqk4v7ixjm2uqhsa_' || lpad(oid::text, 8, '0')"
        " || '_5ab8c8bb_0000_4000_8000_000000000000', 'pgoutput')"
        " FROM pg_database WHERE datname = current_database()"
    )


def test_the_slot_is_measured_until_it_is_lost(session: Connection) -> None:
    budget = 40 << 20
    before = SourceBefore(("old",), 1 << 40, budget, disk_use(session))
    assert measure_source(session, before).slot_status == "none"
    session.execute("SELECT pg_drop_replication_slot('old')")
    session.execute("SELECT pg_create_logical_replication_slot('theirs', 'pgoutput')")
    assert measure_source(session, before).slot_status == "none"
    session.execute("SELECT pg_drop_replication_slot('theirs')")
    _replicate(session)

    made = measure_source(session, before)
    assert (made.slot_status, made.verdict) == ("reserved", "PASS")
    write(session, 1)
    grown = measure_source(session, before)
    assert grown.wal_held_bytes > made.wal_held_bytes
    assert grown.disk_free_bytes is not None
    assert grown.disk_free_bytes <= 1 << 40
    write(session, 6)
    lost = measure_source(session, before)
    assert (lost.slot_status, lost.verdict) == ("lost", "FAIL")
    assert "lost" in lost.detail


def test_the_budget_is_watched_before_the_disk_is_full(session: Connection) -> None:
    session.execute("ALTER SYSTEM SET max_slot_wal_keep_size = -1")
    session.execute("SELECT pg_reload_conf()")
    _replicate(session)
    before = SourceBefore((), 1 << 40, 40 << 20, disk_use(session))
    write(session, 2)
    assert measure_source(session, before).verdict == "WARN"
    write(session, 2)
    found = measure_source(session, before)
    assert found.verdict == "FAIL"
    assert "budget" in found.detail
