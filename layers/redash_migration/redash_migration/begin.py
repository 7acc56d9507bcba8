"""The execution's input, the migration's name, and who may begin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from redash_migration.clock import moment
from redash_migration.errors import InvalidInput, MigrationInProgress
from redash_migration.record import Record
from redash_migration.record.owner import Owner, Ownership

Mode = Literal["migrate", "preflight", "roll-back"]
MODES: tuple[Mode, ...] = ("migrate", "preflight", "roll-back")
FIELDS = ("mode", "allowSourceRestart", "requestedBy", "migrationId")


@dataclass(frozen=True, slots=True)
class Request:
    """What the person who starts an execution may ask for; everything else is a setting."""

    mode: Mode
    allow_source_restart: bool
    requested_by: str
    migration_id: str


def parse_request(given: Any) -> Request:
    """Check the execution's input; InvalidInput names the first field that is wrong."""
    if not isinstance(given, Mapping):
        raise InvalidInput("input: a JSON object is required; {} starts a migration")
    for field in given:
        if field not in FIELDS:
            raise InvalidInput(f"{field}: unknown field; known are {', '.join(FIELDS)}")
    mode = given.get("mode", "migrate")
    if mode not in MODES:
        raise InvalidInput(f"mode: {mode!r} is none of {', '.join(MODES)}")
    restart = given.get("allowSourceRestart", False)
    if not isinstance(restart, bool):
        raise InvalidInput(f"allowSourceRestart: {restart!r} is neither true nor false")
    by = given.get("requestedBy", "")
    if not isinstance(by, str) or len(by) > 200:
        raise InvalidInput("requestedBy: a text of at most 200 characters is required")
    named = given.get("migrationId", "")
    if not isinstance(named, str) or bool(named) != (mode == "roll-back"):
        raise InvalidInput(
            "migrationId: names the migration to take back; "
            "required with mode roll-back, and only there"
        )
    return Request(mode, restart, by, named)


def migration_name(started_at: str) -> str:
    """``redash-20260131-020000``: the start of the execution, so a redrive keeps the name."""
    try:
        return moment(started_at).strftime("redash-%Y%m%d-%H%M%S")
    except ValueError:
        raise InvalidInput(f"started_at: {started_at!r} is no ISO 8601 time") from None


def begin(
    request: Request,
    *,
    migration_id: str,
    execution_arn: str,
    ownership: Ownership,
    record: Record,
    is_running: Callable[[str], bool],
) -> None:
    """Become the owner and write down who asked for what. Safe to run again.

    An owner whose execution has ended without its report (stopped by hand, timed out) is replaced;
    its roll-back is asked for by name with mode ``roll-back``, which also tries again what an
    earlier roll-back had to leave.
    """
    seen = ownership.last()
    if seen is not None and seen.execution_arn != execution_arn:
        if seen.phase != "ended" and is_running(seen.execution_arn):
            raise MigrationInProgress(
                f"{seen.migration_id} is running since {seen.since}; wait for its end "
                f"or stop it first: {seen.execution_arn}"
            )
        if request.mode == "roll-back":
            _refuse_another_than_the_last(migration_id, seen)
        elif seen.migration_id == migration_id:
            raise MigrationInProgress(
                f"{migration_id} is the name of an execution that started in the same second "
                f"({seen.execution_arn}); start again"
            )
        elif seen.phase != "ended":
            _refuse_beside_unfinished(Record(record.table, seen.migration_id), seen)
    taken = ownership.take(
        migration_id,
        execution_arn,
        phase="back" if request.mode == "roll-back" else "forward",
        instead_of=seen,
    )
    if taken is None:
        raise MigrationInProgress("another migration has just started; look at its execution")
    record.put_fact_once(
        "request",
        {
            "mode": request.mode,
            "allow_source_restart": request.allow_source_restart,
            "requested_by": request.requested_by,
            "execution_arn": execution_arn,
        },
    )
    record.milestone("started")
    if request.mode == "roll-back":
        record.undo.try_again()


def _refuse_another_than_the_last(migration_id: str, seen: Owner) -> None:
    """What was done since stands on what an earlier migration left: only the last goes back."""
    if seen.migration_id != migration_id:
        raise MigrationInProgress(
            f"migrationId: {migration_id} is not the last migration, {seen.migration_id} is; "
            "an earlier one can't be taken back any more"
        )
    if seen.phase == "kept":
        raise MigrationInProgress(
            f"migrationId: {migration_id} was kept; it can't be taken back any more"
        )


def _refuse_beside_unfinished(earlier: Record, seen: Owner) -> None:
    """MigrationInProgress, with the way out, when the owner left things undone."""
    milestones = earlier.milestones()
    if not earlier.undo.pending():
        return
    name = seen.migration_id
    take_back = f'{{"mode": "roll-back", "migrationId": "{name}"}}'
    if "switch_began" in milestones:
        raise MigrationInProgress(
            f"{name} was stopped after its switch: redrive its execution to bring it to its end "
            f"({seen.execution_arn}). Only to give the new home up, and what users wrote there, "
            f"take it back with {take_back}"
        )
    raise MigrationInProgress(f"{name} was stopped half-way; take it back first with {take_back}")
