"""What lives beside the schema and does not come along, with the statements that bring it.

The schema travels as a dump without owners and rights, the rows by themselves. All else that a
database or its cluster keeps for the application stays on the old side: told by kind before
anybody is asked, and written as a script that a person may run on the new database, as it is or
in part. Passwords are in none of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from redash_migration.database.schema.beside.objects import (
    MATERIALIZED_VIEWS as REFRESHES,
)
from redash_migration.database.schema.beside.objects import OBJECTS, WHOLE_SCHEMAS
from redash_migration.database.schema.beside.rights import ACLS, TO_COME
from redash_migration.database.schema.beside.roles import ROLES
from redash_migration.database.tables.catalog import DMS_TABLES, OWN_SCHEMAS, Connection

ARTIFACT = "left-behind.sql"

MATERIALIZED_VIEWS = "materialized views, made empty"


class LeftBehind(NamedTuple):
    """One thing: its kind (plural, for a heading), its name, and the SQL that makes it; `rank`
    where one of a kind needs another first."""

    kind: str
    name: str
    statement: str
    rank: int = 0


def left_behind(connection: Connection) -> list[LeftBehind]:
    """All of it, roles first and what refers to them after. The database is named as psql names
    the one that it is connected to: the new one may have another name."""
    names = {"own": OWN_SCHEMAS, "dms": DMS_TABLES}
    schemas = WHOLE_SCHEMAS if connection.info.server_version >= 150000 else "NULL"
    objects = OBJECTS.replace("{whole_schemas}", schemas)
    found = [
        LeftBehind(*row)
        for query in (ROLES, objects, REFRESHES, TO_COME, ACLS)
        for row in connection.execute(query.encode(), names).fetchall()
    ]
    first = {"roles": 0, "roles with powers of their own": 1, "memberships of roles": 2}
    return sorted(found, key=lambda each: (first.get(each.kind, 3), each.kind, each.rank, *each))


def by_kind(found: Iterable[LeftBehind]) -> dict[str, list[LeftBehind]]:
    """The same in groups."""
    groups: dict[str, list[LeftBehind]] = {}
    for each in found:
        groups.setdefault(each.kind, []).append(each)
    return groups


def script(found: Iterable[LeftBehind]) -> str:
    """A script for psql, a heading for each kind."""
    lines = [
        "-- What lives beside the schema of the old database and was not carried over.",
        "-- Read it, strike out what the new database does not need, then run the rest there.",
    ]
    for kind, things in by_kind(found).items():
        lines += ["", f"-- {kind}", *(each.statement for each in things)]
    return "\n".join(lines) + "\n"
