"""Asking: the wait is stored, the evidence kept, a link made for each approver, messages sent."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta

from redash_migration.approval.deciding.answering import deliver
from redash_migration.approval.desk import Desk, Policy
from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.gate.people import approvers, same_person
from redash_migration.approval.gate.purposes import Purpose
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.links.link import new_gate_id
from redash_migration.approval.messages.sending import send_requests
from redash_migration.clock import moment
from redash_migration.errors import InvalidInput, TransientFailure
from redash_migration.record.table import ConditionNotMet
from redash_migration.record.wait import Wait


def request(desk: Desk, policy: Policy, purpose: Purpose, token: str) -> dict[str, str]:
    """Ask the approvers; returns at once, the answer resumes the execution.

    May run again at any point: an open gate is used again with its links and without messages that
    were already sent; a decided one of which the execution has not heard yet is delivered. Not so
    what was decided before this state was entered, by an execution that was redriven since: that
    was said of facts of then, and is asked anew.
    InvalidInput when nobody could answer; TransientFailure when no message could be sent at all.
    """
    _standing(desk, purpose)  # before anybody can wait for what was decided before
    wait = desk.record.waits.open(purpose.state, token, "approval")
    started = desk.record.fact("request") or {}
    while True:
        earlier = _standing(desk, purpose)
        if desk.record.waits.get(purpose.state) != wait:
            return {"gate": "" if earlier is None else earlier.gate_id}  # answered, or asked later
        if earlier is not None and _unheard(desk, earlier):
            if _take_up(desk, earlier, wait):
                return {"gate": earlier.gate_id}
            continue
        by = str(started.get("requested_by", ""))
        gate, evidence = _opened(desk, policy, purpose, by, earlier)
        if gate.state == "OPEN":
            break  # else somebody has just answered
    sent = send_requests(desk, gate, evidence, desk.clock())
    if not sent:
        raise TransientFailure(
            "no approver could be reached, neither by e-mail nor by Slack; "
            "see the topic's subscriptions and the webhook"
        )
    return {"gate": gate.gate_id}


def _standing(desk: Desk, purpose: Purpose) -> Gate | None:
    """The question as it stands; none where it was forged, so that it is asked anew.

    What was decided before this state was entered is closed, so that nobody who still carries it
    tells this execution.
    """
    while True:
        gate = desk.gates.genuine(desk.record.migration_id, purpose)
        if gate is None or gate.state != "DECIDED" or _unheard(desk, gate):
            return gate
        desk.gates.mark(gate, "CLOSED")


def _unheard(desk: Desk, gate: Gate) -> bool:
    """Whether this run's question was decided, and the execution never heard of it."""
    decided = gate.state in {"DECIDED", "CLOSED"} and gate.decision and gate.decided_at
    return bool(decided) and desk.record.since_entered(moment(gate.decided_at))


def _take_up(desk: Desk, gate: Gate, wait: Wait) -> bool:
    """Send a decision that an earlier run of this step could not hear; False when the question or
    the wait has changed.

    Taken up before it is sent, by the run that waits: whoever gave it can't be told any more that
    nobody does. What can't be sent now is sent by the reconciler.
    """
    with contextlib.suppress(ConditionNotMet):
        taken = desk.gates.take_up(gate, desk.record.waits.standing(wait))
        if taken is not None:
            deliver(desk, taken)
            return True
    return False


def _opened(
    desk: Desk, policy: Policy, purpose: Purpose, requested_by: str, earlier: Gate | None
) -> tuple[Gate, Evidence]:
    people = approvers(policy.addresses)
    _check_enough(policy, [person.address for person in people], requested_by)
    now = desk.clock()
    wanted = Gate(
        migration_id=desk.record.migration_id,
        gate_id=new_gate_id(),
        purpose=purpose,
        state="OPEN",
        version=1,
        opened_at=now,
        expires_at=now + timedelta(seconds=policy.timeout_seconds),
        approvers=people,
        required=policy.required,
        requested_by=requested_by,
        allow_self=policy.allow_self,
        language=policy.language,
        evidence_hash="",
        answers={},
    )
    evidence = desk.evidence(wanted)
    desk.keep(wanted, evidence)
    gate = desk.gates.open(replace(wanted, evidence_hash=evidence.hash), instead_of=earlier)
    if gate.gate_id == wanted.gate_id:
        desk.record.audit(
            "approval.requested",
            purpose=purpose.state,
            gate=gate.gate_id,
            approvers=[person.address for person in people],
            required=gate.required,
            requested_by=requested_by,
            expires_at=gate.expires_at.isoformat(),
        )
    return gate, evidence


def _check_enough(policy: Policy, addresses: list[str], requested_by: str) -> None:
    if policy.required not in {1, 2}:
        raise InvalidInput(f"REQUIRED_APPROVALS: {policy.required} is neither 1 nor 2")
    able = [
        address
        for address in addresses
        if policy.allow_self or not same_person(requested_by, address)
    ]
    if len(able) < policy.required and not policy.chat_decides:
        raise InvalidInput(
            f"APPROVERS: {len(able)} can approve, {policy.required} needed; "
            "the one who started the migration does not count (ALLOW_SELF_APPROVAL)"
        )
