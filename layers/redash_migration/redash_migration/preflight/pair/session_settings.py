"""Settings by which the same query means, or prints, something else on the two servers.

They come from postgresql.conf, a parameter group, the database or the role, and none travels with
schema or rows. What our own sessions set for themselves is not among them.
"""

from __future__ import annotations

from psycopg import sql

from redash_migration.database.tables.catalog import Connection
from redash_migration.preflight.asking import listed
from redash_migration.record import Check

NAME = "databases.settings"

TELLING = (
    # How values are written and read.
    *("TimeZone", "timezone_abbreviations", "DateStyle", "IntervalStyle", "extra_float_digits"),
    *("bytea_output", "xmlbinary", "xmloption", "lc_monetary", "lc_numeric", "lc_time"),
    # How statements are read, and which objects they find.
    *("search_path", "standard_conforming_strings", "backslash_quote", "array_nulls"),
    *("transform_null_equals", "quote_all_identifiers", "lo_compat_privileges"),
    # What a search finds, how a transaction sees, and how a value is stored.
    *("default_text_search_config", "gin_fuzzy_search_limit", "default_transaction_isolation"),
    *("default_transaction_deferrable", "default_toast_compression"),
    *("default_table_access_method", "session_preload_libraries", "session_replication_role"),
)
"""PostgreSQL manual, chapter 20: "Client Connection Defaults", "Version and Platform
Compatibility"; and what a new row is stored by."""

_LISTS = frozenset({"search_path", "session_preload_libraries"})

_VALUES = "SELECT name, reset_val FROM pg_catalog.pg_settings WHERE name = ANY (%s)"


def session_settings(source: Connection, target: Connection) -> Check:
    """WARN naming each that a new session has otherwise on the target."""
    old, new = (
        {str(name): str(value) for name, value in side.execute(_VALUES, [list(TELLING)])}
        for side in (source, target)
    )
    odd = [
        name for name in TELLING if name in old and name in new and _differ(old[name], new[name])
    ]
    if not odd:
        return Check(NAME, "PASS", f"{len(TELLING)} settings of sessions are alike")
    value = old[odd[0]]
    statement = sql.SQL("ALTER DATABASE {} SET {} TO {};").format(
        sql.Identifier(target.info.dbname),
        sql.Identifier(odd[0]),
        # Lists of names are quoted name by name, as the server gives them.
        sql.SQL(value) if odd[0] in _LISTS and value else sql.Literal(value),
    )
    return Check(
        NAME,
        "WARN",
        listed([f"{name} is {old[name]!r}, on the target {new[name]!r}" for name in odd], 20),
        f"If queries depend on them, on the target: {statement.as_string(target)} and so for each.",
    )


def _differ(one: str, other: str) -> bool:
    return _plain(one) != _plain(other)


def _plain(value: str) -> str:
    """Names of locales are spelt in several ways."""
    return value.lower().replace("-", "").replace(" ", "")
