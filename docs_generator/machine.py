"""The state machine as a picture and as a table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

State = dict[str, Any]

STAGES = {
    "look": "Look and plan, change nothing",
    "load": "Load and follow, Redash in use",
    "ask": "A person decides",
    "pause": "Write pause",
    "after": "On the new side",
    "home": "Return: the mirror, nothing is lost",
    "back": "Way back and end",
}
_FIRST = {
    "Begin": "look",
    "PrepareSource": "load",
    "RequestApproval": "ask",
    "StopServices": "pause",
    "StartWorkers": "after",
    "EndReplication": "home",
    "RollBack": "back",
}


def machine(root: Path) -> State:
    """The definition."""
    text = (root / "statemachine" / "migration.asl.json").read_text(encoding="utf-8")
    found: State = json.loads(text)
    return found


def picture(root: Path) -> str:
    """A Mermaid flow chart of the working states; waiting and choosing states are drawn through."""
    states = machine(root)["States"]
    lines = ["```mermaid", "flowchart TD"]
    stages: dict[str, list[str]] = {name: [] for name in STAGES}
    stage = "look"
    for name, state in states.items():
        stage = _FIRST.get(name, stage)
        if _is_drawn(state) and name != REFUSED:
            stages[stage].append(f"    {name}{_shape(name, state)}")
    for key, title in STAGES.items():
        lines += [f'  subgraph {key}["{title}"]', *stages[key], "  end"]
    for name, state in states.items():
        if not _is_drawn(state):
            continue
        for target in _drawn_followers(states, state):
            if target != name:
                lines.append(f"  {name} --> {target}")
    lines.append("  pause -. any failure .-> RollBack")
    lines.append("  load -. any failure .-> RollBack")
    lines.append("  home -. any failure .-> GoForward")
    return "\n".join([*lines, "```", ""])


REFUSED = "Refused"
"""Where any step of an execution that does not own the migration leads; neither drawn nor listed,
because it is the same for all."""


def _is_drawn(state: State) -> bool:
    return state["Type"] in {"Task", "Parallel", "Map", "Succeed", "Fail"}


def _shape(name: str, state: State) -> str:
    if state["Type"] == "Parallel":
        branches = [" → ".join(_working(branch)) for branch in state["Branches"]]
        return f'["{"<br>beside it: ".join(branches)}"]'
    if state["Type"] == "Map":
        return f'[/"{name} (each)"/]'
    if state["Type"] in {"Succeed", "Fail"}:
        return f'(["{name}"])'
    if state["Resource"].endswith(".waitForTaskToken"):
        return f'{{{{"{name} ⏸"}}}}'
    return f'["{name}"]'


def _working(branch: State) -> list[str]:
    found = []
    for name, state in branch["States"].items():
        if state["Type"] in {"Task", "Map"}:
            found.append(name)
        elif state["Type"] == "Parallel":
            sides = [" → ".join(_working(inner)) for inner in state["Branches"]]
            found.append(f"({' ∥ '.join(sides)})")
    return found


def _drawn_followers(states: dict[str, State], state: State) -> list[str]:
    found: list[str] = []
    waiting, seen = _followers(state), set()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        if _is_drawn(states[name]):
            found.append(name)
        else:
            waiting += _followers(states[name])
    return found


def _followers(state: State) -> list[str]:
    choices = [choice["Next"] for choice in state.get("Choices", [])]
    return [*choices, *(state[key] for key in ("Next", "Default") if key in state)]


def tasks(definition: State) -> Iterator[tuple[str, State, str]]:
    """(name, state, where a failure leads) of every task, inner ones included."""
    for name, state in definition["States"].items():
        yield from _tasks(name, state, "")


def _tasks(name: str, state: State, outer: str) -> Iterator[tuple[str, State, str]]:
    ways = dict.fromkeys(catch["Next"] for catch in state.get("Catch", []))
    caught = ", ".join(way for way in ways if way != REFUSED) or outer
    if state["Type"] == "Task":
        yield name, state, caught
    inner = [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]
    for scope in inner:
        for inner_name, inner_state in scope["States"].items():
            yield from _tasks(inner_name, inner_state, caught)


def states_table(root: Path) -> str:
    """Every task: its function, whether it waits, its time limit, where its failure leads."""
    lines = [
        "| state | function | waits for | time limit | a failure leads to |",
        "|---|---|---|---|---|",
    ]
    for name, state, caught in tasks(machine(root)):
        function = state["Arguments"]["FunctionName"].removeprefix("${").removesuffix("Arn}")
        if function.startswith("{%"):
            function = "each of the write pause"
        waits = "an event or a person" if state["Resource"].endswith("Token") else ""
        lines.append(f"| {name} | {function} | {waits} | {_limit(state)} | {caught} |")
    return "\n".join(lines) + "\n"


def _limit(state: State) -> str:
    limit = str(state["TimeoutSeconds"])
    if "$pause_until" in limit:
        return "what is left of WritePauseBudgetSeconds"
    if hours := re.search(r"\$\{(\w+Hours)\} \* 3600\)( \+ \d+)?", limit):
        return f"{hours[1]}{hours[2] + ' s' if hours[2] else ''}"
    return limit.strip("{% }").replace("${", "").replace("}", "") + " s"
