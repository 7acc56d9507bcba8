"""The second half of a decision: the execution hears of it. The first half is already written."""

from __future__ import annotations

import time
from typing import Literal

from redash_migration.approval.desk import Desk
from redash_migration.approval.gate.purposes import EXPIRE
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.gate.seal import Seals
from redash_migration.errors import NotApproved
from redash_migration.record.table import ConditionNotMet
from redash_migration.record.wait import Outcome, WaitState

_MOMENT_SECONDS = 0.5

Finish = Literal["RESUMED", "PENDING", "CLOSED"]
"""PENDING: written, not delivered yet; whoever comes next delivers it."""


def finish(desk: Desk, gate: Gate) -> Finish:
    """Resume the execution with the gate's decision; safe to repeat, and to run twice at once.

    Only the one who settles the wait sends the answer: Step Functions tells a second sender no
    more than that the token is closed, which must not be mistaken for an execution that is gone.
    An answer whose sender crashed is sent by the reconciler, which does so for every wait.

    CLOSED when the execution no longer waits: it ended, or its wait was settled another way.
    Raises what the service raises when it can't be reached; the decision stays written. NotApproved
    where people's decision carries no whole seal, or the time is not over: nobody is told of it.
    """
    by_time = gate.decision == EXPIRE and gate.expired(desk.clock())
    if not by_time and not Seals(desk.keys).decided(gate):
        raise NotApproved(f"{gate.migration_id}: the decision {gate.decision} carries no seal")
    kind, outcome = gate.purpose.state, Outcome.success(gate.result())
    state = _sent(desk, gate, outcome)
    if state == "CLOSED":
        return _closed(desk, gate)
    if state != "DELIVERED":
        return "PENDING"
    if gate.state == "DECIDED" and desk.gates.mark(gate, "RESUMED") is not None:
        desk.record.audit(
            "approval.resumed", purpose=kind, gate=gate.gate_id, decision=gate.decision
        )
    return "RESUMED"


def _sent(desk: Desk, gate: Gate, outcome: Outcome) -> WaitState:
    """The state of the wait once this outcome was written to it, by us or before us.

    In one transaction with a look at the gate: a decision that was closed meanwhile is told nobody.
    """
    waits, kind, stands = desk.record.waits, gate.purpose.state, desk.gates.stands(gate)
    wait = waits.get(kind)
    while wait is not None and wait.state == "OPEN":
        try:
            settled = waits.settle(wait, outcome, under=stands)
        except ConditionNotMet:
            return "CLOSED"
        if settled:
            state = waits.deliver(kind, desk.resumer)
            if state == "CLOSED":
                state = _second_look(desk, kind)
            if state == "DELIVERED":
                desk.record.steps.ended(kind, "SUCCEEDED")
            return state
        wait = waits.get(kind)  # answered by another, or a retried step waits with a new token
    return wait.state if wait is not None and wait.outcome == outcome else "CLOSED"


def _second_look(desk: Desk, kind: str) -> WaitState:
    """The token was closed: by its end, or by the reconciler that sent our answer just before."""
    time.sleep(_MOMENT_SECONDS)
    wait = desk.record.waits.get(kind)
    return "CLOSED" if wait is None else wait.state


def still_waiting(desk: Desk, gate: Gate) -> bool:
    """Whether the execution waits for this gate, as far as the record knows."""
    wait = desk.record.waits.get(gate.purpose.state)
    return wait is not None and wait.state == "OPEN"


def as_it_ended(desk: Desk, gate: Gate) -> Gate:
    """The gate once its wait is over: a decision is written before the wait is settled."""
    return desk.gates.find(gate.gate_id) or gate


def _closed(desk: Desk, gate: Gate) -> Finish:
    """Nobody waits any more, unless somebody who does has been faster."""
    if gate.state not in {"OPEN", "DECIDED"}:
        return "CLOSED"
    if desk.gates.mark(gate, "CLOSED") is None:
        latest = desk.gates.find(gate.gate_id)
        return "PENDING" if latest is not None and latest.decided else "CLOSED"
    desk.record.audit("approval.closed", purpose=gate.purpose.state, gate=gate.gate_id)
    return "CLOSED"
