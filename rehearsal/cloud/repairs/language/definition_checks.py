"""Defect: a definition with a dangling Next or broken JSONata is accepted.

CreateStateMachine refuses it on AWS; here it would fail only when the state is reached.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rehearsal.cloud.repairs.replacement import replace


def apply() -> None:
    """Look at the definition after moto's parser has."""
    from moto.stepfunctions.parser import api
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend

    def validate(definition: str) -> None:
        parse(definition)
        problems = list(scope_problems(json.loads(definition), ""))
        if problems:
            raise api.InvalidDefinition("Invalid State Machine Definition: " + "; ".join(problems))

    original = replace(StepFunctionsParserBackend, "_validate_definition", staticmethod(validate))
    parse = original.__func__


def scope_problems(scope: dict[str, Any], path: str) -> Iterator[str]:
    """What is wrong with the states of a machine, a branch or an item processor."""
    states: dict[str, Any] = scope.get("States", {})
    if scope.get("StartAt") not in states:
        yield _missing(scope.get("StartAt"), f"{path}/StartAt")
    reached = {scope.get("StartAt")}
    for name, state in states.items():
        here = f"{path}/States/{name}"
        for target, place in targets(state):
            reached.add(target)
            if target not in states:
                yield _missing(target, f"{here}/{place}")
        for inner, place in inner_scopes(state):
            yield from scope_problems(inner, f"{here}/{place}")
        own = {
            key: value
            for key, value in state.items()
            if key not in {"Branches", "ItemProcessor", "Iterator"}
        }
        for expression in expressions(own):
            problem = syntax_problem(expression)
            if problem:
                yield f"INVALID_JSONATA: {problem} (at {here}: {expression})"
    for name in states.keys() - reached:
        yield f"UNREACHABLE_STATE: {name!r} is not reachable (at {path}/States/{name})"


def targets(state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The states to which a state can go, each with the place that says so."""
    for key in ("Next", "Default"):
        if key in state:
            yield state[key], key
    for key in ("Choices", "Catch"):
        for number, option in enumerate(state.get(key, [])):
            yield option.get("Next"), f"{key}[{number}]/Next"


def inner_scopes(state: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The machines inside a Parallel or Map state."""
    for number, branch in enumerate(state.get("Branches", [])):
        yield branch, f"Branches[{number}]"
    for key in ("ItemProcessor", "Iterator"):
        if key in state:
            yield state[key], key


def expressions(value: Any) -> Iterator[str]:
    """The JSONata expressions in a value."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner)
    elif isinstance(value, str) and value.startswith("{%") and value.endswith("%}"):
        yield value[2:-2].strip()


def syntax_problem(expression: str) -> str:
    """What the parser says; empty where the expression is sound."""
    from jsonata import Jsonata

    try:
        Jsonata(expression)
    except Exception as problem:
        return str(problem) or type(problem).__name__
    return ""


def _missing(target: Any, place: str) -> str:
    return f"MISSING_TRANSITION_TARGET: there is no state {target!r} (at {place})"
