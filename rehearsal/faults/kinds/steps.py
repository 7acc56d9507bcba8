"""A fault in every function in turn: throttled, killed, timed out, at work twice, failing for good.

Generated from the folders of the functions, so that a new one is in the matrix at once.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rehearsal.cloud import Call, Fault
from rehearsal.faults.case import Case, Expected, Side
from rehearsal.faults.hooks import on_call, on_invocation, together
from rehearsal.faults.kinds.source import not_set_up

if TYPE_CHECKING:
    from rehearsal.world import World

Arm = Callable[["World"], None]

FOLDERS = tuple(
    sorted(path.parent.name for path in Path(__file__).parents[3].glob("functions/*/app.py"))
)
"""Each function's folder: the name of its state in snake case."""

TAKING_BACK = frozenset({"roll_back", "roll_back_database"})
"""Invoked where a migration is taken back alone."""

RETURNING = frozenset(
    {
        *("end_replication", "prepare_return", "close_new_home", "open_source"),
        *("start_old_services", "look_at_old_home", "switch_back"),
    }
)
"""Invoked by a return alone; what each failing for good comes to: ``return-fails-*``."""

NOT_ON_THE_WAY = TAKING_BACK | RETURNING | {"prepare_source"}
"""Not invoked by a migration that goes well from a source that is ready."""

BROKEN = "Broken"
HALF_WAY_CALL = 3
READING = ("Get", "BatchGet", "Describe", "List", "Query", "Scan", "Head")


def function_of(folder: str) -> str:
    """``fence_source`` -> ``FenceSourceFunction``"""
    return "".join(word.capitalize() for word in folder.split("_")) + "Function"


STEPS = frozenset(function_of(folder) for folder in FOLDERS)


def throttled(functions: Collection[str] = STEPS) -> Arm:
    """The first invocation of each is refused for its rate."""
    return _first_invocation(functions, Fault.throttle())


def timed_out(functions: Collection[str] = STEPS) -> Arm:
    """The first invocation of each runs into its time limit."""
    return _first_invocation(functions, Fault.time_out())


def killed_half_way(functions: Collection[str] = STEPS) -> Arm:
    """Each is killed once, at its third AWS call, after that was carried out."""

    def arm(world: World) -> None:
        counts: dict[str, int] = {}
        done: set[str] = set()

        def ask(call: Call) -> Fault | None:
            if call.function not in functions or call.function in done:
                return None
            counts[call.instance] = counts.get(call.instance, 0) + 1
            if counts[call.instance] < HALF_WAY_CALL:
                return None
            done.add(call.function)
            return Fault.kill_after()

        on_call(world, ask)

    return arm


def killed_after_the_deed(functions: Collection[str] = STEPS) -> Arm:
    """Each is killed once, right after the first AWS call with which it changed something."""

    def arm(world: World) -> None:
        done: set[str] = set()

        def ask(call: Call) -> Fault | None:
            if call.function not in functions or call.function in done or not changes(call):
                return None
            done.add(call.function)
            return Fault.kill_after()

        on_call(world, ask)

    return arm


def killed_in_the_database(functions: Collection[str] = STEPS) -> Arm:
    """Each is killed once, a moment after it has learned the way to a database."""

    def arm(world: World) -> None:
        done: set[str] = set()

        def ask(call: Call) -> None:
            wanted = call.function in functions and call.function not in done
            if wanted and call.action == "GetSecretValue":
                done.add(call.function)
                timer = threading.Timer(0.08, world.cloud.lambdas.kill, [call.instance])
                timer.daemon = True
                timer.start()

        on_call(world, ask)

    return arm


def calls_throttled(functions: Collection[str] = STEPS) -> Arm:
    """The first AWS call of each kind by each function is refused for its rate."""

    def arm(world: World) -> None:
        seen: set[tuple[str, str, str]] = set()

        def ask(call: Call) -> Fault | None:
            key = (call.function, call.service, call.action)
            if call.function not in functions or key in seen:
                return None
            seen.add(key)
            return Fault.throttle()

        on_call(world, ask)

    return arm


def twice_at_once(functions: Collection[str] = STEPS) -> Arm:
    """Each first invocation is doubled: the same event, at the same time."""

    def arm(world: World) -> None:
        done: set[str] = set()
        lock = threading.Lock()

        def ask(function: str, event: Any) -> None:
            with lock:
                if function not in functions or function in done:
                    return
                done.add(function)
            threading.Thread(
                target=world.cloud.lambdas[function].invoke,
                args=(json.dumps(event).encode(),),
                daemon=True,
            ).start()

        on_invocation(world, ask)

    return arm


def for_good(folder: str) -> Arm:
    """Every invocation of one function ends in an error that nobody retries."""

    def arm(world: World) -> None:
        fault = Fault.error(BROKEN, "made to fail")
        on_invocation(world, lambda name, _: fault if name == function_of(folder) else None)

    return arm


def changes(call: Call) -> bool:
    """Whether a call changes the world; notes about the step itself don't count."""
    if call.action.startswith(READING):
        return False
    return "STEP#" not in json.dumps(call.params, default=str)


def _first_invocation(functions: Collection[str], fault: Fault) -> Arm:
    def arm(world: World) -> None:
        done: set[str] = set()
        lock = threading.Lock()

        def ask(function: str, _event: Any) -> Fault | None:
            with lock:
                if function not in functions or function in done:
                    return None
                done.add(function)
            return fault

        on_invocation(world, ask)

    return arm


KINDS: dict[str, tuple[str, Callable[[Collection[str]], Arm]]] = {
    "throttled": ("throttled once", throttled),
    "timed-out": ("runs into its time limit once", timed_out),
    "killed-half-way": ("killed in the middle of its work once", killed_half_way),
    "killed-after-the-deed": (
        "killed right after it changed something, once",
        killed_after_the_deed,
    ),
    "killed-in-the-database": (
        "killed while a database works for it, once",
        killed_in_the_database,
    ),
    "calls-throttled": ("each kind of AWS call is throttled once", calls_throttled),
    "twice-at-once": ("at work twice at the same time with the same event", twice_at_once),
}

_ENDINGS: tuple[tuple[Expected, Side, str], ...] = (
    ("REFUSED", "old", "begin"),
    ("FAILED", "old", "inspect_host inspect_new_home preflight dump_schema copy_schema"),
    ("FAILED", "new", "start_workers stop_replication confirm_cutover"),
    ("FAILED", "new", "clean_up clean_up_database retire_host"),
    ("REFUSED", "new", "report"),
    ("SUCCEEDED", "new", "ask_replication_to_stop measure_cutover"),
    ("SUCCEEDED", "new", "on_dms_event on_command_event reconcile"),
)
"""What a failure for good comes to, by function; every other one is rolled back."""


def cases() -> Iterator[tuple[str, Case]]:
    """Every kind of passing fault in all functions at once, and in each by its own name."""
    for kind, (what, make) in KINDS.items():
        yield (
            f"every-step-{kind}",
            Case(f"every function: {what}", "SUCCEEDED", where="all", arm=make(STEPS)),
        )
        for folder in FOLDERS:
            name = f"{kind}-{folder.replace('_', '-')}"
            function = function_of(folder)
            case = Case(
                f"{function.removesuffix('Function')}: {what}",
                "SUCCEEDED",
                where=function.removesuffix("Function"),
                arm=make(frozenset({function})),
                judge=_met(function),
                by_name_only=True,
            )
            if folder in RETURNING:
                case = replace(case, expected="RETURNED", confirm="return")
            elif folder in TAKING_BACK:
                case = replace(
                    case, expected="ROLLED_BACK", approve="reject", error="ApprovalRejected"
                )
            elif folder == "prepare_source":
                case = replace(
                    case,
                    arm=together(not_set_up, case.arm),
                    execution_input={"allowSourceRestart": True},
                )
            yield name, case
    for folder in FOLDERS:
        if folder not in NOT_ON_THE_WAY | {"approval_page"}:
            yield f"fails-{folder.replace('_', '-')}", failing(folder)


def _met(function: str) -> Callable[[World, Mapping[str, Any]], list[str]]:
    """A fault in a function that nobody invoked shows nothing."""

    def judge(world: World, _report: Mapping[str, Any]) -> list[str]:
        met = world.cloud.lambdas[function].usage.invocations
        return [] if met else [f"{function} was never invoked: nothing was broken"]

    return judge


def failing(folder: str) -> Case:
    """One function fails for good."""
    expected: Expected = "ROLLED_BACK"
    serves: Side = "old"
    for status, side, folders in _ENDINGS:
        if folder in folders.split():
            expected, serves = status, side
    state = function_of(folder).removesuffix("Function")
    ends_with_error = expected in {"FAILED", "ROLLED_BACK"}
    return Case(
        f"{state} fails for good",
        expected,
        where=state,
        error=BROKEN if ends_with_error else "",
        serves=serves,
        arm=for_good(folder),
        excused=frozenset({"lock"}) if folder == "report" else frozenset(),
    )
