"""Rights on objects that are there, and on those to come: (kind, name, statement) by SQL."""

from __future__ import annotations

ACLS = r"""
WITH place AS (
    SELECT oid, nspname FROM pg_catalog.pg_namespace
    WHERE nspname <> 'information_schema' AND nspname <> ALL (%(own)s)
      AND nspname NOT LIKE 'pg\_toast%%' AND nspname NOT LIKE 'pg\_temp%%'
), first AS (
    -- Rights that initdb gave on its own objects, and scripts of extensions on theirs.
    SELECT classoid, objoid, initprivs FROM pg_catalog.pg_init_privs WHERE objsubid = 0
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
    UNION ALL
    SELECT format('%%I.%%I', p.nspname, c.relname), format('(%%I)', a.attname), c.relowner,
           a.attacl, NULL::aclitem[]
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN place p ON p.oid = c.relnamespace
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND c.oid >= 16384
    UNION ALL
    SELECT 'SCHEMA ' || quote_ident(n.nspname), '', n.nspowner, n.nspacl,
           CASE n.nspname
               -- As a new database has it from 15 on: USAGE for everybody. What an older one gives
               -- everybody on top, CREATE, is a right that does not come along.
               WHEN 'public' THEN acldefault('n', n.nspowner)
                   || makeaclitem(0, n.nspowner, 'USAGE', false)
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
    UNION ALL
    SELECT 'TYPE ' || format('%%I.%%I', p.nspname, t.typname), '', t.typowner, t.typacl,
           acldefault('T', t.typowner)
    FROM pg_catalog.pg_type t JOIN place p ON p.oid = t.typnamespace WHERE t.typacl IS NOT NULL
    UNION ALL
    SELECT 'LANGUAGE ' || quote_ident(l.lanname), '', l.lanowner, l.lanacl,
           coalesce(f.initprivs, acldefault('l', l.lanowner))
    FROM pg_catalog.pg_language l
    LEFT JOIN first f ON f.classoid = 'pg_language'::regclass AND f.objoid = l.oid
    WHERE l.lanacl IS NOT NULL
    UNION ALL
    SELECT 'FOREIGN SERVER ' || quote_ident(s.srvname), '', s.srvowner, s.srvacl,
           acldefault('S', s.srvowner)
    FROM pg_catalog.pg_foreign_server s WHERE s.srvacl IS NOT NULL
    UNION ALL
    SELECT 'FOREIGN DATA WRAPPER ' || quote_ident(w.fdwname), '', w.fdwowner, w.fdwacl,
           acldefault('F', w.fdwowner)
    FROM pg_catalog.pg_foreign_data_wrapper w WHERE w.fdwacl IS NOT NULL
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

TO_COME = r"""
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
