"""What lives beside the schema and does not come along, with the statements that bring it.

The schema travels as a dump without owners and rights, the rows by themselves. All else that a
database or its cluster keeps for the application stays on the old side: told by kind before
anybody is asked, and written as a script that a person may run on the new database, as it is or
in part. Passwords are in none of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from redash_migration.database.tables.catalog import DMS_TABLES, OWN_SCHEMAS, Connection

ARTIFACT = "left-behind.sql"

MATERIALIZED_VIEWS = "materialized views, made empty"


class LeftBehind(NamedTuple):
    """One thing: its kind (plural, for a heading), its name, and the SQL that makes it."""

    kind: str
    name: str
    statement: str


_ACLS = r"""
WITH place AS (
    SELECT oid, nspname FROM pg_catalog.pg_namespace
    WHERE nspname <> 'information_schema' AND nspname <> ALL (%(own)s)
      AND nspname NOT LIKE 'pg\_toast%%' AND nspname NOT LIKE 'pg\_temp%%'
), first AS (
    -- Rights that initdb gave on its own objects, and scripts of extensions on theirs.
    SELECT classoid, objoid, initprivs FROM pg_catalog.pg_init_privs WHERE objsubid = 0
), members AS (
    SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
), granted AS (
    SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE '' END
               || format('%%I.%%I', p.nspname, c.relname) AS object,
           '' AS columns, c.relowner AS owner, c.relacl AS acl,
           coalesce(f.initprivs, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char",
                                            c.relowner)) AS usual
    FROM pg_catalog.pg_class c JOIN place p ON p.oid = c.relnamespace
    LEFT JOIN first f ON f.classoid = 'pg_class'::regclass AND f.objoid = c.oid
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relacl IS NOT NULL
      AND c.relname NOT LIKE %(dms)s
      AND ('pg_class'::regclass, c.oid) NOT IN (TABLE members)
    UNION ALL
    SELECT format('%%I.%%I', p.nspname, c.relname), format('(%%I)', a.attname), c.relowner,
           a.attacl, NULL::aclitem[]
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN place p ON p.oid = c.relnamespace
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND c.oid >= 16384
    UNION ALL
    SELECT 'SCHEMA ' || quote_ident(n.nspname), '', n.nspowner, n.nspacl,
           CASE n.nspname
               -- As initdb leaves it: USAGE for everybody, and before 15 CREATE too. Before 16
               -- makeaclitem() takes one privilege at a time.
               WHEN 'public' THEN acldefault('n', n.nspowner)
                   || makeaclitem(0, n.nspowner, 'USAGE', false)
                   || CASE WHEN current_setting('server_version_num')::int < 150000
                           THEN ARRAY[makeaclitem(0, n.nspowner, 'CREATE', false)] END
               ELSE acldefault('n', n.nspowner) END
    FROM pg_catalog.pg_namespace n JOIN place p ON p.oid = n.oid
    WHERE n.nspacl IS NOT NULL AND n.nspname <> 'pg_catalog'
    UNION ALL
    SELECT CASE f.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END
               || format('%%I.%%I(%%s)', p.nspname, f.proname,
                         pg_get_function_identity_arguments(f.oid)),
           '', f.proowner, f.proacl, coalesce(i.initprivs, acldefault('f', f.proowner))
    FROM pg_catalog.pg_proc f JOIN place p ON p.oid = f.pronamespace
    LEFT JOIN first i ON i.classoid = 'pg_proc'::regclass AND i.objoid = f.oid
    WHERE f.proacl IS NOT NULL AND f.proname NOT LIKE %(dms)s
      AND ('pg_proc'::regclass, f.oid) NOT IN (TABLE members)
    UNION ALL
    SELECT 'TYPE ' || format('%%I.%%I', p.nspname, t.typname), '', t.typowner, t.typacl,
           acldefault('T', t.typowner)
    FROM pg_catalog.pg_type t JOIN place p ON p.oid = t.typnamespace WHERE t.typacl IS NOT NULL
      AND ('pg_type'::regclass, t.oid) NOT IN (TABLE members)
    UNION ALL
    SELECT 'LANGUAGE ' || quote_ident(l.lanname), '', l.lanowner, l.lanacl,
           acldefault('l', l.lanowner)
    FROM pg_catalog.pg_language l WHERE l.lanacl IS NOT NULL
      AND ('pg_language'::regclass, l.oid) NOT IN (TABLE members) AND l.oid >= 16384
    UNION ALL
    SELECT 'FOREIGN SERVER ' || quote_ident(s.srvname), '', s.srvowner, s.srvacl,
           acldefault('S', s.srvowner)
    FROM pg_catalog.pg_foreign_server s WHERE s.srvacl IS NOT NULL
    UNION ALL
    SELECT 'DATABASE :"DBNAME"', '', d.datdba, d.datacl,
           acldefault('d', d.datdba)
    FROM pg_catalog.pg_database d
    WHERE d.datname = current_database() AND d.datacl IS NOT NULL
), given AS (
    SELECT g.object, g.columns, a.grantee, a.privilege_type, a.is_grantable, g.owner
    FROM granted g, aclexplode(CASE WHEN g.acl <> '{}' THEN g.acl END) a
    WHERE a.grantee <> g.owner
), usual AS (
    SELECT g.object, g.columns, a.grantee, a.privilege_type, a.is_grantable, g.owner
    FROM granted g, aclexplode(CASE WHEN g.usual <> '{}' THEN g.usual END) a
    WHERE a.grantee <> g.owner
)
SELECT CASE revoked WHEN true THEN 'rights that are narrowed' ELSE 'rights' END,
       object || columns,
       format(CASE revoked WHEN true THEN 'REVOKE %%s ON %%s FROM %%s;'
                           ELSE 'GRANT %%s ON %%s TO %%s%%s;' END,
              string_agg(privilege_type || columns, ', ' ORDER BY privilege_type), object,
              CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
              CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM (
    SELECT false AS revoked, * FROM (TABLE given EXCEPT TABLE usual) g
    UNION ALL
    SELECT true, * FROM (TABLE usual EXCEPT TABLE given) u
) AS both_ways
GROUP BY revoked, object, columns, grantee, is_grantable
"""

_OTHERS = r"""
WITH here AS (
    SELECT oid, datname, datdba FROM pg_catalog.pg_database WHERE datname = current_database()
), concerned AS (
    -- Roles that own, may, or are given something in this database: pg_shdepend says so.
    SELECT DISTINCT s.refobjid AS oid FROM pg_catalog.pg_shdepend s, here
    WHERE s.refclassid = 'pg_authid'::regclass
      AND (s.dbid = here.oid OR s.dbid = 0 AND s.objid = here.oid)
    UNION SELECT setrole FROM pg_catalog.pg_db_role_setting, here
    WHERE setdatabase = here.oid AND setrole <> 0
), roles AS (
    SELECT r.* FROM pg_catalog.pg_roles r JOIN concerned USING (oid)
    WHERE r.rolname <> current_user AND r.rolname !~ '^(pg|rds)_' AND r.oid >= 16384
)
SELECT 'roles' AS kind, rolname::text AS name,
       format('CREATE ROLE %%I%%s%%s%%s;%%s', rolname,
              CASE WHEN rolcanlogin THEN ' LOGIN' ELSE '' END,
              CASE WHEN rolcreatedb THEN ' CREATEDB' ELSE '' END,
              CASE WHEN NOT rolinherit THEN ' NOINHERIT' ELSE '' END,
              CASE WHEN rolcanlogin THEN '  -- its password is set by hand' ELSE '' END)
FROM roles
UNION ALL
SELECT 'memberships of roles', m.rolname::text,
       format('GRANT %%I TO %%I;', g.rolname, m.rolname)
FROM pg_catalog.pg_auth_members a JOIN roles m ON m.oid = a.member
JOIN pg_catalog.pg_roles g ON g.oid = a.roleid
UNION ALL
SELECT 'settings',
       CASE WHEN s.setrole = 0 THEN 'the database' ELSE pg_get_userbyid(s.setrole)::text END,
       format('ALTER %%s SET %%s TO %%s;',
              CASE WHEN s.setrole = 0 THEN 'DATABASE :"DBNAME"'
                   WHEN s.setdatabase = 0 THEN format('ROLE %%I', pg_get_userbyid(s.setrole))
                   ELSE format('ROLE %%I IN DATABASE :"DBNAME"', pg_get_userbyid(s.setrole))
              END,
              split_part(c, '=', 1),
              CASE WHEN split_part(c, '=', 1) IN ('search_path', 'session_preload_libraries',
                       'local_preload_libraries', 'temp_tablespaces')
                   THEN nullif(substr(c, strpos(c, '=') + 1), '')
                   ELSE quote_literal(substr(c, strpos(c, '=') + 1)) END)
FROM here d, pg_catalog.pg_db_role_setting s, unnest(s.setconfig) c
WHERE (s.setdatabase = d.oid
       OR s.setdatabase = 0 AND s.setrole IN (SELECT oid FROM concerned))
  AND split_part(c, '=', 1) NOT IN ('default_transaction_read_only')
UNION ALL
SELECT 'functions that run as their owner', f.oid::regprocedure::text,
       format('ALTER ROUTINE %%s OWNER TO %%I;', f.oid::regprocedure, pg_get_userbyid(f.proowner))
FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
WHERE f.prosecdef AND f.oid >= 16384 AND n.nspname <> ALL (%(own)s)
  AND f.proname NOT LIKE %(dms)s AND pg_get_userbyid(f.proowner) <> current_user
UNION ALL
SELECT 'publications', pubname::text,
       format('CREATE PUBLICATION %%I%%s WITH (publish = %%L, publish_via_partition_root = %%L);',
           pubname, CASE WHEN puballtables THEN ' FOR ALL TABLES' ELSE coalesce(' FOR TABLE ' || (
               -- Columns and conditions of rows are known from PostgreSQL 15 on.
               SELECT string_agg(concat('ONLY ', r.prrelid::regclass, CASE
                   WHEN to_jsonb(r) ->> 'prattrs' IS NOT NULL THEN (
                       SELECT format('(%%s)', string_agg(quote_ident(a.attname), ', '))
                       FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.prrelid
                       AND to_jsonb(r) -> 'prattrs' @> to_jsonb(a.attnum))
                   END, (SELECT ' WHERE ' || (to_jsonb(t) ->> 'rowfilter')
                         FROM pg_catalog.pg_publication_tables t WHERE t.pubname = p.pubname
                         AND format('%%I.%%I', t.schemaname, t.tablename)::regclass
                             = r.prrelid)), ', ')
               FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid), '') END,
           concat_ws(', ', CASE WHEN pubinsert THEN 'insert' END,
                     CASE WHEN pubupdate THEN 'update' END, CASE WHEN pubdelete THEN 'delete' END,
                     CASE WHEN pubtruncate THEN 'truncate' END), pubviaroot::text)
FROM pg_catalog.pg_publication p WHERE pubname NOT LIKE %(dms)s
UNION ALL
SELECT 'subscriptions', s.subname,
       format('-- CREATE SUBSCRIPTION %%I CONNECTION ''...'' PUBLICATION ...;', s.subname)
FROM pg_catalog.pg_stat_subscription s
UNION ALL
SELECT 'user mappings', u.srvname || ' for ' || u.usename,
       format('CREATE USER MAPPING FOR %%s SERVER %%I;  -- its options are set by hand',
              CASE u.umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(u.usename) END, u.srvname)
FROM pg_catalog.pg_user_mappings u
UNION ALL
SELECT 'comments', 'the database',
       format('COMMENT ON DATABASE :"DBNAME" IS %%L;', s.description)
FROM here d JOIN pg_catalog.pg_shdescription s
  ON s.objoid = d.oid AND s.classoid = 'pg_database'::regclass
UNION ALL
SELECT 'tables of an earlier replication', c.oid::regclass::text,
       format('-- pg_dump --table=%%s carries it', quote_literal(c.oid::regclass::text))
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname LIKE %(dms)s AND c.relkind IN ('r', 'p') AND n.nspname <> ALL (%(own)s)
UNION ALL
SELECT 'places on other disks', c.oid::regclass::text,
       format('-- ALTER %%s %%s SET TABLESPACE %%I;',
              CASE c.relkind WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END, c.oid::regclass, t.spcname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'i', 'I', 'm')
UNION ALL
SELECT 'materialized views, made empty', c.oid::regclass::text,
       format('REFRESH MATERIALIZED VIEW %%s;', c.oid::regclass)
FROM pg_catalog.pg_class c WHERE c.relkind = 'm' AND c.oid >= 16384 AND c.relispopulated
"""


_TO_COME = r"""
WITH defaults AS (
    SELECT a.oid, a.defaclrole, n.nspname, a.defaclobjtype, a.defaclacl,
           -- What is set for a schema comes on top; what is set for none replaces the usual.
           CASE WHEN a.defaclnamespace = 0
               THEN acldefault(CASE a.defaclobjtype WHEN 'S' THEN 's' ELSE a.defaclobjtype END,
                               a.defaclrole) END AS usual
    FROM pg_catalog.pg_default_acl a
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid = a.defaclnamespace
    WHERE coalesce(n.nspname, '') <> ALL (%(own)s)
), given AS (
    SELECT d.oid, e.grantee, e.privilege_type, e.is_grantable
    FROM defaults d, aclexplode(CASE WHEN d.defaclacl <> '{}' THEN d.defaclacl END) e
), usual AS (
    SELECT d.oid, e.grantee, e.privilege_type, e.is_grantable
    FROM defaults d, aclexplode(CASE WHEN d.usual <> '{}' THEN d.usual END) e
)
SELECT 'rights on objects to come', pg_get_userbyid(d.defaclrole)::text,
       format('ALTER DEFAULT PRIVILEGES FOR ROLE %%I%%s %%s %%s ON %%s %%s %%s%%s;',
              pg_get_userbyid(d.defaclrole), coalesce(' IN SCHEMA ' || quote_ident(d.nspname), ''),
              CASE WHEN b.revoked THEN 'REVOKE' ELSE 'GRANT' END,
              string_agg(b.privilege_type, ', ' ORDER BY b.privilege_type),
              CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
                   WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS'
                   ELSE 'LARGE OBJECTS' END,
              CASE WHEN b.revoked THEN 'FROM' ELSE 'TO' END,
              CASE b.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(b.grantee)) END,
              CASE WHEN b.is_grantable AND NOT b.revoked THEN ' WITH GRANT OPTION' ELSE '' END)
FROM (
    SELECT false AS revoked, * FROM (TABLE given EXCEPT TABLE usual) g
    UNION ALL
    SELECT true, * FROM (TABLE usual EXCEPT TABLE given) u
) AS b JOIN defaults d USING (oid)
WHERE b.grantee <> d.defaclrole
GROUP BY d.oid, d.defaclrole, d.nspname, d.defaclobjtype, b.revoked, b.grantee, b.is_grantable
"""


def left_behind(connection: Connection) -> list[LeftBehind]:
    """All of it, roles first and what refers to them after. The database is named as psql names
    the one that it is connected to: the new one may have another name."""
    names = {"own": OWN_SCHEMAS, "dms": DMS_TABLES}
    found = [
        LeftBehind(*row)
        for query in (_OTHERS, _TO_COME, _ACLS)
        for row in connection.execute(query, names).fetchall()
    ]
    first = {"roles": 0, "memberships of roles": 1}
    return sorted(found, key=lambda each: (first.get(each.kind, 2), *each))


def by_kind(found: Iterable[LeftBehind]) -> dict[str, list[LeftBehind]]:
    """The same in groups."""
    groups: dict[str, list[LeftBehind]] = {}
    for each in found:
        groups.setdefault(each.kind, []).append(each)
    return groups


def script(found: Iterable[LeftBehind]) -> str:
    """A script for psql, a heading for each kind."""
    lines = [
        "-- What lives beside the schema of the old database and was not carried over.",
        "-- Read it, strike out what the new database does not need, then run the rest there.",
    ]
    for kind, things in by_kind(found).items():
        lines += ["", f"-- {kind}", *(each.statement for each in things)]
    return "\n".join(lines) + "\n"
