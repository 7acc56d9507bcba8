"""What a database holds beside PostgreSQL's own objects: to find it empty, and to empty it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from psycopg import sql

from redash_migration.database.tables.catalog import DMS_TABLES, OWN_SCHEMAS, Connection

_BATCH = 200  # objects per transaction: each costs a lock, and a server has a limited number

_LONGEST = 63
_KEPT = "redash_migration_kept_"
_PLACE = """
    n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname <> ALL (%(own)s)
    AND n.nspname NOT LIKE 'pg\\_toast%%' AND n.nspname NOT LIKE 'pg\\_temp%%'
    AND n.nspname NOT LIKE 'redash\\_migration\\_kept\\_%%'
"""
_NOT_OF_EXTENSION = """
    NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = {catalog}::regclass
                AND d.objid = {oid} AND d.deptype IN ('e', 'i')
                AND (d.refclassid, d.refobjid) <> (d.classid, d.objid))
"""
_OBJECTS = f"""
SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                      WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
       n.nspname, c.relname, '', c.relkind IN ('r', 'p') AND NOT c.relispartition, ''
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND {_PLACE} AND c.relname NOT LIKE %(dms)s
  AND {_NOT_OF_EXTENSION.format(catalog="'pg_catalog.pg_class'", oid="c.oid")}
UNION ALL
SELECT CASE p.prokind WHEN 'a' THEN 'AGGREGATE' WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
       n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid), false, ''
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE {_PLACE} AND p.proname NOT LIKE %(dms)s
  AND {_NOT_OF_EXTENSION.format(catalog="'pg_catalog.pg_proc'", oid="p.oid")}
UNION ALL
SELECT CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, n.nspname, t.typname, '', false, ''
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE {_PLACE} AND t.typtype IN ('c', 'd', 'e', 'r')
  AND (t.typrelid = 0
       OR (SELECT c.relkind FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid) = 'c')
  AND {_NOT_OF_EXTENSION.format(catalog="'pg_catalog.pg_type'", oid="t.oid")}
UNION ALL
SELECT upper(CASE o.type WHEN 'foreign-data wrapper' THEN 'foreign data wrapper' ELSE o.type END),
       coalesce(n.nspname, ''), coalesce(o.name, ''), '', false, o.identity
FROM (
    SELECT 'pg_catalog.pg_collation'::regclass AS catalog, oid FROM pg_catalog.pg_collation
    UNION ALL SELECT 'pg_catalog.pg_conversion'::regclass, oid FROM pg_catalog.pg_conversion
    UNION ALL SELECT 'pg_catalog.pg_operator'::regclass, oid FROM pg_catalog.pg_operator
    UNION ALL SELECT 'pg_catalog.pg_opclass'::regclass, oid FROM pg_catalog.pg_opclass
    UNION ALL SELECT 'pg_catalog.pg_opfamily'::regclass, oid FROM pg_catalog.pg_opfamily
    UNION ALL SELECT 'pg_catalog.pg_ts_config'::regclass, oid FROM pg_catalog.pg_ts_config
    UNION ALL SELECT 'pg_catalog.pg_ts_dict'::regclass, oid FROM pg_catalog.pg_ts_dict
    UNION ALL SELECT 'pg_catalog.pg_ts_parser'::regclass, oid FROM pg_catalog.pg_ts_parser
    UNION ALL SELECT 'pg_catalog.pg_ts_template'::regclass, oid FROM pg_catalog.pg_ts_template
    UNION ALL SELECT 'pg_catalog.pg_cast'::regclass, oid FROM pg_catalog.pg_cast
    UNION ALL SELECT 'pg_catalog.pg_foreign_server'::regclass, oid FROM pg_catalog.pg_foreign_server
    UNION ALL SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass, oid
    FROM pg_catalog.pg_foreign_data_wrapper
) AS x CROSS JOIN LATERAL pg_catalog.pg_identify_object(x.catalog, x.oid, 0) o
LEFT JOIN pg_catalog.pg_namespace n ON quote_ident(n.nspname) = o.schema
WHERE x.oid >= 16384 AND (o.schema IS NULL OR {_PLACE})
  AND {_NOT_OF_EXTENSION.format(catalog="x.catalog", oid="x.oid")}
ORDER BY 5 DESC, 1, 2, 3
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class Content:
    """One object; `arguments` are a function's, `table` is true for what rows stand in, `spelt` is
    the server's own spelling of what has more than a name (a cast, an operator)."""

    kind: str
    schema: str
    name: str
    arguments: str
    table: bool
    spelt: str = ""

    def __str__(self) -> str:
        return f"{self.kind.lower()} {self.spelt or f'{self.schema}.{self.name}'}"

    @property
    def identity(self) -> sql.Composable:
        """As it stands behind DROP and ALTER; a routine with its argument types."""
        if self.spelt:
            return sql.SQL(self.spelt)
        name = sql.Identifier(self.schema, self.name)
        if self.kind in {"FUNCTION", "PROCEDURE", "AGGREGATE"}:
            # The argument list is the server's own text: types and modes, quoted by it.
            return name + sql.SQL("(" + self.arguments + ")")
        return name


@dataclass(frozen=True, slots=True)
class Foundation:
    """What stood before the copy and has to stay: schemas and extensions."""

    schemas: tuple[str, ...]
    extensions: tuple[str, ...]


def contents(connection: Connection) -> list[Content]:
    """Everything a user made, tables first; not what belongs to extensions, to DMS or to us."""
    names = {"own": OWN_SCHEMAS, "dms": DMS_TABLES}
    return [Content(*row) for row in connection.execute(_OBJECTS, names)]


def has_rows(connection: Connection, content: Content) -> bool:
    """Whether a table holds at least one row."""
    row = connection.execute(
        sql.SQL("SELECT EXISTS (SELECT FROM {})").format(content.identity)
    ).fetchone()
    return row is not None and bool(row[0])


def foundation(connection: Connection) -> Foundation:
    """The schemas and extensions that are there now."""
    schemas = connection.execute(
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname <> ALL (%s) ORDER BY 1",
        [OWN_SCHEMAS],
    )
    extensions = connection.execute("SELECT extname FROM pg_catalog.pg_extension ORDER BY 1")
    return Foundation(
        tuple(str(name) for (name,) in schemas), tuple(str(name) for (name,) in extensions)
    )


def put_aside(connection: Connection, migration_id: str) -> list[str]:
    """Renames every schema that holds something; returns the new names. May be repeated.

    What is put aside counts as no content: the database can be migrated to again, unless it holds
    what lives in no schema (casts, foreign servers).
    """
    kept = []
    for schema in sorted({item.schema for item in contents(connection)} - {""}):
        name = _at_most(f"{_KEPT}{migration_id.removeprefix('redash-')}_", schema)
        with connection.transaction():
            connection.execute(
                sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(
                    sql.Identifier(schema), sql.Identifier(name)
                )
            )
            if schema == "public":
                connection.execute("CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC")
        kept.append(name)
    return kept


def _at_most(prefix: str, schema: str) -> str:
    """A name of 63 bytes or fewer, the server's limit, another for every schema."""
    name = prefix + schema
    if len(name.encode()) <= _LONGEST:
        return name
    digest = hashlib.sha256(schema.encode()).hexdigest()[:8]
    room = _LONGEST - len(prefix.encode()) - len(digest)
    return prefix + schema.encode()[:room].decode(errors="ignore") + digest


def empty(connection: Connection, keep: Foundation) -> int:
    """Drops all contents, then schemas and extensions that are not to be kept; returns how many.

    May be cut off and run again. Only for a database that was found empty before.
    """
    dropped = 0
    connection.execute("SET client_min_messages = warning")
    while found := contents(connection):
        for start in range(0, len(found), _BATCH):
            statement = sql.SQL("; ").join(
                sql.SQL("DROP {} IF EXISTS {} CASCADE").format(
                    sql.SQL(item.kind),
                    item.identity,
                )
                for item in found[start : start + _BATCH]
            )
            connection.execute(statement)
        left = contents(connection)
        dropped += len(found) - len(left)
        if len(left) == len(found):
            raise RuntimeError(f"could not drop {left[0]}")
    now = foundation(connection)
    for kind, names in (
        ("EXTENSION", set(now.extensions) - set(keep.extensions)),
        ("SCHEMA", set(now.schemas) - set(keep.schemas)),
    ):
        for name in sorted(names):
            if not name.startswith("pg_"):
                connection.execute(
                    sql.SQL("DROP {} IF EXISTS {} CASCADE").format(
                        sql.SQL(kind), sql.Identifier(name)
                    )
                )
                dropped += 1
    return dropped
