"""What a gate needs while people think: reminders, expiry, and whatever was interrupted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from redash_migration.approval.deciding.answering import deliver
from redash_migration.approval.deciding.finishing import still_waiting
from redash_migration.approval.desk import Desk
from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.gates import standing_item
from redash_migration.approval.gate.purposes import PURPOSES
from redash_migration.approval.gate.question import Answer, Gate
from redash_migration.approval.messages.sending import (
    send_outcome,
    send_reminders,
    send_requests,
    send_unplanned,
)
from redash_migration.record.record import Record

REMINDERS = ((50, 0.5), (90, 0.9))
"""Per cent of the time after which those who have not answered hear of it again."""


def follow_up(make_desk: Callable[[], Desk], record: Record, now: datetime) -> None:
    """Look after both gates of a migration; repeatable, and safe when run twice at once.

    The desk is only made for a gate that needs something: most minutes, none does.
    """
    trouble: Exception | None = None
    for purpose in PURPOSES:
        seen = standing_item(record.table, record.migration_id, purpose)
        if seen is None or seen.get("state") == "CLOSED":
            continue
        try:
            desk = make_desk()
            gate = desk.gates.current(record.migration_id, purpose)
            if gate is not None:
                _look_after(desk, gate, now)
        except Exception as error:  # the other question must get its turn
            trouble = error
    if trouble is not None:
        raise trouble


def _look_after(desk: Desk, gate: Gate, now: datetime) -> None:
    if gate.state == "OPEN":
        if not still_waiting(desk, gate):
            return
        moved = _expired(desk, gate, now) if gate.expired(now) else _attended(desk, gate, now)
        if moved is None:
            return
        gate = moved
    if gate.state == "DECIDED" and deliver(desk, gate) == "CLOSED":
        return
    send_outcome(desk, gate, now)


def _expired(desk: Desk, gate: Gate, now: datetime) -> Gate | None:
    expired = desk.gates.expire(gate, now)
    if expired is not None:
        desk.record.audit("approval.expired", purpose=gate.purpose.state, gate=gate.gate_id)
    return expired


def _attended(desk: Desk, gate: Gate, now: datetime) -> Gate | None:
    """While it is open: a planned beginning that has come decides it; all else changes nothing."""
    evidence = desk.evidence(gate)
    begins = gate.begins_at(evidence.hash)
    if begins is not None:
        if begins > now:
            return None
        begun = desk.gates.decide_as_planned(gate, evidence.hash, now)
        if begun is not None:
            desk.record.audit("approval.begins", purpose=gate.purpose.state, gate=gate.gate_id)
        return begun
    if void := [answer for answer in gate.answers.values() if _is_void(answer, evidence.hash)]:
        send_unplanned(desk, gate, evidence, void[-1], now)
        gate = desk.gates.end_plans(gate, evidence.hash) or gate
        desk.record.audit(
            "approval.plan_ended",
            purpose=gate.purpose.state,
            gate=gate.gate_id,
            actors=[answer.actor for answer in void],
        )
    _remind(desk, gate, evidence, now)
    return None


def _is_void(answer: Answer, evidence_hash: str) -> bool:
    """It was for later, on facts that have changed meanwhile."""
    return bool(answer.begin_at) and answer.evidence_hash != evidence_hash


def _remind(desk: Desk, gate: Gate, evidence: Evidence, now: datetime) -> None:
    send_requests(desk, gate, evidence, now)
    passed = (now - gate.opened_at) / (gate.expires_at - gate.opened_at)
    due = [percent for percent, share in REMINDERS if passed >= share]
    if due:
        send_reminders(desk, gate, evidence, due[-1], now)
