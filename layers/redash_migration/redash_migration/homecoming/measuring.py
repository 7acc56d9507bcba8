"""What going back would cost, measured again every minute while people decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from redash_migration.clock import stamp
from redash_migration.database.session.address import DatabaseAddress
from redash_migration.database.watch.watching import watch_target
from redash_migration.homecoming.facts import WAY_HOME_FACT
from redash_migration.homecoming.possible import possible, way_home
from redash_migration.homecoming.prediction import predict_return
from redash_migration.plan import Plan
from redash_migration.record import Record


def measure_return(
    record: Record, plan: Plan, old: DatabaseAddress, new: DatabaseAddress, budget_seconds: int
) -> dict[str, Any]:
    """Rows written since the switch, whether all of them can be brought home, and how long that
    would keep users waiting; kept where page and mails look for it.

    Where users were never sent to the new side there is nothing to bring home.
    """
    measured = watch_target(record, new)
    if "switch_began" not in record.milestones():
        return measured
    home = record.of("return")
    checks = way_home(home, plan, old, new, budget_seconds)
    prediction = predict_return(
        plan.tables, record.steps.all(), measured.get("writes_since_switch")
    )
    fact = {
        "possible": possible(checks),
        **prediction.to_json(),
        "writes": measured.get("writes_since_switch"),
        "at": stamp(record.clock()),
    }
    home.put_fact(WAY_HOME_FACT, fact)
    return {**measured, "return": fact}


def measure_by_the_way(
    record: Record,
    plan: Callable[[], Plan],
    old: Callable[[], DatabaseAddress],
    new: Callable[[], DatabaseAddress],
    budget_seconds: int,
) -> dict[str, Any]:
    """The same beside the state machine: only while somebody is asked whether the new home stays,
    for in a return the old database is written by us."""
    wait = record.waits.get("ConfirmCutover")
    if wait is None or wait.state != "OPEN":
        return {"detail": "nobody is asked whether the new home stays"}
    return measure_return(record, plan(), old(), new(), budget_seconds)
