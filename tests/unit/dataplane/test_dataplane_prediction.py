"""The predicted pause: learnt from the steps so far, its parts adding up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from redash_migration.clock import stamp
from redash_migration.database.freeze import fence
from redash_migration.database.prediction import Overheads, Speeds, observed, predict
from redash_migration.database.prediction.overheads import WINDOW, Span
from redash_migration.database.prediction.pause import Precopied
from redash_migration.plan import Method, TablePlan
from redash_migration.preflight.pause import NO_WINDOW, Window, window_check
from redash_migration.record.steps import StepTiming

BEGAN = datetime(2026, 1, 31, 2, tzinfo=UTC)


def step(
    name: str, at: float, seconds: float, status: str = "SUCCEEDED", cold: float = 0.0
) -> StepTiming:
    began = stamp(BEGAN + timedelta(seconds=at))
    return StepTiming(name, began, seconds, status, 1, "", min(seconds, 0.3), cold)


def table(name: str, method: Method, rows: int, raw: int) -> TablePlan:
    return TablePlan("public", name, method, rows, raw, raw, 0, ("id",), ())


QUERIES = table("queries", "restore", 100_000, 665 * 10**6)
RESULTS = table("query_results", "dms", 200_000, 2 * 10**9)
EVENTS = table("events", "dms", 1_000_000, 200 * 10**6)
ALL = (QUERIES, RESULTS, EVENTS)


def test_overheads_are_those_that_the_steps_so_far_showed() -> None:
    steps = [
        step("InspectHost", 0, 6.0),
        step("CheckFullLoad", 6.2, 0.3),
        step("DumpSchema", 6.8, 4.0),
        step("StartTarget", 14.0, 60.0, cold=3.0),
        step("RequestApproval", 3600, 900),  # the wait before it was no transition
    ]
    found = observed(steps, [2.0, 3.0, 7.0])
    assert (found.command.seconds, found.call.seconds, found.apply.seconds) == (4.0, 0.3, 4.0)
    # A cold start before a step is not one in the pause: its functions are warmed.
    assert found.transition.seconds == pytest.approx(0.2, abs=0.11)
    assert {found.command.basis, found.call.basis, found.apply.basis} == {"measured"}
    assert (found.apply.low, found.apply.high) == (2.0, 7.0)
    assert observed([]) == Overheads()
    failed = observed([step("InspectHost", 0, 99, "FAILED")])
    assert failed.command == Overheads().command
    assert failed.command.basis == "assumed"


def test_the_parts_add_up_and_grow_with_what_they_stand_for() -> None:
    small = predict(ALL[2:], 20, Speeds(), Overheads())
    large = predict(ALL, 20, Speeds(), Overheads())
    assert large.seconds == pytest.approx(sum(large.parts.values()), abs=0.06)
    assert large.low < large.seconds < large.high
    assert large.basis.keys() == large.parts.keys()
    for part in ("restore", "verify", "integrity"):
        assert large.parts[part] > small.parts[part]
    assert large.parts["fence"] == small.parts["fence"]


def test_of_what_runs_side_by_side_the_longest_way_counts() -> None:
    few, many = (predict(ALL[2:], count, Speeds(), Overheads()) for count in (20, 1_000_000))
    assert {"verify", "integrity"} < few.parts.keys()
    assert not {"sequences", "smoke_test"} & few.parts.keys()
    assert many.parts["sequences"] > 100
    assert "verify" not in many.parts
    assert many.seconds == pytest.approx(sum(many.parts.values()), abs=0.06)


def test_the_canary_travels_while_the_fence_is_proved() -> None:
    assert fence.WINDOW == WINDOW
    late, later = (
        predict(ALL, 20, Speeds(), replace(Overheads(), apply=Span(seconds, seconds, seconds)))
        for seconds in (WINDOW / 2, WINDOW + 2.0)
    )
    assert later.seconds - late.seconds == pytest.approx(2.0, abs=0.11)


@pytest.mark.parametrize(
    ("slower", "part"),
    [
        ({"command": Span(9, 10, 11)}, "stop_services"),
        ({"apply": Span(9, 10, 11)}, "drain"),
        ({"call": Span(9, 10, 11)}, "last_look"),
        ({"transition": Span(9, 10, 11)}, "verify"),
        ({"fence": Span(9, 10, 11)}, "fence"),
    ],
)
def test_each_overhead_moves_its_part(slower: dict[str, Span], part: str) -> None:
    before = predict(ALL, 20, Speeds(), Overheads())
    after = predict(ALL, 20, Speeds(), replace(Overheads(), **slower))
    assert after.parts[part] > before.parts[part] + 4
    assert after.seconds > before.seconds + 4


@pytest.mark.parametrize("seconds", [0.09, 0.11, 1.0])
def test_the_speed_of_a_table_that_fits_on_a_few_pages_is_not_believed(seconds: float) -> None:
    """50 KB that happened to take a tenth of a second once made an hour out of two gigabytes."""
    few = table("dashboards", "dms", 100, 50_000)
    tables = (*ALL, few)
    known = predict(
        tables, 20, Speeds(), Overheads(), Precopied(compared={few.qualified_name: seconds})
    )
    assumed = predict(tables, 20, Speeds(), Overheads())
    assert known.parts["verify"] == pytest.approx(assumed.parts["verify"] + seconds, abs=0.1)


def test_what_was_measured_early_counts_more_than_what_was_assumed() -> None:
    measured = Precopied(compared={"public.queries": 30.0}, copied={"public.queries": 100.0})
    known = predict(ALL, 20, Speeds(), Overheads(), measured)
    assumed = predict(ALL, 20, Speeds(), Overheads())
    # The restored table is compared whole once more, at the speed measured.
    assert known.parts["verify"] > assumed.parts["verify"] + 20
    assert known.parts["restore"] > assumed.parts["restore"] + 3


@pytest.mark.parametrize(
    ("gibibytes", "window", "status", "words"),
    [
        (1, Window(86400, 43200), "PASS", "takes about 2 minutes; the question is asked after it"),
        (100, Window(86400, 43200), "PASS", "2.8 hours"),
        (600, Window(86400, 86400), "WARN", "while nobody is there"),
        (600, Window(604800, 43200), "WARN", "cut off after 12.0 hours"),
        (600, NO_WINDOW, "PASS", "17.1 hours"),
    ],
)
def test_the_load_is_compared_with_the_question_that_follows_it(
    gibibytes: int, window: Window, status: str, words: str
) -> None:
    check = window_check(gibibytes << 30, window)
    assert (check.id, check.status) == ("plan.approval_window", status)
    assert words in check.detail
    assert bool(check.remedy) == (status == "WARN")
