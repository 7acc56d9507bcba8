"""What users have met since the switch: counted while people decide, and shown to them."""

from __future__ import annotations

from typing import Any

import pytest

from redash_migration.approval import noted_parts
from redash_migration.record import Record
from redash_migration.traffic.errors_seen import count_errors


class Metrics:
    """CloudWatch's answer, and what it was asked."""

    def __init__(self, count: int | None) -> None:
        self.count = count
        self.asked: list[tuple[str, str]] = []

    def errors(self, target_group: str, since: str) -> int | None:
        self.asked.append((target_group, since))
        return self.count


def counted(record: Record, metrics: Any) -> int | None:
    count_errors(record, metrics, "arn:group")
    return noted_parts.new_side_of(record).errors


def test_nothing_is_counted_before_anybody_is_asked(record: Record) -> None:
    metrics = Metrics(7)
    assert counted(record, metrics) is None
    record.milestone("switch_began")
    assert counted(record, metrics) is None
    assert metrics.asked == []


@pytest.mark.parametrize(
    ("answers", "checks", "shown"),
    [(7, 0, 7), (0, 0, 0), (7, 2, 9), (7, None, 7), (None, 2, 2), (None, None, None)],
)
def test_answers_and_failed_checks_are_shown_together(
    answers: int | None, checks: int | None, shown: int | None, record: Record
) -> None:
    switched = record.milestone("switch_began")
    record.waits.open("ConfirmCutover", "a token")
    if checks is not None:
        record.put_fact("measure_cutover", {"errors_since_switch": checks})
    metrics = Metrics(answers)
    assert counted(record, metrics) == shown
    assert metrics.asked == [("arn:group", switched)]


def test_the_live_check_stands_beside_the_smoke_test(record: Record) -> None:
    record.put_fact("smoke_test", {"checks": [{"id": "smoke.ping", "status": "PASS"}]})
    record.put_fact(
        "live_check",
        {"checks": [{"id": "smoke.ping", "status": "FAIL"}, {"id": "live.jobs", "status": "WARN"}]},
    )
    assert dict(noted_parts.new_side_of(record).smoke) == {
        "smoke.ping": "FAIL",
        "live.jobs": "WARN",
    }
