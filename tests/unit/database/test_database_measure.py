"""The verdict on what the slot holds."""

from __future__ import annotations

import pytest

from redash_migration.database.watch.measure import judge
from redash_migration.database.watch.slot import Slot

GIGABYTE = 1 << 30


def slot(status: str = "reserved", held: int = 0) -> Slot:
    return Slot("dms", "test_decoding", True, status, held, of_dms=True)


@pytest.mark.parametrize(
    ("slots", "free", "rate", "budget", "verdict"),
    [
        ([], 10 * GIGABYTE, 1.0, GIGABYTE, "PASS"),
        ([slot()], 10 * GIGABYTE, 1.0, GIGABYTE, "PASS"),
        ([slot()], None, None, None, "PASS"),
        ([slot(held=GIGABYTE + 1)], 10 * GIGABYTE, 1.0, GIGABYTE, "FAIL"),
        ([slot(held=GIGABYTE * 6 // 10)], 10 * GIGABYTE, 1.0, GIGABYTE, "WARN"),
        ([slot("lost")], 10 * GIGABYTE, 1.0, GIGABYTE, "FAIL"),
        ([slot("unreserved")], 10 * GIGABYTE, 1.0, GIGABYTE, "WARN"),
        ([slot()], GIGABYTE - 1, 1.0, GIGABYTE, "FAIL"),
        ([slot()], 10 * GIGABYTE, GIGABYTE / 3600, GIGABYTE, "WARN"),
        ([slot("reserved"), slot("lost")], 10 * GIGABYTE, 1.0, GIGABYTE, "FAIL"),
    ],
)
def test_verdict(
    slots: list[Slot], free: int | None, rate: float | None, budget: int | None, verdict: str
) -> None:
    found = judge(slots, free, rate, budget)
    assert found.verdict == verdict
    assert found.detail


def test_hours_left_are_those_of_what_runs_out_first() -> None:
    found = judge([slot(held=GIGABYTE)], 8 * GIGABYTE, GIGABYTE / 3600, 3 * GIGABYTE)
    assert found.hours_left == 2.0
    found = judge([slot(held=GIGABYTE)], 1 * GIGABYTE, GIGABYTE / 3600, 3 * GIGABYTE)
    assert found.hours_left == 1.0
