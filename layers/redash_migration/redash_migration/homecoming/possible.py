"""Can everything be brought home? Asked by the minute while people decide, and once more before.

Each answer is a check of the return's. What is UNKNOWN may be known in a minute, and does not pass
for possible until then. WARN is told to whoever decides, and lets it begin: a return that meets
what it warns of leads forward again, and loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import psycopg

from redash_migration.database.freeze import last_look as witness
from redash_migration.database.freeze import read_only
from redash_migration.database.planning.pace import COPY
from redash_migration.database.schema import drift, outline
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables import canary
from redash_migration.database.tables.catalog import Connection
from redash_migration.database.watch.measure import disk_use, measure_source
from redash_migration.database.watch.watching import source_before
from redash_migration.database.watch.written import Written, written
from redash_migration.errors import MigrationError
from redash_migration.failure_text import words
from redash_migration.homecoming.at_the_switch import identity
from redash_migration.homecoming.facts import LEFT_OPEN_FACT, OLD_FACT
from redash_migration.homecoming.forward_again import REMEDY
from redash_migration.homecoming.rights import lacking
from redash_migration.plan import Plan
from redash_migration.record import Check, Record

LEAST_ROOM = 256 * 1024 * 1024
SHOWN = 10
BYTES_A_KEY = 64
"""What the scan of keys keeps for each row in temporary files on the old host, both sides' keys
together."""
GROWTH_FACTOR = 2
"""A row that is written needs room for itself and for its WAL."""

_NOT_HERE = "Keep the new home, or go back without what was written since the switch."


def way_home(
    record: Record, plan: Plan, old: DatabaseAddress, new: DatabaseAddress, budget_seconds: int
) -> list[Check]:
    """The checks of a return, written down; `record` is the return's."""
    checks = [
        _keyless_tables(plan, budget_seconds),
        _asked(new, "new_schema", lambda session: _new_schema(record, session)),
        _asked(old, "old_schema", lambda session: _old_schema(record, session)),
        _asked(old, "old_database", lambda session: _old_database(record, session)),
        _asked(old, "old_role", _old_role),
        _room(record, plan, old, new),
    ]
    record.checks.put(*checks)
    return checks


def possible(checks: list[Check]) -> bool | None:
    """Whether everything can be brought home; None when that is not known."""
    states = {check.status for check in checks}
    return False if "FAIL" in states else None if "UNKNOWN" in states else True


def _asked(address: DatabaseAddress, name: str, ask: Callable[[Connection], Check]) -> Check:
    try:
        with closing(connect(address, purpose="way-home")) as session:
            return ask(session)
    except (psycopg.Error, MigrationError) as error:
        return Check(
            name, "UNKNOWN", words(error), "See that both databases answer; it is asked again."
        )


def _keyless_tables(plan: Plan, budget_seconds: int) -> Check:
    """A table without a key is carried whole, in the pause."""
    large = [
        table.qualified_name
        for table in plan.tables
        if not table.primary_key and table.raw_bytes / COPY.bytes_per_second > budget_seconds
    ]
    if large:
        detail = f"without a key and too large for the pause: {', '.join(large)}"
        return Check("keyless_tables", "FAIL", detail, _NOT_HERE)
    return Check("keyless_tables", "PASS", "no table without a key is large")


def _new_schema(record: Record, session: Connection) -> Check:
    fact = record.fact(drift.FACT)
    if fact is None:
        return Check("new_schema", "UNKNOWN", "VerifyIntegrity has not looked at it", _NOT_HERE)
    before, now = outline.Outline(fact["digest"], fact["objects"]), outline.read_outline(session)
    if found := outline.changes(before, now):
        detail = f"altered since the switch (an upgrade of Redash?): {_shown(found)}"
        return Check("new_schema", "FAIL", detail, _NOT_HERE)
    return Check("new_schema", "PASS", f"{len(now.objects)} objects, as at the switch")


def _old_schema(record: Record, session: Connection) -> Check:
    fact = record.of("forward").fact(drift.FACT)
    if fact is None:
        return Check("old_schema", "UNKNOWN", "the preflight has not looked at it", _NOT_HERE)
    before, now = outline.Outline(fact["digest"], fact["objects"]), outline.read_outline(session)
    if found := outline.changes(before, now):
        return Check("old_schema", "FAIL", f"altered since: {_shown(found)}", _NOT_HERE)
    return Check("old_schema", "PASS", f"{len(now.objects)} objects, as they were copied")


def _old_database(record: Record, session: Connection) -> Check:
    """It is the very database that was left, and nobody has written to it since."""
    name = "old_database"
    known = record.fact(OLD_FACT)
    if known is None:
        return Check(name, "UNKNOWN", "VerifyIntegrity has not looked at it", _NOT_HERE)
    if identity(session) != known or not _bears_our_mark(record, session):
        detail = "not the database that was left: created anew, or restored from a backup"
        return Check(name, "FAIL", detail, _NOT_HERE)
    if record.fact(LEFT_OPEN_FACT):
        detail = "a return that failed could not close it yet; it is tried every minute"
        return Check(name, "UNKNOWN", detail, REMEDY)
    if not read_only.laid(session):
        return Check(name, "FAIL", "somebody has lifted the fence there", _NOT_HERE)
    fact = record.of("forward").fact(witness.FACT)
    then = None if fact is None else Written(int(fact["rows"]), str(fact["epoch"]))
    now = written(session)
    if then is not None and now.epoch == then.epoch and now.rows > then.rows:
        detail = f"{now.rows - then.rows} rows were written there since the switch"
        return Check(name, "FAIL", detail, _NOT_HERE)
    return Check(name, "PASS", "the fence stands, and nobody has written behind it")


def _old_role(session: Connection) -> Check:
    """The role may still write everything there."""
    if missing := lacking(session):
        return Check(
            "old_role",
            "FAIL",
            f"{session.info.user} can't bring rows home: {'; '.join(what for what, _ in missing)}",
            f"{'; '.join(remedy for _, remedy in missing)}. It is asked again.",
        )
    return Check("old_role", "PASS", "it may write everything on the old side, triggers silent")


def _bears_our_mark(record: Record, session: Connection) -> bool:
    """The canary that this migration wrote behind the fence; a backup of before has not even its
    table."""
    row = session.execute("SELECT to_regclass('redash_migration.canary') IS NOT NULL").fetchone()
    there = bool(row and row[0])
    return there and canary.mark(session, record.migration_id) is not None


def _room(record: Record, plan: Plan, old: DatabaseAddress, new: DatabaseAddress) -> Check:
    """Room on the old host for what has grown on the new side, and for the scan of keys."""

    def ask(session: Connection) -> Check:
        free = measure_source(session, source_before(record.of("forward"))).disk_free_bytes
        with closing(connect(new, purpose="way-home")) as other:
            grown = max(disk_use(other).bytes - source_before(record).disk_use.bytes, 0)
        rows = sum(table.rows for table in plan.tables)
        wanted = LEAST_ROOM + GROWTH_FACTOR * grown + BYTES_A_KEY * rows
        if free is None:
            detail = f"the free space on the old host is not known; {wanted} bytes are needed"
            return Check("room", "WARN", detail, "Look there before you go back: df -h.")
        if free < wanted:
            detail = f"{free} bytes are free on the old host, {wanted} are needed"
            return Check("room", "FAIL", detail, "Make room on the old host; it is asked again.")
        return Check("room", "PASS", f"{free} bytes are free on the old host, {wanted} needed")

    return _asked(old, "room", ask)


def _shown(found: list[str]) -> str:
    more = [f"{len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return ", ".join([*found[:SHOWN], *more])
