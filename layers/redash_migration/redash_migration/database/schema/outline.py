"""A schema in few bytes: a digest of all that its database's own catalogs say of users' objects.

pg_dump prints what stands in the system catalogs. So they are read as they are: every catalog that
the server has, also one that only a later version brings, every row about an object that a user
made, all its columns but those that change by themselves. Whatever changes a schema-only dump
changes such a row, and so the digest; no kind of object can be forgotten. One query does it in some
tens of milliseconds, by the session that holds the fence, where a dump on the old host takes
seconds of the write pause. (The digest compares a database with itself. Two servers of different
versions are compared by what both spell alike: integrity/objects.py.)

Left out is what does not come along and is told elsewhere (rights, publications, user mappings,
statistics), and what belongs to extensions: an extension counts as itself in its version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from redash_migration.database.session.data_session import pin
from redash_migration.database.tables.catalog import OWN_SCHEMAS, Connection

OBJECTS_KEPT = 2000
"""Objects kept by name: about 150 kB; an item of DynamoDB holds 400 kB."""

_FIRST_USER_OID = 16384

_NOT_SCHEMA = frozenset(
    {
        # Rows, and what the planner knows of them.
        *("pg_largeobject", "pg_statistic", "pg_statistic_ext_data"),
        # Told by left_behind.py.
        *("pg_default_acl", "pg_init_privs", "pg_user_mapping"),
        *("pg_publication", "pg_publication_rel", "pg_publication_namespace"),
        "pg_subscription_rel",
        # What follows from the objects themselves; the owners of sequences are added below.
        "pg_depend",
    }
)

_CHANGING = (
    # Identifiers, of which REINDEX CONCURRENTLY and the like make new ones.
    *("oid", "indexrelid", "conindid", "relfilenode", "reltoastrelid", "reltype", "typrelid"),
    *("typarray", "objoid", "stxoid"),
    # Counted, or lazily set and taken back, by VACUUM, ANALYZE, REFRESH and rewrites.
    *("relpages", "reltuples", "relallvisible", "relallfrozen", "relfrozenxid", "relminmxid"),
    *("relhasindex", "relhasrules", "relhastriggers", "relhassubclass", "relispopulated"),
    *("relrewrite", "atthasmissing", "attmissingval", "indcheckxmin", "collversion"),
    # Owners and rights, which do not come along.
    *("relowner", "relacl", "attacl", "proowner", "proacl", "typowner", "typacl", "nspowner"),
    *("nspacl", "lanowner", "lanacl", "fdwowner", "fdwacl", "srvowner", "srvacl", "lomowner"),
    *("lomacl", "oprowner", "opcowner", "opfowner", "collowner", "conowner", "extowner"),
    *("cfgowner", "dictowner", "evtowner", "stxowner"),
)

_ABOUT: Mapping[str, tuple[str, str]] = {
    # Catalogs whose rows are about an object of another: (its catalog, the column that names it).
    "pg_attribute": ("pg_class", "attrelid"),
    "pg_attrdef": ("pg_class", "adrelid"),
    "pg_rewrite": ("pg_class", "ev_class"),
    "pg_index": ("pg_class", "indexrelid"),
    "pg_inherits": ("pg_class", "inhrelid"),
    "pg_partitioned_table": ("pg_class", "partrelid"),
    "pg_sequence": ("pg_class", "seqrelid"),
    "pg_foreign_table": ("pg_class", "ftrelid"),
    "pg_enum": ("pg_type", "enumtypid"),
    "pg_largeobject_metadata": ("pg_largeobject", "oid"),
    "pg_range": ("pg_type", "rngtypid"),
    "pg_aggregate": ("pg_proc", "aggfnoid"),
    "pg_ts_config_map": ("pg_ts_config", "mapcfg"),
    "pg_amop": ("pg_opfamily", "amopfamily"),
    "pg_amproc": ("pg_opfamily", "amprocfamily"),
}

_ONLY: Mapping[str, str] = {
    "pg_attribute": "t.attnum > 0 AND NOT t.attisdropped",
    "pg_class": "t.relpersistence <> 't'",
    # Each table brings a type, each type an array's; of foreign keys' own triggers no dump tells.
    "pg_type": "(t.typrelid = 0 OR EXISTS (SELECT FROM pg_catalog.pg_class c"
    " WHERE c.oid = t.typrelid AND c.relkind = 'c')) AND t.typcategory <> 'A'",
    "pg_trigger": "NOT t.tgisinternal",
}

_OWNERS_OF_SEQUENCES = """
SELECT 'pg_class'::regclass::oid, d.objid, concat_ws(' ', 'owned by', d.refobjid, d.refobjsubid)
FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
  AND d.deptype IN ('a', 'i') AND d.objid >= 16384
"""

_NAMED = r"""
SELECT i.type || ' ' || i.identity, o.digest
FROM (SELECT class, object, left(md5(string_agg(line, E'\n' ORDER BY line)), 12) AS digest
      FROM ({}) AS lines (class, object, line)
      WHERE (class, object) NOT IN (
          SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e')
      GROUP BY class, object) AS o,
     LATERAL pg_catalog.pg_identify_object(o.class, o.object, 0) AS i
WHERE coalesce(i.schema, '') <> ALL ({own})
  AND NOT (i.type = 'schema' AND (i.name = ANY ({own}) OR i.identity ~ '^pg_(toast|temp)'))
  AND i.identity !~ '(^| on )(pg_toast|pg_temp|redash_migration(_dms)?)[^.]*\.'
  AND coalesce(i.schema, '') !~ '^pg_(toast|temp)' AND i.identity NOT LIKE '%awsdms\_%'
"""

_CATALOGS = """
SELECT c.relname::text, bool_or(a.attname = 'oid'), bool_or(a.attname = 'objoid')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND NOT c.relisshared
GROUP BY c.relname ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True)
class Outline:
    """A digest of each object by kind and name, and one of them all.

    `objects` is left out where there are very many; then a change is seen but not named.
    """

    digest: str
    objects: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As kept in the record: the digest alone where the objects are too many."""
        kept = dict(self.objects) if len(self.objects) <= OBJECTS_KEPT else {}
        return {"digest": self.digest, "objects": kept}


def read_outline(connection: Connection) -> Outline:
    """All that users made in a database, apart from rows and rights; the same by every session,
    whatever is set for it."""
    catalogs = connection.execute(_CATALOGS.encode()).fetchall()
    lines = [
        _lines(name, own_oid=bool(own_oid), about_any=bool(about_any))
        for name, own_oid, about_any in catalogs
        if name not in _NOT_SCHEMA
    ]
    query = sql.SQL(_NAMED).format(
        sql.SQL(" UNION ALL ").join([*lines, sql.SQL(_OWNERS_OF_SEQUENCES)]),
        own=sql.Literal(OWN_SCHEMAS),
    )
    objects: dict[str, str] = {}
    with connection.transaction():
        pin(connection, local=True)
        found = connection.execute(query).fetchall()
    for name, digest in found:
        objects[name] = f"{objects[name]} {digest}" if name in objects else str(digest)
    objects = dict(sorted(objects.items()))
    return Outline(_digest(objects), objects)


def _digest(objects: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(list(objects.items())).encode()).hexdigest()


def changes(before: Outline, now: Outline) -> list[str]:
    """What is new, changed or gone, one phrase each; empty when nothing is."""
    if before.digest == now.digest:
        return []
    if not before.objects and before.digest != _digest({}):
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


def _lines(name: str, *, own_oid: bool, about_any: bool) -> sql.Composable:
    """(catalog, object, row) of all rows of a catalog that are about users' objects."""
    if about_any:  # descriptions and security labels
        about, column = "t.classoid", "objoid"
    elif name in _ABOUT or own_oid:
        catalog, column = _ABOUT.get(name, (name, "oid"))
        about = f"'pg_catalog.{catalog}'::regclass::oid"
    else:  # of a version to come: counted whole, under its own name
        return sql.SQL(
            "SELECT 'pg_catalog.pg_class'::regclass::oid, {table}::regclass::oid,"
            " to_jsonb(t)::text FROM {catalog} t"
        ).format(
            table=sql.Literal(f"pg_catalog.{name}"), catalog=sql.Identifier("pg_catalog", name)
        )
    return sql.SQL(
        "SELECT {about}, t.{column}::oid, (to_jsonb(t) - {changing}::text[])::text"
        " FROM {catalog} t WHERE t.{column}::oid >= {first} AND {only}"
    ).format(
        about=sql.SQL(about),
        column=sql.Identifier(column),
        changing=sql.Literal([*_CHANGING, column]),
        catalog=sql.Identifier("pg_catalog", name),
        first=sql.Literal(_FIRST_USER_OID),
        only=sql.SQL(_ONLY.get(name, "true")),
    )
