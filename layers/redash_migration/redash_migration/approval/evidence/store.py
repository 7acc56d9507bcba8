"""Where the evidence of a question is kept, and under which name."""

from __future__ import annotations

from typing import Any, Protocol


class EvidenceStore(Protocol):
    """Artifacts as far as a gate needs them."""

    def put_json(self, name: str, value: Any) -> None:
        """Write."""

    def get_json(self, name: str) -> Any:
        """Read; NotFoundInRecord when it is not there."""


def evidence_name(gate_id: str, evidence_hash: str) -> str:
    """The artifact that keeps the evidence of a decision."""
    return f"approval/{gate_id}/{evidence_hash}.json"
