"""What users have met on the new side since the switch, as the load balancer counts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redash_migration.record import Record

if TYPE_CHECKING:
    from redash_migration.adapters.cloudwatch import AnswerMetrics

ERRORS_FACT = "answers_with_5xx"


def count_errors(record: Record, metrics: AnswerMetrics, target_group: str) -> None:
    """Keep the number of 5xx answers while people are asked whether the new home stays.

    Nothing is kept where the metric can't be read: the page then says what LiveCheck found.
    """
    wait = record.waits.get("ConfirmCutover")
    switched = record.milestones().get("switch_began")
    if wait is None or wait.state != "OPEN" or switched is None:
        return
    count = metrics.errors(target_group, switched)
    if count is not None:
        record.put_fact(ERRORS_FACT, {"count": count})
