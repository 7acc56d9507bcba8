"""Processes: scheduled work, commands in the server's place, and none that outlives its owner."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.old_host.redis_server import RedisServer, find_program
from rehearsal.ports import free_port
from rehearsal.redash.command import RedashCommand, RedashNotStarted
from rehearsal.redash.process import RedashProcess
from tests.integration.homes.local_aws import COOKIE_SECRET, SECRET_KEY

Start = Callable[..., RedashProcess]


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    """Whether the process runs; one that nobody has waited for doesn't count."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return shown.stdout.strip() != b"" and not shown.stdout.startswith(b"Z")


def descendants(pid: int) -> list[int]:
    """Children, and their children."""
    shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True)
    pairs = [line.split() for line in shown.stdout.splitlines()]
    parents = {int(child): int(parent) for child, parent in pairs}
    found = [one for one, parent in parents.items() if parent == pid]
    return found + [other for one in found for other in descendants(one)]


def count(address: DatabaseAddress, statement: str) -> int:
    with psycopg.connect(**address.parameters()) as connection:  # type: ignore[arg-type]
        row = connection.execute(statement.encode()).fetchone()
        assert row is not None
        return int(row[0])


def test_a_scheduled_worker_writes_as_long_as_it_runs(
    redash_database: DatabaseAddress, start_redash: Start
) -> None:
    statement = "SELECT last_value FROM query_results_id_seq"
    before = count(redash_database, statement)
    worker = start_redash(
        redash_database,
        "worker",
        QUEUES="scheduled_queries,schemas",
        REDASH_SECONDS_BETWEEN_RUNS="0.05",
    )
    assert wait_for(lambda: count(redash_database, statement) > before + 2)
    worker.stop()
    after = count(redash_database, statement)
    time.sleep(0.3)
    assert count(redash_database, statement) == after


def test_a_periodic_worker_deletes_old_results_that_nobody_uses(
    redash_database: DatabaseAddress, start_redash: Start
) -> None:
    statement = "SELECT count(*) FROM query_results"
    before = count(redash_database, statement)
    start_redash(
        redash_database,
        "worker",
        QUEUES="periodic emails default",
        REDASH_SECONDS_BETWEEN_RUNS="0.05",
    )
    assert wait_for(lambda: count(redash_database, statement) < before)


@pytest.mark.parametrize("role", ["scheduler", "worker"])
def test_the_others_only_hold_a_connection(
    role: str, redash_database: DatabaseAddress, start_redash: Start
) -> None:
    start_redash(redash_database, role, QUEUES="queries")
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    sessions += f" AND application_name = 'redash {role}'"
    assert wait_for(lambda: count(redash_database, sessions) == 1)


@pytest.mark.parametrize("role", ["server", "scheduler", "worker"])
def test_a_command_takes_the_place_of_every_role(
    role: str,
    redash_database: DatabaseAddress,
    start_redash: Start,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nobody/s/modules")
    (tmp_path / "ping").write_text("PONG")
    command = (
        f'cd {tmp_path} && echo "$1 $REDASH_ROLE $REDASH_SIDE $REDASH_SECRET_KEY'
        ' $REDASH_COOKIE_SECRET $REDASH_REDIS_URL $QUEUES ${PYTHONPATH-none}" > seen &&'
        f' "{sys.executable}" -m http.server --bind 127.0.0.1 $PORT'
    )
    process = start_redash(
        redash_database, role, command, REDASH_REDIS_URL="redis://redis:6379/0", QUEUES="queries"
    )
    assert process.wait_until_ready()
    assert (tmp_path / "seen").read_text().split() == [
        role, role, "old", SECRET_KEY, COOKIE_SECRET, "redis://redis:6379/0", "queries", "none",
    ]  # fmt: skip
    assert process._process is not None
    family = descendants(process._process.pid)
    assert family
    process.stop()
    assert wait_for(lambda: not any(map(alive, family)), 5)


def test_a_command_s_python_tells_which_redash_it_is(tmp_path: Path) -> None:
    (tmp_path / "redash").mkdir()
    (tmp_path / "redash" / "__init__.py").write_text('__version__ = "26.3.0"\n')
    command = f'shift; cd {tmp_path} && exec "{sys.executable}" "$@"'
    found = RedashCommand(command, "old").package({}, tmp_path / "log")
    assert found == ("26.3.0", tmp_path / "redash")
    shim = tmp_path / "python"
    shim.write_text(RedashCommand(command, "new").python())
    shim.chmod(0o755)
    told = (
        "from __future__ import annotations; import os, sys;"
        " print(*map(os.getenv, ['REDASH_SIDE', 'REDASH_ROLE']), sys.argv)"
    )
    said = subprocess.run([shim, "-c", told, "it's"], capture_output=True, text=True, check=True)
    assert said.stdout == "None None ['-c', \"it's\"]\n", "a program sees Redash's settings alone"


def test_a_command_that_knows_no_python_is_named_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(
        RedashNotStarted, match=f"REDASH_ROLE=python.*it ended with.*{tmp_path}/log"
    ):
        RedashCommand("echo unknown role $1 >&2; exit 2", "old").package({}, tmp_path / "log")
    assert (tmp_path / "log").read_text() == "unknown role python\n"


@pytest.mark.skipif(not find_program(), reason="needs redis-server; the stand-in has own tests")
def test_a_redis_of_one_s_own_keeps_its_data_and_asks_for_its_password(tmp_path: Path) -> None:
    server = RedisServer(find_program(), tmp_path, "pa:ss@w0rd/+", 3)
    server.start()
    try:
        server.pause(7, "for a while")
        server.stop()
        server.start()
        with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
            connection.sendall(b"GET ds:7:pause\r\n")
            assert connection.recv(100).startswith(b"-NOAUTH")
            connection.sendall(b"AUTH pa:ss@w0rd/+\r\nSELECT 3\r\nGET ds:7:pause\r\n")
            assert wait_for(lambda: b"for a while" in connection.recv(1000), 5)
        server.pause(11)
        assert server.paused() == {7, 11}
        server.resume(7)
        assert server.paused() == {11}
    finally:
        server.stop()
    assert not server.running


def nobody_outlives(script: str, *, at_least: int) -> None:
    """Kill a program that prints the id of what it has started: that ends, with all it started."""
    owner = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with owner:
        assert owner.stdout is not None
        child = int(owner.stdout.readline())
        family = [child, *descendants(child)]
        assert len(family) >= at_least
        assert all(map(alive, family))
        owner.send_signal(signal.SIGKILL)
    assert wait_for(lambda: not any(map(alive, family)), 10)


@pytest.mark.parametrize("command", ["", "sleep 600 & exec sleep 600"])
def test_nothing_outlives_its_owner(command: str, tmp_path: Path) -> None:
    script = (
        "import sys, pathlib, time\n"
        "from rehearsal.redash.process import RedashProcess\n"
        "from rehearsal.redash.command import RedashCommand\n"
        f"process = RedashProcess('server', {{'PORT': '{free_port()}', 'REDASH_DATABASE_URL':"
        " 'postgresql://x@127.0.0.1:1/x', 'REDASH_COOKIE_SECRET': 'c'},"
        f" pathlib.Path({str(tmp_path / 'log')!r}),"
        f" RedashCommand({command!r}, 'old') if {command!r} else None)\n"
        "process.start()\n"
        "time.sleep(0.5)\n"
        "print(process._process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    nobody_outlives(script, at_least=1)


def test_no_command_on_the_old_host_outlives_its_owner(tmp_path: Path) -> None:
    script = (
        "import pathlib, time\n"
        "from rehearsal.old_host.ssm.invocation import Invocation, Script\n"
        "one = Invocation('i-1', 'a document', {}, '', lambda _: None,"
        " Script(['sleep 601 & sleep 602'], 900))\n"
        f"one.start(pathlib.Path({str(tmp_path)!r}), {{'PATH': '/usr/bin:/bin'}})\n"
        "time.sleep(0.5)\n"
        "print(one._process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    nobody_outlives(script, at_least=3)


def test_a_wrong_call_says_what_is_missing(tmp_path: Path) -> None:
    process = RedashProcess("server", {"PORT": "1", "REDASH_DATABASE_URL": ""}, tmp_path / "log")
    process.start()
    assert not process.wait_until_ready(10)
    assert "REDASH_DATABASE_URL is not set" in (tmp_path / "log").read_text()
    process.stop()
