"""What a gate works with: the record, the artifacts, the channels, the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from redash_migration.approval.evidence.contents import Evidence
from redash_migration.approval.evidence.store import EvidenceStore, evidence_name
from redash_migration.approval.gate.gates import Gates
from redash_migration.approval.gate.question import Answer, Gate
from redash_migration.approval.gate.seal import Seals
from redash_migration.approval.gathering import gather
from redash_migration.approval.links.keyring import KeyRing
from redash_migration.errors import NotFoundInRecord
from redash_migration.record.record import Record
from redash_migration.record.wait import Resumer


class NotSent(Exception):
    """A channel did not take a message; the text says why, without any link or secret."""


class ChannelDown(NotSent):
    """The channel does not answer just now; that says nothing about how it is set up."""


class Mail(Protocol):
    """E-mail to one approver."""

    def send(self, address: str, subject: str, text: str) -> None:
        """Send; raises NotSent."""

    def unreached(self, addresses: Iterable[str], *, quietly: bool = False) -> list[str]:
        """Those of the addresses that no mail gets to; none where that can't be seen.

        One that is found raises an alarm, unless that is to be done quietly.
        """


@dataclass(frozen=True, slots=True)
class Posted:
    """A message in a channel, by its time stamp; ``thread`` is the one it replies to, if any."""

    channel: str
    ts: str
    thread: str = ""


class Chat(Protocol):
    """A channel that all approvers read."""

    def post(
        self,
        text: str,
        blocks: list[dict[str, Any]],
        *,
        thread: Posted | None = None,
        aloud: bool = False,
    ) -> Posted | None:
        """Post a new message, as a reply where a thread is given; raises NotSent.

        ``aloud``: a reply that the channel shows too. Returns where it stands, None where the
        channel does not tell; such a message can be neither replied to nor changed.
        """

    def update(self, posted: Posted, text: str, blocks: list[dict[str, Any]]) -> None:
        """Put something else in the place of a message; raises NotSent."""

    def replace(self, response_url: str, text: str, blocks: list[dict[str, Any]]) -> None:
        """Put a message in the place of the one whose button was pressed; raises NotSent."""

    def whisper(self, response_url: str, text: str) -> None:
        """Tell only the one who pressed the button; raises NotSent."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Who has to agree, and for how long the question stands."""

    addresses: tuple[str, ...]
    required: int
    allow_self: bool
    timeout_seconds: int
    language: str
    chat_decides: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """The collaborators of one migration's gates. ``chat`` is None where none is configured.

    ``page_url`` is the stack's own page and stands in no gate: whoever may write one would have
    each approver's link sent to a page of theirs.
    """

    record: Record
    store: EvidenceStore
    keys: Callable[[], KeyRing]
    mail: Mail
    chat: Chat | None
    resumer: Resumer
    chat_decides: bool
    page_url: str
    pause_budget_seconds: int
    clock: Callable[[], datetime]

    @property
    def gates(self) -> Gates:
        """The gates of this migration."""
        return Gates(self.record.table, Seals(self.keys))

    def evidence(self, gate: Gate) -> Evidence:
        """The evidence as it is now."""
        return gather(
            self.record,
            self.store,
            gate.purpose,
            required=gate.required,
            requested_by=gate.requested_by,
            allow_self=gate.allow_self,
            pause_budget_seconds=self.pause_budget_seconds,
        )

    def parts_of(self, gate: Gate, answer: Answer) -> dict[str, str]:
        """The parts of the evidence that an answer was given to, as far as it was kept."""
        try:
            kept = self.store.get_json(evidence_name(gate.gate_id, answer.evidence_hash))
        except NotFoundInRecord:
            return {}
        return dict(kept.get("parts", {}))

    def keep(self, gate: Gate, evidence: Evidence) -> None:
        """Store the evidence under its hash, so that a decision can be looked up later."""
        self.store.put_json(evidence_name(gate.gate_id, evidence.hash), evidence.to_json())

    def note_refused(self, gate: Gate, actor: str) -> None:
        """Audit that somebody who may not decide has tried to; once for each person and gate."""
        name = f"refused/{gate.gate_id}/{actor[:80]}"
        if self.record.fact(name) is None:
            self.record.put_fact_once(name, {})
            self.record.audit("approval.refused", gate=gate.gate_id, actor=actor[:80])
