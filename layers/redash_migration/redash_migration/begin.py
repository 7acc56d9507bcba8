"""The execution's input, the migration's name, and who may begin."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from redash_migration.clock import moment
from redash_migration.errors import InvalidInput, MigrationInProgress
from redash_migration.homecoming.arrival import turned
from redash_migration.plain_text import plain
from redash_migration.record import Record
from redash_migration.record.owner import MIGRATION_ID, Owner, Ownership, Phase
from redash_migration.record.table import RecordTable

Mode = Literal["migrate", "preflight", "roll-back", "return", "finish"]
MODES: tuple[Mode, ...] = ("migrate", "preflight", "roll-back", "return", "finish")
NAMING: tuple[Mode, ...] = ("roll-back", "return", "finish")
"""Modes that go on with an earlier migration, and name it."""
FIELDS = ("mode", "allowSourceRestart", "requestedBy", "migrationId")
IGNORED = frozenset({"Comment"})
"""Asks nothing: the console suggests {"Comment": "Insert your JSON here"} as an input."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the person who starts an execution may ask for; everything else is a setting."""

    mode: Mode
    allow_source_restart: bool
    requested_by: str
    migration_id: str


_LINK = re.compile(r"\w://|\bwww\.", re.IGNORECASE)


def parse_request(given: Any) -> Request:
    """Check the execution's input; InvalidInput names the first field that is wrong."""
    if not isinstance(given, Mapping):
        raise InvalidInput("input: a JSON object is required; {} starts a migration")
    for field in given:
        if field not in FIELDS and field not in IGNORED:
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
    # It stands in every mail: lines or a link of its own would pass for the mail's.
    if plain(by) != by or _LINK.search(by):
        raise InvalidInput("requestedBy: one line without a link is required, as an e-mail address")
    named = given.get("migrationId", "")
    if not isinstance(named, str) or bool(named) != (mode in NAMING):
        raise InvalidInput(
            "migrationId: names the migration that is meant; "
            f"required with mode {', '.join(NAMING)}, and only there"
        )
    if named and not MIGRATION_ID.fullmatch(named):
        raise InvalidInput(f"migrationId: {named[:80]!r} is not of the form {MIGRATION_ID.pattern}")
    return Request(mode, restart, by, named)


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
                _refuse_beside(request, migration_id, one, Record(record.table, one.migration_id))
                if one.phase != "ended" and is_running(one.execution_arn):
                    raise MigrationInProgress(
                        f"{one.migration_id} is running since {one.since}; wait for its end "
                        f"or stop it first: {one.execution_arn}"
                    )
        phase: Phase = "forward"
        if request.mode == "roll-back":
            phase = "back" if _may_go_back_by_itself(stands, migration_id, record) else "forward"
        elif request.mode in NAMING:
            _refuse_what_can_not_follow(request, stands, migration_id, record)
            # What a return has left half-way is led forward again first, which is part of it.
            phase = "return"
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
        return "kept" not in record.milestones()
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
        _refuse_beside(request, taken.migration_id, previous, earlier)
    except MigrationInProgress:
        ownership.give_back(taken, previous)
        raise
    if not ownership.looked(taken):
        raise MigrationInProgress(_NOT_AS_SEEN)


def _may_go_back_by_itself(seen: Owner | None, migration_id: str, record: Record) -> bool:
    """Whether nobody can have written on the new side, or somebody has decided to go back."""
    if seen is None or seen.migration_id != migration_id:
        raise InvalidInput(
            f"migrationId: {migration_id} is not the last migration"
            + ("" if seen is None else f", {seen.migration_id} is")
            + "; an earlier one can't be taken back any more, because what came after it stands "
            "on what it left"
        )
    if seen.phase == "kept" or "kept" in record.milestones():
        raise InvalidInput(f"migrationId: {migration_id} was kept; nothing leads back from there")
    if seen.phase == "back":
        return True
    if not record.undo.all():
        raise InvalidInput(f"migrationId: {migration_id} has changed nothing")
    if seen.phase == "return" and not turned(record.of("return")):
        # Users may stand before a closed door: they are served first, then people are asked.
        raise InvalidInput(
            f"migrationId: a return of {migration_id} is half-way; it is led forward by itself "
            'within minutes, or with mode "return", and then asks whether to go back'
        )
    if seen.phase == "return":
        # It has led users home and left the rest to be taken back: nobody need be asked again.
        return True
    # The owner's item says so, which few may change: milestones and facts are every function's.
    return not (served_by_new_home(record) if seen.switched is None else seen.switched)


def _refuse_what_can_not_follow(
    request: Request, seen: Owner | None, migration_id: str, record: Record
) -> None:
    """Nothing comes home, and nothing is cleaned up, where users are not on the new side."""
    if seen is None or seen.migration_id != migration_id:
        raise InvalidInput(f"migrationId: {migration_id} is not the last migration")
    if seen.phase == "back":
        # Users may still be on the new side: its roll-back, stopped but at work, takes them home.
        raise InvalidInput(
            f"migrationId: {migration_id} is being taken back, and nothing leads on from there; "
            'mode "roll-back" brings it to its end'
        )
    if not served_by_new_home(record) or turned(record.of("return")):
        raise InvalidInput(
            f"migrationId: users of {migration_id} are not on the new side; what is left of it is "
            'taken back with mode "roll-back"'
        )
    if request.mode == "return" and (seen.phase == "kept" or "kept" in record.milestones()):
        raise InvalidInput(f"migrationId: {migration_id} was kept; nothing leads back from there")


def served_by_new_home(record: Record) -> bool:
    """Whether users may have been sent to the new home, and have not been taken back since."""
    milestones = set(record.milestones())
    return "switch_began" in milestones and not {"reopened", "rolled_back"} & milestones


def _refuse_beside(request: Request, migration_id: str, seen: Owner, earlier: Record) -> None:
    """MigrationInProgress, with the way out, when the last migration stands in the way."""
    busy = earlier.attempts.unfinished()
    if request.mode in NAMING:
        return  # it ends what is at work by itself, and whose it is has been asked
    if seen.migration_id == migration_id:
        raise MigrationInProgress(
            f"{migration_id} is the name of an execution that started in the same second "
            f"({seen.execution_arn}); start again"
        )
    name = seen.migration_id
    take_back = f'{{"mode": "roll-back", "migrationId": "{name}"}}'
    # What was refused for its seal stays so, and was told; the preflight looks at what is left.
    left = [entry for entry in earlier.undo.all() if entry.state not in {"DONE", "REFUSED"}]
    if left and seen.phase != "kept" and "kept" not in earlier.milestones():
        if served_by_new_home(earlier):
            raise MigrationInProgress(
                f"{name} was neither kept nor taken back: redrive its execution to bring it to its "
                f"end ({seen.execution_arn}), clean up after it with mode finish, or start "
                f"{take_back}, or the same with mode return: both ask the approvers"
            )
        raise MigrationInProgress(
            f"{name} is not wholly taken back ({', '.join(sorted({e.action for e in left}))}); "
            f"first start {take_back}"
        )
    if busy:
        latest = max(attempt.deadline for attempt in busy)
        raise MigrationInProgress(
            f"{name} has ended, but {busy[0].state} may still be at work until {latest}; "
            "start again then"
        )
