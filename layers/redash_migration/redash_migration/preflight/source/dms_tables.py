"""What of the application stands on a table that DMS keeps for itself."""

from __future__ import annotations

from collections.abc import Iterable

from redash_migration.database.tables.catalog import DMS_TABLES, Connection
from redash_migration.preflight.asking import names, none_of
from redash_migration.record import Check

# Default, key, view, column and signature alike: whatever depends on the table or on its row type.
# Parts of the table itself depend on it as "auto" or "internal", or are called by its name.
_STANDS_ON = r"""
SELECT DISTINCT i.type || ' ' || i.identity
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_depend d ON d.deptype = 'n' AND (
  (d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid)
  OR (d.refclassid = 'pg_catalog.pg_type'::regclass AND d.refobjid IN (
    SELECT t.oid FROM pg_catalog.pg_type t
    WHERE c.reltype <> 0 AND c.reltype IN (t.oid, t.typelem))))
CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) i
WHERE c.relname LIKE %s AND i.identity !~ '(^|[ ."])awsdms_'
ORDER BY 1"""


def dms_tables(connection: Connection) -> Iterable[Check]:
    """Does a view, a foreign key, a default or a function need a table called awsdms_*? Those are
    DMS's own, are not carried, and what needs one could not be made on the target."""
    yield none_of(
        "source.dms_tables",
        names(connection, _STANDS_ON, DMS_TABLES),
        "FAIL",
        "what needs a table that DMS keeps for itself (awsdms_*), which is not carried:",
        "ALTER TABLE ... RENAME what is called awsdms_* and is yours, or DROP what needs it.",
    )
