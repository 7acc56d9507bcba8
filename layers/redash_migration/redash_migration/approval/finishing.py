"""The second half of a decision: the execution hears of it. The first half is already written."""

from __future__ import annotations

from typing import Literal

from redash_migration.approval.desk import Desk
from redash_migration.approval.gate import Gate
from redash_migration.record.waits import Outcome

Finish = Literal["RESUMED", "PENDING", "CLOSED"]
"""PENDING: written, not delivered yet; whoever comes next delivers it."""


def finish(desk: Desk, gate: Gate) -> Finish:
    """Resume the execution with the gate's decision; safe to repeat.

    CLOSED when the execution no longer waits: it ended, or its wait was settled another way.
    Raises what the service raises when it can't be reached; the decision stays written.
    """
    wait = desk.record.waits.get(gate.purpose.state)
    if wait is None:
        return _closed(desk, gate)
    outcome = Outcome.success(gate.result())
    if wait.state == "OPEN":
        desk.record.resume(wait, outcome, desk.resumer)
    elif wait.state == "SETTLED":
        desk.record.deliver(wait.kind, desk.resumer)
    after = desk.record.waits.get(gate.purpose.state)
    if after is None or after.outcome != outcome or after.state == "CLOSED":
        return _closed(desk, gate)
    if after.state != "DELIVERED":
        return "PENDING"
    if gate.state == "DECIDED":
        desk.gates.mark(gate, "RESUMED")
        desk.record.audit(
            "approval.resumed",
            purpose=gate.purpose.state,
            gate=gate.gate_id,
            decision=gate.decision,
        )
    return "RESUMED"


def still_waiting(desk: Desk, gate: Gate) -> bool:
    """Whether the execution waits for this gate, as far as the record knows."""
    wait = desk.record.waits.get(gate.purpose.state)
    return wait is not None and wait.state == "OPEN"


def as_it_ended(desk: Desk, gate: Gate) -> Gate:
    """The gate once its wait is over: a decision is written before the wait is settled."""
    return desk.gates.find(gate.gate_id) or gate


def _closed(desk: Desk, gate: Gate) -> Finish:
    if gate.state in {"OPEN", "DECIDED"}:
        desk.gates.mark(gate, "CLOSED")
        desk.record.audit("approval.closed", purpose=gate.purpose.state, gate=gate.gate_id)
    return "CLOSED"
