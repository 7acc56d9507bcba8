"""The servers that everything else is tested on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from rehearsal.postgres import Cluster, ClusterError, programs, run


def test_old_and_new_server_are_of_the_versions_promised(
    source_database: DatabaseAddress, target_database: DatabaseAddress
) -> None:
    with connect(source_database, purpose="test") as source:
        assert source.info.server_version // 10000 == 16
        assert source.execute("SHOW wal_level").fetchone() == ("logical",)
    with connect(target_database, purpose="test") as target:
        assert target.info.server_version // 10000 == 18


def test_a_password_is_asked_for(source_cluster: Cluster) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(source_cluster.dsn(password="wrong")).close()


def test_an_inspecting_session_can_not_write_and_does_not_wait(
    source_database: DatabaseAddress,
) -> None:
    with connect(source_database, purpose="test", statement_timeout=0.2) as session:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            session.execute("CREATE TABLE t (i int)")
        with pytest.raises(psycopg.errors.QueryCanceled):
            session.execute("SELECT pg_sleep(5)")


def test_a_writing_session_writes_past_a_read_only_database(
    source_database: DatabaseAddress,
) -> None:
    with connect(source_database, purpose="test", read_only=False) as session:
        name = psycopg.sql.Identifier(source_database.dbname)
        session.execute(
            psycopg.sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name)
        )
    with connect(source_database, purpose="test", read_only=False) as session:
        session.execute("CREATE TABLE t (i int)")


def test_the_programs_speak_to_the_server(source_database: DatabaseAddress) -> None:
    said = run(
        programs("source"),
        "pg_dump",
        "--schema-only",
        environment=source_database.environment(),
    )
    assert "PostgreSQL database dump" in said


def test_settings_can_be_given_for_one_start(tmp_path: Path) -> None:
    with Cluster(programs("source"), tmp_path / "data", settings={"wal_level": "replica"}) as own:
        with own.connect() as session:
            assert session.execute("SHOW wal_level").fetchone() == ("replica",)
        port = own.port
        own.restart({"wal_level": "logical"})
        assert own.port == port
        with own.connect() as session:
            assert session.execute("SHOW wal_level").fetchone() == ("logical",)


def test_a_server_that_can_not_start_says_why(tmp_path: Path) -> None:
    own = Cluster(programs("source"), tmp_path / "data", settings={"max_connections": "none"})
    with pytest.raises(ClusterError, match="max_connections"):
        own.start()
    assert not own.running


def _is_over(pid: int) -> bool:
    """Also when whoever inherited the process has not fetched its status yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_server_dies_with_its_owner(tmp_path: Path) -> None:
    script = (
        "import os, sys, pathlib\n"
        "from rehearsal.postgres import Cluster, programs\n"
        "own = Cluster(programs('source'), pathlib.Path(sys.argv[1])).start()\n"
        "print(own.pid, own.socket_directory, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    owner = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "data")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    pid, directory = int(owner.stdout.split()[0]), Path(owner.stdout.split()[1])
    for _ in range(1500):
        if _is_over(pid) and not directory.exists():
            return
        time.sleep(0.02)
    pytest.fail("the server outlived its owner")
