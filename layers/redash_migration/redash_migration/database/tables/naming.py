"""How a row is named outside its server: by its key, where that is made of numbers and times.

Contents stay in the servers, and a key may be contents: an e-mail address, a token. So of any other
key the MD5 of its text is told, by which who may read the table finds the row (WHERE md5(email) =
'...'). For the same reason tables are cut at numbers and times only: the bounds of a range are
values of rows, and travel through the state machine and the record.
"""

from __future__ import annotations

from psycopg import sql

_NUMBERS = ("int2", "int4", "int8", "numeric", "float4", "float8", "oid")
_TIMES = ("date", "time", "timestamp", "timestamptz", "interval")
_TOLD = _NUMBERS + _TIMES


def may_be_told(builtin: str) -> bool:
    """Whether a value of this builtin type ("" for a user's own) may leave its server."""
    return builtin in _TOLD


def named(value: sql.Composable) -> sql.Composable:
    """SQL for the text by which a column of a key is told: of its value, or its MD5."""
    return sql.SQL(
        "CASE WHEN pg_catalog.pg_typeof({0}) = ANY ({1}::pg_catalog.regtype[]) THEN {0}::text"
        " ELSE 'md5 ' || pg_catalog.md5(pg_catalog.convert_to({0}::text, 'UTF8')) END"
    ).format(value, sql.Literal(list(_TOLD)))
