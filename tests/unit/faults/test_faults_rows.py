"""Rows of the matrix, from what a rehearsal left behind; and the table of faults itself."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from docs_generator.faults import faults_table
from rehearsal.faults.case import Case
from rehearsal.faults.kinds.steps import (
    FOLDERS,
    KINDS,
    NOT_ON_THE_WAY,
    RETURNING,
    changes,
    function_of,
)
from rehearsal.faults.matrix import Row, row_of, write
from rehearsal.faults.table import FAULTS
from rehearsal.faults.table.homecoming import BEFORE_PAUSE, IN_PAUSE
from tests.machine.test_machine_definition import all_states

CASE = Case("something breaks", "ROLLED_BACK", where="VerifyData", error="DataMismatch")


def row(directory: Path, *, hangs: bool = False, **found: Any) -> Row:
    output = directory / "output.txt"
    output.write_text("started\nno such table\n", encoding="utf-8")
    if found:
        (directory / "rehearsal.json").write_text(json.dumps(found), encoding="utf-8")
    return row_of("some-fault", CASE, directory, 12.34, output, hangs=hangs)


def test_a_rehearsal_that_ended_as_stated(tmp_path: Path) -> None:
    found = row(
        tmp_path,
        status="ROLLED_BACK",
        error={"name": "DataMismatch", "state": "VerifyData", "cause": "..."},
        acknowledged=400,
        missing=[],
        unavailable_seconds=7.5,
        problems=[],
    )

    assert found.good
    assert found.outcome == "ROLLED_BACK with DataMismatch in VerifyData"
    assert found.expected == "ROLLED_BACK, with DataMismatch"
    assert (found.writes_acknowledged, found.writes_lost) == (400, 0)
    assert (found.seconds_unavailable, found.seconds) == (7.5, 12.3)


def test_a_lost_write_or_a_problem_is_not_good(tmp_path: Path) -> None:
    lost = row(tmp_path, status="ROLLED_BACK", error=None, missing=["one"], problems=[])
    odd = row(tmp_path, status="ROLLED_BACK", error=None, missing=[], problems=["odd"])

    assert (lost.writes_lost, lost.good, odd.good) == (1, False, False)


def test_a_rehearsal_without_an_outcome_is_not_good(tmp_path: Path) -> None:
    broken = row(tmp_path)
    hanging = row(tmp_path, hangs=True)

    assert (broken.outcome, broken.problems) == ("BROKEN", ("no outcome: no such table",))
    assert (hanging.outcome, hanging.problems) == ("HANGS", ("hangs",))


def test_rows_are_kept_as_json(tmp_path: Path) -> None:
    write([row(tmp_path)], tmp_path / "deep" / "faults.json")

    [kept] = json.loads((tmp_path / "deep" / "faults.json").read_text(encoding="utf-8"))
    assert (kept["name"], kept["good"], kept["writes_lost"]) == ("some-fault", False, 0)


def test_every_function_has_every_fault() -> None:
    for folder in FOLDERS:
        kebab = folder.replace("_", "-")
        assert {f"{kind}-{kebab}" for kind in KINDS} <= FAULTS.keys()
        on_the_way = folder not in NOT_ON_THE_WAY | {"approval_page"}
        assert f"fails-{kebab}" in FAULTS or not on_the_way
    assert function_of("fence_source") == "FenceSourceFunction"


def test_a_function_that_only_a_return_invokes_is_broken_in_one() -> None:
    """A row that never comes to its fault shows nothing."""
    uses: dict[str, set[str]] = {}
    for name, state in all_states():
        if state["Type"] == "Task":
            for function in re.findall(r"\$\{(\w+)Arn\}", json.dumps(state)):
                uses.setdefault(function, set()).add(name)
    a_return = {*BEFORE_PAUSE, *IN_PAUSE}
    alone = {
        folder
        for folder in FOLDERS
        if (states := uses.get(function_of(folder), set())) and states <= a_return
    }
    assert alone == RETURNING
    for folder in RETURNING:
        kebab = folder.replace("_", "-")
        assert {FAULTS[f"{kind}-{kebab}"].expected for kind in KINDS} == {"RETURNED"}
        assert f"fails-{kebab}" not in FAULTS
        assert f"return-fails-{kebab}" in FAULTS


@pytest.mark.parametrize("name", FAULTS)
def test_each_case_says_what_must_come_of_it(name: str) -> None:
    case = FAULTS[name]

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert case.what
    assert case.where or case.by_name_only
    assert not (case.check and not case.error), "a check that fails ends in an error by name"
    assert not (case.expected == "SUCCEEDED" and case.error)


def test_the_guide_has_a_line_for_each() -> None:
    lines = faults_table(Path()).splitlines()[2:]

    assert len(lines) == sum(not case.by_name_only for case in FAULTS.values())
    assert all(line.count("|") == 6 for line in lines)


def test_reading_is_no_change() -> None:
    def call(action: str, **params: Any) -> Any:
        from rehearsal.cloud import Call

        return Call("F", "F-1", "dynamodb", action, params)

    assert not changes(call("GetItem"))
    assert not changes(call("DescribeRules"))
    assert not changes(call("UpdateItem", Key={"sk": {"S": "STEP#Begin"}}))
    assert changes(call("UpdateItem", Key={"sk": {"S": "WAIT#RunFullLoad"}}))
    assert changes(call("ModifyListener"))
