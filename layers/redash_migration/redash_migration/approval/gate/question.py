"""A gate: one question, who may answer, what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from redash_migration.approval.gate.people import Approver
from redash_migration.approval.gate.purposes import Purpose
from redash_migration.clock import moment

GateState = Literal["OPEN", "DECIDED", "RESUMED", "CLOSED"]
"""OPEN -> DECIDED -> RESUMED; CLOSED when the execution no longer waits."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person answered, to which evidence, how (page or slack), when (a stamp)."""

    actor: str
    decision: str
    reason: str
    evidence_hash: str
    at: str
    channel: str
    begin_at: str = ""
    """For when it was approved (a stamp); empty for at once."""
    seal: str = ""
    """Made with the links' key when it was given (``seal.py``)."""

    def to_json(self) -> dict[str, str]:
        """Plain values."""
        return {
            "actor": self.actor,
            "decision": self.decision,
            "reason": self.reason,
            "evidence_hash": self.evidence_hash,
            "at": self.at,
            "channel": self.channel,
            "begin_at": self.begin_at,
            "seal": self.seal,
        }


@dataclass(frozen=True, slots=True)
class Gate:
    """One question to the approvers, from its opening to the decision.

    ``version`` counts its changes: a change is written only over the version it was made from, so
    of two answers at the same moment the second sees the first. ``evidence_hash`` is of the
    evidence as it was when asked; each answer carries the one it was given to.
    """

    migration_id: str
    gate_id: str
    purpose: Purpose
    state: GateState
    version: int
    opened_at: datetime
    expires_at: datetime
    approvers: tuple[Approver, ...]
    required: int
    requested_by: str
    allow_self: bool
    language: str
    evidence_hash: str
    answers: Mapping[str, Answer]
    decision: str = ""
    actor: str = ""
    reason: str = ""
    decided_at: str = ""
    seal: str = ""
    """Made with the links' key when people decided (``seal.py``)."""
    terms_seal: str = ""
    """The same of what was asked, by whoever opened it."""

    def approver(self, key: str) -> Approver | None:
        """The approver whom a link's key stands for."""
        return next((person for person in self.approvers if person.key == key), None)

    @property
    def decided(self) -> bool:
        """Whether the question is answered, be it by time."""
        return self.state in {"DECIDED", "RESUMED"}

    def expired(self, now: datetime) -> bool:
        """Whether the time to answer is over."""
        return now >= self.expires_at

    def agreeing(self, evidence_hash: str) -> list[Answer]:
        """Answers that agree, given to this very evidence; older ones don't count."""
        return [
            answer
            for answer in self.answers.values()
            if answer.decision == self.purpose.agree and answer.evidence_hash == evidence_hash
        ]

    def begins_at(self, evidence_hash: str) -> datetime | None:
        """When it begins: enough people agreed, one of them for later. None where not planned."""
        agreeing = self.agreeing(evidence_hash)
        times = [moment(answer.begin_at) for answer in agreeing if answer.begin_at]
        return max(times) if times and len(agreeing) >= self.required else None

    def has_answered(self, actor: str, evidence_hash: str) -> bool:
        """Whether this person answered, and to this very evidence."""
        earlier = self.answers.get(actor)
        return earlier is not None and earlier.evidence_hash == evidence_hash

    def result(self) -> dict[str, Any]:
        """What the state machine gets: no token, no link, nothing long."""
        return {
            "decision": self.decision,
            "actor": self.actor,
            "reason": self.reason,
            "evidence_hash": self.evidence_hash,
            "decided_at": self.decided_at,
        }
