"""What users do, and how often."""

from __future__ import annotations

Kind = str

KINDS: tuple[Kind, ...] = (
    "event", "event", "event", "execute", "execute", "execute", "create", "edit", "edit",
    "archive", "snippet", "forget_snippet", "favorite", "forget_favorite", "read",
)  # fmt: skip
"""Each as often as it stands here."""

STORED_LATER = frozenset({"event", "execute"})
"""What a real Redash acknowledges first and has its workers store afterwards: no matter for a
ledger of acknowledged writes."""
