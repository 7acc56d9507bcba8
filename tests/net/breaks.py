"""Rules of the data plane left out, one at a time: the net has to find each.

A net that finds nothing may have holes. So each rule that decides how something odd is carried has
a break here, which takes the rule out of the running code; with it, some generated source must come
to grief, or the net does not reach that rule. `make soak BREAK=name` looks for one, `BREAK=all` for
each (an hour and more). `shows` is what a source must hold to be worth a try: others are drawn, and
passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import psycopg

from redash_migration.database.copying import finish, firing, indexes, quiet, restore
from redash_migration.database.copying.differences import keys
from redash_migration.database.freeze import closing
from redash_migration.database.integrity import foreign_keys, verify
from redash_migration.database.planning import statistics
from redash_migration.database.planning.chunks import KeyStatistics
from redash_migration.database.schema import completion, drift, left_behind, outline, stages
from redash_migration.database.sequences import extremes, target
from redash_migration.database.sequences import source as sequences
from redash_migration.database.session import data_session
from redash_migration.database.session.data_session import Session
from redash_migration.database.tables import carriable, catalog, key, row_hash, shape
from redash_migration.database.verification import compare
from redash_migration.database.verification import precopy as early_comparison
from redash_migration.plan import Exclusion
from redash_migration.preflight.pair import comparison as pair
from redash_migration.preflight.pair import encodings
from redash_migration.preflight.source import questions, visibility
from redash_migration.preflight.tables import methods as planning
from redash_migration.preflight.tables import sizes
from redash_migration.record import Check

Change = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Break:
    """A rule left out by these changes; `shows` is a pattern of the sources that can show it,
    `pieces` says that tables have to be cut for it, and `before` that only a target older than
    this version does (0: any)."""

    changes: tuple[Change, ...]
    shows: str = ""
    pieces: bool = False
    before: int = 0

    def applied(self) -> AbstractContextManager[Any]:
        stack = ExitStack()
        for change in self.changes:
            stack.enter_context(change())
        return stack


def instead(owner: object, name: str, value: object) -> Change:
    """Another value for a name of a module or class."""
    return lambda: patch.object(owner, name, value)


def without(module: object, name: str, rule: str, left: str = "") -> Change:
    """A text of a module with a part of it replaced. The part must be there."""

    def change() -> AbstractContextManager[Any]:
        text = getattr(module, name)
        assert rule in text, f"{name} does not hold {rule!r} any more: mend the break"
        return patch.object(module, name, text.replace(rule, left))

    return change


def reason(words: str) -> Change:
    """A table goes by DMS although it must not for this reason."""
    before = carriable.exclusions

    def exclusions(table: catalog.CatalogTable) -> tuple[Exclusion, ...]:
        return tuple(each for each in before(table) if words not in each.reason)

    return instead(planning, "exclusions", exclusions)


def question(module: Any, name: str) -> Change:
    """A question that the preflight does not ask."""
    return lambda: patch.dict(module.QUESTIONS, {name: lambda *_: ()})


def _unguarded() -> AbstractContextManager[Any]:
    """Sessions as PostgreSQL opens them: a policy hides rows without a word."""
    connect = psycopg.connect

    def opened(*arguments: Any, **parameters: Any) -> Any:
        options = str(parameters.get("options") or "").replace(
            "row_security=off", "row_security=on"
        )
        return connect(*arguments, **{**parameters, "options": options})

    return patch.object(psycopg, "connect", opened)


def _late_horizon(session: Session) -> int:
    row = session.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
    assert row is not None
    return int(row[0])


def _text_order(session: Session, schema: str, name: str) -> KeyStatistics | None:
    found = _key_statistics(session, schema, name)
    if found is None or found.integer:
        return found
    return KeyStatistics(found.integer, tuple(sorted(found.bounds)), found.columns)


_key_statistics = statistics.key_statistics


def _one_scheme(source: Session, target: Session) -> row_hash.Scheme:
    return row_hash.scheme_for(*(side.info.server_version // 10000 for side in (source, target)))


def _passed(name: str) -> Check:
    return Check(name, "PASS", "not looked at")


def _sound(source: object, target: object) -> Iterable[Check]:
    return [Check("databases.encoding", "PASS", "not looked at")]


_INCLUDED = "AND kk.place <= ki.indnkeyatts"
_OF_PARENTS = (
    "AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = i.indexrelid)"
)

BREAKS = {
    "sequence-steps": Break(
        (
            without(
                target,
                "_BLOCK",
                "goal := goal + floor((extreme - goal::numeric) / step) * step;",
                "goal := extreme;",
            ),
        ),
        r"INCREMENT (2|3|-7)",
    ),
    "sequence-never-called": Break(
        (
            instead(
                sequences,
                "_states",
                lambda _, found: [(each.last_value, True) for each in found],
            ),
        ),
        r"RESTART WITH (99|70000)",
    ),
    "sequence-cycle": Break(
        (without(sequences, "_SEQUENCES", "s.seqcycle", "false"),), r"MAXVALUE 2000 CYCLE"
    ),
    "sequence-behind-values": Break(
        (
            instead(target, "counted_uses", lambda *_: []),
            instead(extremes, "counted_uses", lambda *_: []),
        ),
        r"AS IDENTITY",
    ),
    "sequence-of-an-expression": Break(
        (without(sequences, "_SEQUENCES", sequences.DRAWN, "true"),), r"1000 - nextval"
    ),
    "row-security": Break(
        (
            _unguarded,
            without(
                visibility,
                "_RELATIONS",
                "c.relkind <> 'S' AND row_security_active(c.oid)",
                "false",
            ),
        ),
        r"carried by a plain role[\s\S]*CREATE POLICY p ",
    ),
    "inheritance-only": Break(
        (instead(shape.TableShape, "only", property(lambda self: self.identifier)),), r"INHERITS"
    ),
    "inheritance-by-dms": Break((reason("table inheritance"),), r"INHERITS \(lean"),
    "partition-indexes": Break(
        (without(indexes, "_INDEXES", _OF_PARENTS),), r"CREATE INDEX on_part"
    ),
    "indexes-with-comments": Break(
        (without(indexes, "_INDEXES", "WHERE d.objoid = i.indexrelid", "WHERE false"),),
        r"COMMENT ON INDEX",
    ),
    "always-triggers": Break(
        (without(firing, "_FIRING", "g.tgenabled IN ('A', 'R')", "g.tgenabled = 'R'"),),
        r"TABLE lean_\d ENABLE ALWAYS TRIGGER",
    ),
    "replica-triggers": Break(
        (without(firing, "_FIRING", "g.tgenabled IN ('A', 'R')", "g.tgenabled = 'A'"),),
        r"TABLE lean_\d ENABLE REPLICA TRIGGER",
    ),
    "rules-that-fire": Break(
        (without(firing, "_FIRING", "r.ev_enabled IN ('A', 'R')", "false"),),
        r"TABLE lean_\d ENABLE REPLICA RULE",
    ),
    "triggers-fire-again": Break(
        (instead(finish, "fire_again", lambda *_: 0),), r"(ALWAYS|REPLICA) TRIGGER"
    ),
    "include-keys": Break(
        tuple(
            without(module, name, _INCLUDED)
            for module, name in (
                (catalog, "_TABLES"),
                (shape, "_SHAPES"),
                (foreign_keys, "_FOREIGN_KEYS"),
            )
        ),
        r"TABLE lean_[^;]*tsvector[^;]*INCLUDE",
    ),
    "deferrable-keys": Break((reason("deferrable primary key"),), r"TABLE lean_[^;]*DEFERRABLE"),
    "replica-identity": Break(
        (reason("replica identity"),), r"TABLE lean_\d REPLICA IDENTITY NOTHING"
    ),
    "no-key": Break((reason("no primary key"),), r"TABLE lean_\d \(id integer NOT NULL"),
    "unlogged": Break((reason("unlogged"),), r"UNLOGGED TABLE lean"),
    "not-valid": Break((instead(stages, "_NOT_VALID", re.compile(r"(?!)")),), r"lean_check"),
    "foreign-keys-proved": Break(
        (instead(verify, "prove", lambda *_: None),), r"REFERENCES lean_\d ON DELETE CASCADE"
    ),
    "not-null-again": Break(
        (instead(verify, "relaxed_columns", lambda *_: []),), r"TABLE lean_[^;]*words text NOT NULL"
    ),
    "nan-and-infinity": Break(
        (instead(sizes, "may_be_altered", lambda *_: False),), r"TABLE lean_[^;]*'(NaN|infinity)'"
    ),
    "numbers-without-precision": Break(
        (reason("numeric without precision"),), r"TABLE lean_[^;]* numeric DEFAULT"
    ),
    "enumerations": Break((reason("enumerations"),), r"TABLE lean_[^;]* mood DEFAULT"),
    "wildcard-names": Break((reason("wildcard"),), r'TABLE "lean%'),
    "names-alike-but-for-case": Break(
        (instead(planning, "alike_but_for_case", lambda *_: frozenset()),),
        r'TABLE "LEAN_',
    ),
    "checks-on-lobs": Break((reason("a CHECK on a LOB"),), r"TABLE lean_[^;]*CHECK"),
    "domains-that-forbid-null": Break(
        (reason("a domain that forbids NULL"),), r"TABLE lean_[^;]* label "
    ),
    "bounds-in-text-order": Break(
        (instead(statistics, "key_statistics", _text_order),),
        r"TABLE lean_\d \(id double",
        pieces=True,
    ),
    "identity-by-dms": Break(
        (reason("GENERATED ALWAYS AS IDENTITY"),), r"TABLE lean_[^;]*ALWAYS AS IDENTITY"
    ),
    "generated-columns": Break(
        (without(shape, "_SHAPES", "a.attgenerated = '', a.attgenerated", "true, a.attgenerated"),),
        r"TABLE lean_[^;]*STORED",
    ),
    "generated-by-dms": Break((reason("a generated column"),), r"TABLE lean_[^;]*STORED"),
    "large-objects": Break((question(questions, "source.large_objects"),), r"lo_from_bytea"),
    "extension-rows": Break((question(questions, "source.extension_rows"),), r"configured"),
    "rights": Break(
        (
            without(
                left_behind,
                "ACLS",
                "(TABLE given EXCEPT TABLE usual) g",
                "(TABLE given EXCEPT TABLE usual) g WHERE false",
            ),
        ),
        r"GRANT",
    ),
    "rights-that-are-narrowed": Break(
        (
            without(
                left_behind,
                "ACLS",
                "(TABLE usual EXCEPT TABLE given) u",
                "(TABLE usual EXCEPT TABLE given) u WHERE false",
            ),
        ),
        r"REVOKE (EXECUTE|USAGE|TEMP)",
    ),
    "default-privileges": Break(
        (instead(left_behind, "TO_COME", "SELECT '', '', '' WHERE '' = ANY (%(own)s)"),),
        r"DEFAULT PRIVILEGES",
    ),
    "settings-of-the-database": Break(
        (
            without(
                left_behind, "ROLES", "(s.setdatabase = d.oid", "false AND (s.setdatabase = d.oid"
            ),
        ),
        r"ALTER DATABASE",
    ),
    "materialized-views": Break(
        (without(left_behind, "REFRESHES", "c.relispopulated", "false"),),
        r"MATERIALIZED VIEW kept_\d+ AS SELECT count",
    ),
    "materialized-views-in-order": Break(
        (without(left_behind, "REFRESHES", "max(d.level)", "0"),),
        r"MATERIALIZED VIEW zz_\d",
    ),
    "owners": Break(
        (without(left_behind, "OBJECTS", "o.owner <> (SELECT", "false AND o.owner <> (SELECT"),),
        r"OWNER TO",
    ),
    "publications-of-schemas": Break(
        (instead(left_behind, "WHOLE_SCHEMAS", "NULL"),), r"FOR TABLES IN SCHEMA"
    ),
    "keys-by-their-places": Break(
        (instead(keys, "_place", lambda shape, number: shape.key[number]),),
        r"TABLE lean_[^;]*PRIMARY KEY \(id, gone",
        pieces=True,
    ),
    "hash-in-other-encodings": Break(
        tuple(
            instead(module, "scheme_between", _one_scheme)
            for module in (restore, compare, early_comparison)
        ),
        r"-- (EUC_JP|LATIN1)[\s\S]*TABLE lean_[^;]*DEFAULT '(é|日本)'",
    ),
    "texts-that-are-no-utf8": Break(
        (instead(pair, "encodings", _sound),), r"CREATE TABLE (odd|keyed) "
    ),
    "binary-form-of-own-types": Break(
        (without(shape, "_SHAPES", "OR p.typcategory = 'A' AND p.typelem >= %(first)s"),),
        r"TABLE lean_[^;]* (mood|price)\[\]",
        before=14,
    ),
    "values-that-name-objects": Break(
        (without(shape, "_SHAPES", "OR p.oid < %(first)s AND p.typname LIKE 'reg%%'"),),
        r"TABLE lean_[^;]* regclass\[\]",
    ),
    "emptied-by-truncate": Break(
        (instead(drift, "emptied", lambda *_: []),),
        r"TABLE (lean_\d) \(id integer PRIMARY KEY, v varchar\(30\)\);[\s\S]*TRUNCATE[^;]*\1",
    ),
    "empty-tsquery": Break(
        (without(shape, "_SHAPES", "OR p.typsend = 'pg_catalog.tsquerysend'::regproc"),),
        r"TABLE lean_[^;]* tsquery",
    ),
    "horizon": Break(
        (instead(restore, "read_horizon", _late_horizon),),
        r"TABLE lean_[^;]*tsvector[\s\S]*-- kept open[\s\S]*UPDATE lean_\d SET v = 'held'",
        pieces=True,
    ),
    "drift-of-policies-and-comments": Break(
        (
            instead(
                outline,
                "_NOT_SCHEMA",
                outline._NOT_SCHEMA | {"pg_policy", "pg_description", "pg_cast", "pg_enum"},
            ),
        ),
        r"-- altered;\s*(CREATE POLICY|COMMENT|CREATE CAST|ALTER TYPE)",
    ),
    "owners-of-sequences": Break(
        (instead(outline, "_OWNERS_OF_SEQUENCES", "SELECT 0::oid, 0::oid, '' WHERE false"),),
        r"-- altered;\s*ALTER SEQUENCE shared OWNED",
    ),
    "keys-of-own-types": Break(
        tuple(
            without(module, name, f"AND NOT EXISTS ({key._OF_EXTENSION})")
            for module, name in ((catalog, "_TABLES"), (shape, "_SHAPES"))
        ),
        r"TABLE lean_\d \(id own",
    ),
    "policies-for-strangers": Break(
        (instead(pair, "policies_beyond", lambda *_: _passed("databases.row_security")),),
        r"POLICY theirs",
    ),
    "search-path": Break((question(questions, "source.search_path"),), r"TABLE sought"),
    "event-triggers": Break((question(questions, "source.event_triggers"),), r"TRIGGER telling"),
    "hash-partitions": Break(
        (instead(pair, "_hash_partitions", lambda *_: _passed("databases.hash_partitions")),),
        r"INSERT INTO scattered",
    ),
    "orphans": Break((question(questions, "source.orphans"),), r"INSERT INTO orphan"),
    "comments-on-late-constraints": Break(
        (instead(completion, "_constraint", lambda _: ""),), r"COMMENT ON CONSTRAINT check_"
    ),
    "lobs-in-keys": Break((reason("a LOB in the primary key"),), r"TABLE lean_\d \(id text"),
    "room-for-moved-values": Break(
        (instead(restore, "_make_room", lambda *_, **__: None),),
        r"TABLE lean_[^;]* u text UNIQUE",
        pieces=True,
    ),
    "names-with-backslashes": Break(
        (without(sequences, "_SEQUENCES", r"nextval\('([^']|'')*'", r"nextval\('([^'\\]|'')*'"),),
        r'SEQUENCE "odd',
    ),
    "foreign-keys-of-partitioned-tables": Break(
        (instead(completion, "_TAKE_NO_NOT_VALID", (psycopg.errors.FeatureNotSupported,)),),
        r"TABLE beside_\d \([^;]*REFERENCES[^;]* PARTITION BY HASH",
        before=18,
    ),
    "names-that-read-alike": Break(
        (question(questions, "source.names"),), r"INSERT INTO a\.(?![\s\S]*-- kept open)"
    ),
    "json-keys-in-other-encodings": Break(
        (instead(encodings, "has_other_keys", lambda *_: False),), r"INSERT INTO keyed"
    ),
    "pinned-settings": Break(
        (
            instead(
                data_session,
                "PINNED",
                {"search_path": "pg_catalog", "xmloption": "content"},
            ),
        ),
        r"TABLE lean_[^;]* at timestamptz",
    ),
    "partitions-by-dms": Break((reason("a partition"),), r"TABLE beside_\d \([^;]* BY LIST"),
    "texts-of-any-length": Break(
        (reason("character type without a length"),), r"TABLE lean_[^;]* v varchar NOT NULL"
    ),
    "triggers-quiet": Break(
        (instead(quiet, "set_locally", lambda *_: None),),
        r"TABLE lean_\d ENABLE TRIGGER on_rows",
    ),
    "drift": Break((instead(closing, "drift", lambda *_: None),), r"-- altered"),
}
