"""RollBack and RollBackDatabase beside functions that crashed."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from redash_migration import wiring
from redash_migration.record.owner import PHASES, Acting
from redash_migration.record.table import RecordTable
from tests.function_environment import ENVIRONMENT, OWN
from tests.owning import EXECUTION, owned, undo_keys

FUNCTIONS = Path(__file__).parents[3] / "functions"


@pytest.mark.parametrize("direction", ["forward", "return"])
def test_the_database_s_half_waits_for_nobody_whom_the_history_knows_to_be_gone(
    table: RecordTable, monkeypatch: pytest.MonkeyPatch, direction: str
) -> None:
    """It can't see the history from where the databases are: RollBack, which can, closes what is
    gone before the turn is handed on."""
    for name, value in {**ENVIRONMENT, **OWN}.items():
        monkeypatch.setenv(name, value)
    record = owned(table, "redash-20260131-020000")  # by this machine's clock, as the handlers
    mine = record.of("return" if direction == "return" else "forward")
    mine.undo.add("lift_fence", {}, where="database", service="serves")
    if direction == "return":
        record.turn("return")
    acting = Acting(record.migration_id, EXECUTION, PHASES)
    for run in ("dead", "alive"):
        record.attempts.begin(acting, "FenceSource", run, seconds=600, service=False)
    made = {
        "record_table": lambda: table,
        "undo_keys": undo_keys,
        "resumer": lambda: None,
        "run_command": lambda: SimpleNamespace(unended=lambda _: []),
        "died": lambda execution: frozenset({"dead"} if execution == EXECUTION else ()),
        **dict.fromkeys(("dms", "load_balancing", "ecs"), lambda: None),
    }
    for name, make in made.items():
        monkeypatch.setattr(wiring, name, make)
    handler: Any = runpy.run_path(str(FUNCTIONS / "roll_back" / "app.py"))["handler"]
    event = {
        "migration_id": record.migration_id,
        "execution_arn": EXECUTION,
        "direction": direction,
    }
    assert handler(event, None) == {"next": "database"}
    assert [one.request for one in record.attempts.unfinished()] == ["alive"]
