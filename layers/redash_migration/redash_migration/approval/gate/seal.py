"""Seals: a question's terms, each answer and the decision, made with the links' key by whoever
asked or answered, and looked at before each of them counts.

The record's table is written by every function, and task tokens stand in it. What was written
there, or sent to the state machine, past the page and Slack carries no seal: an open question with
other terms is nobody's, an answer without its seal is not counted, and neither the write pause nor
what follows the second question begins on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from redash_migration.approval.gate.gates import FORGED, latest_gate
from redash_migration.approval.gate.purposes import CONFIRM, CUTOVER, Purpose
from redash_migration.approval.gate.question import Answer, Gate
from redash_migration.approval.links.keyring import KeyRing
from redash_migration.clock import stamp
from redash_migration.errors import NotApproved
from redash_migration.record.record import Record

_DECISION = "redash-migration decision 1"
_ANSWER = "redash-migration answer 1"
_TERMS = "redash-migration terms 1"


@dataclass(frozen=True, slots=True)
class Seals:
    """``key id.signature`` over what was asked, answered and decided. ``keys`` is asked when a
    seal is needed, for most readers need none."""

    keys: Callable[[], KeyRing]

    def terms(self, gate: Gate) -> str:
        """Of a question as it was opened: who may answer, how many have to, until when."""
        return self._made(_TERMS, _terms(gate))

    def answer(self, gate: Gate, answer: Answer) -> str:
        """Of one person's answer to this question."""
        return self._made(_ANSWER, _answer(gate, answer))

    def decision(self, gate: Gate) -> str:
        """Of what was decided, by whom, on which evidence, when."""
        return self._made(_DECISION, _decision(gate))

    def decided(self, gate: Gate) -> bool:
        """Whether the decision's seal is whole."""
        return self._whole(_DECISION, _decision(gate), gate.seal)

    def trusted(self, gate: Gate) -> Gate:
        """The gate with those answers alone that carry their seal; NotApproved where its terms
        are not those it was opened with."""
        if not self._whole(_TERMS, _terms(gate), gate.terms_seal):
            raise NotApproved(
                f"{gate.migration_id}: the terms of {gate.purpose.state}'s question: {FORGED}"
            )
        answers = {
            actor: answer
            for actor, answer in gate.answers.items()
            if self._whole(_ANSWER, _answer(gate, answer), answer.seal)
        }
        return replace(gate, answers=answers)

    def _made(self, domain: str, message: str) -> str:
        keys = self.keys()
        return f"{keys.current}.{keys.signature(domain, message)}"

    def _whole(self, domain: str, message: str, seal: str) -> bool:
        key_id, _, signature = seal.partition(".")
        return self.keys().accepts(domain, message, key_id, signature)


def demand_approval(record: Record, keys: KeyRing) -> None:
    """NotApproved unless people approved this migration's cutover and their seal is whole."""
    demand(record, keys, CUTOVER, CUTOVER.agree)


def demand(record: Record, keys: KeyRing, purpose: Purpose, decision: str) -> None:
    """NotApproved unless people decided so, and their seal is whole."""
    gate = latest_gate(record.table, record.migration_id, purpose)
    # Whether the execution that asked still waits is the state machine's affair, not the seal's.
    if gate is None or gate.decision != decision:
        known = purpose is CUTOVER
        said = "nobody has approved the cutover" if known else f"nobody has decided to {decision}"
        raise NotApproved(f"{record.migration_id}: {said}; answer {purpose.state}'s question first")
    if not Seals(lambda: keys).decided(gate):
        raise NotApproved(
            f"{record.migration_id}: the decision {decision} in the record was not made on the "
            "page or in Slack: its seal is wrong. Find out who wrote it; docs/security.md tells "
            "who could"
        )


def decided_to_go_back(record: Record, keys: Callable[[], KeyRing]) -> bool:
    """Whether people have said that the new side is given up; the keys are needed only then.

    What carries no whole seal is nobody's word, and keeps no roll-back that needs none from its
    work: users may stand before a closed door.
    """
    gate = latest_gate(record.table, record.migration_id, CONFIRM)
    given_up = gate is not None and gate.decision == CONFIRM.last_resort
    return given_up and gate is not None and Seals(keys).decided(gate)


def _terms(gate: Gate) -> str:
    return "\n".join(
        (
            gate.migration_id,
            gate.gate_id,
            gate.purpose.state,
            stamp(gate.opened_at),
            stamp(gate.expires_at),
            str(gate.required),
            str(gate.allow_self),
            gate.requested_by.replace("\n", " "),
            *(f"{person.key} {person.address}" for person in gate.approvers),
        )
    )


def _answer(gate: Gate, answer: Answer) -> str:
    return "\n".join(
        (
            gate.migration_id,
            gate.gate_id,
            gate.purpose.state,
            answer.decision,
            answer.actor,
            answer.evidence_hash,
            answer.at,
            answer.channel,
            answer.begin_at,
        )
    )


def _decision(gate: Gate) -> str:
    return "\n".join(
        (
            gate.migration_id,
            gate.gate_id,
            gate.purpose.state,
            gate.decision,
            gate.actor,
            gate.evidence_hash,
            gate.decided_at,
        )
    )
