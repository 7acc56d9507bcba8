"""The predicted pause: learnt from the steps so far, its parts adding up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from redash_migration.clock import stamp
from redash_migration.database.prediction import Overheads, Speeds, observed, predict
from redash_migration.database.prediction.pause import Precopied
from redash_migration.plan import Method, TablePlan
from redash_migration.record.steps import StepTiming

BEGAN = datetime(2026, 1, 31, 2, tzinfo=UTC)


def step(name: str, at: float, seconds: float, status: str = "SUCCEEDED") -> StepTiming:
    return StepTiming(name, stamp(BEGAN + timedelta(seconds=at)), seconds, status, 1, "")


def table(name: str, method: Method, rows: int, raw: int) -> TablePlan:
    return TablePlan("public", name, method, rows, raw, raw, 0, ("id",), ())


QUERIES = table("queries", "restore", 100_000, 665 * 10**6)
RESULTS = table("query_results", "dms", 200_000, 2 * 10**9)
EVENTS = table("events", "dms", 1_000_000, 200 * 10**6)
ALL = (QUERIES, RESULTS, EVENTS)


def test_overheads_are_those_that_the_steps_so_far_showed() -> None:
    steps = [
        step("InspectHost", 0, 2.0),
        step("InspectNewHome", 2.2, 0.3),
        step("DumpSchema", 2.8, 4.0),
        step("ResumeChangeCapture", 7.0, 12.0),
        step("RequestApproval", 3600, 900),  # the wait before it was no transition
    ]
    found = observed(steps)
    assert (found.command, found.call, found.replication_stop) == (3.0, 0.3, 12.0)
    assert found.transition == pytest.approx(0.2, abs=0.11)
    assert observed([]) == Overheads()
    assert observed([step("InspectHost", 0, 99, "FAILED")]).command == Overheads().command


def test_the_parts_add_up_and_grow_with_what_they_stand_for() -> None:
    small = predict(ALL[2:], 20, Speeds(), Overheads())
    large = predict(ALL, 20, Speeds(), Overheads())
    assert large.seconds == pytest.approx(sum(large.parts.values()), abs=0.06)
    for part in ("restore", "verify", "integrity"):
        assert large.parts[part] > small.parts[part]
    assert large.parts["fence"] == small.parts["fence"]
    many = predict(ALL, 10_000, Speeds(), Overheads())
    assert many.parts["sequences"] - large.parts["sequences"] > 0.5


def test_what_was_measured_early_counts_more_than_what_was_assumed() -> None:
    measured = Precopied(compared={"public.queries": 30.0}, copied={"public.queries": 100.0})
    known = predict(ALL, 20, Speeds(), Overheads(), measured)
    assumed = predict(ALL, 20, Speeds(), Overheads())
    # The restored table is compared whole once more, at the speed measured.
    assert known.parts["verify"] > assumed.parts["verify"] + 20
    assert known.parts["restore"] > assumed.parts["restore"] + 3
