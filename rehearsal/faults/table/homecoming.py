"""A return, broken in each of its states; until its listener turns everything leads forward."""

from __future__ import annotations

from rehearsal.faults.case import Case
from rehearsal.faults.hooks import from_state, together
from rehearsal.faults.kinds import database, homecoming, pause, people, source, steps

BEFORE_PAUSE = ("EndReplication", "PrepareReturn", "PlanReturn", "CarryTableHome")
IN_PAUSE = (
    "CloseNewHome",
    "FenceTarget",
    "ReturnTable",
    "ReturnSequences",
    "VerifyReturned",
    "VerifyOldHome",
    "OpenSource",
    "StartOldServices",
    "LookAtOldHome",
    "TryOldHome",
    "LookOnceMore",
    "SwitchBack",
)
STOPPED_IN = ("CarryTableHome", "CloseNewHome", "ReturnTable", "StartOldServices", "TryOldHome")


def _kebab(state: str) -> str:
    return "".join(f"-{one.lower()}" if one.isupper() else one for one in state).lstrip("-")


def _forward_again(what: str, where: str, error: str, arm: homecoming.Arm, **more: str) -> Case:
    """The return fails, users are led forward, and the new home is kept."""
    return Case(
        f"in a return {what}: it leads forward again",
        "SUCCEEDED",
        where=where,
        arm=arm,
        confirm="return, then keep",
        judge=homecoming.failed_by(*error.split(" or ")),
        parameters=more,
    )


def _fails(state: str) -> Case:
    return _forward_again(f"{state} fails for good", state, steps.BROKEN, homecoming.fails(state))


def _passing(kind: str) -> Case:
    what, make = steps.KINDS[kind]
    return Case(
        f"every function of a return: {what}",
        "RETURNED",
        where="all of the return",
        # From the question on: what comes before is another case's.
        arm=from_state("ConfirmCutover", make(steps.STEPS)),
        confirm="return",
        judge=homecoming.both_pauses_told,
    )


def _stopped(state: str) -> Case:
    return Case(
        f"somebody stops the execution in a return's {state}: it leads forward by itself, people"
        " are asked anew, and return",
        "RETURNED",
        where=state,
        arm=people.execution_stopped(state),
        confirm="return",
        afterwards=people.return_when_asked_again,
    )


HOMECOMING: dict[str, Case] = {
    "return": Case(
        "after the switch somebody returns to the old home, with everything that was written",
        "RETURNED",
        where="ConfirmCutover",
        confirm="return",
        judge=homecoming.both_pauses_told,
    ),
    "return-odd-writes": Case(
        "before a return, keys changed and reused on both sides of the switch, rows deleted, a"
        " sequence far ahead, values of 10 MB",
        "RETURNED",
        where="CarryTableHome",
        arm=homecoming.odd_writes,
        confirm="return",
        judge=homecoming.all_at_home,
    ),
    "return-pauses": Case(
        "since the switch a data source was paused, and one resumed that was paused before",
        "RETURNED",
        where="TryOldHome",
        arm=homecoming.pauses_change,
        confirm="return",
        old_host="redis-password",
        judge=homecoming.paused_as_on_the_new_side,
    ),
    "return-then-forward-again": Case(
        "a return; a second migration is started at once, and succeeds",
        "SUCCEEDED",
        where="Begin",
        confirm="return",
        afterwards=people.again,
    ),
    "return-by-name": Case(
        "nobody says whether the new home stays; later somebody asks for the return by name",
        "RETURNED",
        where="Begin",
        confirm="nobody",
        parameters={"ConfirmTimeoutHours": "0.0167"},
        afterwards=people.return_by_name,
        judge=homecoming.both_pauses_told,
    ),
    "finish-by-name": Case(
        "nobody says whether the new home stays; later the clean-up is asked for, and agreed",
        "SUCCEEDED",
        where="Begin",
        confirm="nobody",
        parameters={"ConfirmTimeoutHours": "0.0167"},
        afterwards=people.finish_by_name,
        judge=people.nothing_is_left,
    ),
    **{f"return-fails-{_kebab(state)}": _fails(state) for state in (*BEFORE_PAUSE, *IN_PAUSE)},
    **{f"return-every-step-{kind}": _passing(kind) for kind in steps.KINDS},
    **{f"return-stopped-{_kebab(state)}": _stopped(state) for state in STOPPED_IN},
    "return-stopped-at-home": Case(
        "somebody stops the execution when a return's users are home: the rest goes on by itself",
        "RETURNED",
        where="RollBack",
        arm=people.execution_stopped("RollBack"),
        confirm="return",
        afterwards=people.until_rolled_back,
    ),
    "return-way-forward-killed": _forward_again(
        "VerifyOldHome fails, and what leads forward is killed after each of its first changes",
        "GoForward",
        steps.BROKEN,
        together(
            homecoming.fails("VerifyOldHome"),
            from_state(
                "EndReplication",
                steps.killed_after_the_deed({"RollBackFunction", "RollBackDatabaseFunction"}),
            ),
        ),
    ),
    "return-old-server-restarted": Case(
        "in a return the old database crashes and comes back",
        "RETURNED",
        where="ReturnTable",
        arm=database.restarted("source", "ReturnTable", "immediate"),
        confirm="return",
    ),
    "return-old-server-away": _forward_again(
        "nobody reaches the old database any more",
        "ReturnTable",
        "TransientFailure",
        database.unreachable("source", "ReturnTable", "GoForward"),
    ),
    "return-disk-full": _forward_again(
        "the old database's disk is full",
        "ReturnTable",
        "TransientFailure",
        database.refuses_rows("53100", "public.queries", "ReturnTable"),
    ),
    "return-lock-held": _forward_again(
        "somebody holds a lock on a table of the old database",
        "ReturnTable",
        "TransientFailure",
        database.locked("public.queries", "ReturnTable", 600.0, "GoForward", side="source"),
    ),
    "return-writer-ignores-the-stop": _forward_again(
        "a program goes on writing on the new side through the fence",
        "FenceTarget",
        "FenceNotHeld",
        source.writes_through_the_fence("FenceTarget", "GoForward", side="new"),
    ),
    "return-written-behind-the-fence": _forward_again(
        "somebody writes a row in the new database after both sides were compared",
        "LookOnceMore",
        "IntegrityViolated",
        source.written_behind_the_fence("LookOnceMore", side="new"),
    ),
    "return-old-host-gone": _forward_again(
        "the old host takes no commands any more, and is known again when the new home is kept",
        "StartOldServices",
        "InvalidInstanceId",
        source.host_away("StartOldServices", "CleanUp"),
    ),
    "return-budget-ends": _forward_again(
        "VerifyOldHome hangs until the budget of the write pause is used up",
        "VerifyOldHome",
        "PauseBudgetExceeded or States.Timeout",
        from_state("CloseNewHome", pause.hangs("VerifyIntegrityFunction")),
        WritePauseBudgetSeconds=str(pause.BUDGET_SECONDS),
    ),
}
