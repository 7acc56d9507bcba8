"""The two servers of a benchmark, with databases that are copied for each run."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.postgres import Cluster, programs

SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "8GB", "autovacuum": "off"}
"""Durability as it comes (fsync on); without autovacuum no run pays for another's rows."""

_HERE = Path(__file__).parent
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows the data set has, and how many per cent of a query's words are its own."""

    queries: int
    results: int
    events: int
    own_words: int = 0


@dataclass(frozen=True, slots=True)
class Servers:
    """The old and the new server, running."""

    source: Cluster
    target: Cluster

    def create(self, cluster: Cluster, name: str) -> DatabaseAddress:
        """An empty database of that name, in the place of an earlier one."""
        drop(cluster, name)
        return cluster.create_database(name)

    @contextmanager
    def copy_of(self, name: str) -> Iterator[DatabaseAddress]:
        """A copy of a database on the target for one run, on disk before the run begins."""
        copy = f"{name}_{next(_numbers)}"
        with self.target.connect() as connection:
            connection.execute(f"CREATE DATABASE {copy} TEMPLATE {name}".encode())
            connection.execute("CHECKPOINT")
        try:
            yield self.target.address(copy)
        finally:
            drop(self.target, copy)


@contextmanager
def running(directory: Path) -> Iterator[Servers]:
    """Both servers, their data under a directory of their own, until the end of the block."""
    with (
        Cluster(programs("source"), directory / "source", settings=SETTINGS, name="source") as old,
        Cluster(programs("target"), directory / "target", settings=SETTINGS, name="target") as new,
    ):
        yield Servers(old, new)


def drop(cluster: Cluster, name: str) -> None:
    """Drop a database if it exists, its sessions ended."""
    with cluster.connect() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def ask(address: DatabaseAddress, statement: str) -> list[tuple[Any, ...]]:
    """Statements as the owner; the rows of the last."""
    parameters: dict[str, Any] = {**address.parameters()}
    with psycopg.connect(**parameters, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        while cursor.nextset():
            pass
        return cursor.fetchall() if cursor.description else []


def define(address: DatabaseAddress) -> None:
    """The tables, empty, with their indexes."""
    ask(address, (_HERE / "shapes.sql").read_text(encoding="utf-8"))


def fill(address: DatabaseAddress, rows: Rows) -> None:
    """The rows, made inside the server."""
    sizes = "".join(
        f"SET bench.{name} = {count};"
        for name, count in (
            ("queries", rows.queries),
            ("results", rows.results),
            ("events", rows.events),
            ("own", rows.own_words),
        )
    )
    ask(address, sizes + (_HERE / "rows.sql").read_text(encoding="utf-8"))
    ask(address, "VACUUM (ANALYZE)")


def pipe(
    producer: list[str], consumer: list[str], left: DatabaseAddress, right: DatabaseAddress
) -> None:
    """producer | consumer, each with the connection of its side in its environment."""
    first = subprocess.Popen(producer, stdout=subprocess.PIPE, env=left.environment())
    assert first.stdout is not None  # noqa: S101 - asked for above
    try:
        subprocess.run(consumer, stdin=first.stdout, env=right.environment(), check=True)
    finally:
        first.stdout.close()
        if first.wait():
            raise RuntimeError(f"{producer[0]} failed with {first.returncode}")
