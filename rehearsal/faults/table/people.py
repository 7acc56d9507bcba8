"""People who refuse, are silent, stop executions, start others, go back."""

from __future__ import annotations

from rehearsal.faults.case import Case
from rehearsal.faults.hooks import together
from rehearsal.faults.kinds import forging, people, steps, target

IN_THE_PAUSE = (
    "FenceSource",
    "DrainChanges",
    "FinishRestore",
    "FixSequences",
    "VerifyData",
    "VerifyIntegrity",
    "SmokeTest",
    "LastLook",
)
BEFORE_THE_PAUSE = (
    "DumpSchema",
    "CopySchema",
    "ConfigureReplication",
    "RunFullLoad",
    "CompleteSchema",
    "ResumeChangeCapture",
    "PlanCopies",
    "PrecopyTable",
    "StartTarget",
    "ReachNewHome",
    "ProveNewHome",
    "RecheckSync",
    "DrainQueues",
)
"""States whose function or command is at work when somebody stops the execution."""

STOPPED = {
    f"stopped-in-{state.lower()}": Case(
        f"somebody stops the execution in {state}: a roll-back starts by itself",
        "ROLLED_BACK",
        where=state,
        arm=people.execution_stopped(state),
        afterwards=people.until_rolled_back,
        by_name_only=True,
    )
    for state in IN_THE_PAUSE
} | {
    f"stopped-in-{state.lower()}": Case(
        f"somebody stops the execution in {state}, and takes it back by name",
        "ROLLED_BACK",
        where=state,
        arm=people.execution_stopped(state),
        afterwards=people.take_back,
        by_name_only=True,
    )
    for state in BEFORE_THE_PAUSE
}

AFTER_THE_SWITCH = ("SwitchTraffic", "StartWorkers", "LiveCheck", "StopReplication")

STOPPED |= {
    f"stopped-in-{state.lower()}": Case(
        f"somebody stops the execution in {state}, whose function goes on, and redrives it",
        "SUCCEEDED",
        where=state,
        arm=people.execution_stopped(state),
        afterwards=people.redrive_after_the_switch,
        confirm="nobody",
        by_name_only=True,
    )
    for state in AFTER_THE_SWITCH
}

PEOPLE: dict[str, Case] = STOPPED | {
    "rejected": Case(
        "somebody refuses the cutover",
        "ROLLED_BACK",
        where="RequestApproval",
        error="ApprovalRejected",
        approve="reject",
    ),
    "approval-expires": Case(
        "nobody answers whether the write pause may begin",
        "ROLLED_BACK",
        where="RequestApproval",
        error="ApprovalExpired",
        approve="nobody",
        parameters={"ApprovalTimeoutHours": "0.0167"},
    ),
    "approval-page-fails": Case(
        "the approval page never comes: nobody can answer",
        "ROLLED_BACK",
        where="RequestApproval",
        error="ApprovalExpired",
        arm=steps.for_good("approval_page"),
        parameters={"ApprovalTimeoutHours": "0.0167"},
    ),
    "broken-after-the-switch": Case(
        "data sources can't be read any more after the switch: the old Redash could not read them"
        " either, so a return leads forward again; then somebody goes back without the new writes",
        "ROLLED_BACK",
        where="ConfirmCutover",
        error="WentBack",
        arm=target.before_step(
            "StartWorkersFunction", "UPDATE public.data_sources SET encrypted_options = 'broken'"
        ),
        confirm="return, then go_back",
    ),
    "nobody-confirms": Case(
        "nobody says whether the new home stays: it stays, and nothing is cleaned up",
        "SUCCEEDED",
        where="ConfirmCutover",
        confirm="nobody",
        parameters={"ConfirmTimeoutHours": "0.0167"},
    ),
    "stopped-in-the-pause": Case(
        "somebody stops the execution in the write pause: a roll-back starts by itself",
        "ROLLED_BACK",
        where="FenceSource",
        arm=people.execution_stopped("FenceSource"),
        afterwards=people.until_rolled_back,
    ),
    "stopped-before-the-pause": Case(
        "somebody stops the execution at the approval, and takes it back by name",
        "ROLLED_BACK",
        where="RequestApproval",
        arm=people.execution_stopped("RequestApproval"),
        afterwards=people.take_back,
        approve="nobody",
    ),
    "redriven": Case(
        "somebody stops the execution at the approval, and redrives it",
        "SUCCEEDED",
        where="RequestApproval",
        arm=people.execution_stopped("RequestApproval"),
        afterwards=people.redrive,
        approve="nobody",
        confirm="nobody",
    ),
    "redriven-after-a-retry": Case(
        "somebody stops the execution at the approval, which was asked for at the second try, and"
        " redrives it",
        "SUCCEEDED",
        where="RequestApproval",
        arm=together(
            steps.throttled({"RequestApprovalFunction"}),
            people.stopped_once_it_waits("RequestApproval"),
        ),
        afterwards=people.redrive,
        approve="nobody",
        confirm="nobody",
    ),
    "stopped-after-the-switch": Case(
        "somebody stops the execution after the switch, and redrives it",
        "SUCCEEDED",
        where="ConfirmCutover",
        arm=people.execution_stopped("ConfirmCutover"),
        afterwards=people.redrive_after_the_switch,
        confirm="nobody",
    ),
    "taken-back-after-the-switch": Case(
        "somebody stops the execution after the switch and asks for it back by name; all goes home",
        "RETURNED",
        where="ConfirmCutover",
        arm=people.execution_stopped("ConfirmCutover"),
        afterwards=people.take_back_after_the_switch,
        confirm="nobody",
    ),
    "stopped-while-services-stop": Case(
        "somebody stops the execution while the old services are being stopped",
        "ROLLED_BACK",
        where="StopServices",
        arm=people.execution_stopped("StopServices"),
        afterwards=people.until_rolled_back,
    ),
    "stopped-in-the-restore": Case(
        "somebody stops the execution while tables are restored",
        "ROLLED_BACK",
        where="MoveAndVerify",
        arm=people.execution_stopped("RestoreTable"),
        afterwards=people.until_rolled_back,
    ),
    "redriven-and-told-late": Case(
        "somebody stops the execution in the write pause and redrives it at once; for most of a"
        " minute it is told as stopped",
        "SUCCEEDED",
        where="DrainChanges",
        arm=together(people.execution_stopped("DrainChanges"), people.descriptions_are_stale),
        afterwards=people.redrive_after_the_switch,
        confirm="nobody",
        by_name_only=True,
    ),
    "roll-back-dies": Case(
        "somebody stops the execution in the write pause, and then its automatic roll-back, twice",
        "ROLLED_BACK",
        where="RollBack",
        arm=together(people.execution_stopped("FenceSource"), people.roll_back_dies(2)),
        afterwards=people.until_rolled_back,
    ),
    "roll-back-while-running": Case(
        "somebody asks for the roll-back of the migration that runs: it is refused",
        "SUCCEEDED",
        where="Begin",
        arm=people.roll_back_while_running("RequestApproval"),
        judge=people.second_was_refused,
    ),
    "redriven-beside-another": Case(
        "taken back and redriven beside the next migration: the old execution is refused",
        "SUCCEEDED",
        where="RequestApproval",
        arm=people.execution_stopped("RequestApproval"),
        afterwards=people.redrive_beside_another,
        approve="nobody",
        confirm="nobody",
    ),
    "older-one-taken-back": Case(
        "refused; a second migration succeeds; the roll-back of the first is refused",
        "SUCCEEDED",
        where="Begin",
        approve="reject",
        afterwards=people.take_back_an_older_one,
    ),
    "once-more": Case(
        "refused; a second migration is started at once, and succeeds",
        "SUCCEEDED",
        where="RequestApproval",
        approve="reject",
        afterwards=people.again,
    ),
    "same-second": Case(
        "two executions are started in the same second: one of them is refused",
        "SUCCEEDED",
        where="Begin",
        arm=people.second_execution("Begin"),
        judge=people.second_was_refused,
    ),
    "listener-closed-by-hand": Case(
        "somebody puts the listener on 503 after the preflight, and takes that away at the end",
        "ROLLED_BACK",
        where="StopServices",
        error="ListenerClosed",
        arm=people.listener_closed("StopServicesFunction"),
        afterwards=people.open_the_listener,
    ),
    "undo-list-forged": Case(
        "somebody alters the undo list in the write pause: it is refused, and users are served",
        "FAILED",
        where="DrainChanges",
        error="Broken",
        serves="old",
        arm=forging.undo_forged("drain_changes"),
        judge=forging.refused_and_told,
        # It leads to the same target group as before, told in other words.
        excused=frozenset({"listener"}),
    ),
    "stranger-in-the-load": Case(
        "somebody with its task token ends the wait for the full load: it is looked at, and undone",
        "ROLLED_BACK",
        where="RunFullLoad",
        error="FullLoadIncomplete",
        arm=forging.stranger("RunFullLoad"),
    ),
    "stranger-in-the-pause": Case(
        "somebody with their task tokens ends each wait of the pause as it begins: nothing is lost",
        "SUCCEEDED",
        where="DrainQueues, StopServices, StopReplication",
        arm=forging.stranger("DrainQueues", "StopServices", "StopReplication"),
    ),
    "stranger-in-a-return": Case(
        "somebody with its task token ends the wait for the old servers: their health is asked for",
        "RETURNED",
        where="StartOldServices",
        confirm="return",
        arm=forging.stranger("StartOldServices"),
    ),
    "second-execution": Case(
        "a second execution is started while the first runs: it is refused",
        "SUCCEEDED",
        where="Begin",
        arm=people.second_execution("RequestApproval"),
        judge=people.second_was_refused,
    ),
}
