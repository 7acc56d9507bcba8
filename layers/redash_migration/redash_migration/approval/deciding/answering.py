"""Answering: rules, the conditional write of the decision, then the execution hears of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from redash_migration.approval.deciding.finishing import Finish, as_it_ended, finish, still_waiting
from redash_migration.approval.desk import Desk
from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.question import Answer, Gate
from redash_migration.approval.gate.rules import Problem, Proposal, clean, decides, problems
from redash_migration.approval.messages.sending import send_outcome, send_planned
from redash_migration.clock import stamp

_TRIES = 8

Status = Literal["decided", "noted", "already", "expired", "closed", "stale", "refused"]
"""noted: taken, another person has to agree. already: decided or answered before.
stale: the evidence has changed since the form was shown. refused: see ``problems``."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of an answer."""

    status: Status
    gate: Gate
    problems: tuple[Problem, ...] = field(default=())
    finish: Finish = "RESUMED"


def answer(desk: Desk, gate: Gate, evidence: Evidence, proposal: Proposal) -> Reply:
    """Take an answer, or say why not. Of any number of answers at once, one decides.

    The decision is written before anybody hears of it. When the execution then can't be told
    (``finish`` is PENDING), the decision stands all the same and is delivered later.
    """
    for _ in range(_TRIES):
        refused = _refusal(desk, gate, evidence, proposal)
        if refused is not None:
            return refused
        given = Answer(
            actor=proposal.actor,
            decision=proposal.decision,
            reason=clean(proposal.reason),
            evidence_hash=evidence.hash,
            at=stamp(desk.clock()),
            channel=proposal.channel,
            begin_at=stamp(proposal.begin_at) if isinstance(proposal.begin_at, datetime) else "",
        )
        if evidence.hash != gate.evidence_hash:  # the evidence of the asking is kept already
            desk.keep(gate, evidence)
        written = desk.gates.answer(gate, given, decided=decides(gate, given, desk.clock()))
        if written is not None:
            return _taken(desk, written, given)
        latest = desk.gates.find(gate.gate_id)
        if latest is None:
            return Reply("closed", gate, finish="CLOSED")
        gate = latest
    return Reply("already", gate)


def _refusal(desk: Desk, gate: Gate, evidence: Evidence, proposal: Proposal) -> Reply | None:
    waiting = still_waiting(desk, gate)
    if not waiting:
        gate = as_it_ended(desk, gate)
    if gate.decided or _answered_already(gate, evidence, proposal):
        return Reply("already", gate)
    if gate.expired(desk.clock()):
        return Reply("expired", gate)
    if gate.state == "CLOSED" or not waiting:
        return Reply("closed", gate, finish="CLOSED")
    if proposal.evidence_hash != evidence.hash:
        return Reply("stale", gate)
    found = problems(gate, evidence, proposal, desk.clock())
    return Reply("refused", gate, tuple(found)) if found else None


def _answered_already(gate: Gate, evidence: Evidence, proposal: Proposal) -> bool:
    """Who agreed for later may still refuse until then."""
    calls_off = proposal.decision == gate.purpose.refuse and gate.begins_at(evidence.hash)
    return gate.has_answered(proposal.actor, evidence.hash) and not calls_off


def _taken(desk: Desk, gate: Gate, given: Answer) -> Reply:
    desk.record.audit(
        "approval.answered",
        purpose=gate.purpose.state,
        gate=gate.gate_id,
        actor=given.actor,
        decision=given.decision,
        reason=given.reason,
        evidence_hash=given.evidence_hash,
        channel=given.channel,
        decides=gate.state == "DECIDED",
        begin_at=given.begin_at,
    )
    if gate.state != "DECIDED":
        if gate.begins_at(given.evidence_hash) is not None:
            send_planned(desk, gate, given, desk.clock())
        return Reply("noted", gate)
    reply = Reply("decided", gate, finish=deliver(desk, gate))
    if reply.finish == "CLOSED":
        wait = desk.record.waits.get(gate.purpose.state)
        over = wait is not None and wait.state == "CLOSED" and desk.record.waits.standing(wait)
        if over and desk.gates.void(gate, over):
            return Reply("closed", gate, finish="CLOSED")
        reply = Reply("decided", gate, finish="PENDING")
    send_outcome(desk, gate, desk.clock())
    return reply


def deliver(desk: Desk, gate: Gate) -> Finish:
    """Finish, or PENDING when the execution can't be reached just now."""
    try:
        return finish(desk, gate)
    except Exception as error:  # the decision is written: whatever it is, it is sent again later
        desk.record.audit(
            "approval.delivery_failed",
            purpose=gate.purpose.state,
            gate=gate.gate_id,
            failure=type(error).__name__,
        )
        return "PENDING"
