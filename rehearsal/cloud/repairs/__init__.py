"""What moto's engine gets wrong or lacks, each mended in a module of its own.

Each module's docstring names the defect. ``apply_all`` is called once per process; a moto in
which a repaired part has changed is refused (RepairOutdated), so that no repair outlives its
defect unseen.
"""

from __future__ import annotations

from rehearsal.cloud.repairs.executions import (
    described_executions,
    execution_names,
    execution_status,
    history_hook,
    history_pages,
    redrive,
    resuming,
    stopping,
)
from rehearsal.cloud.repairs.hooks import hooks
from rehearsal.cloud.repairs.language import (
    context_times,
    definition_checks,
    definitions,
    jsonata_evaluator,
    jsonata_strings,
    seconds,
    short_waits,
    uncatchable_errors,
    unmatched_choice,
)
from rehearsal.cloud.repairs.replacement import RepairOutdated
from rehearsal.cloud.repairs.services import (
    error_codes,
    event_delivery,
    mail_delivery,
    undisturbed_transactions,
)
from rehearsal.cloud.repairs.tasks import failure_cause, heartbeats, lambda_tasks, task_tokens

__all__ = ["ALL", "RepairOutdated", "apply_all", "hooks"]

ALL = (
    context_times,
    definition_checks,
    definitions,
    described_executions,
    error_codes,
    event_delivery,
    execution_names,
    execution_status,
    failure_cause,
    heartbeats,
    history_hook,
    history_pages,
    jsonata_evaluator,
    jsonata_strings,
    lambda_tasks,
    mail_delivery,
    redrive,
    resuming,
    seconds,
    short_waits,
    stopping,
    task_tokens,
    uncatchable_errors,
    undisturbed_transactions,
    unmatched_choice,
)


def apply_all() -> None:
    """Mend moto in this process."""
    for repair in ALL:
        repair.apply()
