"""The execution's input, the migration's name, and who may begin."""

from __future__ import annotations

from collections.abc import Callable

from redash_migration.clock import moment
from redash_migration.errors import InvalidInput, MigrationInProgress
from redash_migration.execution_input import NAMING, Request
from redash_migration.record import Record
from redash_migration.record.owner import Owner, Phase
from redash_migration.record.ownership import Ownership
from redash_migration.record.table import RecordTable
from redash_migration.succession import (
    may_go_back_by_itself,
    refuse_beside,
    refuse_what_can_not_follow,
    was_kept,
)

_NOT_AS_SEEN = (
    "another migration has just started, or this one has just begun its switch; look at their "
    "executions"
)


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
    started_at: str = "",
) -> bool:
    """Become the owner and write down who asked for what. Safe to run again.

    ``started_at`` is when the execution began, by the state machine's clock.

    Returns whether the approvers have to be asked first: a roll-back by name of a migration whose
    switch began, and of which nobody has decided to go back; to finish one that nobody has kept.
    Raises MigrationInProgress, with the way out, where another execution, an unfinished migration
    or a function still at work stands in the way; InvalidInput where the migration named can't be
    taken back.
    """
    if request.mode not in NAMING:
        _refuse_a_name_that_is_taken(migration_id, execution_arn, record)
    seen = ownership.last()
    if seen is not None and seen.execution_arn == execution_arn:
        taken = ownership.take(migration_id, execution_arn, instead_of=seen)
    else:
        stands = None if seen is None else seen.stands
        if seen is not None and stands is not None:
            for one in dict.fromkeys((stands, seen)):
                refuse_beside(request, migration_id, one, Record(record.table, one.migration_id))
                if one.phase != "ended" and is_running(one.execution_arn):
                    raise MigrationInProgress(
                        f"{one.migration_id} is running since {one.since}; wait for its end "
                        f"or stop it first: {one.execution_arn}"
                    )
        phase: Phase = "forward"
        if request.mode == "roll-back":
            phase = "back" if may_go_back_by_itself(stands, migration_id, record) else "forward"
        elif request.mode in NAMING:
            refuse_what_can_not_follow(request, stands, migration_id, record)
            # What a return has left half-way is led forward again first, which is part of it.
            # Where it was kept there is none, and a return that began would never end.
            phase = "kept" if was_kept(stands, record) else "return"
        taken = ownership.take(
            migration_id, execution_arn, phase=phase, instead_of=seen, turned=started_at
        )
    if taken is None:
        raise MigrationInProgress(_NOT_AS_SEEN)
    if taken.previous is not None:
        _look_again(request, taken, taken.previous, ownership, record.table)
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
        record.audit("roll_back_asked", execution=execution_arn, by=request.requested_by)
        record.undo.try_again()
    if request.mode == "finish":
        return taken.phase != "kept"
    return request.mode == "roll-back" and taken.phase == "forward"


def _refuse_a_name_that_is_taken(migration_id: str, execution_arn: str, record: Record) -> None:
    """MigrationInProgress for an execution whose name another one has, that began in its second.

    Redriven when that one has long ended, it would go on with its record: its milestones, its
    decisions.
    """
    first = (record.fact("request") or {}).get("execution_arn", execution_arn)
    if first != execution_arn:
        raise MigrationInProgress(
            f"{migration_id} is the name of an execution that started in the same second "
            f"({first}); start again"
        )


def _look_again(
    request: Request, taken: Owner, previous: Owner, ownership: Ownership, table: RecordTable
) -> None:
    """What the first look found may have changed before the owner did; from here on it can't.

    A step of a stopped execution may have been at work between the two: then its migration stays
    the owner. Until this look is noted as done, whoever comes looks at both (``Owner.stands``).
    """
    try:
        earlier = Record(table, previous.migration_id)
        refuse_beside(request, taken.migration_id, previous, earlier)
    except MigrationInProgress:
        ownership.give_back(taken, previous)
        raise
    if not ownership.looked(taken):
        raise MigrationInProgress(_NOT_AS_SEEN)
