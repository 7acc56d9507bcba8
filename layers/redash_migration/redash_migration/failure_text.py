"""What may be said of a failure: the one place that turns an exception into text.

Contents stay in the servers. A database's error quotes them: in its DETAIL and CONTEXT always, in
its primary message where a value is what is wrong (class 22 of the SQLSTATEs, whatever a trigger
raises by itself). So of an error of a database only this is told:

- the primary message, where the server itself wrote it and its class speaks of objects alone;
- else the SQLSTATE's name; and in either case the schema, table, column and constraint it names;
- for a key that is there twice, or refers to nothing, the key's *columns*.

Of any other exception that is neither ours nor AWS's nor the operating system's, its kind and its
place in the code: its text may hold whatever was being worked on. Tracebacks are never logged, for
they end in such texts.

No module of psycopg is imported here: functions without a database use this too.
"""

from __future__ import annotations

import re
import traceback
from typing import Any

from redash_migration.errors import MigrationError
from redash_migration.plain_text import plain

LONGEST = 400  # characters

_OF_OBJECTS = frozenset(
    {"08", "0A", "23", "25", "28", "2B", "3D", "3F", "40", "42", "53", "54", "55", "57", "58"}
)
"""Classes of SQLSTATEs (PostgreSQL manual, appendix A) whose primary messages name objects, roles,
limits and files, and no value of a row."""

_SYNTAX = "42601"
"""Raised of statements, and by tsquery, tsvector, jsonpath of values that they can't read."""

_NAMED = frozenset(
    {"42P01", "42P02", "42703", "42704", "42883", "42725", "42602", "3D000", "3F000", "58P01"}
)
"""What is named is not there. Of a statement's own words the server tells their place; without one
a value may have named it while the statement ran: one that is cast to regclass and its like, the
role of has_table_privilege(), a path's variable, a file."""

_LANGUAGES = ("pl_", "plpy_", "plperl", "pltcl")
"""How the source files of procedural languages begin: what these raise, a user wrote."""

_KEY = re.compile(r"\((?P<columns>.+?)\)=\(", re.DOTALL)
"""The key in a DETAIL, in any language: ``Key (org_id, name)=(1, secret) already exists.``"""


_QUOTATION = re.compile(
    r"""['"`]|[\[(]\s*\d{6,}|\b(?:DETAIL|CONTEXT|ERROR|Message|[Ss]tatement|[Vv]alues?"""
    r"""|INSERT|UPDATE|DELETE|SELECT|VALUES)\b|=\("""
)
"""Where a message of the replication service begins to tell what others said."""
_TABLE_OF_DMS = re.compile(r"""[Tt]able ['"][\w$]+['"]\.['"][\w$]+['"]""")
_STATE_OF_DMS = re.compile(r"SqlState: [0-9A-Z]{5}\b")
_END_OF_DMS = re.compile(r"Stop Reason \w+ Error Level \w+")


def words(error: BaseException, *, without_rows: bool = False) -> str:
    """One line of text that holds no value of a row and no password; what the module says. Of a
    statement `without_rows`, which no row goes through, what it names that is not there is told."""
    if isinstance(error, MigrationError):
        return str(error)
    if is_of(error, "psycopg.Error"):
        return _of_database(error, without_rows=without_rows)
    if is_of(error, "botocore.ClientError", "botocore.HTTPClientError", "botocore.ConnectionError"):
        return _line(f"{type(error).__name__}: {error}")
    if isinstance(error, OSError):  # of files and sockets: it names paths and addresses
        return _line(str(error))
    return f"{type(error).__name__} at {place(error)}"


def of_replication(message: str) -> str:
    """What may be told of the replication service's own message (LastFailureMessage).

    It may quote the statement that a server refused, and the server's words, values included. Its
    beginning is told up to the first quotation, with the table, the SQLSTATE and the kind of end.
    """
    said = _QUOTATION.split(message.strip(), maxsplit=1)[0].strip(" :,;(")
    if said == message.strip():
        return _line(said)
    parts = [said.removesuffix("Table").strip() or "an error"]
    named = (_TABLE_OF_DMS, _STATE_OF_DMS, _END_OF_DMS)
    parts += [found[0] for pattern in named if (found := pattern.search(message))]
    return _line("; ".join(parts))


def is_of(error: BaseException, *classes: str) -> bool:
    """Whether the error is of one of these classes: top package and class name."""
    own = {f"{cls.__module__.split('.')[0]}.{cls.__name__}" for cls in type(error).__mro__}
    return not own.isdisjoint(classes)


def place(error: BaseException) -> str:
    """Where in the code it was raised: the innermost frame of ours, and the innermost of all."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "an unknown place"
    ours = [frame for frame in frames if "redash_migration" in frame.filename] or frames
    return " in ".join(
        dict.fromkeys(
            f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno}"
            for frame in (frames[-1], ours[-1])
        )
    )


def primary(
    sqlstate: str,
    message: str,
    *,
    source_file: str = "",
    context: str = "",
    by_values: bool = False,
) -> str:
    """A server's primary message where it may be told, else "".

    `source_file` and `context` are the server's own (libpq's PG_DIAG_SOURCE_FILE and _CONTEXT). A
    statement that a function builds may hold a value, and so the words of one that is refused.
    `by_values`: what is wrong may be what a value names, and no word of the statement.
    """
    if sqlstate[:2] not in _OF_OBJECTS or source_file.startswith(_LANGUAGES):
        return ""
    if sqlstate == _SYNTAX or (sqlstate.startswith("42") and context):
        return ""
    if by_values and (sqlstate in _NAMED or (sqlstate == "0A000" and source_file == "namespace.c")):
        return ""
    return message


def _of_database(error: Any, *, without_rows: bool) -> str:
    diag = error.diag
    state = error.sqlstate or ""
    if not state:
        # libpq's own, of a connection that can't be made or is lost; psycopg's quote values.
        if is_of(error, "psycopg.OperationalError"):
            return _line(_without_detail(str(error)))
        return f"{type(error).__name__} at {place(error)}"
    said = primary(
        state,
        diag.message_primary or "",
        source_file=diag.source_file or "",
        # A function may have made a statement without being one of the context.
        context=diag.context or diag.internal_query or "",
        by_values=not (without_rows or diag.statement_position),
    )
    named = ".".join(name for name in (diag.schema_name, diag.table_name, diag.column_name) if name)
    parts = [said or f"{_condition(error)} (SQLSTATE {state})"]
    if named and not said:
        parts.append(f"in {named}")
    if diag.constraint_name and not said:
        parts.append(f"by {diag.constraint_name}")
    key = _KEY.search(diag.message_detail or "")
    if key and state.startswith("23"):
        parts.append(f"(key: {key['columns']}{' of ' + named if named else ''})")
    return _line(" ".join(parts))


def _condition(error: Any) -> str:
    """The condition as PostgreSQL calls it: "invalid text representation"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", type(error).__name__).lower()


def _without_detail(text: str) -> str:
    return re.split(r"\n(?:DETAIL|CONTEXT|STATEMENT|QUERY):", text)[0]


def _line(text: str) -> str:
    return plain(" ".join(line.strip() for line in text.strip().splitlines()))[:LONGEST]
