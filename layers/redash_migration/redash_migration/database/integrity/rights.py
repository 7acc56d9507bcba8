"""What the application's and the replication's role may do on the new side."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from redash_migration.record.checks import Check

_ROLE_SETTINGS = """
SELECT format('%%s for %%s in %%s', setting, coalesce(r.rolname, 'every role'),
              coalesce(d.datname, 'every database'))
FROM pg_catalog.pg_db_role_setting s
LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase,
     unnest(s.setconfig) AS setting
WHERE split_part(setting, '=', 1) = %s AND split_part(setting, '=', 2) <> ALL (%s)
  AND (s.setrole = 0 OR r.rolname = ANY (%s))
  AND (s.setdatabase = 0 OR d.datname = current_database())
"""

_MISSING_RIGHTS = """
SELECT wanted || ' on ' || c.oid::regclass
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
     unnest(CASE c.relkind WHEN 'S' THEN '{USAGE}'
            ELSE '{SELECT,INSERT,UPDATE,DELETE}' END::text[]) AS wanted
WHERE (c.relkind IN ('r', 'p') AND n.nspname || '.' || c.relname = ANY (%(tables)s)
       OR c.relkind = 'S' AND EXISTS (
           SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
           JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
           WHERE d.objid = c.oid AND d.classid = 'pg_catalog.pg_class'::regclass
             AND d.deptype = 'a' -- an identity column's sequence asks for no right
             AND tn.nspname || '.' || t.relname = ANY (%(tables)s)))
  AND NOT CASE c.relkind WHEN 'S' THEN has_sequence_privilege(%(role)s, c.oid, wanted)
          ELSE has_table_privilege(%(role)s, c.oid, wanted) END
UNION ALL
SELECT 'USAGE on schema ' || n.nspname FROM pg_catalog.pg_namespace n
WHERE n.nspname IN (SELECT split_part(name, '.', 1) FROM unnest(%(tables)s) AS name)
  AND NOT has_schema_privilege(%(role)s, n.oid, 'USAGE')
ORDER BY 1
"""


def check_replication_role(fresh: psycopg.Connection[tuple[object, ...]], role: str) -> Check:
    """Whether triggers and foreign keys fire for the application's role.

    `fresh` is a session that has set nothing itself; settings made for the role or the database
    are looked up beside it, since the role may be another than the session's.
    """
    identifier = "integrity.session_replication_role"
    remedy = (
        "take session_replication_role out of the parameter group, or reset it with"
        " ALTER ROLE ... / ALTER DATABASE ... RESET session_replication_role"
    )
    row = fresh.execute("SELECT current_setting('session_replication_role')").fetchone()
    value = row[0] if row else "unknown"
    if value != "origin":
        return Check(identifier, "FAIL", f"a fresh session has {value}, not origin", remedy)
    roles = [role or fresh.info.user, fresh.info.user]
    odd = _settings(fresh, "session_replication_role", ["origin"], roles)
    if odd:
        return Check(identifier, "FAIL", ", ".join(odd), remedy)
    return Check(identifier, "PASS", f"origin for {roles[0]}")


def check_application_rights(
    session: psycopg.Connection[tuple[object, ...]],
    role: str,
    tables: Sequence[str],
    *,
    fenced: bool = False,
) -> Check:
    """Whether the application's role ("": the session's) may read and write all it owns or uses.

    A page that is shown tells nothing of this: the first query that somebody saves would.
    """
    identifier = "integrity.application_rights"
    who = role or session.info.user
    readonly = _settings(session, "default_transaction_read_only", ["off", "false", "0"], [who])
    if readonly and not fenced:
        return Check(
            identifier,
            "FAIL",
            ", ".join(readonly),
            "ALTER ROLE or ALTER DATABASE ... RESET default_transaction_read_only on the target",
        )
    rows = session.execute(_MISSING_RIGHTS, {"tables": list(tables), "role": who}).fetchall()
    missing = [str(row[0]) for row in rows]
    if missing:
        more = f" and {len(missing) - 20} more" if len(missing) > 20 else ""
        return Check(
            identifier,
            "FAIL",
            f"{who} has no {', '.join(missing[:20])}{more}",
            f"GRANT these rights to {who} on the target, see who took them, and start again",
        )
    return Check(identifier, "PASS", f"{who} may read and write {len(tables)} tables")


def _settings(
    session: psycopg.Connection[tuple[object, ...]],
    name: str,
    harmless: Sequence[str],
    roles: Sequence[str],
) -> list[str]:
    """Where a setting was made for the database or these roles with another value."""
    rows = session.execute(_ROLE_SETTINGS, (name, list(harmless), list(roles))).fetchall()
    return [str(row[0]) for row in rows]
