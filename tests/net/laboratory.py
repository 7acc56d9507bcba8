"""Databases on both servers, made and dropped; migrations between them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import sql

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.postgres import Cluster
from tests.memory import Memory
from tests.net.carriage import ALEMBIC, Carriage
from tests.net.grammar import READER, STRANGER
from tests.owning import owned

_numbers = itertools.count(1)
MOVER = "net_mover"
"""The migration's role on the old server where it is no superuser."""

_READABLE = f"""
GRANT pg_signal_backend, pg_read_all_stats TO {MOVER};
GRANT SELECT ON pg_hba_file_rules TO {MOVER};
GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO {MOVER};
DO $$ DECLARE place name; BEGIN
  FOR place IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)' LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %1$I TO {MOVER};
      GRANT SELECT ON ALL TABLES IN SCHEMA %1$I TO {MOVER};
      GRANT SELECT ON ALL SEQUENCES IN SCHEMA %1$I TO {MOVER}', place);
  END LOOP;
END $$
"""  # noqa: S608 - made of a constant


class Laboratory:
    """Two servers, with roles of the same names."""

    def __init__(self, source: Cluster, target: Cluster) -> None:
        self.source, self.target = source, target
        self._made: list[tuple[Cluster, str]] = []
        for cluster in (source, target):
            with suppress(psycopg.errors.DuplicateObject):
                cluster.create_role(READER, "reader")
            with suppress(psycopg.errors.DuplicateObject):
                cluster.create_role(MOVER, "mover", "LOGIN REPLICATION")
        with suppress(psycopg.errors.DuplicateObject):
            source.create_role(STRANGER, "stranger")

    @contextmanager
    def databases(self) -> Iterator[None]:
        """Whatever is made inside is dropped at the end."""
        try:
            yield
        finally:
            made, self._made = self._made, []
            for cluster, name in made:
                cluster.drop_database(name)

    def make_source(self, statements: str, encoding: str = "UTF8") -> DatabaseAddress:
        """A database on the old server with these contents, and Redash's mark in it."""
        address = self._database(self.source, "source", encoding)
        execute(address, ALEMBIC + statements)
        return address

    def empty_target(self) -> DatabaseAddress:
        return self._database(self.target, "target")

    def carriage(
        self, source: DatabaseAddress, *, plain_role: bool = False, **settings: Any
    ) -> Carriage:
        """A migration of a database into an empty one, by its superuser or by a plain role."""
        record = owned(Memory(), f"redash-20260131-{next(_numbers):06d}")
        reading = self._as_mover(source) if plain_role else source
        return Carriage(record, reading, self.empty_target(), source, **settings)

    def _as_mover(self, source: DatabaseAddress) -> DatabaseAddress:
        """The role that the preflight's remedies make: it owns the database and none of it."""
        with opened(source) as session:
            session.execute(
                sql.SQL("ALTER DATABASE {} OWNER TO {}").format(
                    sql.Identifier(source.dbname), sql.Identifier(MOVER)
                )
            )
            session.execute(_READABLE.encode())
        return self.source.address(source.dbname, MOVER, "mover")

    def _database(self, cluster: Cluster, side: str, encoding: str = "UTF8") -> DatabaseAddress:
        name = f"net_{side}_{os.getpid()}_{next(_numbers)}"
        self._made.append((cluster, name))
        return cluster.create_database(name, encoding=encoding)


def opened(address: DatabaseAddress) -> psycopg.Connection[tuple[Any, ...]]:
    """A session as psql has one."""
    parameters: dict[str, Any] = address.parameters()
    return psycopg.connect(autocommit=True, client_encoding="UTF8", **parameters)


def execute(address: DatabaseAddress, statements: str) -> list[tuple[Any, ...]]:
    """Run statements as the superuser; the rows of the last one."""
    if not statements.strip():
        return []
    with opened(address) as session:
        cursor = session.execute(statements.encode())
        while cursor.nextset():
            pass
        return cursor.fetchall() if cursor.description else []
