"""Objects that the dump of a schema leaves out, or makes otherwise: (kind, name, statement)."""

from __future__ import annotations

OBJECTS = r"""
WITH here AS (
    SELECT oid, datname, datdba FROM pg_catalog.pg_database WHERE datname = current_database()
)
SELECT 'functions that run as their owner', f.oid::regprocedure::text,
       format('ALTER ROUTINE %%s OWNER TO %%I;', f.oid::regprocedure, pg_get_userbyid(f.proowner))
FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
WHERE f.prosecdef AND f.oid >= 16384 AND n.nspname <> ALL (%(own)s)
  AND f.proname NOT LIKE %(dms)s AND pg_get_userbyid(f.proowner) <> current_user
UNION ALL
SELECT 'publications', pubname::text,
       format('CREATE PUBLICATION %%I%%s'
              ' WITH (publish = %%L, publish_via_partition_root = %%L%%s);', pubname,
            CASE WHEN puballtables THEN ' FOR ALL TABLES' ELSE ' FOR ' || nullif(concat_ws(
               ', ', (
               -- Columns and conditions of rows are known from PostgreSQL 15 on.
               SELECT 'TABLE ' || string_agg(concat('ONLY ', r.prrelid::regclass, CASE
                   WHEN to_jsonb(r) ->> 'prattrs' IS NOT NULL THEN (
                       SELECT format('(%%s)', string_agg(quote_ident(a.attname), ', '))
                       FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.prrelid
                       AND to_jsonb(r) -> 'prattrs' @> to_jsonb(a.attnum))
                   END, (SELECT ' WHERE ' || (to_jsonb(t) ->> 'rowfilter')
                         FROM pg_catalog.pg_publication_tables t WHERE t.pubname = p.pubname
                         AND format('%%I.%%I', t.schemaname, t.tablename)::regclass
                             = r.prrelid)), ', ')
               FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid), {whole_schemas}), '')
           END,
           concat_ws(', ', CASE WHEN pubinsert THEN 'insert' END,
                     CASE WHEN pubupdate THEN 'update' END, CASE WHEN pubdelete THEN 'delete' END,
                     CASE WHEN pubtruncate THEN 'truncate' END), pubviaroot::text,
           -- From 18 on.
           CASE WHEN to_jsonb(p) ->> 'pubgencols' = 's'
                THEN ', publish_generated_columns = stored' END)
FROM pg_catalog.pg_publication p WHERE pubname NOT LIKE %(dms)s
UNION ALL
SELECT 'subscriptions', s.subname,
       format('-- CREATE SUBSCRIPTION %%I CONNECTION ''...'' PUBLICATION %%s;', s.subname,
              (SELECT string_agg(quote_ident(name), ', ') FROM unnest(s.subpublications) name))
FROM here d JOIN pg_catalog.pg_subscription s ON s.subdbid = d.oid
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
-- Of what the dump holds, its own statements are tried: target.schema_refused tells.
SELECT 'security labels', l.objtype || ' ' || l.objname,
       format('-- SECURITY LABEL FOR %%I ON %%s %%s IS %%L;', l.provider, upper(l.objtype),
              CASE l.objtype WHEN 'database' THEN ':"DBNAME"' ELSE l.objname END, l.label)
FROM here d, pg_catalog.pg_seclabels l
WHERE l.classoid = 'pg_database'::regclass AND l.objoid = d.oid
   OR l.classoid = 'pg_authid'::regclass AND l.objoid IN (
       SELECT refobjid FROM pg_catalog.pg_shdepend WHERE dbid = d.oid
       AND refclassid = 'pg_authid'::regclass)
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
-- What alembic_version's owner has not made: rights of views, and of whoever owns, go by the owner.
SELECT 'owners other than Redash''s own role', o.object,
       format('ALTER %%s OWNER TO %%I;', o.object, pg_get_userbyid(o.owner))
FROM (
    SELECT CASE c.relkind WHEN 'v' THEN 'VIEW ' WHEN 'm' THEN 'MATERIALIZED VIEW '
                          WHEN 'S' THEN 'SEQUENCE ' WHEN 'f' THEN 'FOREIGN TABLE '
                          ELSE 'TABLE ' END || format('%%I.%%I', n.nspname, c.relname) AS object,
           c.relowner AS owner, n.nspname, c.relname AS name, 'pg_class'::regclass AS catalog, c.oid
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d  -- a column's sequence goes with it
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                        AND c.relkind = 'S' AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))
    UNION ALL
    SELECT 'ROUTINE ' || format('%%I.%%I(%%s)', n.nspname, f.proname,
                                pg_get_function_identity_arguments(f.oid)),
           f.proowner, n.nspname, f.proname, 'pg_proc'::regclass, f.oid
    FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
    WHERE NOT f.prosecdef AND f.prokind <> 'a'
    UNION ALL
    SELECT 'TYPE ' || format('%%I.%%I', n.nspname, t.typname), t.typowner, n.nspname, t.typname,
           'pg_type'::regclass, t.oid
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
    WHERE t.typtype IN ('d', 'e', 'r') OR c.relkind = 'c'
    UNION ALL
    SELECT 'SCHEMA ' || quote_ident(n.nspname), n.nspowner, n.nspname, '',
           'pg_namespace'::regclass, n.oid
    FROM pg_catalog.pg_namespace n
) o
WHERE o.oid >= 16384 AND o.nspname <> ALL (%(own)s) AND o.nspname !~ '^pg_(toast|temp)'
  AND o.name NOT LIKE %(dms)s
  AND o.owner <> (SELECT min(relowner::oid::int8)::oid FROM pg_catalog.pg_class
                  WHERE relname = 'alembic_version' AND relkind = 'r')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = o.catalog
                  AND d.objid = o.oid AND d.deptype = 'e')
"""

WHOLE_SCHEMAS = """(
               SELECT 'TABLES IN SCHEMA ' || string_agg(quote_ident(m.nspname), ', ')
               FROM pg_catalog.pg_publication_namespace w
               JOIN pg_catalog.pg_namespace m ON m.oid = w.pnnspid WHERE w.pnpubid = p.oid)"""
"""Of publications, from PostgreSQL 15 on."""

MATERIALIZED_VIEWS = r"""
WITH RECURSIVE reads AS (
    SELECT DISTINCT r.ev_class AS reader, d.refobjid AS other
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind IN ('v', 'm')
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
), depth AS (
    -- What a function reads stands nowhere: a view that calls one comes behind all that do not.
    SELECT c.oid AS view, CASE WHEN EXISTS (
        SELECT FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
        WHERE r.ev_class = c.oid AND d.refclassid = 'pg_proc'::regclass AND d.refobjid >= 16384
    ) THEN 1000 ELSE 0 END AS level
    FROM pg_catalog.pg_class c WHERE c.relkind IN ('v', 'm')
    UNION
    SELECT r.reader, d.level + 1 FROM depth d JOIN reads r ON r.other = d.view
)
SELECT 'materialized views, made empty', c.oid::regclass::text,
       format('REFRESH MATERIALIZED VIEW %%s;', c.oid::regclass), max(d.level)
FROM pg_catalog.pg_class c JOIN depth d ON d.view = c.oid
WHERE c.relkind = 'm' AND c.oid >= 16384 AND c.relispopulated AND %(dms)s <> ALL (%(own)s)
GROUP BY c.oid
"""
"""With a rank: a view that reads another comes behind it."""
