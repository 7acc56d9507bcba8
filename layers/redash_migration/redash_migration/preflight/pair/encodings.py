"""Can every text of the source be kept in the target's encoding, and be compared there?

Texts travel as UTF8, whatever either server keeps them in, and are compared as UTF8. What can't
is found by reading every text once, the schema's own included: bytes in an SQL_ASCII database that
are none, characters of a site's own that Unicode has not. Only a source in another encoding is read
so.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from psycopg import errors, sql

from redash_migration.database.tables.catalog import CatalogTable, Connection, read_tables
from redash_migration.preflight.asking import listed, one
from redash_migration.preflight.pair.json_keys import has_other_keys
from redash_migration.record import Check

NAME = "databases.encoding"
SECONDS = 400.0
"""For reading all texts; a function has fifteen minutes."""

_NO_TEXTS = frozenset(
    {
        *("bool", "int2", "int4", "int8", "float4", "float8", "numeric", "money", "bytea", "uuid"),
        *("date", "time", "timetz", "timestamp", "timestamptz", "interval", "inet", "cidr", "oid"),
        *("macaddr", "macaddr8", "bit", "varbit", "xid", "xid8", "tid", "pg_lsn", "int4range"),
        *("int8range", "numrange", "tsrange", "tstzrange", "daterange"),
    }
)
"""Builtin types without a text in them; any other may be made of one."""

_OF_SCHEMA = """
SELECT count(length(pg_catalog.convert_from(pg_catalog.convert_to(said, %s), 'UTF8'))) FROM (
    SELECT relname::text FROM pg_catalog.pg_class
    UNION ALL SELECT attname::text FROM pg_catalog.pg_attribute
    UNION ALL SELECT nspname::text FROM pg_catalog.pg_namespace
    UNION ALL SELECT typname::text FROM pg_catalog.pg_type
    UNION ALL SELECT enumlabel::text FROM pg_catalog.pg_enum
    UNION ALL SELECT tgname::text FROM pg_catalog.pg_trigger
    UNION ALL SELECT polname::text FROM pg_catalog.pg_policy
    UNION ALL SELECT concat(proname, prosrc, proargnames::text) FROM pg_catalog.pg_proc
    UNION ALL SELECT description FROM pg_catalog.pg_description
    UNION ALL SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_catalog.pg_attrdef
    UNION ALL SELECT concat(conname, pg_catalog.pg_get_expr(conbin, conrelid))
    FROM pg_catalog.pg_constraint
    UNION ALL SELECT pg_catalog.pg_get_ruledef(oid) FROM pg_catalog.pg_rewrite
    WHERE ev_class >= 16384
) AS schema (said)
"""
"""All that the schema is told in, which a dump of it has to be had in UTF8 for."""


def encodings(source: Connection, target: Connection) -> Iterable[Check]:
    """PASS when nothing has to be converted, or all of it can; FAIL naming the tables."""
    old, new = (str(one(side, "SHOW server_encoding")) for side in (source, target))
    if old == new and old != "SQL_ASCII":
        yield Check(NAME, "PASS", old)
    elif new != "UTF8":
        yield Check(
            NAME,
            "FAIL",
            f"{old} does not fit into {new}",
            "Make the target with ENCODING 'UTF8'.",
        )
    else:
        yield _readable_as_utf8(source, old)


def _readable_as_utf8(source: Connection, encoding: str) -> Check:
    tables = [table for table in read_tables(source) if table.kind == "r"]
    broken: list[str] = []
    unread: list[str] = []
    if not _schema_readable(source, encoding):
        broken.append("the schema (names, comments, functions, values of enumerations)")
    deadline = time.monotonic() + SECONDS
    for table in sorted(tables, key=lambda table: table.heap_bytes):
        found = _read(source, table, encoding, max(deadline - time.monotonic(), 1.0))
        if found is None:
            unread.append(table.qualified_name)
        elif found:
            broken.append(f"{table.qualified_name} ({found})")
    if broken:
        return Check(
            NAME,
            "FAIL",
            f"texts that are not to be had as UTF8 in {listed(broken)}",
            _remedy(encoding),
        )
    if unread:
        return Check(
            NAME,
            "UNKNOWN",
            f"not read in time whether texts are to be had as UTF8: {listed(unread)}",
            "Delete old rows of these tables, or convert the database to UTF8 first: "
            + _remedy(encoding),
        )
    if encoding == "SQL_ASCII":
        return Check(
            NAME,
            "WARN",
            "SQL_ASCII, and every text so far is valid UTF8; the server does not see to it",
            "Let nobody write in another encoding meanwhile: such a row would not arrive.",
        )
    return Check(NAME, "PASS", f"every text of {encoding} can be converted to UTF8")


def _remedy(encoding: str) -> str:
    if encoding == "SQL_ASCII":
        return (
            "Convert the old database first: pg_dump it, find the encoding of its texts (EUC_JP,"
            " SHIFT_JIS ... ; file and iconv tell), restore it with client_encoding set to that"
            " into a database with ENCODING 'UTF8', and start again."
        )
    return (
        "Change these texts on the source (characters of a site's own have no counterpart), or"
        " rename keys of JSON documents to ASCII; then start again."
    )


def _raw(encoding: str) -> str:
    """What a text is turned into, to be read as UTF8: in SQL_ASCII its bytes, as they are."""
    return "SQL_ASCII" if encoding == "SQL_ASCII" else "UTF8"


def _schema_readable(source: Connection, encoding: str) -> bool:
    try:
        source.execute(_OF_SCHEMA, [_raw(encoding)])
    except (errors.CharacterNotInRepertoire, errors.UntranslatableCharacter):
        return False
    return True


def _read(source: Connection, table: CatalogTable, encoding: str, seconds: float) -> str | None:
    """Why a table's texts can't be had as UTF8, empty where they can; None: not in time."""
    columns = [column for column in table.columns if column.base_type not in _NO_TEXTS]
    if not columns:
        return ""
    texts = [
        sql.SQL("pg_catalog.convert_from(pg_catalog.convert_to({}::text, {}), 'UTF8')").format(
            sql.Identifier(column.name), sql.Literal(_raw(encoding))
        )
        for column in columns
    ]
    query = sql.SQL("SELECT coalesce(bool_or({}), false) FROM ONLY {}").format(
        sql.SQL(" OR ").join(sql.SQL("length({}) < 0").format(text) for text in texts),
        sql.Identifier(table.schema, table.name),
    )
    try:
        with source.transaction():
            source.execute(
                "SELECT set_config('statement_timeout', %s, true)", [f"{int(seconds * 1000)}ms"]
            )
            source.execute(query)
            if encoding != "SQL_ASCII" and has_other_keys(source, table):
                return "keys of JSON documents beyond ASCII"
    except (errors.CharacterNotInRepertoire, errors.UntranslatableCharacter):
        return "bytes or characters that UTF8 has not"
    except (errors.QueryCanceled, errors.LockNotAvailable):
        return None
    return ""
