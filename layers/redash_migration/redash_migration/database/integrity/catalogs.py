"""What a catalog says of constraints, indexes and triggers, for comparing two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redash_migration.database.data_session import Session
from redash_migration.record.checks import Check


@dataclass(frozen=True, slots=True)
class Objects:
    """Names of the form schema.table.name; `broken` indexes are invalid or not ready, `triggers`
    map to their state (O fires as usual, R, A, or D for disabled)."""

    constraints: frozenset[str]
    indexes: frozenset[str]
    broken: frozenset[str]
    triggers: dict[str, str]


_OBJECTS = """
WITH tables AS (
    SELECT c.oid, n.nspname || '.' || c.relname || '.' AS prefix
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p')
      AND n.nspname || '.' || c.relname = ANY (%s)
)
SELECT 'constraint', t.prefix || k.conname, k.contype::text
FROM tables t JOIN pg_catalog.pg_constraint k ON k.conrelid = t.oid
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x')
UNION ALL
SELECT 'index', t.prefix || i.relname, (x.indisvalid AND x.indisready AND x.indislive)::text
FROM tables t JOIN pg_catalog.pg_index x ON x.indrelid = t.oid
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
UNION ALL
SELECT 'trigger', t.prefix || g.tgname, g.tgenabled::text
FROM tables t JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid WHERE NOT g.tgisinternal
"""


def read_objects(session: Session, tables: Sequence[str]) -> Objects:
    """The objects of tables named schema.table, in one round trip."""
    rows = session.execute(_OBJECTS, (list(tables),)).fetchall()
    of_kind = {
        kind: {name: state for found, name, state in rows if found == kind}
        for kind in ("constraint", "index", "trigger")
    }
    return Objects(
        constraints=frozenset(of_kind["constraint"]),
        indexes=frozenset(of_kind["index"]),
        broken=frozenset(name for name, valid in of_kind["index"].items() if valid != "true"),
        triggers=of_kind["trigger"],
    )


def compare_objects(source: Objects, target: Objects) -> list[Check]:
    """One check a kind: what the source has, the target must have in the same state."""
    silent = sorted(
        name
        for name, state in source.triggers.items()
        if name in target.triggers and target.triggers[name] != state
    )
    return [
        _check(
            "integrity.constraints",
            sorted(source.constraints - target.constraints),
            "lacks constraints",
            f"{len(source.constraints)} constraints as on the source",
        ),
        _check(
            "integrity.indexes",
            sorted((source.indexes - source.broken - target.indexes) | target.broken),
            "lacks indexes, or has them invalid",
            f"{len(target.indexes)} indexes, all of them valid",
        ),
        _check(
            "integrity.triggers",
            sorted(source.triggers.keys() - target.triggers.keys()) + silent,
            "lacks triggers, or has them in another state",
            f"{len(source.triggers)} triggers in the state they have on the source",
        ),
    ]


def _check(identifier: str, odd: Sequence[str], complaint: str, praise: str) -> Check:
    if not odd:
        return Check(identifier, "PASS", praise)
    return Check(
        identifier,
        "FAIL",
        f"the target {complaint}: {', '.join(odd[:20])}" + (" ..." if len(odd) > 20 else ""),
        "roll back, see why CompleteSchema or the restore left them so, and start again",
    )
