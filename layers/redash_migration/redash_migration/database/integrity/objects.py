"""What two catalogs say of tables and of all that works on them: it must be the same.

Checksums compare rows. That the next row can be written, and is written as before, depends on
defaults, triggers, constraints, functions; somebody may have altered one of them meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from redash_migration.database.session.data_session import Session
from redash_migration.database.tables.catalog import OWN_SCHEMAS, USERS_TRIGGER
from redash_migration.record.checks import Check

Objects = Mapping[str, Mapping[str, str]]
"""By kind, then by name (schema.table.name, schema.name, as SQL spells them, for "a.b".c is not
a."b.c"): the object's state in a few words that every version of PostgreSQL spells alike.
Expressions are left out: versions print them anew."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """What the target may have of some kinds of objects."""

    check: str
    kinds: tuple[str, ...]
    noun: str
    more_matters: bool = False
    """Whether one that only the target has can stand in a writer's way."""
    only_more: tuple[str, ...] = ()
    """Kinds of which only such a one counts; where the target lacks one, another check says so."""


_INVALID = "INVALID"

_RULES = (
    _Rule("integrity.tables", ("table", "rule"), "tables and rules", more_matters=True),
    _Rule("integrity.columns", ("column",), "columns", more_matters=True, only_more=("not null",)),
    _Rule("integrity.constraints", ("constraint",), "constraints", more_matters=True),
    _Rule("integrity.indexes", ("index",), "indexes", only_more=("unique index",)),
    _Rule("integrity.triggers", ("trigger",), "triggers", more_matters=True),
    _Rule("integrity.functions", ("function",), "functions"),
    _Rule("integrity.views", ("view",), "views"),
    _Rule("integrity.sequences", ("sequence",), "sequences"),
)

_OBJECTS = (
    r"""
WITH tables AS (
    SELECT c.oid, c.relkind, c.relpersistence, c.relispartition, c.relrowsecurity,
           c.relforcerowsecurity,
           format('%%I.%%I', n.nspname, c.relname) AS name
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname || '.' || c.relname = ANY (%(tables)s)
), schemas AS (
    SELECT oid, nspname FROM pg_catalog.pg_namespace
    WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname <> ALL (%(own)s)
      AND nspname NOT LIKE 'pg\_%%'
), members AS (
    -- Of extensions; and functions that a range type brings along, from 14 on some more.
    SELECT classid, objid FROM pg_catalog.pg_depend
    WHERE deptype = 'e' OR deptype = 'i' AND refclassid = 'pg_type'::regclass
)
SELECT 'table', name,
       concat_ws(' ', CASE relkind WHEN 'p' THEN 'partitioned' END,
                 CASE relpersistence WHEN 'u' THEN 'unlogged' ELSE 'logged' END,
                 CASE WHEN relrowsecurity THEN 'with row security' END,
                 CASE WHEN relforcerowsecurity THEN 'forced' END)
FROM tables
UNION ALL
SELECT 'rule', t.name || '.' || quote_ident(r.rulename), r.ev_enabled::text
FROM tables t JOIN pg_catalog.pg_rewrite r ON r.ev_class = t.oid
UNION ALL
SELECT 'column', t.name || '.' || quote_ident(a.attname),
       concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                 CASE WHEN a.attcollation <> y.typcollation THEN o.collname END,
                 -- From 17 on a partition has its parent's; before, none.
                 CASE WHEN NOT t.relispartition THEN CASE a.attidentity
                      WHEN 'a' THEN 'always identity' WHEN 'd' THEN 'identity' END END,
                 CASE WHEN a.attgenerated <> '' THEN 'generated'
                      WHEN a.atthasdef THEN 'with a default' END)
FROM tables t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid
JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation
WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'not null', t.name || '.' || quote_ident(a.attname), 'NOT NULL'
FROM tables t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull
UNION ALL
SELECT 'constraint', t.name || '.' || quote_ident(k.conname),
       CASE k.contype WHEN 'c' THEN 'CHECK' WHEN 'x' THEN 'EXCLUDE'
            ELSE pg_get_constraintdef(k.oid) END
FROM tables t JOIN pg_catalog.pg_constraint k ON k.conrelid = t.oid
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conparentid = 0
UNION ALL
SELECT kind, t.name || '.' || quote_ident(i.relname),
       concat_ws(' ', CASE WHEN x.indisunique THEN 'unique' END, m.amname, (
           SELECT string_agg(coalesce(a.attname, '(expression)'), ', ' ORDER BY k.place)
           FROM unnest(x.indkey) WITH ORDINALITY k(attnum, place)
           LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum),
           CASE WHEN NOT (x.indisvalid AND x.indisready AND x.indislive) THEN 'INVALID' END)
FROM tables t JOIN pg_catalog.pg_index x ON x.indrelid = t.oid
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid JOIN pg_catalog.pg_am m ON m.oid = i.relam
CROSS JOIN LATERAL unnest(ARRAY['index', CASE WHEN x.indisunique THEN 'unique index' END]) kind
WHERE kind IS NOT NULL
UNION ALL
SELECT 'trigger', t.name || '.' || quote_ident(g.tgname),
       CASE g.tgenabled WHEN 'O' THEN 'enabled' WHEN 'D' THEN 'disabled'
            WHEN 'R' THEN 'for replicas' ELSE 'always' END
FROM tables t JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid WHERE """  # noqa: S608 - made of constants
    + USERS_TRIGGER
    + r"""
UNION ALL
SELECT 'function',
       format('%%I.%%I(%%s)', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
       concat_ws(' ', l.lanname, p.provolatile, p.prosecdef, md5(convert_to(p.prosrc, 'UTF8')))
FROM schemas s JOIN pg_catalog.pg_proc p ON p.pronamespace = s.oid
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.proname NOT LIKE 'awsdms\_%%' AND ('pg_proc'::regclass, p.oid) NOT IN (TABLE members)
UNION ALL
SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'view' END,
       format('%%I.%%I', s.nspname, c.relname),
       coalesce(concat_ws(' ', q.seqtypid::regtype, 'from', q.seqstart, 'by', q.seqincrement,
                          'within', q.seqmin, q.seqmax, CASE WHEN q.seqcycle THEN 'cycle' END),
                CASE c.relkind WHEN 'm' THEN 'materialized' ELSE 'view' END)
FROM schemas s JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid
LEFT JOIN pg_catalog.pg_sequence q ON q.seqrelid = c.oid
WHERE c.relkind IN ('v', 'm', 'S') AND c.relpersistence <> 't'
  AND ('pg_class'::regclass, c.oid) NOT IN (TABLE members)
"""
)


def read_objects(session: Session, tables: Sequence[str]) -> Objects:
    """What works on tables named schema.table, and the functions, views and sequences that users
    made, in one round trip."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    rows = session.execute(_OBJECTS, {"tables": list(tables), "own": OWN_SCHEMAS})
    for kind, name, state in rows.fetchall():
        found[kind][name] = state
    return found


def compare_objects(source: Objects, target: Objects) -> list[Check]:
    """A check for each kind, FAIL naming what the target lacks, has altered, or has on top."""
    return [_check(rule, source, target) for rule in _RULES]


def _check(rule: _Rule, source: Objects, target: Objects) -> Check:
    odd: list[str] = []
    for kind in rule.kinds:
        there, here = _whole(source.get(kind, {})), target.get(kind, {})
        odd += [f"{name} is missing" for name in sorted(there.keys() - here.keys())]
        odd += [
            f"{name} is {here[name]}, on the source {there[name]}"
            for name in sorted(there.keys() & here.keys())
            if here[name] != there[name]
        ]
    for kind in rule.only_more + (rule.kinds if rule.more_matters else ()):
        there, here = source.get(kind, {}), target.get(kind, {})
        odd += [f"{name} ({here[name]}) is new" for name in sorted(here.keys() - there.keys())]
    if not odd:
        count = sum(len(target.get(kind, {})) for kind in rule.kinds)
        return Check(rule.check, "PASS", f"{count} {rule.noun} as on the source")
    return Check(
        rule.check,
        "FAIL",
        f"on the target {'; '.join(odd[:20])}" + (" ..." if len(odd) > 20 else ""),
        "roll back, see who or what left them so, and start again",
    )


def _whole(objects: Mapping[str, str]) -> Mapping[str, str]:
    """Without the source's invalid indexes, which pg_dump leaves out."""
    return {name: state for name, state in objects.items() if not state.endswith(_INVALID)}
