"""Databases on both servers, made and dropped; migrations between them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.postgres import Cluster
from tests.net.carriage import ALEMBIC, Carriage
from tests.net.memory import MemoryTable
from tests.owning import owned

_numbers = itertools.count(1)


class Laboratory:
    """Two servers."""

    def __init__(self, source: Cluster, target: Cluster) -> None:
        self.source, self.target = source, target
        self._made: list[tuple[Cluster, str]] = []

    @contextmanager
    def databases(self) -> Iterator[None]:
        """Whatever is made inside is dropped at the end."""
        try:
            yield
        finally:
            made, self._made = self._made, []
            for cluster, name in made:
                cluster.drop_database(name)

    def make_source(self, statements: str) -> DatabaseAddress:
        """A database on the old server with these contents, and Redash's mark in it."""
        address = self._database(self.source, "source")
        execute(address, ALEMBIC + statements)
        return address

    def empty_target(self) -> DatabaseAddress:
        return self._database(self.target, "target")

    def carriage(self, source: DatabaseAddress, **settings: Any) -> Carriage:
        """A migration of a database into an empty one."""
        record = owned(MemoryTable(), f"redash-20260131-{next(_numbers):06d}")
        return Carriage(record, source, self.empty_target(), **settings)

    def _database(self, cluster: Cluster, side: str) -> DatabaseAddress:
        name = f"net_{side}_{os.getpid()}_{next(_numbers)}"
        self._made.append((cluster, name))
        return cluster.create_database(name)


def execute(address: DatabaseAddress, statements: str) -> list[tuple[Any, ...]]:
    """Run statements as the superuser; the rows of the last one."""
    if not statements.strip():
        return []
    parameters: dict[str, Any] = address.parameters()
    with psycopg.connect(autocommit=True, **parameters) as session:
        cursor = session.execute(statements.encode())
        while cursor.nextset():
            pass
        return cursor.fetchall() if cursor.description else []
