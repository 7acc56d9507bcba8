"""People who refuse, are silent, stop executions, start others, go back."""

from __future__ import annotations

from rehearsal.faults import people, steps, target
from rehearsal.faults.case import Case

PEOPLE: dict[str, Case] = {
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
        parameters={"ApprovalTimeoutSeconds": "60"},
    ),
    "approval-page-fails": Case(
        "the approval page never comes: nobody can answer",
        "ROLLED_BACK",
        where="RequestApproval",
        error="ApprovalExpired",
        arm=steps.for_good("approval_page"),
        parameters={"ApprovalTimeoutSeconds": "60"},
    ),
    "go-back": Case(
        "after the switch somebody goes back to the old home",
        "ROLLED_BACK",
        where="ConfirmCutover",
        confirm="go_back",
        error="WentBack",
    ),
    "broken-after-the-switch": Case(
        "data sources can't be read any more after the switch; somebody goes back",
        "ROLLED_BACK",
        where="ConfirmCutover",
        error="WentBack",
        arm=target.before_step(
            "StartWorkersFunction", "UPDATE public.data_sources SET encrypted_options = 'broken'"
        ),
        confirm="go_back",
    ),
    "nobody-confirms": Case(
        "nobody says whether the new home stays: it stays, and nothing is cleaned up",
        "SUCCEEDED",
        where="ConfirmCutover",
        confirm="nobody",
        parameters={"ConfirmTimeoutSeconds": "60"},
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
    "stopped-after-the-switch": Case(
        "somebody stops the execution after the switch, and redrives it",
        "SUCCEEDED",
        where="ConfirmCutover",
        arm=people.execution_stopped("ConfirmCutover"),
        afterwards=people.redrive_after_the_switch,
        confirm="nobody",
    ),
    "taken-back-after-the-switch": Case(
        "somebody stops the execution after the switch, and takes it back by name",
        "ROLLED_BACK",
        where="ConfirmCutover",
        arm=people.execution_stopped("ConfirmCutover"),
        afterwards=people.take_back,
        confirm="nobody",
    ),
    "once-more": Case(
        "refused; a second migration is started at once, and succeeds",
        "SUCCEEDED",
        where="RequestApproval",
        approve="reject",
        afterwards=people.again,
    ),
    "second-execution": Case(
        "a second execution is started while the first runs: it is refused",
        "SUCCEEDED",
        where="Begin",
        arm=people.second_execution("RequestApproval"),
        judge=people.second_was_refused,
    ),
}
