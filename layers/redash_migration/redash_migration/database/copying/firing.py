"""Triggers and rules that fire for replicated rows too, kept still until all rows are there.

session_replication_role silences what is enabled in the common way. What is ENABLE ALWAYS or ENABLE
REPLICA fires in spite of it, or because of it: for the replication's rows as for ours, which are to
be taken as they are (PostgreSQL manual, ALTER TABLE). So those are off on the target from the
moment they are made, and are set as on the source when the last row has been carried.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from redash_migration.database.tables.catalog import OWN_SCHEMAS, USERS_TRIGGER

Connection = psycopg.Connection[tuple[Any, ...]]

_ENABLE = {"A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}

_FIRING = f"""
SELECT n.nspname, c.relname, 'TRIGGER', g.tgname, g.tgenabled::text
FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE g.tgenabled IN ('A', 'R') AND n.nspname <> ALL (%(own)s)
  AND {USERS_TRIGGER}
UNION ALL
SELECT n.nspname, c.relname, 'RULE', r.rulename, r.ev_enabled::text
FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE r.ev_enabled IN ('A', 'R') AND n.nspname <> ALL (%(own)s)
ORDER BY 1, 2, 3, 4
"""  # noqa: S608 - made of constants


class Firing(NamedTuple):
    """A trigger or rule that fires for replicated rows; `state` is A for always, R for replica."""

    schema: str
    table: str
    kind: str
    name: str
    state: str

    def alter(self, action: str) -> sql.Composed:
        """ALTER TABLE with an action such as DISABLE, on this table alone."""
        return sql.SQL("ALTER TABLE ONLY {} {} {} {}").format(
            sql.Identifier(self.schema, self.table),
            sql.SQL(action),
            sql.SQL(self.kind),
            sql.Identifier(self.name),
        )


def firing(connection: Connection) -> list[Firing]:
    """All of a database, our own schemas aside."""
    return [Firing(*row) for row in connection.execute(_FIRING, {"own": OWN_SCHEMAS})]


def keep_still(target: Connection) -> int:
    """Switch off what would fire for replicated rows; how many that were."""
    found = firing(target)
    for each in found:
        target.execute(each.alter("DISABLE"))
    return len(found)


@contextmanager
def keep_still_within(target: Connection, table: tuple[str, str] | None) -> Iterator[None]:
    """What would fire for replicated rows of one table, off until the block's end, within the
    caller's transaction; nothing without a table."""
    found = [
        each for each in (firing(target) if table else []) if (each.schema, each.table) == table
    ]
    for each in found:
        target.execute(each.alter("DISABLE"))
    yield
    for each in found:
        target.execute(each.alter(_ENABLE[each.state]))


def fire_again(source: Connection, target: Connection) -> int:
    """Set what keep_still() switched off as it is on the source; may be repeated."""
    wanted = firing(source)
    if wanted:
        already = set(firing(target))
        for each in wanted:
            if each not in already:
                target.execute(each.alter(_ENABLE[each.state]))
    return len(wanted)
