"""Every minute: open waits against the truth, so that a lost event only costs time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from aws_lambda_powertools import Logger

from redash_migration.approval.gate.purposes import PURPOSES
from redash_migration.clock import seconds_between, stamp
from redash_migration.failure_text import words
from redash_migration.homecoming.arrival import turned
from redash_migration.record import Record, Wait
from redash_migration.record.owner import Owner
from redash_migration.record.ownership import Ownership
from redash_migration.record.reading import number_of
from redash_migration.record.wait import Resumer
from redash_migration.replication.guard import source_trouble

Answer = Callable[[Wait], object]
"""Looks at what a wait is for, and resumes its step when that has come to pass."""

logger = Logger(service="redash-migration", child=True)


class Executions(Protocol):
    """What the reconciler asks of the state machine."""

    def is_running(self, execution_arn: str) -> bool:
        """Whether an execution still runs."""

    def start_roll_back(self, migration_id: str, attempt: int) -> str | None:
        """Start a roll-back of a migration; its ARN, or None where the name is taken."""

    def start_return(self, migration_id: str, attempt: int) -> str | None:
        """Start an execution that leads a return forward again and asks anew; as above."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one round did: waits looked at, and what went wrong on the way.

    ``oldest_wait_seconds`` is the age of the oldest wait that is still open and that no person has
    to end; None where there is none.
    """

    migration_id: str
    looked_at: tuple[str, ...]
    problems: tuple[str, ...]
    oldest_wait_seconds: float | None = None


def reconcile(  # noqa: PLR0917 - seven collaborators, each named by its type
    ownership: Ownership,
    record_of: Callable[[str], Record],
    executions: Executions,
    resumer: Resumer,
    answers_of: Callable[[Record], dict[str, Answer]],
    follow_up: Callable[[Record], None],
    tell_end: Callable[[Record], None],
) -> Reconciled:
    """One round. A wait that fails does not keep the others from their turn.

    ``follow_up`` looks after the approvals: reminders, expiry, interrupted decisions. ``tell_end``
    sends the last message to whom it has not reached, once nothing runs any more.
    """
    holder = ownership.last()
    if holder is None:
        return Reconciled("", (), ())
    record = record_of(holder.migration_id)
    if holder.phase == "ended":
        return Reconciled("", (), _tried(tell_end, record, "the last message"))
    if not executions.is_running(holder.execution_arn):
        # Before it is known whether a step has begun since: what that waits for is not among them.
        waits = record.waits.all()
        if _seen_gone_before(record, holder):
            _after_the_end(record, holder, ownership, executions, waits)
        untold = _tried(tell_end, record, "the last message")
        return Reconciled(holder.migration_id, (), untold)
    if record.fact(GONE):
        record.put_fact(GONE, {})
    answers = answers_of(record)
    looked_at: list[str] = []
    problems: list[str] = []
    for wait in record.waits.all():
        try:
            if wait.state == "SETTLED":
                record.deliver(wait.kind, resumer)
            elif wait.state == "OPEN" and wait.kind in answers:
                answers[wait.kind](wait)
            else:
                continue
        except Exception as error:  # the next wait must get its turn
            problems.append(f"{wait.kind}: {type(error).__name__}: {words(error)}")
        looked_at.append(wait.kind)
    problems += _tried(follow_up, record, "approvals")
    return Reconciled(holder.migration_id, tuple(looked_at), tuple(problems), _oldest_wait(record))


def _tried(care: Callable[[Record], None], record: Record, about: str) -> tuple[str, ...]:
    """What went wrong, if anything did; it is tried again in a minute."""
    try:
        care(record)
    except Exception as error:
        return (f"{about}: {type(error).__name__}: {words(error)}",)
    return ()


def _oldest_wait(record: Record) -> float | None:
    people = {purpose.state for purpose in PURPOSES}
    moment = stamp(record.clock())
    ages = [
        seconds_between(wait.since, moment)
        for wait in record.waits.all()
        if wait.state == "OPEN" and wait.kind not in people
    ]
    return max(ages, default=None)


GONE = "gone"
"""The fact that keeps what the last round saw of an owner that does not run."""


def _seen_gone_before(record: Record, holder: Owner) -> bool:
    """Whether the round before saw the same; DescribeExecution is eventually consistent.

    An execution that was just redriven may be told as ABORTED for a moment more. One whose step
    has begun between the two rounds is not gone, whatever is told of it.
    """
    seen = {
        "execution": holder.execution_arn,
        "since": holder.since,
        "attempts": record.attempts.how_many(),
    }
    if record.fact(GONE) == seen:
        return True
    record.put_fact(GONE, seen)
    return False


def _after_the_end(
    record: Record,
    holder: Owner,
    ownership: Ownership,
    executions: Executions,
    waits: Sequence[Wait],
) -> None:
    """The execution ended without its report: stopped by hand, or timed out.

    Users must not be left before a closed door, nor the old host with a disk that fills up: once
    the pause has begun, or the source is in trouble, and the switch has not, going back loses
    nothing, so it is started. A roll-back that ended before users were served is begun again,
    however often. What was switched or kept is a person's decision. A return that was stopped
    half-way leads forward again, or, once users may be at home, to its end. Whose Begin died
    before it had looked at the one before it has done nothing: that one is the owner again.
    """
    if holder.stands.migration_id != holder.migration_id:
        ownership.give_back(holder, holder.stands)
        return
    for wait in waits:
        if wait.state in {"OPEN", "SETTLED"}:
            record.waits.close(wait)
    if holder.phase == "return":
        go_on = executions.start_roll_back if turned(record.of("return")) else None
        _begin_anew(record, holder, executions, go_on or executions.start_return)
        return
    milestones = record.milestones()
    going_forward = holder.phase == "forward"
    if going_forward and not _anything(record):
        if ownership.end(holder) and _anything(record):
            # A step was at work between the look and the end; from here on none can be.
            ownership.give_back(replace(holder, phase="ended"), holder)
        return
    abandoned = going_forward and not record.switch_stands()
    in_need = "pause_began" in milestones or source_trouble(record) is not None
    if holder.phase == "back" or (abandoned and in_need):
        _begin_anew(record, holder, executions, executions.start_roll_back)


def _anything(record: Record) -> bool:
    """Whether there is something to take back, or a function that may still make it."""
    return bool(record.undo.pending() or record.attempts.unfinished())


def _is_on_its_way(started: object, executions: Executions) -> bool:
    """Whether an execution runs; not where what is noted names none that can be asked for. Of two
    that are begun the second is refused."""
    try:
        return bool(started) and executions.is_running(str(started))
    except Exception as error:
        logger.warning(f"{str(started)[:200]!r} is not told of: {words(error)}")
        return False


def _begin_anew(
    record: Record, holder: Owner, executions: Executions, start: Callable[[str, int], str | None]
) -> None:
    """Start a roll-back, or what leads a return forward again, under a name of its own, unless one
    is on its way already."""
    started = (record.fact("roll_back") or {}).get("execution")
    if started != holder.execution_arn and _is_on_its_way(started, executions):
        return
    counter = record.table.update(record.migration_id, "COUNTER#roll_back", add={"value": 1})
    counted = 1 if counter is None else number_of(counter, "value")
    attempt = counted or int(record.clock().timestamp())  # whatever is said, a name of its own
    record.audit("abandoned", execution=holder.execution_arn, attempt=attempt)
    arn = start(record.migration_id, attempt)
    record.put_fact("roll_back", {"execution": arn or ""})
