"""Variables that are bound give what variables that are written out give."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonata import Jsonata

from rehearsal.cloud.repairs.language.jsonata_evaluator import (
    as_json,
    evaluate,
    without_variables,
)

STATES: dict[str, Any] = {
    "none": None,
    "one": [{"b": 1}],
    "two": [{"b": 1}, {"b": [2]}],
    "empty": [],
    "inner": {"k": {}, "n": None},
    "text": 'a "quoted" \\ 日本語 \n); $states := 1; (',
    "number": 3.0,
}


@pytest.mark.parametrize(
    "expression",
    [
        *(f"$states.{name}" for name in STATES),
        *(f"$exists($states.{name})" for name in (*STATES, "other")),
        *(f"$type($states.{name})" for name in STATES),
        "$states",
        "$other.b",
        "$states.two.b",
        "$states.two[b=1]",
        "[$states.one]",
        "{'x': $states.none, 'y': $states.other}",
        "$merge([$states, {'z': 1}])",
        "$states.none = null",
        "$map($states.two, function($each) {$each.b})",
        "$append($states.one, 3)",
        "$string($states.inner)",
        "($x := $states.one; $count($x))",
    ],
)
def test_bound_as_written_out(expression: str) -> None:
    written = f"($states:={json.dumps(STATES)};$other:={json.dumps([{'b': 2}])};{expression})"
    assert without_variables(written)[0] == f"({expression})"
    assert evaluate(written) == as_json(Jsonata(written).evaluate(None))


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ('($a:=1;$f:=function($x){$x};$b:="c";$a)', '($f:=function($x){$x};$b:="c";$a)'),
        ('($a:="b"c";$a)', '($a:="b"c";$a)'),
        ("($a:=1 + 2;$a)", "($a:=1 + 2;$a)"),
        ("$exists(($a:=1;$a))", "$exists(($a:=1;$a))"),
        ("(1)", "(1)"),
    ],
)
def test_what_is_no_json_stays(written: str, left: str) -> None:
    assert without_variables(written)[0] == left
