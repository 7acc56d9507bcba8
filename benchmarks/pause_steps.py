"""Run by steps.py in one tree or another: a migration, its steps of the write pause timed.

Takes addresses as JSON on its input: ``{"source", "target", "changes"}``; prints seconds by step.
The packages are those of the tree that PYTHONPATH names.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from redash_migration.database.session.address import DatabaseAddress
from tests.net import carriage, laboratory

STEPS = {
    "close_source": "fence",
    "drain_source": "drain",
    "restore": "restore",
    "finish": "restore",
    "finish_constraints": "restore",
    "fix_sequences": "sequences",
    "compare": "verify",
    "verify_integrity": "integrity",
    "last_look": "last look",
}
"""What the migration calls by these names, and the step that it belongs to."""


def main() -> None:
    """Carry the source into the target, and say how long each step of the pause took."""
    given = json.load(sys.stdin)
    source, target = (DatabaseAddress(**given[side]) for side in ("source", "target"))
    taken = dict.fromkeys(STEPS.values(), 0.0)
    for name, step in STEPS.items():
        setattr(carriage, name, _timed(getattr(carriage, name), taken, step))
    names = vars(laboratory)  # an earlier tree calls its table otherwise
    table = names.get("Memory") or names["MemoryTable"]
    record = names["owned"](table(), "redash-20260131-000000")
    carriage.Carriage(record, source, target, source).carry(
        lambda: laboratory.execute(source, given["changes"])
    )
    print(json.dumps(taken))


def _timed(work: Callable[..., Any], taken: dict[str, float], step: str) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return work(*arguments, **named)
        finally:
            taken[step] += time.perf_counter() - began

    return timed


if __name__ == "__main__":
    main()
