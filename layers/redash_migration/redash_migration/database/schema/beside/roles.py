"""Roles of the database, who belongs to whom, and what is set for them."""

from __future__ import annotations

CONCERNED = r"""
here AS (
    SELECT oid, datname, datdba FROM pg_catalog.pg_database WHERE datname = current_database()
), concerned AS (
    -- Roles that own, may, or are given something in this database (pg_shdepend says so); the
    -- groups that they belong to, whose rights they have; and who belongs to them, and has theirs.
    SELECT DISTINCT s.refobjid AS oid FROM pg_catalog.pg_shdepend s, here
    WHERE s.refclassid = 'pg_authid'::regclass
      AND (s.dbid = here.oid OR s.dbid = 0 AND s.objid = here.oid)
    UNION SELECT setrole FROM pg_catalog.pg_db_role_setting, here
    WHERE setdatabase = here.oid AND setrole <> 0
    UNION
    SELECT CASE c.oid WHEN a.member THEN a.roleid ELSE a.member END
    FROM concerned c JOIN pg_catalog.pg_auth_members a ON c.oid IN (a.member, a.roleid)
    WHERE a.roleid >= 16384
), roles AS (
    SELECT r.* FROM pg_catalog.pg_roles r JOIN concerned USING (oid)
    WHERE r.rolname <> current_user AND r.rolname !~ '^(pg|rds)_' AND r.oid >= 16384
)
"""

ROLES = f"""
WITH RECURSIVE {CONCERNED}
SELECT 'roles', rolname::text,
       format('CREATE ROLE %%I%%s;%%s', rolname, concat(
              CASE WHEN rolcanlogin THEN ' LOGIN' END,
              CASE WHEN rolcreatedb THEN ' CREATEDB' END,
              CASE WHEN rolcreaterole THEN ' CREATEROLE' END,
              CASE WHEN NOT rolinherit THEN ' NOINHERIT' END,
              CASE WHEN rolconnlimit >= 0 THEN ' CONNECTION LIMIT ' || rolconnlimit END,
              ' VALID UNTIL ' || quote_literal(rolvaliduntil)),
              CASE WHEN rolcanlogin THEN '  -- its password is set by hand' ELSE '' END)
FROM roles
UNION ALL
-- RDS may refuse these: its own roles stand for the last two.
SELECT 'roles with powers of their own', rolname::text,
       format('%%sALTER ROLE %%I %%s;', CASE WHEN power = 'BYPASSRLS' THEN '' ELSE '-- ' END,
              rolname, power)
FROM roles, unnest(ARRAY[
    CASE WHEN rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
    CASE WHEN rolsuper THEN 'SUPERUSER' END]) power
WHERE power IS NOT NULL
UNION ALL
-- From 16 on a membership has more options than one, and several grantors may have given it.
SELECT 'memberships of roles', m.rolname::text,
       format('GRANT %%I TO %%I%%s;', g.rolname, m.rolname, ' WITH ' || nullif(concat_ws(', ',
              CASE WHEN bool_or(a.admin_option) THEN 'ADMIN OPTION' END,
              CASE WHEN bool_and(to_jsonb(a) -> 'inherit_option' = 'false')
                   THEN 'INHERIT FALSE' END,
              CASE WHEN bool_and(to_jsonb(a) -> 'set_option' = 'false') THEN 'SET FALSE' END), ''))
FROM pg_catalog.pg_auth_members a JOIN roles m ON m.oid = a.member
JOIN pg_catalog.pg_roles g ON g.oid = a.roleid
GROUP BY m.rolname, g.rolname
UNION ALL
SELECT 'comments', rolname::text, format('COMMENT ON ROLE %%I IS %%L;', rolname, s.description)
FROM roles r JOIN pg_catalog.pg_shdescription s
  ON s.objoid = r.oid AND s.classoid = 'pg_authid'::regclass
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
"""  # noqa: S608 - made of constants
