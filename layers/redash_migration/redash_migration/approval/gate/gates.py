"""Where gates are kept: one for each question of a migration, found also by its opaque id."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from redash_migration.approval.gate.gate_items import (
    gate_of,
    names_of_deciders,
    question_values,
    values_of,
)
from redash_migration.approval.gate.purposes import EXPIRE, PURPOSES, Purpose
from redash_migration.approval.gate.question import Answer, Gate, GateState
from redash_migration.clock import stamp
from redash_migration.errors import NotApproved
from redash_migration.record.reading import text_of, time_of
from redash_migration.record.table import Condition, ConditionNotMet, Expected, Item, RecordTable

FORGED = "it is not as it was asked; find out who wrote it: docs/security.md tells who could"
_POINTER_LIFE_SECONDS = 30 * 86_400
"""How long after its time a link still tells how the migration ended."""


def latest_gate(table: RecordTable, migration_id: str, purpose: Purpose) -> Gate | None:
    """The latest gate of a question, for whoever only wants to know how it was answered."""
    item = standing_item(table, migration_id, purpose)
    return None if item is None else gate_of(item)


def standing_item(table: RecordTable, migration_id: str, purpose: Purpose) -> Item | None:
    """What stands where the latest gate of a question belongs, whatever it is."""
    return table.get(migration_id, f"GATE#{purpose.state}")


class Sealing(Protocol):
    """Makes seals and looks at them; ``seal.Seals``."""

    def terms(self, gate: Gate) -> str:
        """Of the question."""

    def answer(self, gate: Gate, answer: Answer) -> str:
        """Of an answer."""

    def decision(self, gate: Gate) -> str:
        """Of the decision."""

    def trusted(self, gate: Gate) -> Gate:
        """What of a gate is sealed; NotApproved."""


class Gates:
    """Gates in the record's table; every change after the opening is conditional."""

    def __init__(self, table: RecordTable, seals: Sealing | None = None) -> None:
        """``seals`` are demanded of all that is read, and made for all that is written; who only
        shows gates needs none."""
        self._table = table
        self._seals = seals

    def current(self, migration_id: str, purpose: Purpose) -> Gate | None:
        """The latest gate of this question, or None; NotApproved where it was forged."""
        item = standing_item(self._table, migration_id, purpose)
        gate = None if item is None else gate_of(item)
        if item is None or self._seals is None:
            return gate
        if gate is None:
            raise NotApproved(f"{migration_id}: {purpose.state}'s question can't be read: {FORGED}")
        return self._seals.trusted(gate)

    def genuine(self, migration_id: str, purpose: Purpose) -> Gate | None:
        """The same; None where it was forged, for who asks anew."""
        try:
            return self.current(migration_id, purpose)
        except NotApproved:
            return None

    def find(self, gate_id: str) -> Gate | None:
        """The gate of this id, as long as it is its question's latest."""
        pointer = self._table.get(f"GATE#{gate_id}", "GATE")
        asks = None if pointer is None else text_of(pointer, "purpose")
        purpose = next((one for one in PURPOSES if one.state == asks), None)
        if pointer is None or purpose is None:
            return None
        gate = self.current(text_of(pointer, "migration_id"), purpose)
        return gate if gate is not None and gate.gate_id == gate_id else None

    def open(self, gate: Gate, *, instead_of: Gate | None = None) -> Gate:
        """Put a new gate in the place of the one that was seen, where it is finished and nobody has
        touched it since; returns the one that counts. What was forged there is written over.

        Somebody may answer, or another run ask, between the look and this: then theirs counts.
        """
        if self._seals is not None:
            gate = replace(gate, terms_seal=self._seals.terms(gate))
        self._table.put_new(
            {
                "pk": f"GATE#{gate.gate_id}",
                "sk": "GATE",
                "migration_id": gate.migration_id,
                "purpose": gate.purpose.state,
                # The table's time to live: what a link points at is forgotten after the link.
                "expires_at": int(gate.expires_at.timestamp()) + _POINTER_LIFE_SECONDS,
            }
        )
        if instead_of is None or instead_of.state != "OPEN" or instead_of.expired(gate.opened_at):
            unchanged: dict[str, Expected] = self._free(gate)
            if instead_of is not None:
                unchanged = {"gate_id": instead_of.gate_id, "version": instead_of.version}
            self._table.update(
                gate.migration_id,
                f"GATE#{gate.purpose.state}",
                values={**values_of(gate), **question_values(gate)},
                expected=unchanged,
            )
        counting = self.current(gate.migration_id, gate.purpose)
        return gate if counting is None else counting

    def _free(self, gate: Gate) -> dict[str, Expected]:
        """What has to hold where no gate was seen: that there is still none, or the same forged
        one, as far as its id can be told."""
        item = standing_item(self._table, gate.migration_id, gate.purpose)
        if item is None or self.genuine(gate.migration_id, gate.purpose) is not None:
            return {"gate_id": None}
        forged = item.get("gate_id")
        return {"gate_id": forged} if isinstance(forged, str) else {}

    def answer(self, gate: Gate, answer: Answer, *, decided: bool) -> Gate | None:
        """Add an answer, and with it the decision where it makes one; None when too late."""
        if self._seals is not None:
            answer = replace(answer, seal=self._seals.answer(gate, answer))
        changed = replace(gate, answers={**gate.answers, answer.actor: answer})
        if decided:
            changed = self._decided(changed, answer, answer.at)
        written = self._write(gate, changed)
        if written is not None:
            self._keep(written, answer)
        return written

    def decide_as_planned(self, gate: Gate, evidence_hash: str, now: datetime) -> Gate | None:
        """The planned time has come: what was agreed decides; None when somebody was faster."""
        last = max(gate.agreeing(evidence_hash), key=lambda answer: answer.at)
        return self._write(gate, self._decided(gate, last, stamp(now)))

    def end_plans(self, gate: Gate, evidence_hash: str) -> Gate | None:
        """Take back plans that were made on other evidence; None when somebody was faster."""
        kept = {
            actor: answer
            for actor, answer in gate.answers.items()
            if not answer.begin_at or answer.evidence_hash == evidence_hash
        }
        return self._write(gate, replace(gate, answers=kept))

    def expire(self, gate: Gate, now: datetime) -> Gate | None:
        """Decide by time that nobody decided; None when somebody was faster."""
        at = stamp(now)
        changed = replace(gate, state="DECIDED", decision=EXPIRE, actor="", decided_at=at)
        written = self._write(gate, changed)
        if written is not None:
            self._keep(written, Answer("", EXPIRE, "", gate.evidence_hash, at, "time"))
        return written

    def mark(self, gate: Gate, state: GateState) -> Gate | None:
        """Note that the execution heard of the decision, or no longer waits; None when too late."""
        return self._write(gate, replace(gate, state=state))

    def stands(self, gate: Gate) -> Condition:
        """That a decision is still the one that counts, for whoever sends it."""
        expected: dict[str, Expected] = {
            "gate_id": gate.gate_id,
            "decision": gate.decision,
            "state": "DECIDED",
        }
        return Condition(gate.migration_id, f"GATE#{gate.purpose.state}", expected)

    def void(self, gate: Gate, over: Condition) -> bool:
        """Take back a decision of which the execution has not heard, before that is said to who
        made it; False where a retried step waits for it, or has taken it up."""
        latest = self.find(gate.gate_id)
        if latest is None or latest.state != "CLOSED":
            return False
        voided = replace(latest, decision="", actor="", reason="", seal="")
        with contextlib.suppress(ConditionNotMet):
            return self._write_under(over, latest, voided) is not None
        return False

    def take_up(self, gate: Gate, waiting: Condition) -> Gate | None:
        """A decision of which nobody has heard is to be sent after all, by the run that waits; None
        when somebody was faster, ConditionNotMet when it does not wait any more."""
        return self._write_under(waiting, gate, replace(gate, state="DECIDED"))

    def _write_under(self, condition: Condition, before: Gate, after: Gate) -> Gate | None:
        after = replace(after, version=before.version + 1)
        written = self._table.update_under(
            condition,
            before.migration_id,
            f"GATE#{before.purpose.state}",
            values=values_of(after),
            expected={"gate_id": before.gate_id, "version": before.version},
        )
        return after if written else None

    def decisions(self, migration_id: str) -> list[dict[str, str]]:
        """Every answer and expiry in order, as they stand in a report's ``approvals``."""
        known = {purpose.state: {*purpose.decisions, EXPIRE} for purpose in PURPOSES}
        given = (
            {
                **{key: text_of(item, key) for key in _REPORTED},
                "decided_at": time_of(item, "decided_at"),
            }
            for item in self._table.query(migration_id, "DECISION#")
        )
        return [
            one
            for one in given
            if one["decision"] in known.get(one["purpose"], ()) and one["decided_at"]
        ]

    def _decided(self, gate: Gate, answer: Answer, at: str) -> Gate:
        decided = replace(
            gate,
            state="DECIDED",
            decision=answer.decision,
            actor=names_of_deciders(gate, answer),
            reason=answer.reason,
            evidence_hash=answer.evidence_hash,
            decided_at=at,
        )
        seal = "" if self._seals is None else self._seals.decision(decided)
        return replace(decided, seal=seal)

    def _write(self, before: Gate, after: Gate) -> Gate | None:
        after = replace(after, version=before.version + 1)
        item = self._table.update(
            before.migration_id,
            f"GATE#{before.purpose.state}",
            values=values_of(after),
            expected={"gate_id": before.gate_id, "version": before.version},
        )
        return None if item is None else gate_of(item)

    def _keep(self, gate: Gate, answer: Answer) -> None:
        self._table.put_new(
            {
                "pk": gate.migration_id,
                "sk": f"DECISION#{answer.at}#{gate.gate_id}#{answer.actor}",
                "purpose": gate.purpose.state,
                "decision": answer.decision,
                "actor": answer.actor,
                "reason": answer.reason,
                "evidence_hash": answer.evidence_hash,
                "decided_at": answer.at,
                "channel": answer.channel,
            }
        )


_REPORTED = (
    "purpose",
    "decision",
    "actor",
    "reason",
    "evidence_hash",
    "decided_at",
    "channel",
)
