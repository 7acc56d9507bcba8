"""Defect: moto's engine has no JSONata evaluator (it expects a JVM, and finds None).

Repair: jsonata-python, the port of the reference implementation. A failing expression becomes
States.QueryEvaluationError, which a Catch can name, as on AWS. moto hands the variables over as
text, `($states:={...};` before the expression; they are read as the JSON that they are and bound,
because the port takes thirty times as long to read them.
"""

from __future__ import annotations

import json
import re
from typing import Any

from rehearsal.cloud.repairs.replacement import replace

_OPEN, _NEXT = "(", ";"
_VARIABLE = re.compile(r"\$(\w+):=")
_DECODER = json.JSONDecoder()


class QueryFailed(Exception):
    """A JSONata expression could not be evaluated."""


def evaluate(expression: str) -> Any:
    """The value of an expression as JSON would carry it; nothing is None."""
    from jsonata import Jsonata

    try:
        rest, variables = without_variables(expression)
        return as_json(Jsonata(rest).evaluate(None, variables))
    except Exception as problem:
        raise QueryFailed(str(problem) or type(problem).__name__) from problem


def without_variables(expression: str) -> tuple[str, dict[str, Any]]:
    """An expression without the variables that were written before it, and their values by name.

    What is not written as JSON (a function, a text in quotes of its own) stays in the expression,
    and all that follows it.
    """
    variables = {}
    place = len(_OPEN)
    while found := _VARIABLE.match(expression, place):
        try:
            value, end = _DECODER.raw_decode(expression, found.end())
        except json.JSONDecodeError:
            break
        if not expression.startswith(_NEXT, end):
            break
        variables[found[1]] = _data(value)
        place = end + len(_NEXT)
    return _OPEN + expression[place:] if variables else expression, variables


def _data(value: Any) -> Any:
    """A value as the port keeps it: null is something, nothing is None."""
    from jsonata.utils import Utils

    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {key: _data(inner) for key, inner in value.items()}
    return [_data(inner) for inner in value] if isinstance(value, list) else value


def as_json(value: Any) -> Any:
    """Plain JSON values; JavaScript has no integers, so that 3.0 is 3."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {str(key): as_json(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(inner) for inner in value]
    return value


def apply() -> None:
    """Set the evaluator, and turn its failures into the error that AWS names."""
    from moto.stepfunctions.parser.api import (
        EvaluationFailedEventDetails,
        HistoryEventType,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name import (
        failure_event,
        states_error_name,
        states_error_name_type,
    )
    from moto.stepfunctions.parser.asl.component.common.string import (
        string_expression,
    )
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
    from moto.stepfunctions.parser.asl.jsonata import jsonata

    replace(jsonata, "_eval_jsonata", evaluate)

    def evaluate_in_state(self: Any, env: Any) -> None:
        try:
            original(self, env)
        except QueryFailed as problem:
            name = states_error_name.StatesErrorName(
                typ=states_error_name_type.StatesErrorNameType.StatesQueryEvaluationError
            )
            raise failure_event.FailureEventException(
                failure_event.FailureEvent(
                    env=env,
                    error_name=name,
                    event_type=HistoryEventType.EvaluationFailed,
                    event_details=EventDetails(
                        evaluationFailedEventDetails=EvaluationFailedEventDetails(
                            cause=f"The JSONata expression '{self.expression}' threw an error: "
                            f"{problem}",
                            error=name.error_name,
                        )
                    ),
                )
            ) from problem

    original = replace(string_expression.StringJSONata, "_eval_body", evaluate_in_state)
