"""The failures by name: what each means, what to do; docs/errors.md is made of it.

What a failure with a class of its own means is said by that class.
"""

from __future__ import annotations

from collections.abc import Mapping

from redash_migration import errors

_AGAIN = "Mend what the cause names, start again."
_REPORT = "`checks` in the report name table and key. Nothing was lost; mend it, start again."

TO_DO: Mapping[str, str] = {
    "InvalidInput": "Correct the field that is named.",
    "MissingSetting": "Deploy the stack again; the template sets it.",
    "MigrationInProgress": "Wait for the execution that is named, take it back, or redrive it.",
    "NotTheOwner": "Leave this execution; follow the one that is named.",
    "UndoForged": "Find out who wrote it (docs/security.md) before anybody starts again; `undo` in "
    "the report says what was done instead.",
    "NotApproved": "See `audit` in the report before anybody starts again (docs/security.md).",
    "SwitchBegun": "Answer the second question; a roll-back by name asks it.",
    "TransientFailure": "Its tries are used up: see the service that is named, then start again.",
    "DatabaseRefused": "Compare the secret with the server's roles and `pg_hba.conf`.",
    "StatementRefused": "The message says what; the server's own log has the rest.",
    "Unforeseen": "The function's log, by the migration's name. It is worth a report to us.",
    "NotFoundInRecord": "Start again: record or artifact of this migration is gone.",
    "WaitFailed": _AGAIN,
    "ReplicationTaskFailed": "The task's log in DMS; memory and storage of its instance.",
    "CommandFailed": "The command's output in Run Command; the agent in Fleet Manager.",
    "CheckFailed": _AGAIN,
    "PreflightFailed": "Nothing was changed. The report has the remedy of each check.",
    "FullLoadIncomplete": "The table statistics of the task; `awsdms_apply_exceptions`.",
    "ReplicationNotInSync": "Latency and validation of the task; then start again.",
    "WalBudgetExceeded": "See that the slot is gone; more disk, a larger `WalBudgetGibibytes`.",
    "SchemaChanged": "Start again; change nothing on the old side meanwhile.",
    "ListenerClosed": "Give the listener its forward to Redash back, start again.",
    "TargetNotHealthy": "Events and log of the server's service in ECS.",
    "NewHomeNotProven": "The `proof.` checks in the report; the log of the task.",
    "SwitchNotMade": "The old Redash serves. See the listener and who changed it; start again.",
    "WorkersNotRunning": "Events and log of scheduler and workers in ECS; then keep, or return.",
    "TasksStillRun": "See the service in ECS; the way back is tried again.",
    "ReturnNotPossible": "Users stay on the new side. Do what the message says, or keep it.",
    "SmokeTestFailed": "The `smoke.` checks in the report; the log of the new server.",
    "DataMismatch": _REPORT,
    "IntegrityViolated": _REPORT,
    "SequenceNotSettable": "Enlarge the sequence or its column's type, as named; start again.",
    "SchemaNotCopied": "Do what the server said of the object that is named.",
    "TargetNotEmpty": "Give it an empty database, or drop what is named.",
    "PauseBudgetExceeded": "See which step took long; start again, or grant a longer pause.",
    "FenceNotHeld": "Stop the client that is named, start again.",
    "NotDrained": "Latency of the task, `awsdms_apply_exceptions`; then start again.",
    "CopyFailed": "The message names table and cause.",
    "RollBackIncomplete": (
        "Open Redash by hand first, then each entry as named, then mode `roll-back`"
        " (docs/runbook.md)."
    ),
}

OTHERS: Mapping[str, tuple[str, str]] = {
    "ApprovalRejected": (
        "Somebody said no to the cutover.",
        "Nothing: the old Redash serves. Start again whenever it suits.",
    ),
    "ApprovalExpired": (
        "Nobody answered in time.",
        "Start again when somebody is there (`ApprovalTimeoutHours`).",
    ),
    "RollBackAsked": (
        "It was started with mode `roll-back`, or stopped and taken back.",
        "Nothing, if it was meant.",
    ),
    "WentBack": (
        "The approvers went back to the old Redash without the new writes.",
        "Tell the users what is missing: the page said it before.",
    ),
    "States.Timeout": (
        "A step had no end within its time.",
        "The step's log; [states.md](states.md) has the limits.",
    ),
    "States.TaskFailed": ("A step failed without a name.", "The step's log."),
    "Lambda.Unknown": (
        "A function ended without an answer: memory or time used up.",
        "The function's log; then start again.",
    ),
    "Sandbox.Timedout": (
        "A function's time was over (`Task timed out after ...`), each time it was tried.",
        "The function's log: what it waited for. Mend that, then start again.",
    ),
    "Runtime.ExitError": (
        "A function's process ended (`Runtime exited ...`), each time it was tried.",
        "The function's log: memory, most often; raise its MemorySize, then start again.",
    ),
    **dict.fromkeys(
        (
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
            "Lambda.TooManyRequestsException",
        ),
        (
            "AWS Lambda did not take the call, each time it was tried.",
            "AWS's health page, the account's concurrency limit; then start again.",
        ),
    ),
}
"""Names that are no class here: people's answers, and what Step Functions says by itself. Any
other (`InvalidInstanceId`, `AccessDeniedException`) comes from the service that the cause names."""


def english_error(name: str) -> str | None:
    """What it means; None for the name of an error of AWS."""
    if name in OTHERS:
        return OTHERS[name][0]
    return " ".join(vars(errors)[name].__doc__.split()) if name in TO_DO else None
