"""The early checks: what VerifyIntegrity will judge, judged while nobody waits.

The schema is complete on the target then, rows are still coming. What is not yet as it shall be,
and is set by a later step, is left out: constraints that are added or proved behind the last row,
NOT NULL of columns that the replication writes late, triggers that are kept still meanwhile. All
else is as it will be in the write pause, unless somebody changes it until then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing

import psycopg

from redash_migration.database.freeze.draining import refuse_exceptions
from redash_migration.database.integrity.application import check_text_search, count_nulls
from redash_migration.database.integrity.objects import Objects, compare_objects, read_objects
from redash_migration.database.integrity.rights import (
    check_application_rights,
    check_replication_role,
)
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.session.data_session import Session, open_session
from redash_migration.database.tables.shape import read_shape
from redash_migration.record.checks import Check

_UNPROVED = """
WITH RECURSIVE loose AS (
    SELECT conrelid AS relation, conname AS name FROM pg_catalog.pg_constraint
    WHERE NOT convalidated AND conrelid <> 0
    UNION
    -- One that inherits it has it proved where it was made later, and gets it with its parent's.
    SELECT i.inhrelid, l.name FROM loose l JOIN pg_catalog.pg_inherits i ON i.inhparent = l.relation
)
SELECT format('%I.%I.%I', n.nspname, c.relname, l.name)
FROM loose l JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
"""

_SET_LATER = {
    "trigger": frozenset({"always", "for replicas"}),
    "rule": frozenset({"A", "R"}),
}
"""States in which a trigger or rule would fire for replicated rows (copying/firing.py)."""


def judge_new_home(
    source: DatabaseAddress,
    target: DatabaseAddress,
    tables: Sequence[tuple[str, str]],
    application_role: str = "",
) -> list[Check]:
    """Rights, settings and objects of the target; raises NotDrained where the replication has
    noted changes that it could not apply."""
    names = [f"{schema}.{name}" for schema, name in tables]
    with (
        closing(open_session(source, purpose="early-source")) as there,
        closing(open_session(target, purpose="early-target")) as here,
        closing(connect(target, purpose="early-fresh")) as fresh,
    ):
        refuse_exceptions(here)
        loose = {str(name) for (name,) in there.execute(_UNPROVED)}
        wanted, found = read_objects(there, names), read_objects(here, names)
        return [
            check_replication_role(fresh, application_role),
            check_application_rights(fresh, application_role, names),
            *compare_objects(_as_by_now(wanted, found, loose), _as_by_now(found, found, loose)),
        ]


def judge_text_search(
    source: Session, target: DatabaseAddress, table: tuple[str, str]
) -> list[Check]:
    """The triggers that fill a table's text search columns, tried on the rows that are there."""
    shape = read_shape(source, *table)
    columns = [
        column.name
        for column in shape.columns
        if column.builtin == "tsvector" and column.written and shape.key
    ]
    if not columns:
        return []
    with closing(connect(target, purpose="early-fresh", read_only=False)) as fresh:
        try:
            # How many are NULL can't be compared yet: users go on writing on the source.
            return [
                check_text_search(fresh, shape, column, count_nulls(fresh, shape, column))
                for column in columns
            ]
        except psycopg.errors.LockNotAvailable:
            return []  # another range of the table is being written; the write pause will tell


def failures(checks: Sequence[Check]) -> list[Check]:
    """Those that would end the write pause."""
    return [check for check in checks if check.status in {"FAIL", "UNKNOWN"}]


def _as_by_now(objects: Objects, found: Objects, loose: set[str]) -> Objects:
    """Objects without what a later step sets; `found` are the target's."""
    by_now: dict[str, Mapping[str, str]] = dict(objects)
    by_now["constraint"] = {
        name: state.removesuffix(" NOT VALID")
        for name, state in objects.get("constraint", {}).items()
        if name not in loose
    }
    for kind, states in _SET_LATER.items():
        by_now[kind] = {
            name: found.get(kind, {}).get(name, state) if state in states else state
            for name, state in objects.get(kind, {}).items()
        }
    return by_now
