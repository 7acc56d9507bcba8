"""Does the migration's role see what a superuser's pg_dump would see?

What a role can't see does not fail by itself: a policy leaves rows out, a schema without USAGE
hides its tables, a sequence without SELECT says it was never used. So every relation that holds
something is asked about, of every schema and kind; and all sessions of the migration have
row_security off, by which PostgreSQL refuses what a policy would cut short (manual, 20.11.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import psycopg
from psycopg import sql

from redash_migration.database.schema.left_behind import (
    MATERIALIZED_VIEWS,
    by_kind,
    left_behind,
)
from redash_migration.database.tables.catalog import OWN_SCHEMAS, Connection
from redash_migration.preflight.asking import Question, listed, names
from redash_migration.record import Check

_RELATIONS = r"""
SELECT format('%%I.%%I', n.nspname, c.relname), c.relkind::text, c.oid::bigint,
       has_schema_privilege(n.oid, 'USAGE') AND CASE c.relkind
           WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
           ELSE has_table_privilege(c.oid, 'SELECT') END,
       c.relkind <> 'S' AND row_security_active(c.oid)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't' AND c.oid >= 16384
  AND n.nspname <> ALL (%s)
ORDER BY 1
"""

_OF_EXTENSIONS = r"""
SELECT e.extname::text, n.nspname::text, c.relname::text, c.relkind = 'S',
       CASE WHEN c.oid = ANY (e.extconfig)
            THEN e.extcondition[array_position(e.extconfig, c.oid)] END
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
JOIN pg_catalog.pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE d.deptype = 'e' AND c.relkind IN ('r', 'p', 'S')
ORDER BY 2, 3
"""


def readable(connection: Connection) -> Iterable[Check]:
    """FAIL when a relation can't be read, or a policy hides some of its rows from the role."""
    relations = connection.execute(_RELATIONS, [OWN_SCHEMAS]).fetchall()
    who = connection.info.user
    refused = [str(name) for name, _, _, allowed, _ in relations if not allowed]
    cut_short = [str(name) for name, _, _, _, hidden in relations if hidden]
    if refused:
        yield Check(
            "source.readable",
            "FAIL",
            f"the migration's role may not read {listed(refused)}",
            f'For each schema: GRANT USAGE ON SCHEMA public TO "{who}"; GRANT SELECT ON ALL TABLES'
            f' IN SCHEMA public TO "{who}"; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO'
            f' "{who}"; or better: ALTER ROLE "{who}" SUPERUSER;',
        )
    else:
        yield Check(
            "source.readable", "PASS", f"all {len(relations)} tables and sequences may be read"
        )
    if cut_short:
        yield Check(
            "source.row_security",
            "FAIL",
            f"policies hide rows of {listed(cut_short)} from {who}",
            f'ALTER ROLE "{who}" BYPASSRLS; (or SUPERUSER)',
        )
    else:
        yield Check("source.row_security", "PASS", "no policy hides rows from the role")


def extension_rows(connection: Connection) -> Iterable[Check]:
    """Rows in tables that belong to an extension: the dump makes the extension, without rows.

    Those that pg_dump itself would carry (pg_extension_config_dump) are a FAIL; of the others
    nobody but the extension knows whether they are users', so they are a WARN.
    """
    marked: list[str] = []
    plain: list[str] = []
    for extension, schema, name, sequence, condition in connection.execute(_OF_EXTENSIONS):
        table = sql.Identifier(schema, name)
        query = (
            sql.SQL("SELECT is_called FROM {}").format(table)
            if sequence
            # The condition is the extension's own text, a WHERE clause or empty.
            else sql.SQL("SELECT EXISTS (SELECT FROM {} {})").format(
                table, sql.SQL(condition or "")
            )
        )
        row = connection.execute(query).fetchone()
        if row and row[0]:
            (plain if condition is None else marked).append(f"{schema}.{name} ({extension})")
    name = "source.extension_rows"
    if marked:
        yield Check(
            name,
            "FAIL",
            f"rows of extensions, which are not carried: {listed(marked)}",
            "Copy them aside and DELETE them there, or ALTER EXTENSION ... DROP TABLE, which makes"
            " them tables like others; Redash needs none.",
        )
    elif plain:
        yield Check(
            name,
            "WARN",
            f"rows in tables of extensions, which are made by CREATE EXTENSION: {listed(plain)}",
            "If somebody wrote them by hand: copy them by hand too.",
        )
    else:
        yield Check(name, "PASS", "no extension holds rows")


def left_behind_named(connection: Connection) -> Iterable[Check]:
    """WARN with what lives beside the schema, by kind; the script is kept beside the report."""
    found = by_kind(left_behind(connection))
    found.pop(MATERIALIZED_VIEWS, None)  # a check of their own says so
    if not found:
        yield Check("source.left_behind", "PASS", "nothing lives beside the schema")
        return
    yield Check(
        "source.left_behind",
        "WARN",
        "; ".join(
            f"{kind}: {listed(list(dict.fromkeys(each.name for each in things)), 5)}"
            for kind, things in found.items()
        )[:2000],
        "left-behind.sql, beside the report, holds the statements: run what the new database needs"
        " before the switch.",
    )


def policies_beyond(source: Connection, target: Connection, role: str) -> Check:
    """Policies come along; they must cut short neither the migration nor, unseen, Redash."""
    name = "databases.row_security"
    kept = source.execute(
        "SELECT c.oid::regclass::text, c.relforcerowsecurity FROM pg_catalog.pg_class c"
        " WHERE c.relrowsecurity AND c.oid >= 16384 ORDER BY 1"
    ).fetchall()
    # A policy comes along too where its table's row security is not switched on.
    missing = sorted(
        set(
            names(
                source,
                "SELECT pg_get_userbyid(r)::text FROM pg_catalog.pg_policy, unnest(polroles) r"
                " WHERE r <> 0",
            )
        )
        - set(names(target, "SELECT rolname::text FROM pg_catalog.pg_roles"))
    )
    if missing:
        return Check(
            name,
            "FAIL",
            f"policies are for roles that the target has not: {listed(missing)}",
            f'On the target: CREATE ROLE "{missing[0]}"; and so for each.',
        )
    if not kept:
        return Check(name, "PASS", "no table has row security")
    who = target.info.user
    forced = [str(table) for table, force in kept if force]
    if forced and not _bypasses(target, who):
        return Check(
            name,
            "FAIL",
            f"row security is forced on {listed(forced)}: {who} could not fill or compare them",
            f'ALTER ROLE "{who}" BYPASSRLS on the target, or ALTER TABLE ... NO FORCE ROW LEVEL'
            " SECURITY on the source until the switch.",
        )
    if role and role != who and not _bypasses(target, role):
        return Check(
            name,
            "WARN",
            f"policies of {listed([str(table) for table, _ in kept])} will hold for {role}",
            f'If Redash has to see all rows: ALTER ROLE "{role}" BYPASSRLS on the target.',
        )
    return Check(name, "PASS", f"{len(kept)} tables have row security, which comes along")


def _bypasses(connection: psycopg.Connection[tuple[object, ...]], role: str) -> bool:
    row = connection.execute(
        "SELECT rolsuper OR rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = %s", [role]
    ).fetchone()
    return bool(row and row[0])


QUESTIONS: Mapping[str, Question] = {
    "source.readable": readable,
    "source.extension_rows": extension_rows,
    "source.left_behind": left_behind_named,
}
