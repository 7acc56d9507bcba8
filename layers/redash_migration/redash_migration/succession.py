"""Which migration may begin after, or lead on, the one before."""

from __future__ import annotations

from redash_migration.errors import InvalidInput, MigrationInProgress
from redash_migration.execution_input import NAMING, Request
from redash_migration.homecoming.arrival import turned
from redash_migration.record import Record
from redash_migration.record.owner import Owner


def may_go_back_by_itself(seen: Owner | None, migration_id: str, record: Record) -> bool:
    """Whether nobody can have written on the new side, or somebody has decided to go back."""
    if seen is None or seen.migration_id != migration_id:
        raise InvalidInput(
            f"migrationId: {migration_id} is not the last migration"
            + ("" if seen is None else f", {seen.migration_id} is")
            + "; an earlier one can't be taken back any more, because what came after it stands "
            "on what it left"
        )
    if was_kept(seen, record):
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
    return not (served_by_new_home(record, seen) if seen.switched is None else seen.switched)


def refuse_what_can_not_follow(
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
    if not served_by_new_home(record, seen) or turned(record.of("return")):
        raise InvalidInput(
            f"migrationId: users of {migration_id} are not on the new side; what is left of it is "
            'taken back with mode "roll-back"'
        )
    if request.mode == "return" and was_kept(seen, record):
        raise InvalidInput(f"migrationId: {migration_id} was kept; nothing leads back from there")


def was_kept(seen: Owner | None, record: Record) -> bool:
    """Whether people have kept the new side: what is left is cleaned up, and nothing leads back."""
    return (seen is not None and seen.phase == "kept") or "kept" in record.milestones()


def served_by_new_home(record: Record, owner: Owner) -> bool:
    """Whether users may have been sent to the new home, and have not been taken back since.

    A switch that was seen not to be made leaves its milestone: the owner's item says so.
    """
    milestones = set(record.milestones())
    begun = "switch_began" in milestones and not {"reopened", "rolled_back"} & milestones
    return begun and (owner.switched is None or bool(owner.switched))


def refuse_beside(request: Request, migration_id: str, seen: Owner, earlier: Record) -> None:
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
    if left and not was_kept(seen, earlier):
        if served_by_new_home(earlier, seen):
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
