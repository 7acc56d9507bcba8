"""Can the target keep what the source's columns hold? A server is built with some features or not.

Without libxml a server has the type xml and takes no value of it; without lz4 it makes no column
that is compressed so (PostgreSQL manual, 17.3).
"""

from __future__ import annotations

from psycopg import errors

from redash_migration.database.tables.catalog import Connection, read_tables
from redash_migration.preflight.asking import listed, names
from redash_migration.record import Check

NAME = "databases.features"

_LZ4 = """
SELECT a.attrelid::regclass::text FROM pg_catalog.pg_attribute a
WHERE a.attrelid >= 16384 AND to_jsonb(a) ->> 'attcompression' = 'l' AND NOT a.attisdropped
ORDER BY 1
"""


def features(source: Connection, target: Connection) -> Check:
    """FAIL naming the tables."""
    with_xml = [
        table.qualified_name
        for table in read_tables(source)
        if any(column.base_type == "xml" for column in table.columns)
    ]
    with_lz4 = names(source, _LZ4)
    missing = []
    if with_xml and not _takes(target, "SELECT '<a/>'::xml"):
        missing.append(f"libxml, for {listed(with_xml)}")
    if with_lz4 and not _takes(target, "SET default_toast_compression = lz4"):
        missing.append(f"lz4, for {listed(with_lz4)}")
    if not missing:
        return Check(NAME, "PASS", "the target can keep every column's values")
    return Check(
        NAME,
        "FAIL",
        f"the target is built without {'; without '.join(missing)}",
        "Make the target of a PostgreSQL with it, as RDS has it; or on the source ALTER TABLE ..."
        " ALTER COLUMN ... TYPE text, or SET COMPRESSION pglz.",
    )


def _takes(target: Connection, statement: str) -> bool:
    try:
        target.execute(statement.encode())
    except (errors.FeatureNotSupported, errors.InvalidParameterValue):
        return False
    if statement.startswith("SET"):
        target.execute("RESET default_toast_compression")
    return True
