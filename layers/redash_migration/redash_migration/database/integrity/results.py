"""What the checks of integrity came to, written down."""

from __future__ import annotations

from collections.abc import Sequence

from redash_migration.errors import IntegrityViolated
from redash_migration.record.checks import Check, Checks, verdict


def write_checks(checks: Checks, found: Sequence[Check]) -> None:
    """Keep every check. Raises IntegrityViolated, after that, unless each is PASS or WARN."""
    checks.put(*found)
    odd = [check for check in found if check.status in {"FAIL", "UNKNOWN"}]
    if verdict(odd) != "PASS":
        raise IntegrityViolated("; ".join(f"{check.id}: {check.detail}" for check in odd))
