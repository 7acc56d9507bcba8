"""A gate as it stands in the record's table."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, get_args

from redash_migration.approval.gate.people import Approver
from redash_migration.approval.gate.purposes import PURPOSES
from redash_migration.approval.gate.question import Answer, Gate, GateState
from redash_migration.clock import moment, stamp
from redash_migration.record.reading import json_of, number_of, text_of, time_of
from redash_migration.record.table import Item, Value


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


def gate_of(item: Item) -> Gate | None:
    """The gate that an item holds; None where it is none, or stands where another one belongs."""
    state = next((one for one in get_args(GateState) if one == item.get("state")), None)
    purpose = next((one for one in PURPOSES if one.state == item.get("purpose")), None)
    opened_at, open_until = time_of(item, "opened_at"), time_of(item, "open_until")
    version = number_of(item, "version")
    if state is None or purpose is None or not opened_at or not open_until:
        return None
    if version < 1 or version != item.get("version"):
        return None
    place = (text_of(item, "migration_id"), f"GATE#{purpose.state}")
    if place != (item["pk"], item["sk"]):
        return None
    answers = _answers(json_of(text_of(item, "answers")))
    return Gate(
        migration_id=place[0],
        gate_id=text_of(item, "gate_id"),
        purpose=purpose,
        state=state,
        version=version,
        opened_at=moment(opened_at),
        expires_at=moment(open_until),
        approvers=_approvers(json_of(text_of(item, "approvers"))),
        required=number_of(item, "required"),
        requested_by=text_of(item, "requested_by"),
        allow_self=item.get("allow_self") is True,
        language=text_of(item, "language"),
        evidence_hash=text_of(item, "evidence_hash"),
        answers={answer.actor: answer for answer in answers},
        decision=text_of(item, "decision"),
        actor=text_of(item, "actor"),
        reason=text_of(item, "reason"),
        decided_at=time_of(item, "decided_at"),
        seal=text_of(item, "seal"),
        terms_seal=text_of(item, "terms_seal"),
    )


def _approvers(said: Any) -> tuple[Approver, ...]:
    pairs = said if isinstance(said, list) else []
    return tuple(Approver(*pair) for pair in pairs if _all_texts(pair) and len(pair) == 2)


def _answers(said: Any) -> list[Answer]:
    """Those that can be read; whether they count, their seals say."""
    whole = {field.name for field in fields(Answer)}
    given = said if isinstance(said, list) else []
    return [
        Answer(**one)
        for one in given
        if isinstance(one, dict) and one.keys() == whole and _all_texts(list(one.values()))
    ]


def _all_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
