"""Events that are lost, late, doubled or lie, and a replication task that fails."""

from __future__ import annotations

from rehearsal.faults.case import Case
from rehearsal.faults.hooks import together
from rehearsal.faults.kinds import events

EVENTS: dict[str, Case] = {
    "dms-event-lost": Case(
        "no event of the replication task ever arrives",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.lost(events.DMS),
    ),
    "all-events-lost": Case(
        "no event of the task or of a command ever arrives",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.lost(events.DMS, events.SSM),
    ),
    "events-doubled": Case(
        "each event arrives three times, once much later",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.doubled(events.DMS, events.SSM),
    ),
    "stale-stop-after-the-resume": Case(
        "the task is told to go on, and is described as stopped for a while, with its event again",
        "SUCCEEDED",
        where="ResumeChangeCapture, AwaitInSync",
        arm=events.stale_stop(8.0),
    ),
    "events-late": Case(
        "each event arrives when the next wait has long begun",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.late(9.0, events.DMS, events.SSM),
    ),
    "events-out-of-order": Case(
        "each event takes its own time",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.out_of_order(events.DMS, events.SSM),
    ),
    "events-of-another-task": Case(
        "instead of each event comes that of somebody else's task",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.only_foreign(),
    ),
    "events-malformed": Case(
        "what arrives is no event, or half of one",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.malformed,
    ),
    "event-before-its-token": Case(
        "a stop is announced before the token for it is stored",
        "SUCCEEDED",
        where="RunFullLoad, AskReplicationToStop",
        arm=events.too_early,
    ),
    "events-that-lie": Case(
        "failures and stops are announced that have not happened",
        "SUCCEEDED",
        where="EventBridge",
        arm=events.lies,
    ),
    "reconciler-crashes": Case(
        "no event arrives, and the reconciler is killed three times",
        "SUCCEEDED",
        where="Reconcile",
        arm=together(events.lost(events.DMS, events.SSM), events.reconciler_crashes(3)),
    ),
    "task-fails": Case(
        "the replication task fails in the full load",
        "ROLLED_BACK",
        where="RunFullLoad",
        error="ReplicationTaskFailed",
        arm=events.task_fails_in_full_load,
    ),
    "task-stopped-in-full-load": Case(
        "somebody stops the task by hand: a stop with the wrong reason",
        "ROLLED_BACK",
        where="RunFullLoad",
        error="ReplicationTaskFailed",
        arm=events.stopped_in_full_load,
    ),
    "task-stopped-before-approval": Case(
        "somebody stops the task while the approval is waited for",
        "ROLLED_BACK",
        where="RequestApproval",
        error="ReplicationTaskFailed",
        arm=events.stopped_by_hand("RequestApproval"),
        approve="nobody",
    ),
    "task-stopped-in-the-pause": Case(
        "somebody stops the task before the last changes have arrived",
        "ROLLED_BACK",
        where="DrainChanges",
        error="NotDrained",
        arm=events.stopped_before("DrainChangesFunction"),
        parameters={"WritePauseBudgetSeconds": "40"},
    ),
    "task-deleted-in-the-pause": Case(
        "somebody deletes the task once all has arrived, before the migration stops it",
        "SUCCEEDED",
        where="AskReplicationToStop",
        arm=events.deleted_before("AskReplicationToStopFunction"),
    ),
}
