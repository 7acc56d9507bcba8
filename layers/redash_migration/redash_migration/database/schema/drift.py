"""Is the source's schema still the one that the plan was made for?

What somebody creates or alters on the source after the preflight (an upgrade of Redash, say) is
neither in the dump of the schema nor in the plan, and change capture does not carry it over: a new
table would stay behind without anybody's notice. So the schema is outlined in the preflight, and
again whenever the source is measured, and once more behind the fence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from redash_migration.database.tables.catalog import DMS_TABLES, OWN_SCHEMAS, Connection
from redash_migration.errors import SchemaChanged
from redash_migration.record import Check, Record

FACT = "source_schema"
CHECK = "source.schema"
REMEDY = "Start again: the schema is copied anew. Change nothing in the old database until then."
_OBJECTS_KEPT = 2000  # about 100 kB; an item of DynamoDB holds 400 kB
_SHOWN = 10

_PLACE = """
    n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname <> ALL (%(own)s)
    AND n.nspname NOT LIKE 'pg\\_toast%%' AND n.nspname NOT LIKE 'pg\\_temp%%'
"""
_OUTLINE = f"""
WITH members AS (
    SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
), relations AS (
    SELECT c.oid, c.relkind, c.relpersistence, pg_get_expr(c.relpartbound, c.oid) AS bound,
           CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view '
                          WHEN 'S' THEN 'sequence ' WHEN 'f' THEN 'foreign table '
                          WHEN 'c' THEN 'type ' ELSE 'table ' END
               || n.nspname || '.' || c.relname AS name
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c') AND {_PLACE}
      AND c.relname NOT LIKE %(dms)s AND ('pg_class'::regclass, c.oid) NOT IN (TABLE members)
), lines AS (
    SELECT name, concat_ws(' ', relkind, relpersistence, bound) AS line FROM relations
    UNION ALL
    SELECT r.name, concat_ws(' ', 'column', a.attnum, a.attname,
                             format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                             a.attgenerated, a.attcollation,
                             pg_get_expr(d.adbin, d.adrelid))
    FROM relations r
    JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE r.relkind <> 'S'
    UNION ALL
    SELECT r.name, concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin,
                             s.seqmax, s.seqcycle)
    FROM relations r JOIN pg_catalog.pg_sequence s ON s.seqrelid = r.oid
    UNION ALL
    SELECT r.name, 'view ' || pg_get_viewdef(r.oid) FROM relations r WHERE r.relkind IN ('v', 'm')
    UNION ALL
    SELECT r.name, concat_ws(' ', 'constraint', k.conname, pg_get_constraintdef(k.oid))
    FROM relations r JOIN pg_catalog.pg_constraint k ON k.conrelid = r.oid
    UNION ALL
    SELECT r.name, pg_get_indexdef(x.indexrelid)
    FROM relations r JOIN pg_catalog.pg_index x ON x.indrelid = r.oid AND x.indisvalid
    UNION ALL
    SELECT r.name, concat_ws(' ', g.tgenabled, pg_get_triggerdef(g.oid))
    FROM relations r JOIN pg_catalog.pg_trigger g ON g.tgrelid = r.oid
    WHERE NOT g.tgisinternal AND g.tgname NOT LIKE %(dms)s
    UNION ALL
    SELECT 'type ' || n.nspname || '.' || t.typname,
           concat_ws(' ', t.typtype, format_type(t.typbasetype, t.typtypmod), t.typnotnull,
                     t.typdefault,
                     (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
                      FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid),
                     (SELECT string_agg(pg_get_constraintdef(k.oid), ',' ORDER BY k.conname)
                      FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid))
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('d', 'e', 'r') AND {_PLACE}
      AND ('pg_type'::regclass, t.oid) NOT IN (TABLE members)
    UNION ALL
    SELECT 'function ' || n.nspname || '.' || p.proname || '('
               || pg_get_function_identity_arguments(p.oid) || ')',
           concat_ws(' ', pg_get_function_result(p.oid), p.provolatile, p.prosrc, p.probin)
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE {_PLACE} AND p.proname NOT LIKE %(dms)s
      AND ('pg_proc'::regclass, p.oid) NOT IN (TABLE members)
    UNION ALL
    SELECT 'extension ' || extname, extversion FROM pg_catalog.pg_extension
)
SELECT name, left(md5(string_agg(line, E'\\n' ORDER BY line)), 12) FROM lines GROUP BY name
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class Outline:
    """A schema in few bytes: a digest of each object by kind and name, and one of them all.

    `objects` is left out where there are very many; then a change is seen but not named.
    """

    digest: str
    objects: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        kept = dict(self.objects) if len(self.objects) <= _OBJECTS_KEPT else {}
        return {"digest": self.digest, "objects": kept}


def read_outline(connection: Connection) -> Outline:
    """All that users made in a database, apart from rows, rights and comments.

    What belongs to an extension counts as that extension in its version.
    """
    rows = connection.execute(_OUTLINE, {"own": OWN_SCHEMAS, "dms": DMS_TABLES}).fetchall()
    objects = {str(name): str(digest) for name, digest in sorted(rows)}
    whole = hashlib.sha256(repr(sorted(objects.items())).encode()).hexdigest()
    return Outline(whole, objects)


def changes(before: Outline, now: Outline) -> list[str]:
    """What is new, changed or gone, one phrase each; empty when nothing is."""
    if before.digest == now.digest:
        return []
    if not before.objects:
        return ["something was made, changed or dropped"]
    return [
        *(f"{name} is new" for name in now.objects if name not in before.objects),
        *(f"{name} is gone" for name in before.objects if name not in now.objects),
        *(
            f"{name} has changed"
            for name, digest in before.objects.items()
            if now.objects.get(name, digest) != digest
        ),
    ]


def drift(record: Record, connection: Connection) -> SchemaChanged | None:
    """The failure that a change since the preflight is; its check is kept as well."""
    fact = record.fact(FACT)
    if fact is None:
        return None
    now = read_outline(connection)
    found = changes(Outline(fact["digest"], fact["objects"]), now)
    if not found:
        record.checks.put(
            Check(CHECK, "PASS", f"{len(now.objects)} objects, as when they were copied")
        )
        return None
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    detail = f"since the plan was made: {', '.join(found[:_SHOWN])}{more}"
    record.checks.put(Check(CHECK, "FAIL", detail, REMEDY))
    return SchemaChanged(f"the source's schema has changed {detail}. {REMEDY}")
