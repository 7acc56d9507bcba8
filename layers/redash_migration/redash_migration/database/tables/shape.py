"""The shape of tables as copying and comparing need it: columns, their types' ways, the key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from psycopg import sql

from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.key import primary_key_of

FIRST_USER_OID = 16384
"""Object identifiers from here on differ between databases (PostgreSQL: access/transam.h)."""


FORM_CHANGED = {"interval": 17}
"""Builtin types whose binary form means something else before a major version: until 16 the
infinite intervals of 17 are finite ones, of 178,000,000 years (release notes, E.10). As text such
a value is refused by the older server, and not taken for another."""


@dataclass(frozen=True, slots=True)
class ShapeColumn:
    """A column. `type` is format_type()'s spelling and valid SQL.

    `builtin` is the type's name when PostgreSQL itself brings it, otherwise "". `send` names the
    builtin function that gives the type's binary form, "" where there is none. `binary` says
    whether that form means the same on another server: not so when it holds object identifiers of
    user-defined types. `written` is false for generated columns, `updatable` for those and for
    GENERATED ALWAYS AS IDENTITY, which COPY may fill and UPDATE may not.
    """

    name: str
    type: str
    builtin: str
    send: str
    binary: bool
    written: bool
    updatable: bool
    collatable: bool
    not_null: bool


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table: its columns in order, and the columns of its primary key, empty without one."""

    schema: str
    name: str
    columns: tuple[ShapeColumn, ...]
    key: tuple[str, ...]

    @property
    def qualified_name(self) -> str:
        """``schema.table``, unquoted, as in plan and report."""
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> sql.Identifier:
        """As it stands in a statement."""
        return sql.Identifier(self.schema, self.name)

    @property
    def only(self) -> sql.Composable:
        """The table's own rows in a statement: those of tables that inherit from it are theirs."""
        return sql.SQL("ONLY {}").format(self.identifier)

    @property
    def key_columns(self) -> tuple[ShapeColumn, ...]:
        """The primary key's columns, in the key's order."""
        by_name = {column.name: column for column in self.columns}
        return tuple(by_name[name] for name in self.key)

    @property
    def written_columns(self) -> tuple[ShapeColumn, ...]:
        """The columns that COPY can fill."""
        return tuple(column for column in self.columns if column.written)

    @property
    def copy_format(self) -> str:
        """ "binary" where every column allows it, else "text" (COPY's FORMAT option)."""
        return "binary" if all(column.binary for column in self.written_columns) else "text"

    @property
    def key_format(self) -> str:
        """The same for the primary key alone."""
        return "binary" if all(column.binary for column in self.key_columns) else "text"

    def between(self, versions: Iterable[int]) -> TableShape:
        """The shape for rows that travel between servers of these major versions: a type whose
        binary form they read differently goes as text. A user's own type may be made of one."""
        known = sorted(versions)
        changed = {name for name, since in FORM_CHANGED.items() if known[0] < since <= known[-1]}
        if not changed:
            return self
        return replace(
            self,
            columns=tuple(
                replace(column, binary=False)
                if not column.builtin or column.builtin.removeprefix("_") in changed
                else column
                for column in self.columns
            ),
        )


MADE_OF = """
    WITH RECURSIVE parts AS (
        SELECT t.oid, t.typtype, t.typname, t.typcategory, t.typelem, t.typbasetype, t.typsend,
               t.typrelid
      UNION
        SELECT q.oid, q.typtype, q.typname, q.typcategory, q.typelem, q.typbasetype, q.typsend,
               q.typrelid
        FROM parts o LEFT JOIN pg_catalog.pg_range r
            ON o.oid IN (r.rngtypid, (to_jsonb(r) ->> 'rngmultitypid')::oid)
        JOIN pg_catalog.pg_type q ON q.oid = ANY (
            ARRAY[o.typbasetype, r.rngsubtype, CASE o.typcategory WHEN 'A' THEN o.typelem END]
            || ARRAY(SELECT a.atttypid FROM pg_catalog.pg_attribute a
                     WHERE a.attrelid = o.typrelid AND a.attnum > 0))
    )
"""
"""The type t and all that its values hold: what a domain is of, an array's elements, a range's
bounds, a composite's fields. The binary form of the whole is that of its parts."""

_SHAPES = f"""
SELECT n.nspname, c.relname, {primary_key_of("c.oid")},
       a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
       CASE WHEN t.oid < %(first)s THEN t.typname::text ELSE '' END,
       CASE WHEN t.oid < %(first)s AND t.typsend <> 0 THEN p.proname::text ELSE '' END,
       t.typsend <> 0 AND t.typreceive <> 0 AND NOT EXISTS ({MADE_OF}
           SELECT FROM parts p
           WHERE p.typtype = 'c' OR p.oid < %(first)s AND p.typname LIKE 'reg%%'
              OR p.typcategory = 'A' AND p.typelem >= %(first)s
              -- A server does not take its own binary form of an empty tsquery back.
              OR p.typsend = 'pg_catalog.tsquerysend'::regproc),
       a.attgenerated = '', a.attgenerated = '' AND a.attidentity <> 'a',
       t.typcollation <> 0, a.attnotnull
FROM unnest(%(schemas)s::text[], %(names)s::text[]) AS wanted(schema_name, table_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = wanted.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name
LEFT JOIN pg_catalog.pg_attribute a
    ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_proc p ON p.oid = t.typsend
ORDER BY n.nspname, c.relname, a.attnum
"""  # noqa: S608 - made of constants


def read_shapes(
    session: Session, tables: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], TableShape]:
    """The shapes of (schema, name) tables that exist, in one round trip."""
    wanted = list(tables)
    rows = session.execute(
        _SHAPES,
        {
            "first": FIRST_USER_OID,
            "schemas": [schema for schema, _ in wanted],
            "names": [name for _, name in wanted],
        },
    ).fetchall()
    columns: dict[tuple[str, str], list[ShapeColumn]] = {}
    keys: dict[tuple[str, str], tuple[str, ...]] = {}
    for schema, table, key, *rest in rows:
        found = columns.setdefault((schema, table), [])
        keys[schema, table] = tuple(key)
        if rest[0] is not None:  # a table may have no column at all
            found.append(ShapeColumn(*rest))
    return {name: TableShape(*name, tuple(found), keys[name]) for name, found in columns.items()}


def read_shape(session: Session, schema: str, name: str) -> TableShape:
    """One table's shape. Raises LookupError when the table does not exist."""
    shape = read_shapes(session, [(schema, name)]).get((schema, name))
    if shape is None:
        raise LookupError(f"table {schema}.{name} does not exist in {session.info.dbname}")
    return shape
