"""A gate as it stands in the record's table."""

from __future__ import annotations

import json
from collections.abc import Mapping

from redash_migration.approval.gate.people import Approver
from redash_migration.approval.gate.purposes import purpose_of
from redash_migration.approval.gate.question import Answer, Gate, GateState
from redash_migration.clock import moment, stamp
from redash_migration.record.table import (
    Item,
    Value,
)


def names_of_deciders(gate: Gate, last: Answer) -> str:
    """Who decided: everybody whose agreement counted, the last one at the end."""
    if last.decision != gate.purpose.agree:
        return last.actor
    others = [
        answer.actor for answer in gate.agreeing(last.evidence_hash) if answer.actor != last.actor
    ]
    return ", ".join([*others, last.actor])


def question_values(gate: Gate) -> dict[str, Value]:
    """What is asked, and of whom: written when the gate is opened, and never after."""
    people = [[person.key, person.address] for person in gate.approvers]
    return {
        "migration_id": gate.migration_id,
        "purpose": gate.purpose.state,
        "gate_id": gate.gate_id,
        "opened_at": stamp(gate.opened_at),
        "open_until": stamp(gate.expires_at),
        "approvers": json.dumps(people, ensure_ascii=False),
        "required": gate.required,
        "requested_by": gate.requested_by,
        "allow_self": gate.allow_self,
        "language": gate.language,
        "terms_seal": gate.terms_seal,
    }


def values_of(gate: Gate) -> dict[str, Value]:
    """What answers change."""
    answers = [answer.to_json() for answer in gate.answers.values()]
    return {
        "state": gate.state,
        "version": gate.version,
        "evidence_hash": gate.evidence_hash,
        "answers": json.dumps(answers, ensure_ascii=False),
        "decision": gate.decision,
        "actor": gate.actor,
        "reason": gate.reason,
        "decided_at": gate.decided_at,
        "seal": gate.seal,
    }


def gate_of(item: Item) -> Gate:
    """The gate that an item holds."""
    states: Mapping[str, GateState] = {
        "OPEN": "OPEN",
        "DECIDED": "DECIDED",
        "RESUMED": "RESUMED",
        "CLOSED": "CLOSED",
    }
    people = json.loads(str(item["approvers"]))
    answers = [Answer(**entry) for entry in json.loads(str(item["answers"]))]
    return Gate(
        migration_id=str(item["migration_id"]),
        gate_id=str(item["gate_id"]),
        purpose=purpose_of(str(item["purpose"])),
        state=states[str(item["state"])],
        version=int(item["version"]),
        opened_at=moment(str(item["opened_at"])),
        expires_at=moment(str(item["open_until"])),
        approvers=tuple(Approver(key, address) for key, address in people),
        required=int(item["required"]),
        requested_by=str(item["requested_by"]),
        allow_self=bool(item["allow_self"]),
        language=str(item["language"]),
        evidence_hash=str(item["evidence_hash"]),
        answers={answer.actor: answer for answer in answers},
        decision=str(item["decision"]),
        actor=str(item["actor"]),
        reason=str(item["reason"]),
        decided_at=str(item["decided_at"]),
        seal=str(item["seal"]),
        terms_seal=str(item.get("terms_seal", "")),
    )
