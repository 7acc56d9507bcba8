"""Has anybody written on the source since it came to rest? The last look before the switch.

The fence keeps out who does not insist: a session may still ask for leave to write. Rows that come
in before the comparison differ there; what comes in afterwards would be lost with the switch. So
what the server counts is kept when the source is drained, and read again last of all, as the last
database step before the listener turns: with the fence itself, whoever is connected, and the
target's sequences, which somebody may have drawn from meanwhile. What can't be counted is UNKNOWN,
and keeps the new side closed.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from typing import Any, NamedTuple

from redash_migration.database.freeze import fence, read_only
from redash_migration.database.freeze.sessions import foreign_sessions, is_to_be_ended
from redash_migration.database.sequences.extremes import read_extremes
from redash_migration.database.sequences.goal import judge
from redash_migration.database.sequences.source import read_sequences
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.data_session import open_session
from redash_migration.database.tables.catalog import OWN_SCHEMAS, Connection
from redash_migration.database.watch.written import written
from redash_migration.record import Check, Record

FACT = "source_at_rest"
CHECK = "source.untouched"
_REMEDY = (
    "find who writes to the fenced database although its services are stopped (its sessions and"
    " log tell), and start again"
)

_FILES = r"""
SELECT md5(coalesce(string_agg(concat_ws('/', c.oid, pg_relation_filenode(c.oid)), ' '
                               ORDER BY c.oid), '')),
       current_setting('track_counts') = 'on'
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'S') AND c.oid >= 16384 AND n.nspname <> ALL (%s)
  AND n.nspname NOT LIKE 'pg\_temp%%'
"""


class AtRest(NamedTuple):
    """The source as the server counts it. `files` is a digest of which file each relation is in:
    TRUNCATE gives a new one, and is in no counter of rows."""

    rows: int
    epoch: str
    files: str
    counting: bool


def note_source(record: Record, source: Connection) -> None:
    """Keep what the source's server counts; to be called when the source has been drained."""
    record.put_fact(FACT, _at_rest(source)._asdict())


def last_look(
    record: Record,
    source: DatabaseAddress,
    target: DatabaseAddress,
    slots_before: Collection[str],
) -> list[Check]:
    """`source.untouched` and `sequences.ready`; PASS when the switch loses nothing.

    A session that stays open may count its rows late: up to a second, and up to ten before
    PostgreSQL 15 (manual, 27.2). Then it is still there, and is told by that.
    """
    with (
        closing(open_session(source, purpose="last-look")) as old,
        closing(open_session(target, purpose="last-look")) as new,
    ):
        return [_untouched(record, old, slots_before), _sequences(old, new)]


def _untouched(record: Record, source: Connection, slots_before: Collection[str]) -> Check:
    fact = record.fact(FACT)
    # Who is there first: what they write while we look is counted after.
    there = [each for each in foreign_sessions(source, slots_before) if is_to_be_ended(each)]
    prepared = fence.prepared(source)
    stands, now = read_only.laid(source), _at_rest(source)
    if not stands:
        return Check(CHECK, "FAIL", "somebody has lifted its fence", _REMEDY)
    if there or prepared:
        who = f"somebody is connected: {there[0]}" if there else "prepared transactions are there"
        return Check(CHECK, "FAIL", who, _REMEDY)
    if fact is None:
        return Check(CHECK, "UNKNOWN", "the source was not noted when it was drained", _REMEDY)
    return _compared(AtRest(**fact), now)


def _compared(then: AtRest, now: AtRest) -> Check:
    if not (now.counting and then.counting):
        return Check(
            CHECK,
            "UNKNOWN",
            "the server counts no rows: track_counts is off",
            "ALTER SYSTEM SET track_counts = on; SELECT pg_reload_conf(); then start again",
        )
    if now.epoch != then.epoch or now.rows < then.rows:
        return Check(CHECK, "UNKNOWN", "the counters of written rows were reset", _REMEDY)
    if now.rows > then.rows:
        return Check(
            CHECK, "FAIL", f"{now.rows - then.rows} rows were written behind the fence", _REMEDY
        )
    if now.files != then.files:
        return Check(
            CHECK, "FAIL", "a table was made, truncated or rewritten behind the fence", _REMEDY
        )
    return Check(CHECK, "PASS", "the fence stands, and no row was written behind it")


def _sequences(source: Connection, target: Connection) -> Check:
    """The target's sequences against the source's, and against what its columns hold by now."""
    name = "sequences.ready"
    wanted = read_sequences(source)
    found = {each.qualified_name: each for each in read_sequences(target)}
    problems = []
    for sequence, extreme in zip(wanted, read_extremes(target, wanted), strict=True):
        here = found.get(sequence.qualified_name)
        if here is None:
            problems.append(f"{sequence.qualified_name} is missing")
            continue
        judged = judge(sequence, extreme, here.last_value, target_called=here.called)
        if not judged.ok:
            problems.append(f"{judged.name}: {judged.problem}")
    if problems:
        return Check(
            name, "FAIL", "; ".join(problems[:20]), "see who else draws from them, start again"
        )
    return Check(name, "PASS", f"{len(wanted)} sequences are past what their columns hold")


def _at_rest(connection: Connection) -> AtRest:
    counted = written(connection)
    row: tuple[Any, ...] | None = connection.execute(_FILES, [OWN_SCHEMAS]).fetchone()
    assert row is not None  # noqa: S101 - an aggregate always answers
    return AtRest(counted.rows, counted.epoch, str(row[0]), bool(row[1]))
