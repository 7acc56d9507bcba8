"""Writes that somebody left behind on purpose: going back after the switch puts them aside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql

from redash_migration.database.session.address import DatabaseAddress
from rehearsal.postgres import Cluster
from rehearsal.workload import check_ledger

KEPT = r"redash\_migration\_kept\_%\_public"


def put_aside(
    missing: tuple[str, ...], ledger: Path, cluster: Cluster, database: DatabaseAddress
) -> tuple[str, ...]:
    """Those of the missing writes that the tables put aside on the new database hold."""
    with cluster.connect(database.dbname) as session:
        rows = session.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE %s ORDER BY 1", [KEPT]
        ).fetchall()
    if not rows or not missing:
        return ()
    with _seen_first(str(rows[-1][0]), cluster, database):
        nowhere = {_what(line) for line in check_ledger(ledger, database).missing}
    return tuple(line for line in missing if _what(line) not in nowhere)


@contextmanager
def _seen_first(schema: str, cluster: Cluster, database: DatabaseAddress) -> Iterator[None]:
    """New sessions find a schema's tables by their bare names."""
    role = sql.SQL("ALTER ROLE {} IN DATABASE {} ").format(
        sql.Identifier(database.username), sql.Identifier(database.dbname)
    )
    with cluster.connect() as session:
        session.execute(role + sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
    try:
        yield
    finally:
        with cluster.connect() as session:
            session.execute(role + sql.SQL("RESET search_path"))


def _what(line: str) -> str:
    """A complaint without what was found in its place."""
    return line.partition("; found")[0]
