"""Steps twice at once, and sessions whose client or whose server has limits of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import Any

import psycopg
import pytest

from redash_migration.database.integrity import not_null, verify
from redash_migration.database.integrity.objects import compare_objects
from redash_migration.database.integrity.verify import verify_integrity
from redash_migration.database.session import turn
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import open_session
from redash_migration.database.session.turn import own_turn, wait_for_turn
from redash_migration.errors import TransientFailure

Both = Callable[[str], tuple[DatabaseAddress, DatabaseAddress]]
Run = Callable[..., list[tuple[Any, ...]]]

LIMITS = {
    "idle_in_transaction_session_timeout": 13,
    "idle_session_timeout": 14,
    "transaction_timeout": 17,
}


def test_sessions_outlive_the_limits_that_a_server_sets(both: Both, run: Run) -> None:
    for address in both("CREATE TABLE t (id integer PRIMARY KEY)"):
        version = int(run(address, "SHOW server_version_num")[0][0]) // 10000
        for name, since in LIMITS.items():
            if version >= since:
                run(address, f'ALTER DATABASE "{address.dbname}" SET {name} = 200')
        with closing(open_session(address, purpose="test")) as session:
            time.sleep(0.5)
            session.execute("BEGIN")
            time.sleep(0.5)
            assert session.execute("SELECT count(*) FROM public.t").fetchone() == (0,)
            session.execute("COMMIT")


def test_a_server_notices_that_a_killed_client_is_gone(target_database: DatabaseAddress) -> None:
    script = textwrap.dedent("""
        import sys
        from redash_migration.database.session.address import DatabaseAddress
        from redash_migration.database.session.data_session import open_session
        from redash_migration.database.session.turn import own_turn
        session = open_session(DatabaseAddress(*eval(sys.argv[1])), purpose="test", write=True)
        with own_turn(session, "a long step"):
            print("at work", flush=True)
            session.execute("SELECT pg_sleep(600)")
    """)
    a = target_database
    where = repr((a.host, a.port, a.dbname, a.username, a.password))
    child = subprocess.Popen(
        [sys.executable, "-c", script, where],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout is not None
    with child, closing(open_session(a, purpose="test", write=True)) as session:
        assert child.stdout.readline() == "at work\n"
        child.send_signal(signal.SIGKILL)
        # Long before the statement ends, and without anybody's help.
        with own_turn(session, "a long step"):
            pass


def test_a_second_run_waits_for_the_first_and_no_longer_than_it_must(
    target_database: DatabaseAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "EARLIER_RUN_SECONDS", 1)
    with (
        closing(open_session(target_database, purpose="one", write=True)) as one,
        closing(open_session(target_database, purpose="other", write=True)) as other,
    ):
        with own_turn(one, "this"), other.transaction():
            wait_for_turn(other, "that")
        with (
            own_turn(one, "this"),
            pytest.raises(TransientFailure, match="this: another run"),
            other.transaction(),
        ):
            wait_for_turn(other, "this")
        with own_turn(other, "this"):
            assert other.execute("SHOW lock_timeout").fetchone() == ("10s",)


def test_two_comparisons_of_the_catalogs_at_once_disturb_one_another_in_nothing(
    both: Both, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = both("CREATE TABLE t (id integer PRIMARY KEY, v text NOT NULL)")
    for address in (source, target):
        run(address, "INSERT INTO t SELECT n, 'v' FROM generate_series(1, 5000) n")
    run(target, "ALTER TABLE t ALTER v DROP NOT NULL")
    monkeypatch.setattr(not_null, "LARGE_HEAP_BYTES", 0)
    both_there = threading.Barrier(2)

    def slowly(*objects: Any) -> Any:
        # The first one to come here gives the other the time to be in the middle of its proofs.
        with suppress(threading.BrokenBarrierError):
            both_there.wait(timeout=2)
        return compare_objects(*objects)

    monkeypatch.setattr(verify, "compare_objects", slowly)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(verify_integrity, source, target, [("public", "t")]) for _ in range(2)]
        for each in runs:
            assert {check.status for check in each.result()} == {"PASS"}
    with pytest.raises(psycopg.errors.NotNullViolation):
        run(target, "INSERT INTO t VALUES (0, NULL)")
