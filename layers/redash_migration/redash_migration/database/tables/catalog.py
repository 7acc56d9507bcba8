"""What tables a database holds, read from PostgreSQL's own catalogs; never by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg

from redash_migration.database.tables.key import primary_key_of

Connection = psycopg.Connection[tuple[Any, ...]]

OWN_SCHEMA = "redash_migration"
"""The schema that the migration keeps its canary and its progress in, on both sides."""

CONTROL_SCHEMA = "redash_migration_dms"
"""The schema of DMS's control tables on the target (ControlTablesSettings.ControlSchema)."""

OWN_SCHEMAS = [OWN_SCHEMA, CONTROL_SCHEMA]

OWN_TABLES = ["canary", "schema_entries"]
"""What we ourselves make in OWN_SCHEMA; DMS's tables are told by their names."""

# Control tables of DMS; an underscore is a wildcard in LIKE.
DMS_TABLES = r"awsdms\_%"

_USER_OBJECT = """
    n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname <> ALL (%(own)s)
    AND n.nspname NOT LIKE 'pg\\_toast%%' AND n.nspname NOT LIKE 'pg\\_temp%%'
    AND c.relname NOT LIKE %(dms)s
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                      AND d.deptype = 'e')
"""


USERS_TRIGGER = "(NOT g.tgisinternal OR g.tgparentid <> 0 AND g.tgconstraint = 0)"
"""SQL that is true for a trigger, named g, that a user made, or that a partition has from its
parent: before PostgreSQL 15 those count as internal."""


@dataclass(frozen=True, slots=True)
class CatalogColumn:
    """A column.

    `base_type` is pg_type.typname with domains resolved; for an array it is the element's, and
    `array` is true. `kind` is pg_type.typtype of that type: b base, c composite, e enum, r range,
    m multirange, p pseudo. `width` is the average stored width in bytes, None before ANALYZE.
    """

    name: str
    type: str
    base_type: str
    kind: str
    array: bool
    modifier: int
    not_null: bool
    domain: bool
    domain_not_null: bool
    generated: bool
    identity_always: bool
    width: int | None


@dataclass(frozen=True, slots=True)
class CatalogTable:
    """A table that holds rows (also a partition), a partitioned parent, or a foreign table.

    `kind` is pg_class.relkind: r, p or f. `rows` is the planner's estimate, negative when there
    is none. `heap_bytes` is the main fork alone, `bytes` everything with indexes and TOAST.
    `replica_identity` is d default, n nothing, f full, i index.
    """

    oid: int
    schema: str
    name: str
    kind: str
    persistence: str
    partition: bool
    inherits: bool
    replica_identity: str
    rows: int
    heap_bytes: int
    bytes: int
    primary_key: tuple[str, ...]
    deferrable_key: bool
    columns: tuple[CatalogColumn, ...]
    checked_columns: frozenset[str] = field(default_factory=frozenset)
    coalesce_index: bool = False

    @property
    def qualified_name(self) -> str:
        """``schema.table``, unquoted, as in plan and report."""
        return f"{self.schema}.{self.name}"


_TABLES = f"""
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relpersistence::text,
       c.relispartition, c.relhassubclass OR EXISTS (
           SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid),
       c.relreplident::text, c.reltuples::bigint,
       CASE WHEN c.relkind = 'r' THEN pg_catalog.pg_relation_size(c.oid) ELSE 0 END,
       CASE WHEN c.relkind = 'r' THEN pg_catalog.pg_total_relation_size(c.oid) ELSE 0 END,
       {primary_key_of("c.oid")},
       EXISTS (SELECT FROM pg_catalog.pg_index i
               WHERE i.indrelid = c.oid AND i.indisprimary AND NOT i.indimmediate),
       coalesce((SELECT array_agg(DISTINCT a.attname::text)
                 FROM pg_catalog.pg_constraint k, pg_catalog.pg_attribute a
                 WHERE k.conrelid = c.oid AND a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
                   -- From 18 on a NOT NULL is a constraint, which may be more than NOT NULL says.
                   AND (k.contype = 'c' OR k.contype = 'n' AND (
                       k.connoinherit OR pg_catalog.obj_description(k.oid, 'pg_constraint') <> ''
                       OR k.conname <> concat_ws('_', c.relname, a.attname, 'not_null')))),
                '{{}}'),
       EXISTS (SELECT FROM pg_catalog.pg_index i
               WHERE i.indrelid = c.oid AND i.indisunique AND i.indexprs IS NOT NULL
                 AND pg_catalog.pg_get_expr(i.indexprs, c.oid) ILIKE '%%coalesce%%')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND {_USER_OBJECT}
ORDER BY n.nspname, c.relname
"""  # noqa: S608 - made of constants

_COLUMNS = f"""
WITH RECURSIVE base AS (
    SELECT t.oid AS type, t.oid AS step, t.typtype, t.typbasetype, t.typnotnull AS not_null,
           t.typtypmod AS modifier
    FROM pg_catalog.pg_type t
  UNION ALL
    SELECT b.type, t.oid, t.typtype, t.typbasetype, b.not_null OR t.typnotnull,
           CASE WHEN b.modifier >= 0 THEN b.modifier ELSE t.typtypmod END
    FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd'
), resolved AS (
    SELECT b.type, b.step, b.not_null, b.modifier,
           e.oid IS NOT NULL AS is_array, coalesce(e.oid, b.step) AS element
    FROM base b
    JOIN pg_catalog.pg_type t ON t.oid = b.step
    LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
    WHERE b.typtype <> 'd'
)
SELECT a.attrelid::bigint, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
       coalesce(inner_type.typname, outer_type.typname)::text,
       coalesce(inner_type.typtype, outer_type.typtype)::text,
       r.is_array,
       CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE r.modifier END,
       a.attnotnull, own.typtype = 'd', own.typtype = 'd' AND r.not_null,
       a.attgenerated <> '', a.attidentity = 'a', s.avg_width
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type own ON own.oid = a.atttypid
JOIN resolved r ON r.type = a.atttypid
JOIN pg_catalog.pg_type outer_type ON outer_type.oid = r.element
LEFT JOIN resolved d ON d.type = r.element AND outer_type.typtype = 'd'
LEFT JOIN pg_catalog.pg_type inner_type ON inner_type.oid = d.element
LEFT JOIN pg_catalog.pg_stats s
    ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
   AND NOT s.inherited
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f') AND {_USER_OBJECT}
ORDER BY a.attrelid, a.attnum
"""  # noqa: S608 - made of constants

_SEQUENCES = f"""
SELECT count(*)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND {_USER_OBJECT}
"""  # noqa: S608 - made of constants


def read_tables(connection: Connection) -> list[CatalogTable]:
    """All tables of the database but the system's, an extension's, DMS's and our own."""
    names = {"own": OWN_SCHEMAS, "dms": DMS_TABLES}
    columns: dict[int, list[CatalogColumn]] = {}
    for table, *values in connection.execute(_COLUMNS, names).fetchall():
        columns.setdefault(table, []).append(CatalogColumn(*values))
    tables = []
    for row in connection.execute(_TABLES, names).fetchall():
        *plain, primary_key, deferrable, checked, coalesce_index = row
        own = tuple(columns.get(plain[0], ()))
        values = [*plain, tuple(primary_key), deferrable, own, frozenset(checked), coalesce_index]
        tables.append(CatalogTable(*values))
    return tables


def count_sequences(connection: Connection) -> int:
    """Sequences of the database, counted as the tables are chosen."""
    row = connection.execute(_SEQUENCES, {"own": OWN_SCHEMAS, "dms": DMS_TABLES}).fetchone()
    return 0 if row is None else int(row[0])
