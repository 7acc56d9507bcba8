"""The seal of a decision: made with the links' key by whoever took it, looked at before the deed.

The record's table is written by every function, and task tokens stand in it. A decision that was
written there, or sent to the state machine, past the page and Slack carries no seal: the write
pause does not begin on it.
"""

from __future__ import annotations

from redash_migration.approval.gate.gates import latest_gate
from redash_migration.approval.gate.purposes import CUTOVER
from redash_migration.approval.gate.question import Gate
from redash_migration.approval.links.keyring import KeyRing
from redash_migration.errors import NotApproved
from redash_migration.record.record import Record

_DOMAIN = "redash-migration decision 1"


def sealed(keys: KeyRing, gate: Gate) -> str:
    """``key id.signature`` over what was decided, by whom, on which evidence, when."""
    return f"{keys.current}.{keys.signature(_DOMAIN, _message(gate))}"


def demand_approval(record: Record, keys: KeyRing) -> None:
    """NotApproved unless people approved this migration's cutover and their seal is whole."""
    gate = latest_gate(record.table, record.migration_id, CUTOVER)
    # Whether the execution that asked still waits is the state machine's affair, not the seal's.
    if gate is None or gate.decision != CUTOVER.agree:
        raise NotApproved(
            f"{record.migration_id}: nobody has approved the cutover; answer RequestApproval's "
            "question first"
        )
    key_id, _, signature = gate.seal.partition(".")
    if not keys.accepts(_DOMAIN, _message(gate), key_id, signature):
        raise NotApproved(
            f"{record.migration_id}: the approval in the record was not made on the page or in "
            "Slack: its seal is wrong. Find out who wrote it; docs/security.md tells who could"
        )


def _message(gate: Gate) -> str:
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
