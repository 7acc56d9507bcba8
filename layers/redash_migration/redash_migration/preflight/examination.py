"""All questions of the preflight, and the plan that follows from the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal

import psycopg

from redash_migration.database.prediction import measure_speeds, observed, predict
from redash_migration.database.schema.left_behind import LeftBehind, left_behind
from redash_migration.database.schema.outline import Outline, read_outline
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.session.connection import connect
from redash_migration.database.tables.catalog import Connection, count_sequences, read_tables
from redash_migration.database.watch.measure import SourceBefore, disk_use
from redash_migration.failure_text import words
from redash_migration.homecoming.at_the_switch import identity
from redash_migration.plan import Plan
from redash_migration.preflight import target, way_back
from redash_migration.preflight.asking import ask, names, unknown
from redash_migration.preflight.pair import comparison as pair
from redash_migration.preflight.pause import NO_WINDOW, Window, pause_check, window_check
from redash_migration.preflight.source import database, questions, readiness
from redash_migration.preflight.source.room import find_room
from redash_migration.preflight.tables.largest_row import largest_row
from redash_migration.preflight.tables.methods import plan_tables, table_checks
from redash_migration.record import Check
from redash_migration.record.steps import StepTiming
from redash_migration.replication.engine_version import engine_check

Side = Literal["source", "target"]


@dataclass(frozen=True, slots=True)
class Request:
    """What the preflight has to know beside the two addresses.

    `host` is InspectHost's fact. Budgets in seconds and bytes, 0 for none. `slots_before` are the
    replication slots that an earlier run of this migration's preflight found, None at the first.
    `steps` tell how long this migration's steps take here. `replication_engine` is the DMS engine's
    version, None where nobody asked DMS. `old_targets` are those of the listener's group now:
    ``{"host", "port"}``.
    """

    migration_id: str
    host: Mapping[str, Any]
    application_role: str = ""
    write_pause_budget: int = 0
    wal_budget: int = 0
    window: Window = NO_WINDOW
    slots_before: tuple[str, ...] | None = None
    steps: Sequence[StepTiming] = ()
    replication_engine: str | None = None
    old_targets: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Examination:
    """Every answer; the plan, the source's state and its schema's outline, unless a database could
    not be read."""

    checks: tuple[Check, ...]
    plan: Plan | None = None
    source: SourceBefore | None = None
    outline: Outline | None = None
    left_behind: tuple[LeftBehind, ...] = ()
    target: Mapping[str, Any] | None = None
    """Which database the target is (``at_the_switch.identity``)."""


def examine(
    source_address: DatabaseAddress, target_address: DatabaseAddress, request: Request
) -> Examination:
    """Reads both databases, changes neither. A database that can't be reached is a FAIL."""
    checks: list[Check] = []
    with ExitStack() as stack:
        old = _open(stack, source_address, "source", checks)
        new = _open(stack, target_address, "target", checks)
        if new is not None:
            checks += ask(new, target.questions(request.migration_id, request.application_role))
        if old is None:
            return Examination(tuple(checks))
        versions = list(database.version(old))
        checks += versions
        if versions[0].status == "FAIL":
            return Examination(tuple(checks))
        checks += ask(old, questions.QUESTIONS)
        checks += ask(old, way_back.QUESTIONS)
        reachable = way_back.redash_reachable(request.old_targets, source_address.host)
        checks += [reachable] if reachable is not None else []
        if new is not None:
            checks += _compared(old, new, request.application_role)
        planned = _planned(old, new, request, checks)
        beside = _beside(old)
        which = identity(new) if new is not None else None
    return Examination(tuple(checks), *planned, left_behind=beside, target=which)


def _open(
    stack: ExitStack, address: DatabaseAddress, side: Side, checks: list[Check]
) -> Connection | None:
    name = f"{side}.reachable"
    try:
        connection = stack.enter_context(connect(address, purpose="preflight"))
    except psycopg.OperationalError as error:
        said = words(error)
        checks.append(Check(name, "FAIL", f"{address}: {said}", _remedy(side, said)))
        return None
    checks.append(Check(name, "PASS", str(address)))
    return connection


def _remedy(side: Side, said: str) -> str:
    if "password" in said or "authentication" in said:
        return f"Correct username and password in the {side} database's secret."
    if "does not exist" in said:
        return f"Correct dbname or username in the {side} database's secret."
    if "pg_hba" in said:
        return "Add a line for the functions' subnets to pg_hba.conf, and reload."
    if "SSL" in said or "certificate" in said:
        return f"Correct sslmode in the {side} database's secret, or the server's certificate."
    if side == "source":
        return (
            "Publish PostgreSQL's port on the old host (allowSourceRestart does so) and let the"
            " functions' security group reach it; correct host and port in the source's secret."
        )
    return "Let the functions' security group reach the target; correct host and port."


def refused_for_good(checks: tuple[Check, ...]) -> Iterator[Check]:
    """Failures that preparing the source would not mend."""
    for check in checks:
        if check.status not in {"FAIL", "UNKNOWN"}:
            continue
        known_answer = check.id != "source.reachable" or "allowSourceRestart" in check.remedy
        if check.id not in readiness.PREPARABLE or not known_answer:
            yield check


def _compared(old: Connection, new: Connection, role: str) -> list[Check]:
    try:
        return list(pair.compare(old, new, role))
    except psycopg.Error as error:
        if old.closed or new.closed:
            raise
        return [unknown("databases.comparison", error)]


def _beside(old: Connection) -> tuple[LeftBehind, ...]:
    try:
        return tuple(left_behind(old))
    except psycopg.Error:
        if old.closed:
            raise
        return ()  # the check of that name says so


def _planned(
    old: Connection, new: Connection | None, request: Request, checks: list[Check]
) -> tuple[Plan | None, SourceBefore | None, Outline | None]:
    try:
        # First: what is made while the plan is must be seen as a change.
        outline = read_outline(old)
        room = find_room(old, request.host, request.wal_budget)
        checks += room.checks
        tables = plan_tables(old, read_tables(old))
        checks += table_checks(tables)
        checks.append(largest_row(tables))
        checks.append(way_back.room_for_return(tables, room))
        slots = request.slots_before
        if slots is None:
            slots = tuple(names(old, "SELECT slot_name::text FROM pg_catalog.pg_replication_slots"))
        sequences = count_sequences(old)
        used = disk_use(old)
        speeds = measure_speeds(old, tables)
    except psycopg.Error as error:
        if old.closed:
            raise
        checks.append(unknown("plan.made", error))
        return None, None, None
    versions = [side.info.server_version // 10000 if side else 0 for side in (old, new)]
    if request.replication_engine is not None:
        checks.append(engine_check(versions[0], request.replication_engine))
    pause = predict(tables, sequences, speeds, observed(request.steps))
    checks.append(pause_check(pause, request.write_pause_budget))
    checks.append(window_check(sum(table.bytes for table in tables), request.window))
    plan = Plan(
        migration_id=request.migration_id,
        source_version=versions[0],
        target_version=versions[1],
        tables=tables,
        sequences_count=sequences,
        total_bytes=sum(table.bytes for table in tables),
        predicted_write_pause_seconds=pause.seconds,
        predicted_parts=pause.parts,
        slots_before=slots,
        disk_free_bytes=room.disk_free_bytes,
        wal_budget_bytes=room.wal_budget_bytes,
    )
    before = SourceBefore(plan.slots_before, room.disk_free_bytes, room.wal_budget_bytes, used)
    return plan, before, outline
