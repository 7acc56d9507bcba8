"""Which tables DMS can carry, and why not the others.

The rules are those of the AWS DMS user guide: "Using a PostgreSQL database as an AWS DMS source",
sections "Limitations", "Using DMS to migrate data from PostgreSQL to PostgreSQL" (its table of
types) and "Source data types", with the page's premigration assessments. The guide's table is
taken as a list of what is allowed: a type that it does not call carried is restored by ourselves,
which is always right and only costs time in the write pause.
"""

from __future__ import annotations

from collections.abc import Iterable

from redash_migration.database.tables.catalog import CatalogColumn, CatalogTable
from redash_migration.plan import Exclusion

LOB_TYPES = frozenset({"text", "json", "jsonb", "bytea", "xml", "citext", "hstore"})
"""Types that DMS moves as CLOB, NCLOB or BLOB; arrays beside them."""

_CARRIED = frozenset(
    {
        *("int2", "int4", "int8", "float4", "float8", "numeric", "money", "bool"),
        *("bpchar", "varchar", "text", "bytea", "json", "jsonb", "uuid", "cidr"),
        *("date", "time", "timestamp", "timestamptz"),
    }
)

_REASONS = {
    "tsvector": "text search vectors do not migrate",
    "tsquery": "text search queries do not migrate",
    "inet": "network addresses do not migrate",
    "macaddr": "network addresses do not migrate",
    "macaddr8": "network addresses do not migrate",
    "oid": "large object references do not migrate",
    "interval": "intervals migrate only in part",
    "timetz": "times with a zone migrate only in part",
    "xml": "XML migrates only in part",
}
_KINDS = {
    "c": "composite types do not migrate",
    "e": "enumerations do not migrate",
    "r": "ranges do not migrate",
    "m": "multiranges do not migrate",
}
_MOST_DIGITS = 38
_WILDCARDS = frozenset("%[]")
"""Characters that a table's name can't hold in a mapping, where they stand for others."""

ALTERED = "holds values that DMS alters: NaN, or dates that are infinite or beyond four digits"
NUMBERS = frozenset({"numeric", "float4", "float8"})
TIMES = frozenset({"date", "timestamp", "timestamptz"})
"""Types with values that DMS alters: NaN becomes 0, an infinite date some other."""


def may_be_altered(column: CatalogColumn) -> bool:
    """Whether the column's type has values that DMS alters; in arrays they travel as texts."""
    return column.base_type in NUMBERS | TIMES and not column.array and not column.generated


def is_lob(column: CatalogColumn) -> bool:
    """Whether DMS treats the column as a LOB, which it writes after the row, NULL in between."""
    return column.array or column.base_type in LOB_TYPES


def exclusions(table: CatalogTable) -> tuple[Exclusion, ...]:
    """Why DMS can't carry a table; empty when it can."""
    found = [Exclusion("", "", reason) for reason in _about_table(table)]
    for column in table.columns:
        found += [Exclusion(column.name, column.type, why) for why in _about_column(table, column)]
    return tuple(found)


def alike_but_for_case(tables: Iterable[CatalogTable]) -> frozenset[str]:
    """Qualified names that some other table bears in other letter case (DMS mixes them up)."""
    spellings: dict[str, list[str]] = {}
    for table in tables:
        spellings.setdefault(table.qualified_name.lower(), []).append(table.qualified_name)
    return frozenset(name for names in spellings.values() if len(names) > 1 for name in names)


def _about_table(table: CatalogTable) -> Iterable[str]:
    if not table.primary_key:
        yield "no primary key: UPDATE and DELETE would be ignored"
    if table.persistence == "u":
        yield "unlogged: its changes are not in the WAL"
    if table.partition:
        yield "a partition: partitioned tables are not replicated"
    elif table.inherits:
        yield "table inheritance: rows would arrive twice"
    if table.replica_identity in {"n", "i"}:
        yield "replica identity is not the primary key: UPDATE and DELETE can't be told apart"
    if table.deferrable_key:
        yield "a deferrable primary key is no replica identity"
    if set(f"{table.schema}{table.name}") & _WILDCARDS:
        yield "its name holds a wildcard of table mappings"
    if table.coalesce_index:
        yield "a unique index with coalesce() is not supported"


def _about_column(table: CatalogTable, column: CatalogColumn) -> Iterable[str]:
    if column.kind in _KINDS:
        yield _KINDS[column.kind]
    elif column.base_type not in _CARRIED:
        yield _REASONS.get(column.base_type, "a type that is not known to migrate")
    elif column.base_type == "numeric" and not column.array:
        # atttypmod holds (precision << 16 | scale) + 4, -1 when none was given.
        if column.modifier < 0:
            yield "numeric without precision is rounded to (28,6)"
        elif ((column.modifier - 4) >> 16) > _MOST_DIGITS:
            yield f"numeric of more than {_MOST_DIGITS} digits migrates only in part"
    elif column.base_type in {"varchar", "bpchar"} and column.modifier < 0 and not column.array:
        yield "character type without a length migrates only in part"
    if column.generated:
        yield "a generated column can't be written"
    if column.identity_always:
        yield "GENERATED ALWAYS AS IDENTITY can't be written"
    if is_lob(column):
        if column.name in table.primary_key:
            yield "a LOB in the primary key"
        if column.domain_not_null:
            yield "a domain that forbids NULL: LOBs are NULL while they are written"
        if column.name in table.checked_columns:
            yield "a CHECK on a LOB, or a named NOT NULL: LOBs are NULL while they are written"
