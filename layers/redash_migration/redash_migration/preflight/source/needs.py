"""What of the application needs something that is not there when it is made on the target."""

from __future__ import annotations

from collections.abc import Iterable

from redash_migration.database.tables.catalog import DMS_TABLES, Connection
from redash_migration.database.tables.shape import FIRST_USER_OID, MADE_OF
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


# A constant of regclass itself is a dependency, by which pg_dump orders; in an array or a composite
# it is a value like any other. The constants of a tree tell their types by number.
_NAMING = f"""
SELECT DISTINCT i.type || ' ' || i.identity
FROM (
    SELECT 'pg_catalog.pg_attrdef'::regclass, e.oid, e.adbin::text FROM pg_catalog.pg_attrdef e
    UNION ALL
    SELECT 'pg_catalog.pg_constraint'::regclass, k.oid, k.conbin::text
    FROM pg_catalog.pg_constraint k WHERE k.conbin IS NOT NULL
    UNION ALL
    SELECT 'pg_catalog.pg_type'::regclass, y.oid, y.typdefaultbin::text
    FROM pg_catalog.pg_type y WHERE y.typdefaultbin IS NOT NULL
    UNION ALL
    SELECT 'pg_catalog.pg_class'::regclass, r.ev_class, r.ev_action::text
    FROM pg_catalog.pg_rewrite r WHERE r.ev_class >= %(first)s
) AS told(catalog, oid, tree)
CROSS JOIN LATERAL regexp_matches(told.tree, ':consttype (\\d+)', 'g') AS c(number)
JOIN pg_catalog.pg_type t ON t.oid = c.number[1]::oid AND t.typname !~ '^reg'
CROSS JOIN LATERAL pg_catalog.pg_identify_object(told.catalog, told.oid, 0) i
WHERE told.oid >= %(first)s AND EXISTS ({MADE_OF}
    SELECT FROM parts p WHERE p.oid < %(first)s AND p.typname ~ '^reg')
ORDER BY 1
"""  # noqa: S608 - made of constants


def names_in_texts(connection: Connection) -> Iterable[Check]:
    """Does a default, a CHECK or a view hold names of objects in a value of which the server does
    not know that (a regclass[])? A dump may name what it is about before that is made."""
    found = connection.execute(_NAMING.encode(), {"first": FIRST_USER_OID}).fetchall()
    yield none_of(
        "source.names_in_texts",
        [str(name) for (name,) in found],
        "WARN",
        "may have to be made before what it names in an array or a composite:",
        "Where CopySchema is refused it: ALTER ... DROP DEFAULT (or DROP the CHECK or view) until"
        " the migration has ended, and make it again on both sides.",
    )
